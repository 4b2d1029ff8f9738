//! Which fields are encrypted, and how.

use super::error::CipherError;
use crate::session::{MetadataPath, setters};

/// A field of the metadata that is encrypted: whatever stands there, an object or array as a whole.
///
/// Unless said otherwise the same value is another text each time, and opens at its path in any session.
///
/// ```
/// use strandscope::{EncryptedField, MetadataPath};
///
/// let iban = MetadataPath::from("customer").child("iban");
/// let fields = vec![
///     EncryptedField::new("ssn").bound(true),
///     EncryptedField::new(iban),
///     EncryptedField::new("email").deterministic(true),
/// ];
/// # assert!(fields[2].deterministic && !fields[1].bound);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct EncryptedField {
    /// Where it stands.
    pub path: MetadataPath,
    /// The same value is the same text: it can be searched for by [`FieldCipher::seal_for_search`](super::FieldCipher::seal_for_search),
    /// and whoever reads the store sees which sessions have the same.
    pub deterministic: bool,
    /// It opens in the session alone that it was stored in. Not together with `deterministic`: [`FieldCipher::new`](super::FieldCipher::new)
    /// refuses that.
    pub bound: bool,
}

impl EncryptedField {
    /// The field there: random, and not bound to its session.
    #[must_use]
    pub fn new(path: impl Into<MetadataPath>) -> Self {
        Self { path: path.into(), deterministic: false, bound: false }
    }

    setters! { exact { deterministic: bool, bound: bool } }
}

/// Refuses fields that cannot be encrypted together.
pub(super) fn check(fields: &[EncryptedField]) -> Result<(), CipherError> {
    for (position, field) in fields.iter().enumerate() {
        if field.deterministic && field.bound {
            return Err(CipherError::DeterministicBound { path: field.path.clone() });
        }
        for earlier in &fields[..position] {
            for (outer, inner) in [(&earlier.path, &field.path), (&field.path, &earlier.path)] {
                if inner.is_within(outer) {
                    return Err(CipherError::Overlap { outer: outer.clone(), inner: inner.clone() });
                }
            }
        }
    }
    Ok(())
}
