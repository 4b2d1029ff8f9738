//! What is asked of a server before anything else, and the names it would refuse.

use bson::{Document, doc};
use mongodb::{Client, options::ClientOptions};

use super::errors::{self, Deployment, Doing};
use crate::repository::{Error, Result};

/// MongoDB 4.4 speaks wire version 9.
const OLDEST_WIRE_VERSION: i32 = 9;

/// The server has no such command (`hello` came with 4.4.2).
const COMMAND_NOT_FOUND: i32 = 59;

/// `host:port`, several separated by commas.
pub(super) fn hosts(options: &ClientOptions) -> String {
    options.hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// Checks that a server answers and is new enough.
pub(super) async fn greet(client: &Client, place: &Deployment) -> Result<()> {
    let hello =
        hello(client).await.map_err(|error| errors::error(&error, Doing::new("hello", "its greeting"), place))?;
    too_old(&hello, &place.hosts).map_or(Ok(()), Err)
}

/// The error of a server that says it is older than what the driver speaks.
pub(super) fn too_old(hello: &Document, hosts: &str) -> Option<Error> {
    let version = hello.get_i32("maxWireVersion").ok()?;
    (version < OLDEST_WIRE_VERSION)
        .then(|| Error::TooOld { hosts: hosts.to_owned(), reason: "it speaks an older protocol".to_owned() })
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
