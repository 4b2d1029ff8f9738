//! The screen joined to the real task and to real servers, while others write and the servers are killed, held, emptied and
//! closed to us: at the end it shows what a fresh read shows.

mod faults;
mod rights;
mod saving;
mod screen;
#[cfg(unix)]
mod shown;
mod writing;

use screen::{opened, shows_what_is_stored};
use writing::Writer;

use crate::support::{self, Kind, Server, Trio};

/// The session that is open on the screen; others are written too.
const OPEN: &str = "s-1";

#[tokio::test]
async fn what_others_write_is_shown() {
    let fresh = support::fresh_collection("live_writes").await;
    let writer = Writer::prepared(&fresh).await;
    let mut screen = opened(&fresh.uri, &fresh.database, OPEN).await;
    writer.everything().await;
    shows_what_is_stored(&mut screen, &fresh.uri, &fresh.database).await;
}

/// Each kind of write is shown, and then what writers store while the server is killed and restarted.
async fn is_followed_through_a_restart(kind: Kind) {
    let mut server = Server::start(kind);
    let fresh = support::fresh_on(&server.uri, "live_killed").await;
    let writer = Writer::prepared(&fresh).await;
    let mut screen = opened(&fresh.uri, &fresh.database, OPEN).await;
    writer.everything().await;
    shows_what_is_stored(&mut screen, &fresh.uri, &fresh.database).await;
    let writing = writer.clone().start();
    writing.wrote(20).await;
    server.kill();
    screen.until("the loss is told", |screen| !screen.state.is_live()).await;
    server.restart();
    writing.wrote(20).await;
    writing.end().await;
    shows_what_is_stored(&mut screen, &fresh.uri, &fresh.database).await;
}

#[tokio::test]
async fn a_server_that_is_killed_and_restarted_under_writers_is_survived() {
    is_followed_through_a_restart(Kind::ReplicaSet).await;
}

#[tokio::test]
async fn another_primary_is_followed() {
    let mut trio = Trio::start();
    let fresh = support::fresh_on(&trio.uri(), "live_trio").await;
    let writer = Writer::prepared(&fresh).await;
    let mut screen = opened(&fresh.uri, &fresh.database, OPEN).await;
    let writing = writer.clone().start();
    writing.wrote(20).await;
    let primary = trio.primary();
    trio.member(primary).kill();
    writing.wrote(20).await;
    trio.member(primary).restart();
    trio.primary();
    writing.wrote(20).await;
    writing.end().await;
    shows_what_is_stored(&mut screen, &fresh.uri, &fresh.database).await;
}

#[tokio::test]
async fn a_server_that_stands_alone_is_looked_at_and_followed() {
    is_followed_through_a_restart(Kind::Standalone).await;
}
