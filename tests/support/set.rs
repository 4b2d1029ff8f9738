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

/// A replica set of three members, any of which may be the primary.
pub struct Trio {
    members: Vec<Server>,
}

impl Trio {
    /// Starts it, and waits until it takes writes.
    pub fn start() -> Self {
        let trio = Self { members: (0..3).map(|_| Server::start(Kind::Member)).collect() };
        let host = |server: &Server| format!("127.0.0.1:{}", server.port());
        let members = (0..).zip(&trio.members).map(|(id, server)| doc! { "_id": id, "host": host(server) });
        // Another primary is found soon after one is gone.
        let settings = doc! { "electionTimeoutMillis": 1000, "heartbeatIntervalMillis": 200 };
        let set = doc! { "_id": "rs0", "members": members.collect::<Vec<Document>>(), "settings": settings };
        let command = doc! { "replSetInitiate": set };
        let initiated = apart(direct(direct_uri(trio.members[0].port()), command, Duration::from_secs(30)));
        initiated.expect("the set is initiated");
        trio.primary();
        trio
    }

    /// The URI of the set.
    pub fn uri(&self) -> String {
        let hosts: Vec<String> = self.members.iter().map(|server| format!("127.0.0.1:{}", server.port())).collect();
        format!("mongodb://{}/?replicaSet=rs0&w=majority", hosts.join(","))
    }

    /// The member that is the primary now, waiting for one.
    pub fn primary(&self) -> usize {
        loop {
            let hello =
                |server: &Server| direct(direct_uri(server.port()), doc! { "hello": 1 }, Duration::from_secs(1));
            let is_primary = |server: &Server| {
                apart(hello(server)).is_ok_and(|said| said.get_bool("isWritablePrimary").unwrap_or(false))
            };
            if let Some(at) = self.members.iter().position(is_primary) {
                return at;
            }
        }
    }

    /// One of its members.
    pub fn member(&mut self, at: usize) -> &mut Server {
        &mut self.members[at]
    }
}
