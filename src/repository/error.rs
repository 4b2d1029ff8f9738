//! What can go wrong: what happened as a sentence, its facts as fields, what to do as [`Hint`]s, what lies beneath as the
//! `source()`.

use std::{error::Error as StdError, path::PathBuf, sync::Arc};

use super::{FilterError, Hint};

/// Result of a repository's methods.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What lies beneath an error: a [`ServerError`], a [`std::io::Error`], a parser's.
pub type Cause = Arc<dyn StdError + Send + Sync>;

/// What kind of thing went wrong: what a caller acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// What was asked for cannot be: a name, a filter, a value, a store that was opened for reading alone.
    Input,
    /// A session, agent, message or collection that is not there.
    NotFound,
    /// Something else is stored than was expected.
    Conflict,
    /// No server that answers, is new enough and lets us in.
    Connection,
    /// A write of which nobody can say whether it was carried out: read before doing it again.
    Unconfirmed,
    /// Anything else.
    Other,
}

/// What a database server said of an operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the server said {name} ({code}): {message}")]
#[non_exhaustive]
pub struct ServerError {
    /// Its number, e.g. 50.
    pub code: i32,
    /// Its name, e.g. `MaxTimeMSExpired`; empty where the server gave none.
    pub name: String,
    /// The first line of what it said.
    pub message: String,
}

impl ServerError {
    /// What a server said.
    #[must_use]
    pub fn new(code: i32, name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, name: name.into(), message: message.into() }
    }
}

