//! Making errors, and what a caller asks of one.

use std::{error::Error as StdError, path::Path, sync::Arc};

use super::{Cause, Error, ErrorKind};
use crate::repository::Hint;

impl Error {
    /// No server answered at these hosts, in a few words why.
    #[must_use]
    pub fn unreachable(hosts: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Unreachable { hosts: hosts.into(), reason: reason.into(), hint: None, source: None }
    }

    /// A folder or file that cannot be read or written, in a few words why.
    #[must_use]
    pub fn folder(path: &Path, reason: impl Into<String>) -> Self {
        Self::Folder { path: path.to_owned(), reason: reason.into(), hint: None, source: None }
    }

    /// What was given for a session cannot be stored, in a few words why.
    #[must_use]
    pub fn invalid(session: impl Into<String>, what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { id: session.into(), what: what.into(), reason: reason.into(), hint: None }
    }

    /// Anything else: what was being done, and in a few words why it failed.
    #[must_use]
    pub fn other(doing: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Other { doing: doing.into(), reason: reason.into(), hint: None, source: None }
    }

    /// The same with what to do about it, where the error has a place for that.
    #[must_use]
    pub fn with_hint(mut self, what: impl Into<Hint>) -> Self {
        if let Self::Unreachable { hint, .. }
        | Self::NoSessions { hint, .. }
        | Self::Folder { hint, .. }
        | Self::Invalid { hint, .. }
        | Self::Other { hint, .. } = &mut self
        {
            *hint = Some(what.into());
        }
        self
    }

    /// The same with what lies beneath, where the error has a place for that. It must hold no password.
    #[must_use]
    pub fn caused_by(mut self, cause: impl StdError + Send + Sync + 'static) -> Self {
        if let Self::Unreachable { source, .. } | Self::Folder { source, .. } | Self::Other { source, .. } = &mut self {
            *source = Some(Arc::new(cause) as Cause);
        }
        self
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Uri { .. }
            | Self::Name { .. }
            | Self::Filter(_)
            | Self::Key { .. }
            | Self::Invalid { .. }
            | Self::ReadOnly { .. } => ErrorKind::Input,
            Self::NotFound { .. }
            | Self::NoSessions { .. }
            | Self::UnknownAgent { .. }
            | Self::UnknownMessage { .. } => ErrorKind::NotFound,
            Self::Conflict { .. } | Self::Exists { .. } => ErrorKind::Conflict,
            Self::Unreachable { .. } | Self::TooOld { .. } | Self::Authentication { .. } => ErrorKind::Connection,
            Self::Deadline { .. } | Self::Unconfirmed { .. } => ErrorKind::Unconfirmed,
            Self::Ambiguous { .. }
            | Self::Denied { .. }
            | Self::TimedOut { .. }
            | Self::Folder { .. }
            | Self::NotAnObject { .. }
            | Self::TooLarge { .. }
            | Self::Exhausted { .. }
            | Self::Refused { .. }
            | Self::Other { .. } => ErrorKind::Other,
        }
    }

    /// What to do about it, the most particular first. Empty where nobody can say.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let always: Option<Hint> = match self {
            Self::Uri { .. } => Some("it should look like mongodb://host:27017".into()),
            Self::Unreachable { .. } => Some(Hint::CheckServer),
            Self::TooOld { .. } => Some("upgrade it to MongoDB 4.4 or later".into()),
            Self::Authentication { .. } => Some("check user, password and authSource in the connection string".into()),
            Self::Ambiguous { .. } => Some(Hint::NameCollection),
            Self::Name { .. } => Some(Hint::CheckNames),
            Self::Denied { .. } => Some("ask for the role `read` on that database, or connect as another user".into()),
            Self::NotFound { .. } => Some(Hint::ListSessions),
            Self::TimedOut { .. } => Some(Hint::NarrowSearch),
            Self::Filter(mistake) => mistake.hint.clone().map(Into::into),
            Self::Exists { .. } => Some("choose another id, or open what is there".into()),
            Self::UnknownAgent { id, .. } => Some(Hint::ShowAgents { session: id.clone() }),
            Self::UnknownMessage { .. } => Some("read the session again".into()),
            Self::Conflict { .. } => Some("read it again and repeat the edit".into()),
            Self::Key { .. } => Some("choose another name".into()),
            Self::NotAnObject { .. } => Some("repair it with a database client".into()),
            Self::TooLarge { .. } => Some("go on in a new session".into()),
            Self::Exhausted { .. } => Some("raise max_pool_size, or do less at once".into()),
            Self::Deadline { .. } | Self::Unconfirmed { .. } => Some("read the session before doing it again".into()),
            Self::ReadOnly { .. } => Some(Hint::OpenForWriting),
            Self::NoSessions { .. }
            | Self::Folder { .. }
            | Self::Refused { .. }
            | Self::Invalid { .. }
            | Self::Other { .. } => None,
        };
        let own = match self {
            Self::Unreachable { hint, .. }
            | Self::NoSessions { hint, .. }
            | Self::Folder { hint, .. }
            | Self::Invalid { hint, .. }
            | Self::Other { hint, .. } => hint.clone(),
            _ => None,
        };
        own.into_iter().chain(always).collect()
    }

    /// Whether the connection is lost, so that trying again later may help.
    #[must_use]
    pub fn is_connection_lost(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}
