//! Connecting.

use bson::{Document, doc};
use mongodb::{Client, options::ClientOptions};
use secrecy::{ExposeSecret, SecretString};

use super::errors::{self, Doing, Place};
use crate::repository::{Error, Limits, Result};

/// MongoDB 4.4 speaks wire version 9.
const OLDEST_WIRE_VERSION: i32 = 9;

/// The server has no such command (`hello` came with 4.4.2).
const COMMAND_NOT_FOUND: i32 = 59;

/// A client whose server answered and is new enough.
pub(super) struct Connection {
    pub(super) client: Client,
    /// `host:port`, several separated by commas.
    pub(super) hosts: String,
    /// The database named in the URI, unless it is one of the server's own.
    pub(super) default_database: Option<String>,
}

/// Parses the URI and greets the server.
pub(super) async fn connect(uri: &SecretString, limits: Limits) -> Result<Connection> {
    let text = uri.expose_secret();
    let mut options = ClientOptions::parse(text).await.map_err(|error| errors::uri_mistake(&error, text))?;
    options.app_name = Some("strandscope".to_owned());
    options.server_selection_timeout = Some(limits.server_selection);
    options.connect_timeout.get_or_insert(limits.connect);
    let hosts = hosts(&options);
    let default_database = options.default_database.clone().filter(|name| !super::discover::is_servers_own(name));
    let client = Client::with_options(options).map_err(|error| errors::uri_mistake(&error, text))?;
    greet(&client, &hosts, limits).await?;
    Ok(Connection { client, hosts, default_database })
}

/// `host:port`, several separated by commas.
pub(super) fn hosts(options: &ClientOptions) -> String {
    options.hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// Checks that a server answers and is new enough.
async fn greet(client: &Client, hosts: &str, limits: Limits) -> Result<()> {
    let place = Place { hosts: hosts.to_owned(), namespace: "admin".to_owned(), limit: limits.read };
    let hello =
        hello(client).await.map_err(|error| errors::error(&error, Doing::new("hello", "its greeting"), &place))?;
    match hello.get_i32("maxWireVersion") {
        Ok(version) if version < OLDEST_WIRE_VERSION => {
            Err(Error::TooOld { hosts: hosts.to_owned(), reason: "it speaks an older protocol".to_owned() })
        }
        _ => Ok(()),
    }
}

/// What the server says of itself.
pub(super) async fn hello(client: &Client) -> mongodb::error::Result<Document> {
    let admin = client.database("admin");
    match admin.run_command(doc! { "hello": 1 }).await {
        Err(error) if is_unknown_command(&error) => admin.run_command(doc! { "isMaster": 1 }).await,
        answer => answer,
    }
}

fn is_unknown_command(error: &mongodb::error::Error) -> bool {
    matches!(error.kind.as_ref(), mongodb::error::ErrorKind::Command(command) if command.code == COMMAND_NOT_FOUND)
}

/// Names that the server would refuse with a riddle.
pub(super) fn valid_names(database: &str, collection: &str) -> Result<()> {
    let wrong_database =
        database.is_empty() || database.len() > 63 || database.contains(['/', '\\', '.', ' ', '"', '$', '\0']);
    let wrong_collection = collection.is_empty() || collection.contains(['$', '\0']) || collection.starts_with('.');
    let wrong = match (wrong_database, wrong_collection) {
        (true, _) => database,
        (_, true) => collection,
        _ => return Ok(()),
    };
    let what = if wrong_database { "database" } else { "collection" };
    Err(Error::Name { name: wrong.to_owned(), what })
}
