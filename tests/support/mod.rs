//! A MongoDB for the tests, found or fetched by itself and ended with them.

mod mongod;
mod server;
mod set;

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use bson::{Bson, Document};
use mongodb::{Client, Collection};
pub use server::{Kind, Server, certificate};
pub use set::{Set, Trio};

/// A collection in a database of its own, which goes when this does.
pub struct Fresh {
    /// How to reach the server.
    pub uri: String,
    /// The database, named after the test.
    pub database: String,
    /// The collection.
    pub collection: Collection<Document>,
}

/// The server that all tests of this binary share: `STRANDSCOPE_TEST_URI`, else a one-member replica set.
pub fn server() -> &'static Server {
    server::shared()
}

/// A fresh, empty collection `sessions` on the shared server.
pub async fn fresh_collection(name: &str) -> Fresh {
    fresh_on(&server().uri, name).await
}

/// A fresh, empty collection on any server.
pub async fn fresh_on(uri: &str, name: &str) -> Fresh {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let database = format!("t{}_{count}_{name}", std::process::id());
    let client = Client::with_uri_str(uri).await.expect("a client for the test server");
    let collection = client.database(&database).collection("sessions");
    Fresh { uri: uri.to_owned(), database, collection }
}

impl Fresh {
    /// A collection that is there already.
    pub async fn existing(uri: &str, database: &str, collection: &str) -> Self {
        let client = Client::with_uri_str(uri).await.expect("a client for the test server");
        let collection = client.database(database).collection(collection);
        Self { uri: uri.to_owned(), database: database.to_owned(), collection }
    }

    /// Stores documents.
    pub async fn load(&self, documents: impl IntoIterator<Item = Document>) {
        self.collection.insert_many(documents).await.expect("documents stored");
    }
}

impl Drop for Fresh {
    /// A server of our own goes with all it holds; someone else's gets its room back.
    fn drop(&mut self) {
        if std::env::var_os(server::URI).is_none() {
            return;
        }
        let (uri, database) = (self.uri.clone(), self.database.clone());
        let dropped = server::apart(async move {
            let client = Client::with_uri_str(uri).await?;
            client.database(&database).drop().await
        });
        if let Err(error) = dropped {
            eprintln!("the database {} stays behind: {error}", self.database);
        }
    }
}

/// The documents of `tests/fixtures/<file>`: Extended JSON, one a line.
pub fn load_fixture(file: &str) -> Vec<Document> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(file);
    let text = std::fs::read_to_string(&path).expect("the fixture can be read");
    text.lines().filter(|line| !line.trim().is_empty()).map(document).collect()
}

fn document(line: &str) -> Document {
    let json: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
    match Bson::try_from(json).expect("Extended JSON") {
        Bson::Document(document) => document,
        other => panic!("a document was expected, not {other}"),
    }
}
