//! Writing within a scope: the field that tells cannot be moved, a copy must be of a session within, and what is of the whole store
//! is refused.

mod copied;

use async_trait::async_trait;

use super::GuardedRepository;
use crate::{
    repository::{CopiedDeletion, Error, Filter, Projection, Result, SessionCopy, SessionReader, SessionWriter, Tail},
    session::{
        AgentId, MetadataEdit, SessionKey,
        record::{
            AgentConfig, AgentUpdate, FeedbackChange, MessageUpdate, NewAgent, NewFeedback, NewGuardrailEvent,
            NewMessage, NewSession, SessionUpdate,
        },
    },
};

impl GuardedRepository {
    /// That an `_id` is taken is told of sessions within alone.
    async fn told_of_taken<T>(&self, key: &SessionKey, made: Result<T>) -> Result<T> {
        let taken = match made {
            Err(taken @ Error::Exists { .. }) => taken,
            other => return other,
        };
        let within = self.rows(std::slice::from_ref(key), &Filter::default(), &Projection::Nothing).await?;
        Err(if within.is_empty() { self.outside_key(key) } else { taken })
    }
}

#[async_trait]
impl SessionWriter for GuardedRepository {
    async fn create_session(&self, session: &NewSession) -> Result<SessionKey> {
        let key = SessionKey::from(session.id.as_str());
        self.check_key(&key)?;
        let Some(marked) = self.scope.marked(session) else {
            return Err(self.outside(format!("the metadata of the new session {:?}", key.text())));
        };
        self.told_of_taken(&key, self.inner.create_session(&marked).await).await
    }

    async fn update_session(&self, key: &SessionKey, update: &SessionUpdate) -> Result<()> {
        self.enter(key).await?;
        self.inner.update_session(key, update).await
    }

    async fn delete_session(&self, key: &SessionKey) -> Result<()> {
        self.enter(key).await?;
        self.inner.delete_session(key).await
    }

    async fn delete_copied(&self, key: &SessionKey, copy: &SessionCopy) -> Result<CopiedDeletion> {
        self.enter(key).await?;
        self.inner.delete_copied(key, copy).await
    }

    async fn delete_latest(&self, key: &SessionKey, copy: &SessionCopy) -> Result<CopiedDeletion> {
        self.enter(key).await?;
        self.inner.delete_latest(key, copy).await
    }

    async fn restore(&self, copy: &SessionCopy) -> Result<SessionKey> {
        let key = copied::session_within(&self.scope, copy).ok_or_else(|| self.outside("the copy of a session"))?;
        self.check_key(&key)?;
        self.told_of_taken(&key, self.inner.restore(copy).await).await
    }

    async fn create_agent(&self, key: &SessionKey, agent: &NewAgent) -> Result<()> {
        self.enter(key).await?;
        self.inner.create_agent(key, agent).await
    }

    async fn update_agent(&self, key: &SessionKey, agent: &AgentId, update: &AgentUpdate) -> Result<()> {
        self.enter(key).await?;
        self.inner.update_agent(key, agent, update).await
    }

    async fn update_agent_config(&self, key: &SessionKey, agent: &AgentId, config: &AgentConfig) -> Result<()> {
        self.enter(key).await?;
        self.inner.update_agent_config(key, agent, config).await
    }

    async fn delete_agent(&self, key: &SessionKey, agent: &AgentId) -> Result<()> {
        self.enter(key).await?;
        self.inner.delete_agent(key, agent).await
    }

    async fn append_message(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        message: &NewMessage,
        known: Option<Tail>,
    ) -> Result<Tail> {
        self.enter(key).await?;
        self.inner.append_message(key, agent, message, known).await
    }

    async fn update_message(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        message_id: i64,
        update: &MessageUpdate,
    ) -> Result<()> {
        self.enter(key).await?;
        self.inner.update_message(key, agent, message_id, update).await
    }

    async fn edit_metadata(&self, key: &SessionKey, edits: &[MetadataEdit]) -> Result<()> {
        self.check_key(key)?;
        if let Some(edit) = self.scope.moving(edits) {
            let (field, id) = (edit.path.field(), key.text());
            return Err(self.outside(format!("a change of {field} of session {id:?}, which keeps it within,")));
        }
        self.enter(key).await?;
        self.inner.edit_metadata(key, edits).await
    }

    async fn add_feedback(&self, key: &SessionKey, feedback: &NewFeedback) -> Result<()> {
        self.enter(key).await?;
        self.inner.add_feedback(key, feedback).await
    }

    async fn change_feedback(&self, key: &SessionKey, change: &FeedbackChange) -> Result<u64> {
        self.enter(key).await?;
        self.inner.change_feedback(key, change).await
    }

    async fn add_guardrail_event(&self, key: &SessionKey, event: &NewGuardrailEvent) -> Result<()> {
        self.enter(key).await?;
        self.inner.add_guardrail_event(key, event).await
    }

    /// Indexes are the whole collection's.
    async fn create_indexes(&self) -> Result<Vec<String>> {
        Err(self.outside("creating indexes"))
    }

    /// Indexes are the whole collection's.
    async fn index_metadata(&self, _fields: &[String]) -> Result<Vec<String>> {
        Err(self.outside("creating indexes"))
    }
}
