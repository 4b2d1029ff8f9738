//! What to do about an error or a finding.

use std::{borrow::Cow, fmt, path::PathBuf};

/// What to do about an error or a finding.
///
/// Those that a program has words of its own for (a flag, a command, a key) are named, so that it can say them;
/// [`fmt::Display`] says each in the words of this library.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// Check that the server runs, and that the connection string names it.
    CheckServer,
    /// Check the names of database and collection.
    CheckNames,
    /// Name the database of a collection.
    NameDatabase,
    /// Name a database and a collection.
    NameCollection,
    /// List the sessions to see which there are.
    ListSessions,
    /// Read a session to see its agents.
    ShowAgents {
        /// The session.
        session: String,
    },
    /// A search took too long: narrow the filter, create an index, or raise [`Limits::read`](crate::Limits::read).
    NarrowSearch,
    /// Create the missing indexes: [`SessionWriter::create_indexes`](crate::SessionWriter::create_indexes).
    CreateIndexes,
    /// Too many operations at once for the connections there are: `maxPoolSize` in the connection string, or
    /// [`PoolOptions::size`](crate::PoolOptions::size).
    RaisePoolSize,
    /// Name the folder that holds the `session_<id>` folders.
    FindFolder,
    /// Others on this machine may enter a folder of sessions: take that right from them.
    MakePrivate {
        /// The folder.
        folder: PathBuf,
    },
    /// There is no session in the folder yet.
    WriteFirstSession,
    /// See all that could not be read of a session, or of any.
    SeeFindings {
        /// The session; `None`: of whichever is looked at.
        session: Option<String>,
    },
    /// Open the store for writing too.
    OpenForWriting,
    /// Anything else, in the imperative: `try again`.
    Do(Cow<'static, str>),
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CheckServer => f.write_str("check that it runs and that the connection string names it"),
            Self::CheckNames => f.write_str("check the names of database and collection"),
            Self::NameDatabase => f.write_str("name its database"),
            Self::NameCollection => f.write_str("name a database and a collection"),
            Self::ListSessions => f.write_str("a list shows which there are"),
            Self::ShowAgents { session } => write!(f, "reading session {session:?} shows its agents"),
            Self::NarrowSearch => {
                f.write_str("a filter can be narrowed or indexed, and the time limit of reads can be raised")
            }
            Self::CreateIndexes => f.write_str("create the missing indexes"),
            Self::RaisePoolSize => {
                f.write_str("raise maxPoolSize in the connection string or PoolOptions::size, or do less at once")
            }
            Self::FindFolder => f.write_str("name the folder that holds the `session_<id>` folders"),
            Self::MakePrivate { folder } => {
                write!(f, "sessions hold conversations: let only yourself enter {} (mode 700)", folder.display())
            }
            Self::WriteFirstSession => f.write_str("run an agent with FileSessionManager on this folder"),
            Self::SeeFindings { session: Some(session) } => write!(f, "the findings of session {session:?} name them"),
            Self::SeeFindings { session: None } => f.write_str("the findings of a session name them"),
            Self::OpenForWriting => f.write_str("open it for writing too"),
            Self::Do(what) => f.write_str(what),
        }
    }
}

impl From<&'static str> for Hint {
    fn from(what: &'static str) -> Self {
        Self::Do(what.into())
    }
}

impl From<String> for Hint {
    fn from(what: String) -> Self {
        Self::Do(what.into())
    }
}
