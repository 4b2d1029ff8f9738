//! Writes.

use async_trait::async_trait;

use super::Folder;
use crate::{
    repository::{Error, Result, SessionWriter, Tail},
    session::{
        AgentId, SessionKey,
        edit::MetadataEdit,
        record::{
            AgentConfig, AgentUpdate, MessageUpdate, NewAgent, NewFeedback, NewGuardrailEvent, NewMessage, NewSession,
            SessionUpdate,
        },
    },
};

fn later<T>(what: &str) -> Result<T> {
    Err(Error::Other { doing: what.to_owned(), reason: "not written yet".to_owned() })
}

#[async_trait]
impl SessionWriter for Folder {
    async fn create_session(&self, _session: &NewSession) -> Result<SessionKey> {
        later("create")
    }
    async fn update_session(&self, _key: &SessionKey, _update: &SessionUpdate) -> Result<()> {
        later("update")
    }
    async fn delete_session(&self, _key: &SessionKey) -> Result<()> {
        later("delete")
    }
    async fn create_agent(&self, _key: &SessionKey, _agent: &NewAgent) -> Result<()> {
        later("create agent")
    }
    async fn update_agent(&self, _key: &SessionKey, _agent: &AgentId, _update: &AgentUpdate) -> Result<()> {
        later("x")
    }
    async fn update_agent_config(&self, _key: &SessionKey, _agent: &AgentId, _config: &AgentConfig) -> Result<()> {
        later("x")
    }
    async fn delete_agent(&self, _key: &SessionKey, _agent: &AgentId) -> Result<()> {
        later("x")
    }
    async fn append_message(
        &self,
        _key: &SessionKey,
        _agent: &AgentId,
        _message: &NewMessage,
        _known: Option<Tail>,
    ) -> Result<Tail> {
        later("x")
    }
    async fn update_message(
        &self,
        _key: &SessionKey,
        _agent: &AgentId,
        _message_id: i64,
        _update: &MessageUpdate,
    ) -> Result<()> {
        later("x")
    }
    async fn edit_metadata(&self, _key: &SessionKey, _edits: &[MetadataEdit]) -> Result<()> {
        later("x")
    }
    async fn add_feedback(&self, _key: &SessionKey, _feedback: &NewFeedback) -> Result<()> {
        later("x")
    }
    async fn add_guardrail_event(&self, _key: &SessionKey, _event: &NewGuardrailEvent) -> Result<()> {
        later("x")
    }
    async fn index_metadata(&self, _fields: &[String]) -> Result<Vec<String>> {
        later("x")
    }
}
