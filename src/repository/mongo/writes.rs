//! Writes: dotted paths of what changed, nothing else.
//!
//! ```text
//! run ------- each write to its end, with a deadline, repeated after a lost answer
//! answer ---- what the server answered, where the driver makes an error of it
//! paths ----- the paths that a write sets (the documents themselves: session::encode)
//! sessions, deletion, agents, messages (append, update), metadata, feedback
//! ```

mod agents;
mod answer;
mod append;
mod deletion;
mod feedback;
mod metadata;
mod paths;
mod run;
mod sessions;
mod update_message;

use async_trait::async_trait;

use super::{MongoRepository, foreign, indexes};
use crate::{
    repository::{CopiedDeletion, Error, Result, SessionCopy, SessionWriter, Tail},
    session::{
        AgentId, MetadataEdit, SessionKey, edit, encode,
        record::{
            AgentConfig, AgentUpdate, FeedbackChange, MessageUpdate, NewAgent, NewFeedback, NewGuardrailEvent,
            NewMessage, NewSession, SessionUpdate,
        },
    },
};

/// Refuses an agent id that no path leads to.
fn check_agent(key: &SessionKey, agent: &AgentId) -> Result<()> {
    let refused = |reason| Error::key(key.text(), agent.as_str(), "an agent id", reason);
    edit::check_segment(agent.as_str()).map_err(refused)
}

#[async_trait]
impl SessionWriter for MongoRepository {
    async fn create_session(&self, session: &NewSession) -> Result<SessionKey> {
        let key = SessionKey::from(session.id.as_str());
        let (stored, document) = (key.clone(), encode::session(session));
        self.write("creating", &key, |run| sessions::create(run, stored, document)).await?;
        Ok(key)
    }

    async fn update_session(&self, key: &SessionKey, update: &SessionUpdate) -> Result<()> {
        let fields = paths::session_update(update);
        let stored = key.clone();
        self.write("updating", key, |run| sessions::update(run, stored, fields)).await
    }

    async fn delete_session(&self, key: &SessionKey) -> Result<()> {
        let stored = key.clone();
        self.write("deleting", key, |run| sessions::delete(run, stored)).await
    }

    async fn delete_copied(&self, key: &SessionKey, copy: &SessionCopy) -> Result<CopiedDeletion> {
        let SessionCopy::Document(copied) = copy else {
            return Err(Error::invalid(key.text(), "the copy", "it is a folder's, and this session a document's"));
        };
        let (stored, copied) = (key.clone(), copied.clone());
        self.write("deleting", key, |run| deletion::delete_copied(run, stored, copied)).await
    }

    async fn delete_latest(&self, key: &SessionKey, copy: &SessionCopy) -> Result<CopiedDeletion> {
        let SessionCopy::Document(copied) = copy else { return Ok(CopiedDeletion::Changed) };
        let (stored, copied) = (key.clone(), copied.clone());
        self.write("deleting", key, |run| deletion::delete_latest(run, stored, copied)).await
    }

    async fn restore(&self, copy: &SessionCopy) -> Result<SessionKey> {
        let SessionCopy::Document(document) = copy else {
            return Err(
                sessions::not_restored("it is a copy of a session in a folder").with_hint("restore it into one")
            );
        };
        if let Some(record) = foreign::of(document) {
            let refused = sessions::not_restored(&format!("the copy holds {}", record.told()));
            return Err(refused.with_hint("a database client can insert it"));
        }
        let key = sessions::key_of(document)?;
        let (stored, document) = (key.clone(), document.clone());
        self.write("putting back", &key, |run| sessions::restore(run, stored, document)).await?;
        Ok(key)
    }

    async fn create_agent(&self, key: &SessionKey, agent: &NewAgent) -> Result<()> {
        check_agent(key, &agent.id)?;
        let (stored, agent) = (key.clone(), agent.clone());
        self.write("creating an agent of", key, |run| agents::create(run, stored, agent)).await
    }

    async fn update_agent(&self, key: &SessionKey, agent: &AgentId, update: &AgentUpdate) -> Result<()> {
        check_agent(key, agent)?;
        let fields = paths::agent_update(agent, update);
        let (stored, agent) = (key.clone(), agent.clone());
        self.write("updating an agent of", key, |run| agents::set(run, stored, agent, fields)).await
    }

    async fn update_agent_config(&self, key: &SessionKey, agent: &AgentId, config: &AgentConfig) -> Result<()> {
        check_agent(key, agent)?;
        let fields = paths::agent_config(agent, config);
        let (stored, agent) = (key.clone(), agent.clone());
        self.write("configuring an agent of", key, |run| agents::set(run, stored, agent, fields)).await
    }

    async fn delete_agent(&self, key: &SessionKey, agent: &AgentId) -> Result<()> {
        check_agent(key, agent)?;
        let (stored, agent) = (key.clone(), agent.clone());
        self.write("deleting an agent of", key, |run| agents::delete(run, stored, agent)).await
    }

    async fn append_message(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        message: &NewMessage,
        known: Option<Tail>,
    ) -> Result<Tail> {
        check_agent(key, agent)?;
        let (stored, agent, message) = (key.clone(), agent.clone(), message.clone());
        self.write("appending a message to", key, move |run| append::append(run, stored, agent, message, known)).await
    }

    async fn update_message(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        message_id: i64,
        update: &MessageUpdate,
    ) -> Result<()> {
        check_agent(key, agent)?;
        let (stored, agent, update) = (key.clone(), agent.clone(), update.clone());
        self.write("updating a message of", key, move |run| {
            update_message::update(run, stored, agent, message_id, update)
        })
        .await
    }

    async fn edit_metadata(&self, key: &SessionKey, edits: &[MetadataEdit]) -> Result<()> {
        metadata::check(key, edits)?;
        let (stored, edits) = (key.clone(), edits.to_vec());
        self.write("editing the metadata of", key, |run| metadata::edit(run, stored, edits)).await
    }

    async fn add_feedback(&self, key: &SessionKey, feedback: &NewFeedback) -> Result<()> {
        let (stored, feedback) = (key.clone(), feedback.clone());
        self.write("adding feedback to", key, |run| sessions::add_feedback(run, stored, feedback)).await
    }

    async fn change_feedback(&self, key: &SessionKey, change: &FeedbackChange) -> Result<u64> {
        feedback::check(key, change)?;
        let (stored, change) = (key.clone(), change.clone());
        self.write("changing feedback of", key, |run| feedback::change(run, stored, change)).await
    }

    async fn add_guardrail_event(&self, key: &SessionKey, event: &NewGuardrailEvent) -> Result<()> {
        let (stored, event) = (key.clone(), event.clone());
        self.write("recording a guardrail event of", key, |run| sessions::add_event(run, stored, event)).await
    }

    /// Those that the Python library creates: `created_at`, `updated_at`, `session_id`, `application_name`. Building them
    /// takes as long as it takes: it is waited for as long as the server gives signs of life.
    async fn create_indexes(&self) -> Result<Vec<String>> {
        indexes::create(self).await
    }

    async fn index_metadata(&self, fields: &[String]) -> Result<Vec<String>> {
        indexes::create_for_metadata(self, fields).await
    }
}
