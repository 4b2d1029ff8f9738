//! The session manager: what keeps agents' conversations, and what every edit of a person goes through.

mod accumulator;
mod age;
mod agent;
mod conversation;
mod create;
mod deletion;
mod factory;
mod global;
mod guardrail;
mod people;
mod redaction;
mod repair;
pub mod retention;
mod stored;
mod tool;

pub use accumulator::{EventLoopMetrics, ModelCall};
pub use agent::{Agent, Resumed, Started};
pub use create::SessionSettings;
pub use deletion::CopyKeeper;
pub use factory::{FactorySettings, SessionManagerFactory, SessionOverrides};
pub use global::{
    GlobalFactoryError, close_global_factory, get_global_factory, initialize_global_factory, set_global_factory,
    with_global_factory,
};
pub use guardrail::GuardrailIntervention;
pub use repair::{Repair, RepairKind, Repaired, repair};
pub use stored::AgentSummary;
pub use tool::{MetadataTool, ToolAnswer};

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    hook::Hooks,
    repository::{Result, SessionRepository},
    session::{AgentId, Session, SessionKey, setters},
};
use conversation::AgentSlot;

/// Manages one session. Making one contacts nothing; clones share what they know of the session.
///
/// - A run of an agent: [`initialize`](Self::initialize) creates or resumes it,
///   [`append_message`](Self::append_message) keeps each message, [`sync_agent`](Self::sync_agent) keeps its state after
///   each turn.
/// - What people change, through the hooks: [`metadata`](Self::metadata), [`edit_metadata`](Self::edit_metadata),
///   [`add_feedback`](Self::add_feedback), [`change_feedback`](Self::change_feedback), [`delete_session`](Self::delete_session).
/// - What its agent changes of it: [`metadata_tool`](Self::metadata_tool).
/// - What is stored of the agents: [`list_agents`](Self::list_agents), [`messages`](Self::messages),
///   [`agent_config`](Self::agent_config). All else can be asked of the [`repository`](Self::repository).
///
/// Wherever an agent is named, its id as text will do: `manager.message_count("support")`.
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

    /// Where the session is kept, for what has no method here. What is changed through it is told to no hook.
    #[must_use]
    pub fn repository(&self) -> &Arc<dyn SessionRepository> {
        &self.0.repository
    }

    fn slots(&self) -> std::sync::MutexGuard<'_, HashMap<AgentId, Arc<AgentSlot>>> {
        self.0.agents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session without messages.
    async fn head(&self) -> Result<Session> {
        self.repository().open(self.key(), 0).await
    }
}
