//! The session manager: what an agent program calls, and what the browser and the commands write through.
//!
//! ```text
//! initialize -> append_message … -> sync_agent      a run of one agent: create or resume it, then keep what it does
//! metadata, edit_metadata, add_feedback             what people add, through the hooks
//! ```

mod accumulator;
mod agent;
mod conversation;
mod create;
pub mod factory;
pub mod guardrail;
mod repair;
pub mod retention;

pub use accumulator::{EventLoopMetrics, ModelCall};
pub use agent::{Agent, Resumed, Started};
pub use create::SessionSettings;
pub use factory::{SessionManagerFactory, SessionOverrides};
pub use repair::repair;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use bson::Document;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use secrecy::SecretString;

use crate::{
    hook::{HookAnswer, HookOperation, HookPayload, Hooks},
    repository::{Error, Result, SessionRepository},
    session::{
        AgentId, Feedback, MetadataEdit, Session, SessionKey,
        record::{AgentConfig, NewFeedback},
        setters,
    },
};
use conversation::AgentSlot;

/// Manages one session. Making one contacts nothing; clones share what they know of the session.
#[derive(Clone)]
pub struct SessionManager(Arc<Inner>);

struct Inner {
    repository: Arc<dyn SessionRepository>,
    hooks: Hooks,
    settings: Arc<SessionSettings>,
    key: SessionKey,
    /// The agents of this process.
    agents: Mutex<HashMap<AgentId, Arc<AgentSlot>>>,
}

/// Makes a [`SessionManager`] with more than the defaults: see [`SessionManager::builder`].
pub struct SessionManagerBuilder {
    repository: Arc<dyn SessionRepository>,
    key: SessionKey,
    hooks: Hooks,
    settings: SessionSettings,
}

impl SessionManagerBuilder {
    setters! { fields { hooks: Hooks, settings: SessionSettings } }

    /// The manager. Contacts nothing.
    #[must_use]
    pub fn build(self) -> SessionManager {
        SessionManager::with(self.repository, self.hooks, Arc::new(self.settings), self.key)
    }
}

impl fmt::Debug for SessionManagerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("SessionManagerBuilder");
        shown.field("location", &self.repository.location()).field("key", &self.key);
        shown.field("hooks", &self.hooks).field("settings", &self.settings).finish()
    }
}

impl fmt::Debug for SessionManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("SessionManager");
        shown.field("location", &self.0.repository.location()).field("key", self.key());
        shown.field("hooks", &self.0.hooks).finish_non_exhaustive()
    }
}

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
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
}

impl SessionManager {
    /// A manager of the session with that `_id`, in that repository.
    #[must_use]
    pub fn new(repository: Arc<dyn SessionRepository>, key: impl Into<SessionKey>) -> Self {
        Self::with(repository, Hooks::default(), Arc::default(), key.into())
    }

    fn with(
        repository: Arc<dyn SessionRepository>,
        hooks: Hooks,
        settings: Arc<SessionSettings>,
        key: SessionKey,
    ) -> Self {
        Self(Arc::new(Inner { repository, hooks, settings, key, agents: Mutex::default() }))
    }

