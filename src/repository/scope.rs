//! Which sessions of a store belong to one tenant: a rule that whoever opened the store has fixed, and no input can move.
//!
//! The rule alone; what enforces it is the repository that [`Scope::guard`] gives.

use std::fmt;

use bson::{Binary, Bson, Document, spec::BinarySubtype};

use crate::session::{
    MetadataEdit, MetadataPath, SessionKey,
    edit::{check_new_key, same},
    record::NewSession,
    setters,
};

/// One tenant's sessions: those whose `_id` begins with a prefix, or those with a value in one field of their metadata.
///
/// [`Scope::guard`] makes a repository in which no other session exists, for every method of the port and whatever it is asked:
/// ids, filters, edits, copies, pages. [`SessionManagerFactory::scoped`](crate::SessionManagerFactory::scoped) makes managers of it.
///
/// - By a prefix of the `_id` ([`Scope::prefix`]) a session's key alone tells: a key outside is refused with
///   [`Error::OutOfScope`](crate::Error::OutOfScope) before anything is asked. `_id`s that are no strings lie outside.
///   MongoDB's collation has no say in it. A collection that is dropped and made anew with a collation while it is written within a
///   scope is an exception: close the pool before.
/// - By a field ([`Scope::field`]) sessions of others are not found. MongoDB is asked for both in one step; of a store without
///   [`SessionReader::bound_to`](crate::SessionReader::bound_to) each session is read first, which another writer may overtake. `_id`s
///   are shared with the others: one that is taken cannot be created. A hook is asked before it is known whether a session lies
///   within: one that answers in the repository's place answers for any id.
///
/// ```
/// use strandscope::{Error, NewSession, Scope, SessionKey};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> strandscope::Result<()> {
/// # let folder = tempfile::tempdir().expect("a folder");
/// let all = strandscope::open_folder(folder.path()).await?;
/// let mine = Scope::prefix("tenant-7.")?.guard(all.clone())?;
/// mine.create_session(&NewSession::new("tenant-7.chat-1")).await?;
///
/// all.create_session(&NewSession::new("tenant-70.chat-1")).await?;
/// let other = SessionKey::from("tenant-70.chat-1");
/// assert!(matches!(mine.metadata(&other).await, Err(Error::OutOfScope { .. })));
/// assert_eq!(mine.count(&Default::default()).await?, Some(1));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Scope {
    rule: ScopeRule,
    /// The database that the sessions are in; `None`: whichever the store has.
    pub database: Option<String>,
    /// The collection that they are in; `None`: whichever the store has.
    pub collection: Option<String>,
}

/// What makes a session one of the tenant's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ScopeRule {
    /// Its `_id` is a string that begins so.
    Prefix(String),
    /// Exactly that value stands there in its metadata.
    Field(MetadataPath, Bson),
}

/// The longest prefix: a pattern has an end on the server, and no `_id` is so long.
const LONGEST_PREFIX: usize = 1024;

/// Why something can be no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{what} can be no scope: {reason}")]
pub struct ScopeError {
    /// What was given, with quotes: `the prefix "tenant-7"`.
    pub what: String,
    /// Why.
    pub reason: String,
    /// What would be right.
    pub hint: String,
}

impl Scope {
    /// The sessions whose `_id` is a string that begins so, byte for byte. It must end in a sign that is neither letter nor digit:
    /// `tenant-7` would take in `tenant-70`. Let it be one that no tenant's name holds: `acme-` takes in the sessions of `acme-eu` too.
    ///
    /// # Errors
    /// A prefix that is empty, or does not end so, or holds what nobody can see, or is longer than 1024 bytes.
    pub fn prefix(prefix: impl Into<String>) -> Result<Self, ScopeError> {
        let prefix = prefix.into();
        let refused = |reason: &str, hint: String| {
            Err(ScopeError { what: format!("the prefix {prefix:?}"), reason: reason.to_owned(), hint })
        };
        if prefix.is_empty() {
            return refused(
                "every session begins with it",
                "name what the ids begin with, such as tenant-7/".to_owned(),
            );
        }
        if prefix.len() > LONGEST_PREFIX {
            let what = format!("a prefix of {} bytes", prefix.len());
            let reason = format!("{LONGEST_PREFIX} bytes are the most");
            return Err(ScopeError { what, reason, hint: "name what the ids begin with".to_owned() });
        }
        if prefix.contains(char::REPLACEMENT_CHARACTER) || is_hiding(&prefix) {
            return refused("it holds a character that nobody can see", "write it in letters and signs".to_owned());
        }
        if !prefix.ends_with(|last: char| last.is_ascii_punctuation()) {
            let reason = "ids of others may begin with it too, as tenant-70 does with tenant-7";
            return refused(reason, format!("end it with a sign, such as {:?}", format!("{prefix}/")));
        }
        Ok(Self { rule: ScopeRule::Prefix(prefix), database: None, collection: None })
    }

