//! A replica set of several members.

use std::time::Duration;

use bson::{Document, doc};
use mongodb::{Client, options::WriteConcern};

use super::server::{Kind, Server, apart, direct, direct_uri};

/// A replica set of two members. The first is the primary for as long as both run; the second is never one.
pub struct Set {
    /// The primary.
    pub primary: Server,
    /// The other.
    pub secondary: Server,
}

impl Set {
    /// Starts it, and waits until both have the same.
    pub fn start() -> Self {
        let set = Self { primary: Server::start(Kind::Member), secondary: Server::start(Kind::Member) };
        let member = |id: i32, server: &Server, priority: i32| {
            doc! { "_id": id, "host": format!("127.0.0.1:{}", server.port()), "priority": priority }
        };
        let members = vec![member(0, &set.primary, 1), member(1, &set.secondary, 0)];
        let command = doc! { "replSetInitiate": { "_id": "rs0", "members": members } };
        apart(direct(direct_uri(set.primary.port()), command, Duration::from_secs(30))).expect("the set is initiated");
        set.store("prepared", "everywhere", doc! { "_id": 1 });
        set
    }

    /// Stores a document on both.
    pub fn store(&self, database: &str, collection: &str, document: Document) {
        let (uri, database, collection) = (self.uri(""), database.to_owned(), collection.to_owned());
        let stored = apart(async move {
            let collection = Client::with_uri_str(uri).await?.database(&database).collection::<Document>(&collection);
            collection.insert_one(document).write_concern(WriteConcern::nodes(2)).await
        });
        stored.expect("stored on both");
    }

    /// The URI of the set, with more options: `readPreference=…`.
    pub fn uri(&self, options: &str) -> String {
        let (first, second) = (self.primary.port(), self.secondary.port());
        format!("mongodb://127.0.0.1:{first},127.0.0.1:{second}/?replicaSet=rs0&{options}")
            .trim_end_matches('&')
            .to_owned()
    }
}
