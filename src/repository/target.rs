//! What a person asks to open, and opening it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};

use super::{
    Result, SessionReader, SessionRepository,
    mongo::{self, MongoRepository},
};
use crate::session::setters;

/// Where sessions are to be found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Target {
    /// A MongoDB.
    Mongo {
        /// The connection string.
        uri: SecretString,
        /// `None`: look for collections of sessions in every database.
        database: Option<String>,
        /// `None`: look for collections of sessions.
        collection: Option<String>,
    },
    /// A folder in the layout of Strands' `FileSessionManager`.
    Folder(PathBuf),
}

impl Target {
    /// What is left out of its connection string or understood otherwise, a sentence each. Contacts nothing, holds no
    /// password. Nothing for a folder, and for a string that cannot be used.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        match self {
            Self::Mongo { uri, .. } => mongo::uri::notes(uri.expose_secret()),
            Self::Folder(_) => Vec::new(),
        }
    }
}

/// Time limits of reading from MongoDB and of reaching it; a folder has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How long the server may work on a question (30 s); a read asks one, or a few. Past it the read is stopped:
    /// [`Error::TimedOut`](crate::Error::TimedOut), or a page that ends early and says so.
    pub read: Duration,
    /// How long to look for a server that can answer, whenever none is known (5 s), unless the connection string says
    /// `serverSelectionTimeoutMS`.
    pub server_selection: Duration,
    /// How long making one connection may take (10 s), unless the connection string says `connectTimeoutMS`.
    pub connect: Duration,
    /// How long a write is tried whose connection is lost, never so that it happens twice (as long as an operation may take, 30 s).
    pub write: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            read: Duration::from_secs(30),
            server_selection: Duration::from_secs(5),
            connect: Duration::from_secs(10),
            write: None,
        }
    }
}

impl Limits {
    setters! { exact { read: Duration, server_selection: Duration, connect: Duration } exact_options { write: Duration } }
}

/// What opening gave: a store, or several to choose from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Opened<S> {
    /// A store.
    Store(S),
    /// Several collections look like sessions: choose one and open [`Target::Mongo`] with its names.
    Choose(Vec<Candidate>),
}

impl<S> Opened<S> {
    /// The same with another view of the store.
    pub fn map<T>(self, view: impl FnOnce(S) -> T) -> Opened<T> {
        match self {
            Self::Store(store) => Opened::Store(view(store)),
            Self::Choose(candidates) => Opened::Choose(candidates),
        }
    }
}

/// A collection that looks like sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidate {
    /// Its database.
    pub database: String,
    /// Its name.
    pub collection: String,
    /// Estimated number of documents.
    pub documents: u64,
}

impl Candidate {
    /// A collection of a database.
    #[must_use]
    pub fn new(database: impl Into<String>, collection: impl Into<String>, documents: u64) -> Self {
        Self { database: database.into(), collection: collection.into(), documents }
    }
}

/// Opens a target for reading alone: nothing can be written through what it gives. Contacts the server, so it may take as
/// long as `limits` allow.
///
/// # Errors
/// Everything in [`Error`](crate::Error) that a connection or a folder can meet.
pub async fn open(target: &Target, limits: Limits) -> Result<Opened<Arc<dyn SessionReader>>> {
    Ok(open_writable(target, limits).await?.map(|repository| repository as Arc<dyn SessionReader>))
}

/// Opens a target for reading and writing; as [`open`] otherwise.
///
/// # Errors
/// As [`open`].
pub async fn open_writable(target: &Target, limits: Limits) -> Result<Opened<Arc<dyn SessionRepository>>> {
    match target {
        Target::Mongo { uri, database, collection } => {
            let found = MongoRepository::discover(uri, database.as_deref(), collection.as_deref(), limits).await?;
            Ok(found.map(|repository| Arc::new(repository) as Arc<dyn SessionRepository>))
        }
        Target::Folder(path) => super::folder::open(path).await.map(Opened::Store),
    }
}
