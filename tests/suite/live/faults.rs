//! Servers that sleep, and collections that go.

use std::time::Duration;

use bson::doc;
use mongodb::Client;

use super::{
    OPEN,
    screen::{opened, shows_what_is_stored},
    writing::Writer,
};
use crate::support::{self, Kind, Server};

/// How long the server sleeps: longer than a screen waits before it tells.
const SLEEP: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_server_that_sleeps_is_told_and_nothing_is_missed() {
    let server = Server::start(Kind::ReplicaSet);
    let fresh = support::fresh_on(&server.uri, "live_held").await;
    let writer = Writer::prepared(&fresh).await;
    let mut screen = opened(&fresh.uri, &fresh.database, OPEN).await;
    let writing = writer.clone().start();
    writing.wrote(20).await;
    server.hold();
    let (told, ()) = tokio::join!(
        screen.until("the silence is told", |screen| !screen.state.is_live()),
        // Not to wait for anything: so long it is away.
        tokio::time::sleep(SLEEP)
    );
    let () = told;
    server.go_on();
    writing.wrote(20).await;
    writing.end().await;
    shows_what_is_stored(&mut screen, &fresh.uri, &fresh.database).await;
}

#[tokio::test]
async fn a_collection_that_is_dropped_or_renamed_and_made_again_is_followed() {
    let fresh = support::fresh_collection("live_dropped").await;
    let writer = Writer::prepared(&fresh).await;
    let mut screen = opened(&fresh.uri, &fresh.database, OPEN).await;
    for round in 0..2 {
        for _ in 0..10 {
            writer.write().await.expect("it is written");
        }
        if round == 0 {
            fresh.collection.drop().await.expect("it is dropped");
        } else {
            let admin = Client::with_uri_str(&fresh.uri).await.expect("a client").database("admin");
            let (from, to) = (format!("{}.sessions", fresh.database), format!("{}.old", fresh.database));
            admin.run_command(doc! { "renameCollection": from, "to": to }).await.expect("it is renamed");
        }
        screen.until("nothing is listed", |screen| screen.state.workspace.list.rows.is_empty()).await;
        writer.prepare().await;
        screen.until("the new ones are listed", |screen| screen.state.workspace.list.rows.len() == 5).await;
        screen.choose(OPEN);
        screen.press("1\n").await;
        screen.quiet().await;
        for _ in 0..10 {
            writer.write().await.expect("it is written");
        }
        shows_what_is_stored(&mut screen, &fresh.uri, &fresh.database).await;
    }
}
