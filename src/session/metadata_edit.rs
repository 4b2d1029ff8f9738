//! One edit of metadata, where its value stands, and what must still be stored for it to happen.

use std::fmt;

use bson::{Bson, Document};

/// Where a value stands in `metadata`: the keys of the objects that lead to it, from the top one on. Never empty.
///
/// Arrays are values as a whole: no path leads into one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MetadataPath(Vec<String>);

impl MetadataPath {
    /// Through these keys; `None` where there is none.
    #[must_use]
    pub fn new(keys: Vec<String>) -> Option<Self> {
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// The keys, the top one first.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        &self.0
    }

    /// The key of the field of `metadata` that the value is, or stands in.
    #[must_use]
    pub fn top(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// The key of the value itself.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// The objects that the value stands in, from the top one on; none for a field of `metadata` itself.
    pub fn parents(&self) -> impl Iterator<Item = Self> {
        (1..self.0.len()).map(|length| Self(self.0[..length].to_vec()))
    }

    /// The object that the value stands in; `None`: `metadata` itself.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        Self::new(self.0[..self.0.len() - 1].to_vec())
    }

    /// A value in the one that stands here.
    #[must_use]
    pub fn child(&self, key: impl Into<String>) -> Self {
        let mut keys = self.0.clone();
        keys.push(key.into());
        Self(keys)
    }

    /// The value of another key in the same object.
    #[must_use]
    pub fn sibling(&self, key: impl Into<String>) -> Self {
        let mut keys = self.0.clone();
        keys.pop();
        keys.push(key.into());
        Self(keys)
    }

    /// Whether it is that path, or leads on from there.
    #[must_use]
    pub fn is_within(&self, outer: &Self) -> bool {
        self.0.starts_with(&outer.0)
    }

    /// The value that stands there.
    #[must_use]
    pub fn value<'a>(&self, metadata: &'a Document) -> Option<&'a Bson> {
        object(metadata, &self.0[..self.0.len() - 1])?.get(self.name())
    }

    /// As MongoDB names it below the document: `metadata.customer.tier`.
    #[must_use]
    pub fn field(&self) -> String {
        format!("metadata.{self}")
    }
}

/// The object that these keys lead to.
fn object<'a>(metadata: &'a Document, keys: &[String]) -> Option<&'a Document> {
    keys.iter().try_fold(metadata, |at, key| at.get(key)?.as_document())
}

/// `customer.tier`. A dot may also be part of a key that stands there already.
impl fmt::Display for MetadataPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// A field of `metadata` itself; a dot is part of its key.
impl From<&str> for MetadataPath {
    fn from(key: &str) -> Self {
        Self(vec![key.to_owned()])
    }
}

/// A field of `metadata` itself; a dot is part of its key.
impl From<String> for MetadataPath {
    fn from(key: String) -> Self {
        Self(vec![key])
    }
}

impl From<&String> for MetadataPath {
    fn from(key: &String) -> Self {
        Self::from(key.as_str())
    }
}

impl From<&Self> for MetadataPath {
    fn from(path: &Self) -> Self {
        path.clone()
    }
}

/// One edit of a value in `metadata`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MetadataEdit {
    /// Where it stands. The objects on the way must be there; a key with a dot would nest, so it is refused: see
    /// [`edit::check_segment`](super::edit::check_segment).
    pub path: MetadataPath,
    /// The new value; `None` removes the field.
    pub value: Option<Bson>,
    /// What must still be stored for the edit to happen.
    pub guard: Guard,
    /// Puts the field in front of this key of the same object, where that is there. `None`: a field that is there keeps its place,
    /// a new one is the last.
    pub before: Option<String>,
}

impl MetadataEdit {
    /// Sets a field, whatever is stored.
    #[must_use]
    pub fn set(path: impl Into<MetadataPath>, value: impl Into<Bson>) -> Self {
        Self::new(path, Some(value.into()))
    }

    /// Removes a field, whatever is stored.
    #[must_use]
    pub fn unset(path: impl Into<MetadataPath>) -> Self {
        Self::new(path, None)
    }

    /// Sets or removes a field, whatever is stored.
    #[must_use]
    pub fn new(path: impl Into<MetadataPath>, value: Option<Bson>) -> Self {
        Self { path: path.into(), value, guard: Guard::None, before: None }
    }

    /// The same edit, only where this is stored: `None` for absent.
    #[must_use]
    pub fn only_if(mut self, stored: Option<Bson>) -> Self {
        self.guard = Guard::Stored(stored);
        self
    }

    /// The same edit, whatever is stored.
    #[must_use]
    pub fn unguarded(mut self) -> Self {
        self.guard = Guard::None;
        self
    }

    /// The same edit, with the field in front of that key of the same object.
    #[must_use]
    pub fn before(mut self, key: impl Into<String>) -> Self {
        self.before = Some(key.into());
        self
    }
}

/// What must still be stored: compared by BSON type and value (an int32 5 is not an int64 5).
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Guard {
    /// Anything.
    #[default]
    None,
    /// Exactly this; `None`: the field is absent.
    Stored(Option<Bson>),
}
