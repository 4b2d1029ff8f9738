//! What is kept encrypted, also from agents that go over MCP: opened for them, and sealed before anything else sees it.

use std::borrow::Cow;

use async_trait::async_trait;
use bson::Document;

use crate::{
    app::place::{Reveal, holds_sealed},
    hook::{Hook, HookAnswer, HookOperation, HookPayload, HookStore, Next},
    repository::Result,
    session::{Guard, MetadataEdit, SessionKey},
};

/// Opens metadata that are read, and seals those that are written, by the rules of edits by hand. What cannot be opened stays as it is
/// stored: given back so, it is stored as it was.
#[derive(Debug)]
pub struct Revealing(pub Reveal);

impl Revealing {
    async fn sealed(
        &self,
        session: &SessionKey,
        store: Option<&HookStore>,
        edits: Vec<MetadataEdit>,
    ) -> Result<Vec<MetadataEdit>> {
        // Also where no field is chosen: what is stored encrypted is not overwritten in clear.
        let stored = match store {
            Some(store) => store.reader().metadata(session).await?,
            None => Document::new(),
        };
        let seen = |edit: MetadataEdit| match edit.path.value(&stored) {
            Some(now) if edit.guard == Guard::None && holds_sealed(now) => edit.only_if(Some(now.clone())),
            _ => edit,
        };
        self.0.sealed(session, edits.into_iter().map(seen).collect(), &stored)
    }
}

#[async_trait]
impl Hook for Revealing {
    fn name(&self) -> &'static str {
        "encryption"
    }

    async fn around(&self, mut operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        let session = operation.session.clone();
        if let HookPayload::MetadataUpdate(edits) | HookPayload::MetadataDelete(edits) = &mut operation.payload {
            *edits = self.sealed(&session, operation.store.as_ref(), std::mem::take(edits)).await?;
        }
        let mut answer = next.run(operation).await?;
        if let HookAnswer::Metadata(fields) = &mut answer {
            let opened = match self.0.opened(&session, fields) {
                Cow::Owned(opened) => Some(opened),
                Cow::Borrowed(_) => None,
            };
            if let Some(opened) = opened {
                *fields = opened;
            }
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bson::{Bson, doc};
    use serde_json::json;

    use super::*;
    use crate::{
        app::place::is_sealed,
        hook::{CipherKeys, EncryptedField, FieldCipher, Hooks},
        manager::{MetadataTool, SessionManager},
        repository::{SessionReader, SessionRepository, folder},
        session::record::NewSession,
    };

    fn reveal(cipher: Result<CipherKeys, String>) -> Reveal {
        let fields = vec![EncryptedField::new("ssn").bound(true)];
        let cipher = cipher.map(|keys| FieldCipher::new(keys, fields).unwrap());
        Reveal::new(vec!["ssn".into()], cipher)
    }

    fn with_key() -> Reveal {
        reveal(Ok(CipherKeys::new("k1", &"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".into()).unwrap()))
    }

    fn without_key() -> Reveal {
        reveal(Err("the file is gone".to_owned()))
    }

    async fn sessions(dir: &tempfile::TempDir) -> Arc<dyn SessionRepository> {
        let sessions = folder::open(dir.path()).await.unwrap();
        let _ = sessions.create_session(&NewSession::new("s").metadata(doc! { "tier": "gold" })).await.unwrap();
        sessions
    }

    fn within(reveal: Reveal) -> Hooks {
        Hooks::default().within(Arc::new(Revealing(reveal)))
    }

    fn tool(sessions: &Arc<dyn SessionRepository>, reveal: Reveal) -> MetadataTool {
        SessionManager::builder(Arc::clone(sessions), "s").hooks(within(reveal)).build().metadata_tool()
    }

    async fn stored(sessions: &Arc<dyn SessionRepository>) -> Bson {
        sessions.metadata(&"s".into()).await.unwrap().get("ssn").cloned().unwrap_or(Bson::Null)
    }

    #[tokio::test]
    async fn what_an_agent_sets_is_stored_sealed_and_got_back_opened() {
        let dir = tempfile::tempdir().unwrap();
        let sessions = sessions(&dir).await;
        let keyed = tool(&sessions, with_key());
        let set = json!({ "action": "set", "metadata": { "ssn": "078-05-1120", "tier": "iron" } });
        assert!(!keyed.call(&set).await.is_error);
        assert!(is_sealed(&stored(&sessions).await));
        let get = json!({ "action": "get", "keys": ["ssn", "tier"] });
        let both = r#"Metadata retrieved: {"ssn": "078-05-1120", "tier": "iron"}"#;
        assert_eq!(keyed.call(&get).await.text, both);
        let reader = Arc::clone(&sessions) as Arc<dyn SessionReader>;
        let reading = MetadataTool::read_only_through(reader, "s", within(with_key()));
        assert_eq!(reading.call(&get).await.text, both);
    }

    #[tokio::test]
    async fn without_the_key_nothing_is_stored_in_clear_and_nothing_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let sessions = sessions(&dir).await;
        let set = json!({ "action": "set", "metadata": { "ssn": "078-05-1120" } });
        assert!(!tool(&sessions, with_key()).call(&set).await.is_error);
        let sealed = stored(&sessions).await;
        let keyless = tool(&sessions, without_key());
        let refused = keyless.call(&set).await;
        assert!(refused.is_error && refused.text.contains("the file is gone"), "{}", refused.text);
        assert!(!refused.text.contains("078-05-1120"), "{}", refused.text);
        let got = keyless.call(&json!({ "action": "get" })).await.structured["metadata"].clone();
        assert_eq!(got["ssn"].as_str(), sealed.as_str());
        // All that was got is given back.
        assert!(!keyless.call(&json!({ "action": "set", "metadata": got })).await.is_error);
        assert_eq!(stored(&sessions).await, sealed);
        assert!(!keyless.call(&json!({ "action": "delete", "keys": ["ssn"] })).await.is_error);
        assert_eq!(stored(&sessions).await, Bson::Null);
    }

    #[tokio::test]
    async fn nothing_is_stored_in_clear_where_the_settings_are_not_there() {
        let dir = tempfile::tempdir().unwrap();
        let sessions = sessions(&dir).await;
        let set = |value: &str| json!({ "action": "set", "metadata": { "ssn": value } });
        assert!(!tool(&sessions, with_key()).call(&set("1")).await.is_error);
        let before = stored(&sessions).await;
        assert!(tool(&sessions, Reveal::default()).call(&set("2")).await.is_error);
        assert_eq!(stored(&sessions).await, before);
    }
}
