//! Identities: a session's `_id` and an agent's id.

use std::{
    borrow::Borrow,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use bson::Bson;

/// A session's own `_id`: usually a string, but real collections hold ObjectIds, numbers and more.
///
/// Two keys are equal when their canonical Extended JSON is; so an int32 5 and an int64 5 differ, as they do for a
/// guarded write.
#[derive(Clone)]
pub struct SessionKey {
    id: Bson,
    canonical: Arc<str>,
    text: Arc<str>,
}

impl SessionKey {
    /// Wraps the value of an `_id` field.
    #[must_use]
    pub fn new(id: Bson) -> Self {
        let text: Arc<str> = match &id {
            Bson::String(text) => text.as_str().into(),
            Bson::ObjectId(oid) => oid.to_hex().into(),
            other => other.clone().into_relaxed_extjson().to_string().into(),
        };
        let canonical = id.clone().into_canonical_extjson().to_string().into();
        Self { id, canonical, text }
    }

    /// The `_id` as stored: what every read and write uses.
    #[must_use]
    pub fn bson(&self) -> &Bson {
        &self.id
    }

    /// The `_id` as a person would type it: the string, an ObjectId's hex, else relaxed Extended JSON.
    ///
    /// Stored text: make it safe before it reaches a terminal.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl From<&str> for SessionKey {
    fn from(id: &str) -> Self {
        Self::new(Bson::String(id.to_owned()))
    }
}

impl PartialEq for SessionKey {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for SessionKey {}

impl Hash for SessionKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical.hash(state);
    }
}

impl PartialOrd for SessionKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SessionKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.canonical.cmp(&other.canonical)
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionKey({})", self.canonical)
    }
}

/// An agent's id: the key under `agents`. Stored text, so untrusted; may hold dots or be empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AgentId(Arc<str>);

impl AgentId {
    /// The id as stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for AgentId {
    fn from(id: &str) -> Self {
        Self(id.into())
    }
}

impl Borrow<str> for AgentId {
    fn borrow(&self) -> &str {
        &self.0
    }
}
