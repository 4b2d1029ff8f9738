//! A session by its key and its name.

use crate::session::SessionKey;

/// A session that a key acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenSession {
    /// Its `_id`.
    pub key: SessionKey,
    /// What a person knows it by, as stored.
    pub name: String,
}
