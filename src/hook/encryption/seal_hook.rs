//! The hook that keeps chosen fields sealed.

use async_trait::async_trait;

use super::FieldCipher;
use crate::{
    hook::{Hook, HookAnswer, HookOperation, HookPayload, Next},
    repository::Result,
};

/// A hook that seals chosen fields of the metadata when they are set, and opens them when they are read.
///
/// Hooks after it, such as those that tell others, see sealed values alone: put it first, or after those that must see what is set. What is
/// asked of the repository itself, such as lists, whole sessions and what [`watch`](crate::SessionReader::watch) tells, holds what is
/// stored: [`FieldCipher::open_metadata`] opens it. A guarded edit compares with what is stored too: take the value of its guard from
/// [`SessionReader::metadata`](crate::SessionReader::metadata). Copies, feedback and the metadata that a session is made with pass as they
/// are: edit what is to be encrypted once it is there.
///
/// A value that cannot be opened is given as it is stored, and logged, unless the hook is [`strict`](Self::strict).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let sessions = strandscope::open_folder(dir.path()).await?;
/// use std::sync::Arc;
/// use strandscope::{
///     CipherKeys, EncryptMetadata, EncryptedField, FieldCipher, Hooks, MetadataEdit, SealedValue, SessionManager,
/// };
///
/// let keys = CipherKeys::new("2026-11", &CipherKeys::generate_secret()?)?;
/// let cipher = FieldCipher::new(keys, vec![EncryptedField::new("ssn").bound(true)])?;
/// let hooks = Hooks::new(vec![Arc::new(EncryptMetadata::new(cipher))]);
/// let manager = SessionManager::builder(sessions.clone(), "support-1").hooks(hooks).build();
/// manager.open_or_create().await?;
///
/// manager.edit_metadata(vec![MetadataEdit::set("ssn", "078-05-1120")]).await?;
/// assert_eq!(manager.metadata().await?.get_str("ssn")?, "078-05-1120");
/// let stored = sessions.metadata(manager.key()).await?;
/// assert!(stored.get("ssn").and_then(SealedValue::read).is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct EncryptMetadata {
    cipher: FieldCipher,
    strict: bool,
}

impl EncryptMetadata {
    /// By that cipher.
    #[must_use]
    pub fn new(cipher: FieldCipher) -> Self {
        Self { cipher, strict: false }
    }

    /// The same that, where `strict`, refuses to read metadata in which a chosen field cannot be opened.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Its cipher.
    #[must_use]
    pub fn cipher(&self) -> &FieldCipher {
        &self.cipher
    }
}

#[async_trait]
impl Hook for EncryptMetadata {
    fn name(&self) -> &'static str {
        "encryption"
    }

    async fn around(&self, mut operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        if let HookPayload::MetadataUpdate(edits) | HookPayload::MetadataDelete(edits) = &mut operation.payload
            && let Err(problem) = self.cipher.seal_edits(&operation.session, edits)
        {
            return Err(operation.refused(self.name(), problem.to_string()));
        }
        let asked = HookOperation::new(operation.session.clone(), HookPayload::MetadataGet);
        let mut answer = next.run(operation).await?;
        if let HookAnswer::Metadata(metadata) = &mut answer {
            let findings = self.cipher.open_metadata(&asked.session, metadata);
            if let Some(first) = findings.first().filter(|_| self.strict) {
                return Err(asked.refused(self.name(), first.problem.to_string()));
            }
            for finding in &findings {
                tracing::warn!(session = %asked.session, problem = %finding.problem, "metadata stays encrypted");
            }
        }
        Ok(answer)
    }
}
