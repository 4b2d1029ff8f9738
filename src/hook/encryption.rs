//! Encrypted fields of the metadata: sealed before anything is stored, opened where the key is.

mod envelope;
mod error;
mod field;
mod keys;
mod metadata;
mod seal_hook;
#[cfg(test)]
mod tests;

pub use error::{CipherError, CipherFinding, KeyProblem};
pub use field::EncryptedField;
pub use keys::CipherKeys;
pub use metadata::Rotation;
pub use seal_hook::EncryptMetadata;

use std::{fmt, sync::Arc};

use bson::Bson;

use self::envelope::SealMode;
use crate::session::{
    MetadataEdit, MetadataPath, SessionKey,
    sealed::{self, SealedValue},
};

/// Seals and opens chosen fields of the metadata. Cheap to clone.
///
/// A value becomes a text that [`SealedValue`] describes: encrypted and authenticated by AES-256-SIV (RFC 5297) together with its path,
/// the id of its key and, where it is bound, its session. Any BSON value comes back with its type. What cannot be hidden is that a value is
/// there, how long it is about, and where it is deterministic which ones are equal.
///
/// ```
/// use strandscope::{CipherKeys, EncryptedField, FieldCipher, MetadataEdit, SealedValue, SessionKey};
///
/// let keys = CipherKeys::new("2026-11", &CipherKeys::generate_secret()?)?;
/// let cipher = FieldCipher::new(keys, vec![EncryptedField::new("ssn")])?;
/// let session = SessionKey::from("support-1");
/// let mut edits = [MetadataEdit::set("ssn", "078-05-1120"), MetadataEdit::set("tier", "gold")];
/// cipher.seal_edits(&session, &mut edits)?;
///
/// let stored = edits[0].value.as_ref().expect("it is set");
/// assert_eq!(SealedValue::read(stored).map(|sealed| sealed.key_id), Some("2026-11"));
/// assert_eq!(cipher.open(&session, &"ssn".into(), stored)?, Some("078-05-1120".into()));
/// assert_eq!(edits[1].value, Some("gold".into()));
/// # Ok::<(), strandscope::CipherError>(())
/// ```
#[derive(Clone)]
pub struct FieldCipher(Arc<CipherParts>);

struct CipherParts {
    keys: CipherKeys,
    fields: Vec<EncryptedField>,
}

impl FieldCipher {
    /// With these keys, for these fields.
    ///
    /// # Errors
    /// [`CipherError::Overlap`] where a field is chosen twice or stands in another, [`CipherError::DeterministicBound`].
    pub fn new(keys: CipherKeys, fields: Vec<EncryptedField>) -> Result<Self, CipherError> {
        field::check(&fields)?;
        Ok(Self(Arc::new(CipherParts { keys, fields })))
    }

