//! Why a value cannot be encrypted or read, and why keys cannot be used.

use crate::session::MetadataPath;

/// Why encrypted metadata cannot be written or read. Holds neither a key nor a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CipherError {
    /// A key that cannot be used. It is told by its position alone: what was taken for its id may be the key.
    #[error("key {position} of those for encrypted metadata cannot be used: {problem}")]
    #[non_exhaustive]
    Key {
        /// Which, from 1.
        position: usize,
        /// What is wrong with it.
        problem: KeyProblem,
    },
    /// No keys could be had.
    #[error("no keys for encrypted metadata in {place}: {reason}")]
    #[non_exhaustive]
    NoKeys {
        /// Where they were looked for: `the variable NAME`, `the file PATH`, `what PROGRAM printed`.
        place: String,
        /// Why there are none.
        reason: String,
    },
    /// One chosen field is another, or stands in it.
    #[error("{} is to be encrypted twice: {} is encrypted whole", inner.field(), outer.field())]
    #[non_exhaustive]
    Overlap {
        /// The one that is encrypted whole.
        outer: MetadataPath,
        /// The same, or one in it.
        inner: MetadataPath,
    },
    /// A field that can be searched for cannot be bound to its session as well.
    #[error("{} cannot be both deterministic and bound to its session: nobody could search for it", path.field())]
    #[non_exhaustive]
    DeterministicBound {
        /// The field.
        path: MetadataPath,
    },
    /// Only a deterministic field can be searched for.
    #[error("{} cannot be searched for: it is not encrypted deterministically", path.field())]
    #[non_exhaustive]
    NotDeterministic {
        /// The field.
        path: MetadataPath,
    },
    /// An edit in a field that is encrypted whole.
    #[error("{} cannot be edited: {} is encrypted whole, so set or remove that", path.field(), field.field())]
    #[non_exhaustive]
    Within {
        /// What was to be edited.
        path: MetadataPath,
        /// The encrypted field.
        field: MetadataPath,
    },
    /// The value of an encrypted field in an array, to which no path leads: it would be stored in clear.
    #[error(
        "{} cannot be set: {} would stand in an array, where it is not encrypted; choose the field that holds the array",
        path.field(),
        field.field()
    )]
    #[non_exhaustive]
    InArray {
        /// What was to be set.
        path: MetadataPath,
        /// The encrypted field.
        field: MetadataPath,
    },
    /// A value that no document of BSON can hold.
    #[error("{} cannot be encrypted: {reason}", path.field())]
    #[non_exhaustive]
    Unencodable {
        /// Where it was to be stored.
        path: MetadataPath,
        /// Why.
        reason: &'static str,
    },
    /// The system gave no random bytes.
    #[error("nothing can be encrypted: the system gave no random bytes")]
    NoRandomness,
    /// It was sealed with a key that is not among those given.
    #[error("{} cannot be read: it is encrypted with the key {key_id:?}, which is not here", path.field())]
    #[non_exhaustive]
    UnknownKey {
        /// Where it stands.
        path: MetadataPath,
        /// The key that would open it.
        key_id: String,
    },
    /// Its key does not open it: it was changed, or was sealed for another path or session, or by another key of that id.
    #[error(
        "{} cannot be read: the key {key_id:?} does not open it, so it was changed, copied from elsewhere, or encrypted \
         with another key of that name",
        path.field()
    )]
    #[non_exhaustive]
    NotAuthentic {
        /// Where it stands.
        path: MetadataPath,
        /// The key that should open it.
        key_id: String,
    },
}

/// What is wrong with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProblem {
    /// No `:` stands between id and key.
    #[error("it should look like ID:BASE64")]
    Form,
    /// Its id is empty, longer than 64 characters, or holds others than these.
    #[error("its id should be 1 to 64 of the characters A-Z a-z 0-9 . _ -")]
    Id,
    /// It is no base64.
    #[error("its secret is no base64")]
    Base64,
    /// It has another length.
    #[error("its secret should be 32 bytes in base64, as `openssl rand -base64 32` prints them")]
    Length,
    /// Another has the same id.
    #[error("an earlier one has the same id")]
    Twice,
}

/// A value of the metadata that is encrypted and could not be read; it stays as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CipherFinding {
    /// Where it stands.
    pub path: MetadataPath,
    /// Why.
    pub problem: CipherError,
}
