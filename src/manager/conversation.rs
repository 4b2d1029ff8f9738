//! An agent's conversation: started or resumed, appended to, synced, redacted.

use std::sync::Arc;

use bson::{Bson, Document};
use jiff::Timestamp;
use tokio::sync::Mutex;

use super::{Agent, GuardrailIntervention, Resumed, SessionManager, Started, repair};
use crate::{
    repository::{Error, Result, Tail},
    session::{
        AgentId, StoredAgent,
        record::{AgentConfig, AgentUpdate, MessageBody, MessageUpdate, NewAgent, NewMessage},
    },
};

/// What is known of an agent that this process keeps. Its lock keeps the agent's writes in order.
#[derive(Default)]
pub(super) struct AgentSlot(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Whether the agent came in by `initialize`; else this process only writes to its history.
    initialized: bool,
    /// The end of the history as last seen.
    tail: Option<Tail>,
    /// Whether no message before the end has a higher id than the last one; else the next append reads the ids first.
    ends_highest: bool,
    /// What was last stored of the agent.
    synced: Parts,
    /// The figures that were last stored, and on which message.
    metrics: Option<(i64, Document)>,
}

/// What a sync compares.
#[derive(Debug, Clone, PartialEq, Default)]
struct Parts {
    state: Document,
    conversation_manager_state: Document,
    internal_state: Document,
    model: Option<String>,
    system_prompt: Option<Bson>,
}

impl Parts {
    fn of(agent: &(impl Agent + ?Sized)) -> Self {
        Self {
            state: agent.state(),
            conversation_manager_state: agent.conversation_manager_state(),
            internal_state: agent.internal_state(),
            model: agent.model(),
            system_prompt: agent.system_prompt(),
        }
    }

    fn config(&self) -> AgentConfig {
        AgentConfig { model: self.model.clone(), system_prompt: self.system_prompt.clone(), prompt_metadata: None }
    }

    /// What has to be written for `self` to be stored where `stored` is.
    fn changes_since(&self, stored: &Self) -> AgentUpdate {
        fn changed<T: PartialEq + Clone>(now: &T, then: &T) -> Option<T> {
            (now != then).then(|| now.clone())
        }
        AgentUpdate {
            state: changed(&self.state, &stored.state),
            conversation_manager_state: changed(&self.conversation_manager_state, &stored.conversation_manager_state),
            internal_state: changed(&self.internal_state, &stored.internal_state),
            config: AgentConfig {
                model: changed(&self.model, &stored.model).flatten(),
                system_prompt: changed(&self.system_prompt, &stored.system_prompt).flatten(),
                prompt_metadata: None,
            },
        }
    }
}

impl SessionManager {
    /// Brings an agent into the session: creates it with its messages, or gives it back what the session holds, as a history
    /// that a model accepts ([`Resumed::repairs`] tells what that took). Creates the session where there is none.
    ///
    /// # Errors
    /// [`Error::Invalid`] where this manager has an agent of that id already, [`Error::Key`] for an id that cannot be
    /// stored, and what [`Self::open_or_create`] can meet.
    pub async fn initialize(&self, agent: &mut (impl Agent + ?Sized)) -> Result<Started> {
        let id = AgentId::from(agent.agent_id());
        let slot = self.slot(&id);
        let mut known = slot.0.lock().await;
        if known.initialized {
            return Err(self
                .invalid_agent(&id, "this manager has an agent of that id already")
                .with_hint("ids are unique in a session"));
        }
        self.open_or_create().await?;
        let started = match self.repository().agent(self.key(), &id).await? {
            None => self.create_agent(&id, agent, &mut known).await?,
            Some(stored) => self.resume(stored, agent, &mut known).await?,
        };
        known.initialized = true;
        Ok(started)
    }

    fn invalid_agent(&self, agent: &AgentId, reason: &str) -> Error {
        Error::invalid(self.id(), format!("agent {:?}", agent.as_str()), reason)
    }