    /// A manager with hooks around metadata and feedback, or settings for a session that is created.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> strandscope::Result<()> {
    /// # let dir = tempfile::tempdir().expect("a folder");
    /// use strandscope::{SessionManager, SessionSettings, open_folder};
    ///
    /// let sessions = open_folder(dir.path()).await?;
    /// let settings = SessionSettings::default().application_name("travel");
    /// let manager = SessionManager::builder(sessions, "trip-1").settings(settings).build();
    /// assert!(manager.open_or_create().await?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn builder(repository: Arc<dyn SessionRepository>, key: impl Into<SessionKey>) -> SessionManagerBuilder {
        SessionManagerBuilder {
            repository,
            key: key.into(),
            hooks: Hooks::default(),
            settings: SessionSettings::default(),
        }
    }

    /// The session's `_id`.
    #[must_use]
    pub fn key(&self) -> &SessionKey {
        &self.0.key
    }

    fn id(&self) -> String {
        self.0.key.text().to_owned()
    }

    fn repository(&self) -> &dyn SessionRepository {
        self.0.repository.as_ref()
    }

    fn slots(&self) -> std::sync::MutexGuard<'_, HashMap<AgentId, Arc<AgentSlot>>> {
        self.0.agents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session without messages.
    async fn head(&self) -> Result<Session> {
        self.repository().open(self.key(), 0).await
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

    async fn stored_agent(&self, agent: &AgentId) -> Result<crate::session::StoredAgent> {
        let found = self.repository().agent(self.key(), agent).await?;
        found.ok_or_else(|| Error::UnknownAgent { id: self.id(), agent: agent.as_str().to_owned() })
    }

    /// Model, system prompt and prompt metadata of an agent.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::UnknownAgent`].
    pub async fn agent_config(&self, agent: &AgentId) -> Result<AgentConfig> {
        let stored = self.stored_agent(agent).await?;
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
    pub async fn update_agent_config(&self, agent: &AgentId, config: &AgentConfig) -> Result<()> {
        self.repository().update_agent_config(self.key(), agent, config).await
    }

    /// Sets the prompt metadata of an agent: `{prompt_id, prompt_name, prompt_version, deployment_id, deployment_name,
    /// temperature?}`; touches no time.
    ///
    /// # Errors
    /// As [`Self::update_agent_config`].
    pub async fn set_prompt_metadata(&self, agent: &AgentId, metadata: Document) -> Result<()> {
        let config = AgentConfig { prompt_metadata: Some(metadata), ..AgentConfig::default() };
        self.update_agent_config(agent, &config).await
    }

    /// How many messages an agent has.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::UnknownAgent`].
    pub async fn message_count(&self, agent: &AgentId) -> Result<u64> {
        Ok(self.stored_agent(agent).await?.message_count)
    }

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

    /// The metadata; empty where there is none.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::NotAnObject`], and what a hook says.
    pub async fn metadata(&self) -> Result<Document> {
        match self.operate(HookPayload::MetadataGet).await? {
            HookAnswer::Metadata(fields) => Ok(fields),
            HookAnswer::Done => Ok(Document::new()),
        }
    }

    /// Sets and removes fields of the metadata: all of them or none. Removals alone are a `metadata.delete` for the hooks,
    /// all else is a `metadata.update`.
    ///
    /// # Errors
    /// As [`crate::repository::SessionWriter::edit_metadata`], and what a hook says.
    pub async fn edit_metadata(&self, edits: Vec<MetadataEdit>) -> Result<()> {
        let removes = !edits.is_empty() && edits.iter().all(|edit| edit.value.is_none());
        let payload = if removes { HookPayload::MetadataDelete(edits) } else { HookPayload::MetadataUpdate(edits) };
        self.operate(payload).await.map(drop)
    }

    /// The feedbacks, in stored order.
    ///
    /// # Errors
    /// [`Error::NotFound`], and what a connection can meet.
    pub async fn feedbacks(&self) -> Result<Vec<Feedback>> {
        self.repository().feedbacks(self.key()).await
    }

    /// Adds a feedback.
    ///
    /// # Errors
    /// As [`crate::repository::SessionWriter::add_feedback`], and what a hook says.
    pub async fn add_feedback(&self, feedback: NewFeedback) -> Result<()> {
        self.operate(HookPayload::FeedbackAdd(feedback)).await.map(drop)
    }

    /// Deletes the session.
    ///
    /// # Errors
    /// As [`crate::repository::SessionWriter::delete_session`].
    pub async fn delete_session(&self) -> Result<()> {
        self.repository().delete_session(self.key()).await
    }

    /// Runs an operation through the hooks.
    async fn operate(&self, payload: HookPayload) -> Result<HookAnswer> {
        let operation = HookOperation { session: self.key().clone(), payload };
        let repository = &self.0.repository;
        let last = |operation: HookOperation| -> BoxFuture<'_, Result<HookAnswer>> {
            Box::pin(async move { carry_out(repository.as_ref(), operation).await })
        };
        self.0.hooks.run(operation, &last).await
    }
}

async fn carry_out(repository: &dyn SessionRepository, operation: HookOperation) -> Result<HookAnswer> {
    let HookOperation { session, payload } = operation;
    match payload {
        HookPayload::MetadataGet => return Ok(HookAnswer::Metadata(repository.metadata(&session).await?)),
        HookPayload::MetadataUpdate(edits) | HookPayload::MetadataDelete(edits) => {
            repository.edit_metadata(&session, &edits).await?;
        }
        HookPayload::FeedbackAdd(feedback) => repository.add_feedback(&session, &feedback).await?,
    }
    Ok(HookAnswer::Done)
}
