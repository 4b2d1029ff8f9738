//! Rights and passwords that are taken away and come back.

use bson::{Document, doc};
use mongodb::Client;

use super::{
    OPEN,
    screen::{opened, shows_what_is_stored},
    writing::Writer,
};
use crate::support::{Fresh, Kind, Server};

const DATABASE: &str = "mine";

struct Guarded {
    server: Server,
    admin: Client,
    fresh: Fresh,
}

impl Guarded {
    /// A set that wants a login, with a user `reader` who may read.
    async fn start() -> Self {
        let server = Server::start(Kind::LoginSet);
        let admin = Client::with_uri_str(&server.uri).await.expect("a client");
        let fresh = Fresh::existing(&server.uri, DATABASE, "sessions").await;
        let guarded = Self { server, admin, fresh };
        guarded.run(doc! { "createUser": "reader", "pwd": "first", "roles": [Self::right()] }).await;
        guarded
    }

    fn right() -> Document {
        doc! { "role": "read", "db": DATABASE }
    }

    async fn run(&self, command: Document) {
        self.admin.database("admin").run_command(command).await.expect("it is done");
    }

    fn uri(&self) -> String {
        format!("{}&replicaSet=rs0", self.server.uri_as("reader", "first"))
    }
}

#[tokio::test]
async fn rights_that_are_revoked_and_granted_again_are_survived() {
    let guarded = Guarded::start().await;
    let writer = Writer::prepared(&guarded.fresh).await;
    let mut screen = opened(&guarded.uri(), DATABASE, OPEN).await;
    writer.everything().await;
    guarded.run(doc! { "revokeRolesFromUser": "reader", "roles": [Guarded::right()] }).await;
    writer.everything().await;
    screen.until("the loss is told", |screen| !screen.state.is_live()).await;
    guarded.run(doc! { "grantRolesToUser": "reader", "roles": [Guarded::right()] }).await;
    screen.until("changes are told again", |screen| screen.state.is_live()).await;
    writer.everything().await;
    shows_what_is_stored(&mut screen, &guarded.uri(), DATABASE).await;
}

#[tokio::test]
async fn a_password_that_is_changed_and_changed_back_is_survived() {
    let mut guarded = Guarded::start().await;
    let writer = Writer::prepared(&guarded.fresh).await;
    let mut screen = opened(&guarded.uri(), DATABASE, OPEN).await;
    guarded.run(doc! { "updateUser": "reader", "pwd": "second" }).await;
    // Connections that are open stay so; new ones are refused.
    guarded.server.kill();
    guarded.server.restart();
    screen.until("the loss is told", |screen| !screen.state.is_live()).await;
    writer.everything().await;
    guarded.run(doc! { "updateUser": "reader", "pwd": "first" }).await;
    screen.until("changes are told again", |screen| screen.state.is_live()).await;
    writer.everything().await;
    shows_what_is_stored(&mut screen, &guarded.uri(), DATABASE).await;
}