    async fn create_agent(&self, id: &AgentId, agent: &(impl Agent + ?Sized), known: &mut Known) -> Result<Started> {
        let parts = Parts::of(agent);
        let new = NewAgent {
            id: id.clone(),
            state: parts.state.clone(),
            conversation_manager_state: parts.conversation_manager_state.clone(),
            internal_state: parts.internal_state.clone(),
            config: parts.config(),
            at: Timestamp::now(),
        };
        self.repository().create_agent(self.key(), &new).await?;
        *known = Known { tail: Some(Tail::default()), ends_highest: true, synced: parts, ..Known::default() };
        for mut body in agent.messages() {
            self.append(id, &mut body, known).await?;
        }
        Ok(Started::Created)
    }

    async fn resume(
        &self,
        stored: StoredAgent,
        agent: &mut (impl Agent + ?Sized),
        known: &mut Known,
    ) -> Result<Started> {
        let removed = stored.removed_message_count().unwrap_or_default();
        let history = self.repository().history(self.key(), &stored.id, removed, None).await?;
        let last = history.iter().find(|message| message.index + 1 == stored.message_count);
        known.tail = last.map(|last| Tail { len: stored.message_count, last_id: last.message_id });
        known.ends_highest = known.tail.is_some_and(|tail| {
            // Those that were removed were not read: they are lower where the last one's id is its position.
            history.iter().all(|message| message.message_id <= tail.last_id) && (removed == 0 || is_numbered(tail))
        });
        let conversation_manager_state = document(stored.conversation_manager);
        let summary = conversation_manager_state.get_document("summary_message").ok().cloned().map(MessageBody);
        let messages = summary.into_iter().chain(history.into_iter().map(|message| message.body)).collect();
        let repaired = repair(messages);
        for change in &repaired.repairs {
            tracing::info!(session = %self.id(), agent = stored.id.as_str(), %change, "the history was repaired");
        }
        let data = stored.data.unwrap_or_default();
        let resumed = Resumed {
            state: document(stored.state),
            conversation_manager_state,
            internal_state: data.get_document("_internal_state").cloned().unwrap_or_default(),
            model: stored.model,
            system_prompt: stored.system_prompt,
            prompt_metadata: stored.prompt_metadata.and_then(|given| given.as_document().cloned()),
            messages: repaired.messages,
            repairs: repaired.repairs,
        };
        known.synced = Parts {
            state: resumed.state.clone(),
            conversation_manager_state: resumed.conversation_manager_state.clone(),
            internal_state: resumed.internal_state.clone(),
            model: resumed.model.clone(),
            system_prompt: resumed.system_prompt.clone(),
        };
        let count = resumed.messages.len();
        agent.restore(resumed);
        Ok(Started::Resumed(count))
    }

    /// Stores a message at the end of an agent's history and gives its `message_id`.
    ///
    /// The body is given a `tracking_id` where it has none. Where this fails, call it again with the same body: a message
    /// whose acknowledgement was lost is known by that id and is stored once.
    ///
    /// # Errors
    /// As [`SessionWriter::append_message`](crate::SessionWriter::append_message).
    pub async fn append_message(&self, agent: impl Into<AgentId>, body: &mut MessageBody) -> Result<i64> {
        let agent = agent.into();
        let slot = self.slot(&agent);
        let mut known = slot.0.lock().await;
        self.append(&agent, body, &mut known).await
    }

    async fn append(&self, agent: &AgentId, body: &mut MessageBody, known: &mut Known) -> Result<i64> {
        // The caller's own: by it a retry is known.
        body.ensure_tracking_id();
        let message = NewMessage::new(body.clone());
        let seen = known.tail.filter(|_| known.ends_highest);
        let tail = self.repository().append_message(self.key(), agent, &message, seen).await?;
        (known.tail, known.ends_highest) = (Some(tail), true);
        Ok(tail.last_id.unwrap_or_default())
    }

    /// What is known of an agent; nothing yet of one that was not initialized here.
    fn slot(&self, agent: &AgentId) -> Arc<AgentSlot> {
        Arc::clone(self.slots().entry(agent.clone()).or_default())
    }

