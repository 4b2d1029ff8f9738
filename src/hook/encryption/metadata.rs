//! Whole metadata: opened for a reader, and made new after a change of keys or fields.

use bson::{Bson, Document};

use super::{CipherError, CipherFinding, FieldCipher, is_sealed_as};
use crate::session::{
    MetadataEdit, MetadataPath, SessionKey,
    sealed::{self, SealedValue},
};

/// What is to be stored anew after a change of keys or fields, and what cannot be.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Rotation {
    /// The edits that store it, each only where the value is still as it was read.
    pub edits: Vec<MetadataEdit>,
    /// What cannot be opened, or stands in an array where no path leads to it, and stays.
    pub findings: Vec<CipherFinding>,
}

impl FieldCipher {
    /// Opens what is sealed in metadata. What cannot be opened stays as it is stored, and is told where its field is chosen; elsewhere it
    /// may be a text that looks so.
    pub fn open_metadata(&self, session: &SessionKey, metadata: &mut Document) -> Vec<CipherFinding> {
        let mut findings = Vec::new();
        self.open_within(session, &mut Vec::new(), metadata, &mut findings);
        findings
    }

    fn open_within(
        &self,
        session: &SessionKey,
        parents: &mut Vec<String>,
        object: &mut Document,
        findings: &mut Vec<CipherFinding>,
    ) {
        for (key, value) in object.iter_mut() {
            let is_object = matches!(value, Bson::Document(_));
            if !is_object && SealedValue::read(value).is_none() {
                continue;
            }
            parents.push(key.clone());
            if let Bson::Document(inner) = value {
                self.open_within(session, parents, inner, findings);
            } else if let Some(path) = MetadataPath::new(parents.clone()) {
                match self.open(session, &path, value) {
                    Ok(Some(opened)) => *value = opened,
                    Err(problem) if self.is_chosen(&path) => findings.push(CipherFinding { path, problem }),
                    Ok(None) | Err(_) => {}
                }
            }
            parents.pop();
        }
    }

    /// What must be stored anew so that every chosen field of this metadata, as it is stored, is sealed with the active key and as its
    /// field is now: what stands there in clear, has an older key, or was sealed in another way.
    ///
    /// ```
    /// # use strandscope::{CipherKeys, EncryptedField, FieldCipher, SealedValue, bson::doc};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let dir = tempfile::tempdir()?;
    /// # let sessions = strandscope::open_folder(dir.path()).await?;
    /// # let new = strandscope::NewSession::new("support-1").metadata(doc! { "ssn": "078-05-1120" });
    /// # let _ = sessions.create_session(&new).await?;
    /// # let key = "support-1".into();
    /// # let keys = CipherKeys::new("2026-11", &CipherKeys::generate_secret()?)?;
    /// let cipher = FieldCipher::new(keys, vec![EncryptedField::new("ssn")])?;
    /// let rotation = cipher.rotate(&key, &sessions.metadata(&key).await?);
    /// assert!(rotation.findings.is_empty());
    /// sessions.edit_metadata(&key, &rotation.edits).await?;
    /// # let stored = sessions.metadata(&key).await?;
    /// # assert!(stored.get("ssn").and_then(SealedValue::read).is_some());
    /// # assert!(cipher.rotate(&key, &stored).edits.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn rotate(&self, session: &SessionKey, metadata: &Document) -> Rotation {
        let mut rotation = Rotation::default();
        for field in self.fields() {
            let (top, rest) = (field.path.top(), field.path.keys().get(1..).unwrap_or_default());
            if metadata.get(top).is_some_and(|value| sealed::stands_in_array(value, rest)) {
                let problem = CipherError::InArray { path: top.into(), field: field.path.clone() };
                rotation.findings.push(CipherFinding { path: field.path.clone(), problem });
            }
            let Some(stored) = field.path.value(metadata) else { continue };
            let is_new = is_sealed_as(field, stored)
                && SealedValue::read(stored).is_some_and(|sealed| Some(sealed.key_id) == self.key_ids().next());
            let sealed = match self.open(session, &field.path, stored) {
                Ok(Some(_)) if is_new => continue,
                Ok(opened) => self.seal(session, field, opened.as_ref().unwrap_or(stored)),
                Err(problem) => Err(problem),
            };
            match sealed {
                Ok(sealed) => {
                    let edit = MetadataEdit::set(field.path.clone(), sealed).only_if(Some(stored.clone()));
                    rotation.edits.push(edit);
                }
                Err(problem) => rotation.findings.push(CipherFinding { path: field.path.clone(), problem }),
            }
        }
        rotation
    }
}
