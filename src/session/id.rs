//! Identities: a session's `_id` and an agent's id.

mod meaning;
mod spell;
mod text;
mod typed;

use std::{
    borrow::Borrow,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use bson::Bson;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use meaning::{IdMeaning, id_meanings};
pub(crate) use spell::unspelled;
#[cfg(any(feature = "app", test))]
pub(crate) use spell::{spelled, unhidden};
pub(crate) use typed::uuid_text;

/// A session's own `_id`: usually a string, but real collections hold ObjectIds, numbers and more.
///
/// Two keys are equal when their canonical Extended JSON is; so an int32 5 and an int64 5 differ, as they do for a
/// guarded write. One equals a text where its `_id` is that string.
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
        let text = typed::text(&id).into();
        let canonical = id.clone().into_canonical_extjson().to_string().into();
        Self { id, canonical, text }
    }

    /// The `_id` as stored: what every read and write uses.
    #[must_use]
    pub fn bson(&self) -> &Bson {
        &self.id
    }

    /// The `_id` as a person would type it: the string, an ObjectId's hex, a UUID in its usual form (a legacy one in the order
    /// of its bytes), the digits of a number, else relaxed Extended JSON. Several may have the same text: see [`Self::exact`].
    ///
    /// Stored text: make it safe before it reaches a terminal.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its canonical Extended JSON, by which it is compared.
    #[cfg(feature = "encryption")]
    pub(crate) fn canonical(&self) -> &str {
        &self.canonical
    }
}

impl From<bson::oid::ObjectId> for SessionKey {
    fn from(id: bson::oid::ObjectId) -> Self {
        Self::new(Bson::ObjectId(id))
    }
}

impl From<Bson> for SessionKey {
    fn from(id: Bson) -> Self {
        Self::new(id)
    }
}

impl From<&SessionKey> for SessionKey {
    fn from(key: &SessionKey) -> Self {
        key.clone()
    }
}

/// [`SessionKey::text`]. Stored text: make it safe before it reaches a terminal.
impl fmt::Display for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for SessionKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.id.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SessionKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Bson::deserialize(deserializer).map(Self::new)
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

impl AsRef<str> for AgentId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// The id as stored: make it safe before it reaches a terminal.
impl fmt::Display for AgentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for AgentId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for AgentId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl Borrow<str> for AgentId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_their_type_in_json() {
        let agent = AgentId::from("a.b");
        assert_eq!(serde_json::to_string(&agent).unwrap(), "\"a.b\"");
        assert_eq!(serde_json::from_str::<AgentId>("\"a.b\"").unwrap(), agent);
        let oid = bson::oid::ObjectId::from_bytes([7; 12]);
        let key = SessionKey::from(oid);
        assert_eq!(key.to_string(), oid.to_hex());
        assert_ne!(key, SessionKey::from(oid.to_hex()), "a text is no ObjectId");
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<SessionKey>(&json).unwrap(), key);
    }
}
