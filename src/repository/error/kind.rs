//! What kind of thing went wrong.

use std::io;

use super::{Cause, Error};

/// What kind of thing went wrong: what a caller acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// What was asked for cannot be: a name, a filter, a value, a session outside of the store's scope, a store that was opened for
    /// reading alone.
    Input,
    /// A session, agent, message or collection that is not there.
    NotFound,
    /// Something else is stored than was expected.
    Conflict,
    /// No server that answers, is new enough and lets us in; nothing that gives its connection string in time.
    Connection,
    /// The user lacks a right.
    Denied,
    /// Not done in the time it had, or no connection came free.
    Busy,
    /// A hook refused it.
    Refused,
    /// Nobody can say whether it was carried out, will be or stays: read before doing it again.
    Unconfirmed,
    /// Anything else.
    Other,
}

/// The words around the hosts of [`Error::Unreachable`].
pub(super) const fn before_hosts(answered: bool) -> &'static str {
    if answered { "the server at" } else { "no MongoDB answers at" }
}

pub(super) const fn after_hosts(answered: bool) -> &'static str {
    if answered { " cannot be used now" } else { "" }
}

fn is_late(cause: &Cause) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
}

impl Error {
    /// What kind of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            // What gives the connection string, or its password, did not do so in time.
            Self::Uri { source: Some(cause), .. } if is_late(cause) => ErrorKind::Connection,
            Self::Uri { .. }
            | Self::Name { .. }
            | Self::Filter(_)
            | Self::Scope(_)
            | Self::OutOfScope { .. }
            | Self::Key { .. }
            | Self::Invalid { .. }
            | Self::ReadOnly { .. } => ErrorKind::Input,
            Self::NotFound { .. }
            | Self::Foreign { .. }
            | Self::NoSessions { .. }
            | Self::UnknownAgent { .. }
            | Self::UnknownMessage { .. } => ErrorKind::NotFound,
            Self::Conflict { .. } | Self::Exists { .. } => ErrorKind::Conflict,
            Self::Unreachable { .. } | Self::TooOld { .. } | Self::Authentication { .. } => ErrorKind::Connection,
            Self::Denied { .. } => ErrorKind::Denied,
            Self::Exhausted { .. } | Self::TimedOut { .. } => ErrorKind::Busy,
            Self::Refused { .. } => ErrorKind::Refused,
            Self::Unconfirmed { .. } | Self::Deadline { .. } | Self::Unacknowledged { .. } => ErrorKind::Unconfirmed,
            Self::Ambiguous { .. }
            | Self::Folder { .. }
            | Self::NotAnObject { .. }
            | Self::TooLarge { .. }
            | Self::Other { .. } => ErrorKind::Other,
        }
    }

    /// Whether the connection is lost, so that trying again later may help.
    #[must_use]
    pub fn is_connection_lost(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    /// Whether nothing was done and asking again later may go well: the connection is lost, or none came free.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        self.is_connection_lost() || matches!(self, Self::Exhausted { .. })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_passes_is_told_from_what_may_be_carried_out() {
        let waited = Duration::from_millis(500);
        let exhausted = Error::Exhausted { doing: "reading".to_owned(), waited };
        assert_eq!(exhausted.to_string(), "no database connection came free within 0.5 s while reading");
        let late = Error::Deadline { doing: "writing".to_owned(), limit: Duration::from_secs(30) };
        assert_eq!(late.to_string(), "writing did not finish within 30 s; it may still be carried out");
        assert_eq!([exhausted.kind(), late.kind()], [ErrorKind::Busy, ErrorKind::Unconfirmed]);
        assert!(exhausted.is_passing() && !late.is_passing() && Error::unreachable("h", "r").is_passing());
    }
}