    /// Stores what changed of an agent since it was last stored, and its figures on its last message. Where nothing
    /// changed, nothing is written and no time moves.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an agent that was not initialized here, [`Error::NotFound`], [`Error::UnknownAgent`].
    pub async fn sync_agent(&self, agent: &(impl Agent + ?Sized)) -> Result<()> {
        let id = AgentId::from(agent.agent_id());
        let slot = self.slot(&id);
        let mut known = slot.0.lock().await;
        if !known.initialized {
            return Err(self
                .invalid_agent(&id, "it was not initialized with this manager")
                .with_hint("call initialize first"));
        }
        let parts = Parts::of(agent);
        let update = parts.changes_since(&known.synced);
        let (config, rest) = (update.config.clone(), AgentUpdate { config: AgentConfig::default(), ..update.clone() });
        if rest != AgentUpdate::default() {
            self.repository().update_agent(self.key(), &id, &update).await?;
        } else if config != AgentConfig::default() {
            self.repository().update_agent_config(self.key(), &id, &config).await?;
        }
        known.synced = parts;
        self.sync_metrics(&id, agent.metrics(), &mut known).await
    }

    async fn sync_metrics(&self, agent: &AgentId, metrics: Option<Document>, known: &mut Known) -> Result<()> {
        let (Some(metrics), Some(message_id)) = (metrics, known.tail.and_then(|tail| tail.last_id)) else {
            return Ok(());
        };
        if known.metrics.as_ref().is_some_and(|(_, stored)| *stored == metrics) {
            return Ok(());
        }
        let update = MessageUpdate { event_loop_metrics: Some(metrics.clone()), ..MessageUpdate::default() };
        self.repository().update_message(self.key(), agent, message_id, &update).await?;
        known.metrics = Some((message_id, metrics));
        Ok(())
    }

    /// Puts another message in the place of an agent's last one, which stays stored beside it with its figures. The
    /// guardrail's event is recorded on the message and on the session.
    ///
    /// Earlier messages that hold the same prompt, as a retry leaves them, are redacted with it: those with its
    /// `tracking_id`, and those of the role `user` with its content. One that is redacted already stays as it is, and so do
    /// messages that the conversation manager removed (`removed_message_count`), as Strands has it. Where this fails on the
    /// way, call it again: it goes on with what is not redacted yet, and the event is recorded once more.
    ///
    /// # Errors
    /// [`Error::Invalid`] where there is no message, and as
    /// [`SessionWriter::update_message`](crate::SessionWriter::update_message).
    pub async fn redact_latest_message(
        &self,
        agent: impl Into<AgentId>,
        body: MessageBody,
        cause: GuardrailIntervention,
    ) -> Result<()> {
        let agent = agent.into();
        let slot = self.slot(&agent);
        let mut known = slot.0.lock().await;
        let message_id = match known.tail.and_then(|tail| tail.last_id) {
            Some(id) => id,
            None => self.last_id(&agent, &mut known).await?,
        };
        let event = cause.into_event(&agent, message_id);
        let update = MessageUpdate::default().redact_message(body.clone()).guardrail_event(event);
        self.repository().update_message(self.key(), &agent, message_id, &update).await?;
        self.redact_earlier(&agent, message_id, body).await
    }

    /// The id of the last stored message.
    async fn last_id(&self, agent: &AgentId, known: &mut Known) -> Result<i64> {
        let count = self.message_count(agent).await?;
        let last = self.repository().messages(self.key(), agent, count.saturating_sub(1)..count).await?;
        let id = last.last().and_then(|message| message.message_id).ok_or_else(|| {
            Error::invalid(self.id(), "a redaction", format!("agent {:?} has no message to redact", agent.as_str()))
        })?;
        let tail = Tail { len: count, last_id: Some(id) };
        (known.tail, known.ends_highest) = (Some(tail), is_numbered(tail));
        Ok(id)
    }
}

/// Whether the last message's id is its position, as it is where nobody numbered on his own.
fn is_numbered(tail: Tail) -> bool {
    tail.last_id.and_then(|id| u64::try_from(id).ok()).is_some_and(|id| id.checked_add(1) == Some(tail.len))
}

fn document(value: Option<Bson>) -> Document {
    match value {
        Some(Bson::Document(fields)) => fields,
        _ => Document::new(),
    }
}