/// What can go wrong. The text of each is one sentence that says what happened and holds no password; what to do is
/// [`Error::hints`].
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The connection string cannot be read.
    #[error("the connection string is not valid: {reason}")]
    Uri {
        /// What is wrong with it, without its password.
        reason: String,
    },
    /// No server answered.
    #[error("no MongoDB answers at {hosts}: {reason}")]
    Unreachable {
        /// The hosts tried.
        hosts: String,
        /// What the driver said, in short.
        reason: String,
        /// What to do about just that.
        hint: Option<Hint>,
        /// What the server said, where one spoke.
        #[source]
        source: Option<Cause>,
    },
    /// The server is older than what the driver speaks.
    #[error("the server at {hosts} is too old ({reason})")]
    TooOld {
        /// The hosts tried.
        hosts: String,
        /// What the driver said, in short.
        reason: String,
    },
    /// Wrong user, password or authentication database.
    #[error("the server refused the login ({reason})")]
    Authentication {
        /// What the server said, in short.
        reason: String,
    },
    /// No collection that looks like sessions.
    #[error("no sessions found in {place}: {reason}")]
    NoSessions {
        /// Where it was looked for.
        place: String,
        /// What is there instead.
        reason: String,
        /// What to do.
        hint: Option<Hint>,
    },
    /// Several collections look like sessions, where one must be meant.
    #[error("{count} collections look like sessions")]
    Ambiguous {
        /// How many.
        count: usize,
    },
    /// A name that no database or collection can have.
    #[error("{name:?} cannot be the name of a {what}")]
    Name {
        /// The name that was given.
        name: String,
        /// `database` or `collection`.
        what: &'static str,
    },
    /// The user lacks a right.
    #[error("no right to {action} on {namespace}")]
    Denied {
        /// What was tried, e.g. `find`.
        action: String,
        /// `database.collection`.
        namespace: String,
    },
    /// No such session.
    #[error("no session {id:?} in {location}")]
    NotFound {
        /// What was asked for.
        id: String,
        /// Where it was looked for.
        location: String,
    },
    /// The server's time limit ended a read.
    #[error("{what} took longer than {seconds} s and was stopped")]
    TimedOut {
        /// What was read.
        what: String,
        /// The limit.
        seconds: u64,
    },
    /// A filter that cannot be read.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// A folder or file that cannot be read or written.
    #[error("cannot read {}: {reason}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
        /// What to do.
        hint: Option<Hint>,
        /// What the system or the parser said.
        #[source]
        source: Option<Cause>,
    },
    /// Something of that name is stored already.
    #[error("{what} {name:?} exists already in {place}")]
    Exists {
        /// `session` or `agent`.
        what: &'static str,
        /// Its id.
        name: String,
        /// The location, or the session for an agent.
        place: String,
    },
    /// The session has no such agent.
    #[error("session {id:?} has no agent {agent:?}")]
    UnknownAgent {
        /// The session.
        id: String,
        /// The agent that was asked for.
        agent: String,
    },
    /// The agent has no such message.
    #[error("agent {agent:?} of session {id:?} has no message {message_id}")]
    UnknownMessage {
        /// The session.
        id: String,
        /// The agent.
        agent: String,
        /// The message that was asked for.
        message_id: i64,
    },
    /// The stored value is not the one that was edited: nothing was written.
    #[error("{field} of session {id:?} was changed meanwhile, nothing was written")]
    Conflict {
        /// The session.
        id: String,
        /// Which field, e.g. `metadata.priority`.
        field: String,
        /// What is stored now; `None`: it is absent.
        stored: Option<Box<bson::Bson>>,
    },
    /// An agent id or metadata key that cannot be a segment of a path.
    #[error("{key:?} cannot be {what} of session {id:?}: {reason}")]
    Key {
        /// The session.
        id: String,
        /// The key.
        key: String,
        /// `an agent id` or `a metadata key`.
        what: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// `metadata` holds something else than an object.
    #[error("the metadata of session {id:?} is not an object, so its fields cannot be read or written")]
    NotAnObject {
        /// The session.
        id: String,
    },
    /// What would be stored is too large: nothing was written.
    #[error("session {id:?} would grow past {limit} bytes by these {size}; nothing was written")]
    TooLarge {
        /// The session.
        id: String,
        /// Bytes that were to be added.
        size: u64,
        /// The limit of a document, or of a file, in bytes.
        limit: u64,
    },
    /// No connection of the pool came free in time.
    #[error("no database connection came free within {seconds} s while {doing}")]
    Exhausted {
        /// What was to be done, with the session.
        doing: String,
        /// How long it was waited.
        seconds: u64,
    },
    /// The operation's deadline passed; it may still be carried out.
    #[error("{doing} did not finish within {seconds} s; it may still be carried out")]
    Deadline {
        /// What was being done, with the session.
        doing: String,
        /// The deadline.
        seconds: u64,
    },
    /// The connection was lost in the middle of a write, and whether it was carried out could not be told.
    #[error("the connection was lost while {doing} ({reason}); it may have been carried out")]
    Unconfirmed {
        /// What was being done, with the session.
        doing: String,
        /// What the driver said, in short.
        reason: String,
    },
    /// A hook refused the operation, or failed before it.
    #[error("the hook {hook:?} stopped {action} of session {id:?}: {reason}; nothing was written")]
    Refused {
        /// Name of the hook.
        hook: String,
        /// What was to be done.
        action: String,
        /// The session.
        id: String,
        /// Why.
        reason: String,
    },
    /// What was given cannot be stored.
    #[error("{what} of session {id:?} cannot be written: {reason}; nothing was written")]
    Invalid {
        /// The session.
        id: String,
        /// What was to be written.
        what: String,
        /// Why.
        reason: String,
        /// What would be right.
        hint: Option<Hint>,
    },
    /// The store was opened for reading alone.
    #[error("{location} was opened read-only")]
    ReadOnly {
        /// Where.
        location: String,
    },
    /// Anything else.
    #[error("{doing} failed: {reason}")]
    Other {
        /// What was being done.
        doing: String,
        /// Why it failed, in short.
        reason: String,
        /// What to do.
        hint: Option<Hint>,
        /// What lies beneath.
        #[source]
        source: Option<Cause>,
    },
}

mod parts;
