//! What is asked of a server before anything else.

use bson::{Document, doc};
use mongodb::{
    Collection,
    options::{CollectionOptions, WriteConcern},
};

use super::{
    errors::{self, Doing},
    pool::Pool,
};
use crate::repository::{Error, Result};

/// MongoDB 4.4 speaks wire version 9.
const OLDEST_WIRE_VERSION: i32 = 9;

/// The server has no such command (`hello` came with 4.4.2).
const COMMAND_NOT_FOUND: i32 = 59;

impl Pool {
    /// Checks that a server answers and is new enough.
    ///
    /// # Errors
    /// What a connection can meet, and [`Error::TooOld`](crate::Error::TooOld).
    pub async fn greet(&self) -> Result<()> {
        let me = self.clone();
        self.read_while("the server's greeting", |_| async move { greet(&me).await.map(drop) }).await
    }
}

/// Checks that a server answers and is new enough, and gives what it says of itself.
pub(super) async fn greet(pool: &Pool) -> Result<Document> {
    let greeting = Doing::new("hello", "its greeting");
    let hello = hello(pool).await.map_err(|error| errors::error(&error, greeting, &pool.place("admin".to_owned())))?;
    too_old(&hello, pool.hosts()).map_or(Ok(hello), Err)
}

/// The server's version, where it tells it.
pub(super) async fn version(pool: &Pool) -> Option<String> {
    let info = ask(pool, "admin", doc! { "buildInfo": 1 }).await.ok()?;
    info.get_str("version").ok().map(str::to_owned)
}

/// The error of a server that says it is older than what the driver speaks.
pub(super) fn too_old(hello: &Document, hosts: &str) -> Option<Error> {
    let version = hello.get_i32("maxWireVersion").ok()?;
    (version < OLDEST_WIRE_VERSION)
        .then(|| Error::TooOld { hosts: hosts.to_owned(), reason: "it speaks an older protocol".to_owned() })
}

/// What a server says of itself: one of those that the connection string reads from.
pub(super) async fn hello(pool: &Pool) -> mongodb::error::Result<Document> {
    match ask(pool, "admin", doc! { "hello": 1 }).await {
        Err(error) if is_unknown_command(&error) => ask(pool, "admin", doc! { "isMaster": 1 }).await,
        answer => answer,
    }
}

/// Runs a command that reads, where the connection string reads from.
pub(super) async fn ask(pool: &Pool, database: &str, command: Document) -> mongodb::error::Result<Document> {
    pool.client().database(database).run_command(command).selection_criteria(pool.reads()).await
}

/// The same for a command that answers with rows.
pub(super) async fn ask_for_rows(
    pool: &Pool,
    database: &str,
    command: Document,
) -> mongodb::error::Result<mongodb::Cursor<Document>> {
    pool.client().database(database).run_cursor_command(command).selection_criteria(pool.reads()).await
}

/// A collection to read from. An aggregation carries the write concern of the connection string where none is given, and a
/// server on its own refuses one of several members.
pub(super) fn to_read<T: Send + Sync>(pool: &Pool, database: &str, name: &str) -> Collection<T> {
    let none = CollectionOptions::builder().write_concern(WriteConcern::default()).build();
    pool.client().database(database).collection_with_options(name, none)
}

fn is_unknown_command(error: &mongodb::error::Error) -> bool {
    matches!(error.kind.as_ref(), mongodb::error::ErrorKind::Command(command) if command.code == COMMAND_NOT_FOUND)
}
