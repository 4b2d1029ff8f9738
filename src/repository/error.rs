//! What can go wrong, each with what to do about it.

use std::path::PathBuf;

use super::FilterError;

/// Result of a repository's methods.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong. The text of each is one sentence for a person and holds no password.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The connection string cannot be read.
    #[error("the connection string is not valid: {reason}; it should look like mongodb://host:27017")]
    Uri {
        /// What is wrong with it, without its password.
        reason: String,
    },
    /// No server answered.
    #[error("no MongoDB answers at {hosts}: {reason}; check that it runs and that --uri names it")]
    Unreachable {
        /// The hosts tried.
        hosts: String,
        /// What the driver said, in short.
        reason: String,
    },
    /// The server is older than what the driver speaks.
    #[error("the server at {hosts} is too old ({reason}); upgrade it to MongoDB 4.4 or later")]
    TooOld {
        /// The hosts tried.
        hosts: String,
        /// What the driver said, in short.
        reason: String,
    },
    /// Wrong user, password or authentication database.
    #[error("the server refused the login ({reason}); check user, password and authSource in the connection string")]
    Authentication {
        /// What the server said, in short.
        reason: String,
    },
    /// No collection that looks like sessions.
    #[error("no sessions found in {place}: {reason}")]
    NoSessions {
        /// Where it was looked for.
        place: String,
        /// What is there instead, and what to do.
        reason: String,
    },
    /// A name that no database or collection can have.
    #[error("{name:?} cannot be the name of a {what}; check --database and --collection")]
    Name {
        /// The name that was given.
        name: String,
        /// `database` or `collection`.
        what: &'static str,
    },
    /// The user lacks a right.
    #[error(
        "no right to {action} on {namespace}; ask for the role `read` on that database, or connect as another user"
    )]
    Denied {
        /// What was tried, e.g. `find`.
        action: String,
        /// `database.collection`.
        namespace: String,
    },
    /// No such session.
    #[error("no session {id:?} in {location}; `strandscope list` shows which there are")]
    NotFound {
        /// What was asked for.
        id: String,
        /// Where it was looked for.
        location: String,
    },
    /// The server's time limit ended a read.
    #[error(
        "{what} took longer than {seconds} s and was stopped; a filter can be narrowed or indexed (`strandscope doctor --create-indexes`), and limits.read_s in the configuration can be raised"
    )]
    TimedOut {
        /// What was read.
        what: String,
        /// The limit.
        seconds: u64,
    },
    /// A filter that cannot be read.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// A folder or file that cannot be read.
    #[error("cannot read {}: {reason}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// Something of that name is stored already.
    #[error("{what} {name:?} exists already in {place}; choose another id, or open what is there")]
    Exists {
        /// `session` or `agent`.
        what: &'static str,
        /// Its id.
        name: String,
        /// The location, or the session for an agent.
        place: String,
    },
    /// The session has no such agent.
    #[error("session {id:?} has no agent {agent:?}; `strandscope show {id}` names its agents")]
    UnknownAgent {
        /// The session.
        id: String,
        /// The agent that was asked for.
        agent: String,
    },
    /// The agent has no such message.
    #[error("agent {agent:?} of session {id:?} has no message {message_id}; read the session again")]
    UnknownMessage {
        /// The session.
        id: String,
        /// The agent.
        agent: String,
        /// The message that was asked for.
        message_id: i64,
    },
    /// The stored value is not the one that was edited: nothing was written.
    #[error("{field} of session {id:?} was changed meanwhile, nothing was written; read it again and repeat the edit")]
    Conflict {
        /// The session.
        id: String,
        /// Which field, e.g. `metadata.priority`.
        field: String,
        /// What is stored now; `None`: it is absent.
        stored: Option<Box<bson::Bson>>,
    },
    /// An agent id or metadata key that cannot be a segment of a path.
    #[error("{key:?} cannot be {what} of session {id:?}: {reason}; choose another name")]
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
    #[error(
        "the metadata of session {id:?} is not an object, so its fields cannot be read or written; repair it with a database client"
    )]
    NotAnObject {
        /// The session.
        id: String,
    },
    /// What would be stored is too large: nothing was written.
    #[error(
        "session {id:?} would grow past {limit} bytes by these {size}; nothing was written, go on in a new session"
    )]
    TooLarge {
        /// The session.
        id: String,
        /// Bytes that were to be added.
        size: u64,
        /// The limit of a document, or of a file, in bytes.
        limit: u64,
    },
    /// No connection of the pool came free in time.
    #[error(
        "no database connection came free within {seconds} s while {doing}; raise max_pool_size, or do less at once"
    )]
    Exhausted {
        /// What was to be done, with the session.
        doing: String,
        /// How long it was waited.
        seconds: u64,
    },
    /// The operation's deadline passed; it may still be carried out.
    #[error(
        "{doing} did not finish within {seconds} s; it may still be carried out, so read the session before doing it again"
    )]
    Deadline {
        /// What was being done, with the session.
        doing: String,
        /// The deadline.
        seconds: u64,
    },
    /// The connection was lost in the middle of a write, and whether it was carried out could not be told.
    #[error(
        "the connection was lost while {doing} ({reason}); it may have been carried out, so read the session before doing it again"
    )]
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
        /// Why, and what would be right.
        reason: String,
    },
    /// The store was opened for reading alone.
    #[error("{location} was opened read-only; open it without --read-only to write")]
    ReadOnly {
        /// Where.
        location: String,
    },
    /// Anything else the database said.
    #[error("{doing} failed: {reason}")]
    Other {
        /// What was being done.
        doing: String,
        /// What the driver said, in short.
        reason: String,
    },
}

impl Error {
    /// What is wrong and what to do about it: the text of the error in its two parts.
    #[must_use]
    pub fn parts(&self) -> (String, Option<String>) {
        // A reason may hold stored text, with any sign in it; what we say ourselves stands behind the last one.
        let whole = match self {
            Self::Filter(mistake) => mistake.problem.clone(),
            other => other.to_string(),
        };
        match whole.rsplit_once("; ") {
            Some((found, advice)) => (found.to_owned(), Some(advice.to_owned())),
            None => (whole, None),
        }
    }

    /// The exit code of a command that ends with it: 2 wrong usage, 3 not found, 4 conflict, 5
    /// cannot connect, else 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Uri { .. }
            | Self::Name { .. }
            | Self::Filter(_)
            | Self::Key { .. }
            | Self::Invalid { .. }
            | Self::ReadOnly { .. } => 2,
            Self::NotFound { .. }
            | Self::NoSessions { .. }
            | Self::UnknownAgent { .. }
            | Self::UnknownMessage { .. } => 3,
            Self::Conflict { .. } | Self::Exists { .. } => 4,
            Self::Unreachable { .. } | Self::TooOld { .. } | Self::Authentication { .. } => 5,
            _ => 1,
        }
    }

    /// Whether the connection is lost, so that trying again later may help.
    #[must_use]
    pub fn is_connection_lost(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}
