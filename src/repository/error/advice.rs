//! What to do about an error.

use super::Error;
use crate::repository::Hint;

/// The rights that the role `read` lacks.
const WRITES: [&str; 5] = ["insert", "update", "remove", "createIndex", "createCollection"];

/// The role that gives a right, and the database that it is missing on.
fn missing_role(action: &str, namespace: &str) -> Hint {
    let role = if WRITES.contains(&action) { "readWrite" } else { "read" };
    let database = namespace.split('.').next().unwrap_or_default();
    if database.is_empty() || database == "*" {
        return format!("ask for the role `{role}` on the database of the sessions, or connect as another user").into();
    }
    format!("ask for the role `{role}` on the database {database:?}, or connect as another user").into()
}

impl Error {
    /// What to do about it, the most particular first. Empty where nobody can say.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let always: Option<Hint> = match self {
            Self::Uri { hint: None, .. } => Some("it should look like mongodb://host:27017".into()),
            Self::Unreachable { answered: false, .. } => Some(Hint::CheckServer),
            Self::TooOld { .. } => Some("upgrade it to MongoDB 4.4 or later".into()),
            Self::Authentication { by_password: true, .. } => {
                Some("check user, password and authSource in the connection string".into())
            }
            Self::Ambiguous { .. } => Some(Hint::NameCollection),
            Self::Name { .. } => Some(Hint::CheckNames),
            Self::Denied { anonymous: true, .. } => {
                Some("log in: mongodb://USER:PASSWORD@HOST/?authSource=admin as the connection string".into())
            }
            Self::Denied { action, namespace, .. } => Some(missing_role(action, namespace)),
            Self::NotFound { .. } => Some(Hint::ListSessions),
            Self::TimedOut { .. } => Some(Hint::NarrowSearch),
            Self::Scope(mistake) => Some(mistake.hint.clone().into()),
            Self::OutOfScope { .. } => Some("ask for what belongs to the scope, or open the store without it".into()),
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
            Self::Unacknowledged { .. } => {
                Some("do not do it again; see that enough members run, or lower w in the connection string".into())
            }
            Self::ReadOnly { why: None, .. } => Some(Hint::OpenForWriting),
            Self::ReadOnly { why: Some("is a view"), .. } => {
                Some("write to the collection that it is made from".into())
            }
            Self::ReadOnly { why: Some(_), .. } => Some("keep sessions in a plain collection".into()),
            Self::Uri { .. }
            | Self::Authentication { .. }
            | Self::Foreign { .. }
            | Self::Unreachable { .. }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(error: &Error) -> String {
        error.hints().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn the_role_that_is_advised_is_the_one_that_is_missing() {
        assert!(advice(&Error::denied("find", "shop.sessions")).contains("`read` on the database \"shop\""));
        assert!(advice(&Error::denied("listCollections", "shop")).contains("`read` on the database \"shop\""));
        for write in ["insert", "update", "remove", "createIndex"] {
            assert!(advice(&Error::denied(write, "shop.a.b")).contains("`readWrite` on the database \"shop\""));
        }
        let nobody = Error::Denied {
            action: "find".to_owned(),
            namespace: "shop.sessions".to_owned(),
            anonymous: true,
            source: None,
        };
        assert!(advice(&nobody).contains("log in") && !advice(&nobody).contains("role"), "{}", advice(&nobody));
        assert_eq!(nobody.to_string(), "no right to find on shop.sessions: nobody is logged in");
    }

    #[test]
    fn what_answered_is_not_said_to_be_silent() {
        let lost = Error::unusable("h:27017", "the replica set has no primary now");
        assert_eq!(lost.to_string(), "the server at h:27017 cannot be used now: the replica set has no primary now");
        assert!(lost.hints().is_empty() && lost.is_connection_lost());
        assert_eq!(Error::unreachable("h:1", "refused").hints(), [Hint::CheckServer]);
    }

    #[test]
    fn what_nobody_can_write_is_not_opened_otherwise() {
        let view = Error::read_only("shop.recent", Some("is a view"));
        assert_eq!(view.to_string(), "shop.recent is a view");
        assert!(!view.hints().contains(&Hint::OpenForWriting) && advice(&view).contains("made from"));
        let series = Error::read_only("shop.ticks", Some("is a time-series collection"));
        assert!(advice(&series).contains("a plain collection"), "{}", advice(&series));
        assert_eq!(Error::read_only("x", None).hints(), [Hint::OpenForWriting]);
    }
}
