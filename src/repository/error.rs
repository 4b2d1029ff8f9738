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

    /// The exit code of a command that ends with it: 2 wrong usage, 3 not found, 5 cannot connect, else 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Uri { .. } | Self::Name { .. } | Self::Filter(_) => 2,
            Self::NotFound { .. } | Self::NoSessions { .. } => 3,
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