    /// The sessions with exactly that value, of that BSON type, in a field of their metadata: a text that is not empty, a whole
    /// number, true or false, an ObjectId or a UUID. A new session gets it.
    ///
    /// # Errors
    /// A field that no path leads to, and a value of another type.
    pub fn field(path: impl Into<MetadataPath>, value: impl Into<Bson>) -> Result<Self, ScopeError> {
        let (path, value) = (path.into(), value.into());
        let refused = |reason: String, hint: &str| {
            Err(ScopeError { what: format!("the field {:?}", path.field()), reason, hint: hint.to_owned() })
        };
        if let Some(reason) = path.keys().iter().find_map(|key| check_new_key(key).err()) {
            return refused(reason.to_owned(), "name a field of the metadata, such as tenant");
        }
        let is_told_apart = match &value {
            Bson::String(text) => !text.is_empty() && !text.contains(char::REPLACEMENT_CHARACTER),
            Bson::Int32(_)
            | Bson::Int64(_)
            | Bson::Boolean(_)
            | Bson::ObjectId(_)
            | Bson::Binary(Binary { subtype: BinarySubtype::Uuid, .. }) => true,
            _ => false,
        };
        if !is_told_apart {
            let reason = "its value is none that tells one tenant from all others".to_owned();
            return refused(reason, "give it a text, a whole number, true or false, an ObjectId or a UUID");
        }
        Ok(Self { rule: ScopeRule::Field(path, value), database: None, collection: None })
    }

    setters! { options { database: String, collection: String } }

    /// As it stands in a sentence: `"tenant-7/"`, or `tenant = "7"`.
    pub(crate) fn quoted(&self) -> String {
        match &self.rule {
            ScopeRule::Prefix(prefix) => format!("{prefix:?}"),
            ScopeRule::Field(path, Bson::String(text)) => format!("{path} = {text:?}"),
            ScopeRule::Field(..) => self.to_string(),
        }
    }

    pub(crate) fn rule(&self) -> &ScopeRule {
        &self.rule
    }

    /// Whether a session's key alone tells that it lies within or outside.
    pub(crate) fn is_told_by_key(&self) -> bool {
        matches!(self.rule, ScopeRule::Prefix(_))
    }

    /// Whether a session with that key may lie within: by a prefix it does, by a field its metadata must tell.
    #[must_use]
    pub fn admits(&self, key: &SessionKey) -> bool {
        match &self.rule {
            ScopeRule::Prefix(prefix) => key.bson().as_str().is_some_and(|id| id.starts_with(prefix.as_str())),
            ScopeRule::Field(..) => true,
        }
    }

    /// Whether a session with such metadata lies within, by a field; by a prefix any may.
    pub(crate) fn holds_metadata(&self, metadata: Option<&Document>) -> bool {
        match &self.rule {
            ScopeRule::Prefix(_) => true,
            ScopeRule::Field(path, value) => same(metadata.and_then(|fields| path.value(fields)), Some(value)),
        }
    }

    /// Whether a session's document lies within: it holds the `_id` and the whole `metadata`.
    pub(crate) fn holds(&self, document: &Document) -> bool {
        let id = document.get("_id").and_then(Bson::as_str);
        match &self.rule {
            ScopeRule::Prefix(prefix) => id.is_some_and(|id| id.starts_with(prefix.as_str())),
            ScopeRule::Field(..) => self.holds_metadata(document.get("metadata").and_then(Bson::as_document)),
        }
    }

    /// The first edit that would reach the field that tells: of it, of what it stands in, or of what would stand in it.
    pub(crate) fn moving<'a>(&self, edits: &'a [MetadataEdit]) -> Option<&'a MetadataEdit> {
        let ScopeRule::Field(path, _) = &self.rule else { return None };
        edits.iter().find(|edit| edit.path.is_within(path) || path.is_within(&edit.path))
    }

    /// The session to create with the field that tells. `None`: it holds another value there, or none can stand there.
    pub(crate) fn marked(&self, session: &NewSession) -> Option<NewSession> {
        let mut session = session.clone();
        let ScopeRule::Field(path, value) = &self.rule else { return Some(session) };
        let parents = path.keys().split_last().map_or(&[][..], |(_, parents)| parents);
        let mut at = &mut session.metadata;
        for key in parents {
            let inner = at.entry(key.clone()).or_insert_with(|| Bson::Document(Document::new()));
            at = inner.as_document_mut()?;
        }
        match at.get(path.name()) {
            // What a manager begins its metadata fields with.
            None => {}
            Some(Bson::String(text)) if text.is_empty() => {}
            stored => return same(stored, Some(value)).then_some(session),
        }
        at.insert(path.name(), value.clone());
        Some(session)
    }
}

/// Whether it holds control characters, or what turns the direction of text.
fn is_hiding(text: &str) -> bool {
    // The rule of keys, which may hold no dot and not begin with a dollar sign.
    check_new_key(&format!("k{}", text.replace('.', "-"))).is_err()
}

/// `tenant-7/`, or `tenant = "7"`. Make it safe before it reaches a terminal.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            ScopeRule::Prefix(prefix) => f.write_str(prefix),
            ScopeRule::Field(path, value) => write!(f, "{path} = {value}"),
        }
    }
}

#[cfg(test)]
mod tests;
