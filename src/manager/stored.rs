//! What is stored of a session and its agents.

use std::ops::Range;

use bson::Document;
use secrecy::SecretString;

use super::SessionManager;
use crate::{
    repository::{Error, Result},
    session::{AgentId, Message, StoredAgent, StoredDate, record::AgentConfig},
};

/// An agent of a session, in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentSummary {
    /// Its id.
    pub id: AgentId,
    /// Its model.
    pub model: Option<String>,
    /// How many messages it has.
    pub messages: u64,
    /// When it was created.
    pub created_at: Option<StoredDate>,
    /// When it last changed.
    pub updated_at: Option<StoredDate>,
}

impl SessionManager {
    /// `application_name`, fixed when the session was created.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn application_name(&self) -> Result<Option<String>> {
        Ok(self.head().await?.application_name)
    }

    /// `session_viewer_password`, a secret; `None` in sessions of other programs.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn viewer_password(&self) -> Result<Option<SecretString>> {
        Ok(self.head().await?.viewer_password)
    }

    /// The agents, in stored order.
    ///
    /// # Errors
    /// [`Error::NotFound`], and what a connection can meet.
    pub async fn list_agents(&self) -> Result<Vec<AgentSummary>> {
        let agents = self.head().await?.agents.into_iter();
        Ok(agents
            .map(|agent| AgentSummary {
                id: agent.id,
                model: agent.model,
                messages: agent.message_count,
                created_at: agent.created_at,
                updated_at: agent.updated_at,
            })
            .collect())
    }

    pub(super) async fn stored_agent(&self, agent: &AgentId) -> Result<StoredAgent> {
        let found = self.repository().agent(self.key(), agent).await?;
        found.ok_or_else(|| Error::UnknownAgent { id: self.id(), agent: agent.as_str().to_owned() })
    }

    /// Model, system prompt and prompt metadata of an agent.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::UnknownAgent`].
    pub async fn agent_config(&self, agent: impl Into<AgentId>) -> Result<AgentConfig> {
        let stored = self.stored_agent(&agent.into()).await?;
        Ok(AgentConfig {
            model: stored.model,
            system_prompt: stored.system_prompt,
            prompt_metadata: stored.prompt_metadata.and_then(|given| given.as_document().cloned()),
        })
    }

    /// Changes model, system prompt or prompt metadata of an agent; touches no time.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::UnknownAgent`].
    pub async fn update_agent_config(&self, agent: impl Into<AgentId>, config: &AgentConfig) -> Result<()> {
        self.repository().update_agent_config(self.key(), &agent.into(), config).await
    }

    /// Sets the prompt metadata of an agent: `{prompt_id, prompt_name, prompt_version, deployment_id, deployment_name,
    /// temperature?}`; touches no time.
    ///
    /// # Errors
    /// As [`Self::update_agent_config`].
    pub async fn set_prompt_metadata(&self, agent: impl Into<AgentId>, metadata: Document) -> Result<()> {
        self.update_agent_config(agent, &AgentConfig::default().prompt_metadata(metadata)).await
    }

    /// How many messages an agent has.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::UnknownAgent`].
    pub async fn message_count(&self, agent: impl Into<AgentId>) -> Result<u64> {
        Ok(self.stored_agent(&agent.into()).await?.message_count)
    }

    /// Messages of an agent by their stored index, all of them for `0..u64::MAX`. Shorter than the range at the end of
    /// the history.
    ///
    /// # Errors
    /// As [`SessionReader::messages`](crate::SessionReader::messages).
    pub async fn messages(&self, agent: impl Into<AgentId>, range: Range<u64>) -> Result<Vec<Message>> {
        self.repository().messages(self.key(), &agent.into(), range).await
    }

    /// Deletes an agent with its messages. One of that id can then be initialized anew.
    ///
    /// # Errors
    /// As [`SessionWriter::delete_agent`](crate::SessionWriter::delete_agent).
    pub async fn delete_agent(&self, agent: impl Into<AgentId>) -> Result<()> {
        let agent = agent.into();
        self.repository().delete_agent(self.key(), &agent).await?;
        self.slots().remove(&agent);
        Ok(())
    }
}