    /// The ids of its keys, the one that seals first.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys.ids()
    }

    /// The fields that it seals.
    #[must_use]
    pub fn fields(&self) -> &[EncryptedField] {
        &self.0.fields
    }

    /// Whether the value there is sealed as a whole.
    #[must_use]
    pub fn is_chosen(&self, path: &MetadataPath) -> bool {
        self.field(path).is_some()
    }

    fn field(&self, path: &MetadataPath) -> Option<&EncryptedField> {
        self.fields().iter().find(|field| &field.path == path)
    }

    /// Seals the values of chosen fields, also within an object that is set as a whole. No path leads into an array: what stands in one
    /// is sealed only with a field that holds the array, and where a chosen field would stand in one the edit is refused. A value that is
    /// sealed already, for just this place and as its field is now, stays as it is, whichever of the keys it has; what only looks so is
    /// sealed as the text it is. Guards are left alone: they hold what is stored.
    ///
    /// # Errors
    /// [`CipherError::Within`] for an edit in a chosen field, [`CipherError::InArray`], [`CipherError::Unencodable`],
    /// [`CipherError::NoRandomness`]. The edits must not be used then: some may be in clear.
    pub fn seal_edits(&self, session: &SessionKey, edits: &mut [MetadataEdit]) -> Result<(), CipherError> {
        for edit in edits {
            for field in self.fields() {
                if edit.path != field.path && edit.path.is_within(&field.path) {
                    return Err(CipherError::Within { path: edit.path.clone(), field: field.path.clone() });
                }
                if !field.path.is_within(&edit.path) {
                    continue;
                }
                let Some(value) = &mut edit.value else { continue };
                let rest = &field.path.keys()[edit.path.keys().len()..];
                if sealed::stands_in_array(value, rest) {
                    return Err(CipherError::InArray { path: edit.path.clone(), field: field.path.clone() });
                }
                if let Some(value) = reach(value, rest) {
                    *value = self.sealed(session, field, value)?;
                }
            }
        }
        Ok(())
    }

    /// The value as its field wants it.
    fn sealed(&self, session: &SessionKey, field: &EncryptedField, value: &Bson) -> Result<Bson, CipherError> {
        match self.open(session, &field.path, value) {
            Ok(Some(_)) if is_sealed_as(field, value) => Ok(value.clone()),
            Ok(Some(opened)) => self.seal(session, field, &opened),
            Ok(None) | Err(_) => self.seal(session, field, value),
        }
    }

    fn seal(&self, session: &SessionKey, field: &EncryptedField, value: &Bson) -> Result<Bson, CipherError> {
        let mode = SealMode::of(field, session);
        envelope::seal(self.0.keys.active(), &field.path, mode, value).map(Bson::String)
    }

    /// The texts that a value of a deterministic field may be stored as: one for each key, that of the active key first. Once every
    /// session is [rotated](Self::rotate), that one alone is stored. A filter finds one of them by `meta.KEY:"TEXT"`. An int32 5 is
    /// another text than an int64 5.
    ///
    /// # Errors
    /// [`CipherError::NotDeterministic`] where the field is not chosen so, and [`CipherError::Unencodable`].
    pub fn seal_for_search(&self, path: &MetadataPath, value: &Bson) -> Result<Vec<String>, CipherError> {
        if !self.field(path).is_some_and(|field| field.deterministic) {
            return Err(CipherError::NotDeterministic { path: path.clone() });
        }
        self.0.keys.all().map(|key| envelope::seal(key, path, SealMode::Deterministic, value)).collect()
    }

    /// The value that is stored sealed at a path; `None`: it is not sealed. Also opened is what is no longer chosen, or was sealed in
    /// another way than its field is now.
    ///
    /// # Errors
    /// [`CipherError::UnknownKey`], [`CipherError::NotAuthentic`]. Anybody can write a text that looks sealed: where the path is not
    /// chosen it may be no more than that.
    pub fn open(&self, session: &SessionKey, path: &MetadataPath, stored: &Bson) -> Result<Option<Bson>, CipherError> {
        let open = |stored: &Bson| match stored {
            Bson::String(text) => envelope::open(&self.0.keys, session, path, text),
            _ => Ok(None),
        };
        let Some(mut opened) = open(stored)? else { return Ok(None) };
        // Put back by somebody who did not have its key, and so took it for a text.
        while let Ok(Some(inner)) = open(&opened) {
            opened = inner;
        }
        Ok(Some(opened))
    }
}

/// Keys by their ids alone.
impl fmt::Debug for FieldCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldCipher").field("keys", &self.0.keys).field("fields", &self.0.fields).finish()
    }
}

/// Whether it was sealed in the way that was chosen for its field now.
fn is_sealed_as(field: &EncryptedField, stored: &Bson) -> bool {
    SealedValue::read(stored)
        .is_some_and(|sealed| (sealed.deterministic, sealed.bound) == (field.deterministic, field.bound))
}

/// The value to which these keys lead.
fn reach<'a>(value: &'a mut Bson, keys: &[String]) -> Option<&'a mut Bson> {
    keys.iter().try_fold(value, |at, key| at.as_document_mut()?.get_mut(key))
}
