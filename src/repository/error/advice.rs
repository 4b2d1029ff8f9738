//! What to do about an error.

use super::Error;
use crate::repository::Hint;

/// The rights that the role `read` lacks.
const WRITES: [&str; 4] = ["insert", "update", "remove", "createIndex"];

impl Error {
    /// What to do about it, the most particular first. Empty where nobody can say.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let always: Option<Hint> = match self {
            Self::Uri { hint: None, .. } => Some("it should look like mongodb://host:27017".into()),
            Self::Unreachable { .. } => Some(Hint::CheckServer),
            Self::TooOld { .. } => Some("upgrade it to MongoDB 4.4 or later".into()),
            Self::Authentication { .. } => Some("check user, password and authSource in the connection string".into()),
            Self::Ambiguous { .. } => Some(Hint::NameCollection),
            Self::Name { .. } => Some(Hint::CheckNames),
            Self::Denied { action, .. } if WRITES.contains(&action.as_str()) => {
                Some("ask for the role `readWrite` on that database, or connect as another user".into())
            }
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
            Self::Exhausted { .. } => Some(Hint::RaisePoolSize),
            Self::Deadline { .. } | Self::Unconfirmed { .. } => Some("read what is there before doing it again".into()),
            Self::ReadOnly { .. } => Some(Hint::OpenForWriting),
            Self::Uri { .. }
            | Self::Foreign { .. }
            | Self::NoSessions { .. }
            | Self::Folder { .. }
            | Self::Refused { .. }
            | Self::Invalid { .. }
            | Self::Other { .. } => None,
        };
        let own = match self {
            Self::Uri { hint, .. }
            | Self::Unreachable { hint, .. }
            | Self::Authentication { hint, .. }
            | Self::NoSessions { hint, .. }
            | Self::Folder { hint, .. }
            | Self::Invalid { hint, .. }
            | Self::Other { hint, .. } => hint.clone(),
            _ => None,
        };
        own.into_iter().chain(always).collect()
    }

    /// The same with what to do about it, where the error has a place for that.
    #[must_use]
    pub fn with_hint(mut self, what: impl Into<Hint>) -> Self {
        if let Self::Uri { hint, .. }
        | Self::Unreachable { hint, .. }
        | Self::Authentication { hint, .. }
        | Self::NoSessions { hint, .. }
        | Self::Folder { hint, .. }
        | Self::Invalid { hint, .. }
        | Self::Other { hint, .. } = &mut self
        {
            *hint = Some(what.into());
        }
        self
    }
}
