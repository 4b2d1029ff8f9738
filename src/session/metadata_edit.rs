//! One edit of metadata, and what must still be stored for it to happen.

use bson::Bson;

/// One edit of a top-level field of `metadata`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MetadataEdit {
    /// The key. A dot in it would nest, so it is refused: see [`edit::check_segment`](super::edit::check_segment).
    pub key: String,
    /// The new value; `None` removes the field.
    pub value: Option<Bson>,
    /// What must still be stored for the edit to happen.
    pub guard: Guard,
}

impl MetadataEdit {
    /// Sets a field, whatever is stored.
    #[must_use]
    pub fn set(key: &str, value: impl Into<Bson>) -> Self {
        Self { key: key.to_owned(), value: Some(value.into()), guard: Guard::None }
    }

    /// Removes a field, whatever is stored.
    #[must_use]
    pub fn unset(key: &str) -> Self {
        Self { key: key.to_owned(), value: None, guard: Guard::None }
    }

    /// The same edit, only where this is stored: `None` for absent.
    #[must_use]
    pub fn only_if(mut self, stored: Option<Bson>) -> Self {
        self.guard = Guard::Stored(stored);
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
