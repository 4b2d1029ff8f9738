//! What is kept encrypted is so for agents, too.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    app::place::{Reveal, holds_sealed},
    hook::{Hook, HookAnswer, HookOperation, HookPayload, Next},
    repository::{Result, SessionReader},
    session::{Guard, MetadataEdit},
};

/// Seals what is set of encrypted fields before any other hook sees it, and gives it opened where the key is there. What cannot be sealed
/// is refused, as it is to a person.
#[derive(Debug)]
pub struct Sealing {
    reveal: Reveal,
    reader: Arc<dyn SessionReader>,
}

impl Sealing {
    /// For the sessions of that store.
    #[must_use]
    pub fn new(reveal: Reveal, reader: Arc<dyn SessionReader>) -> Self {
        Self { reveal, reader }
    }

    async fn sealed(&self, operation: &HookOperation, edits: Vec<MetadataEdit>) -> Result<Vec<MetadataEdit>> {
        // Also where no field is chosen: what is stored encrypted is not overwritten in clear.
        let stored = self.reader.metadata(&operation.session).await?;
        let seen = |edit: MetadataEdit| match edit.path.value(&stored) {
            Some(now) if edit.guard == Guard::None && holds_sealed(now) => edit.only_if(Some(now.clone())),
            _ => edit,
        };
        self.reveal.sealed(&operation.session, edits.into_iter().map(seen).collect(), &stored)
    }
}

#[async_trait]
impl Hook for Sealing {
    fn name(&self) -> &'static str {
        "encryption"
    }

    async fn around(&self, mut operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        operation.payload = match operation.payload.clone() {
            HookPayload::MetadataUpdate(edits) => HookPayload::MetadataUpdate(self.sealed(&operation, edits).await?),
            HookPayload::MetadataDelete(edits) => HookPayload::MetadataDelete(self.sealed(&operation, edits).await?),
            other => other,
        };
        let session = operation.session.clone();
        let mut answer = next.run(operation).await?;
        if let HookAnswer::Metadata(metadata) = &mut answer {
            *metadata = self.reveal.opened(&session, metadata).into_owned();
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use bson::{Document, doc};
    use serde_json::json;

    use super::*;
    use crate::{
        app::place::is_sealed,
        hook::{CipherKeys, EncryptedField, FieldCipher, Hooks},
        manager::{SessionManager, ToolAnswer},
        repository::{SessionRepository, folder},
        session::record::NewSession,
    };

    fn reveal() -> Reveal {
        let keys = CipherKeys::new("k1", &"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".into()).unwrap();
        let fields = vec![EncryptedField::new("ssn"), EncryptedField::new("vault")];
        let paths = fields.iter().map(|field| field.path.clone()).collect();
        Reveal::new(paths, Ok(FieldCipher::new(keys, fields).unwrap()))
    }

    fn without_key() -> Reveal {
        Reveal::new(vec!["ssn".into(), "vault".into()], Err("the file is gone".to_owned()))
    }

    async fn call(sessions: &Arc<dyn SessionRepository>, reveal: Reveal, arguments: serde_json::Value) -> ToolAnswer {
        let hook = Sealing::new(reveal, Arc::clone(sessions) as Arc<dyn SessionReader>);
        let hooks = Hooks::default().within(Arc::new(hook));
        let manager = SessionManager::builder(Arc::clone(sessions), "s").hooks(hooks).build();
        manager.metadata_tool().call(&arguments).await
    }

    async fn stored(sessions: &Arc<dyn SessionRepository>) -> Document {
        sessions.metadata(&"s".into()).await.unwrap()
    }

    #[tokio::test]
    async fn what_an_agent_sets_is_stored_sealed_and_given_back_opened() {
        let dir = tempfile::tempdir().unwrap();
        let sessions = folder::open(dir.path()).await.unwrap();
        let _ = sessions.create_session(&NewSession::new("s").metadata(doc! { "tier": "gold" })).await.unwrap();
        let set =
            json!({ "action": "set", "metadata": { "ssn": "078-05-1120", "vault": { "pin": 1234 }, "tier": "tin" } });
        let answer = call(&sessions, reveal(), set).await;
        assert!(!answer.is_error, "{}", answer.text);
        let now = stored(&sessions).await;
        assert!(is_sealed(now.get("ssn").unwrap()) && is_sealed(now.get("vault").unwrap()), "{now}");
        assert_eq!(now.get_str("tier").ok(), Some("tin"));
        let got = call(&sessions, reveal(), json!({ "action": "get", "keys": ["ssn", "vault"] })).await;
        assert_eq!(got.text, r#"Metadata retrieved: {"ssn": "078-05-1120", "vault": {"pin": 1234}}"#);
    }

    #[tokio::test]
    async fn nothing_is_stored_in_clear_where_the_key_or_the_settings_are_not_there() {
        let dir = tempfile::tempdir().unwrap();
        let sessions = folder::open(dir.path()).await.unwrap();
        let _ = sessions.create_session(&NewSession::new("s").metadata(doc! {})).await.unwrap();
        let set = |value: &str| json!({ "action": "set", "metadata": { "ssn": value } });
        let refused = call(&sessions, without_key(), set("1")).await;
        assert!(refused.is_error && refused.text.contains("the file is gone"), "{}", refused.text);
        assert_eq!(stored(&sessions).await, doc! {});
        assert!(!call(&sessions, reveal(), set("2")).await.is_error);
        let before = stored(&sessions).await;
        for reveal in [without_key(), Reveal::default()] {
            assert!(call(&sessions, reveal, set("3")).await.is_error);
        }
        assert_eq!(stored(&sessions).await, before);
        assert!(!call(&sessions, without_key(), json!({ "action": "delete", "keys": ["ssn"] })).await.is_error);
        assert_eq!(stored(&sessions).await, doc! {});
    }
}
