//! Writing sessions: the other half of the port.

use async_trait::async_trait;

use super::{CopiedDeletion, Error, Result, SessionCopy, SessionReader};
use crate::session::{
    AgentId, MetadataEdit, SessionKey,
    record::{
        AgentConfig, AgentUpdate, FeedbackChange, MessageUpdate, NewAgent, NewFeedback, NewGuardrailEvent, NewMessage,
        NewSession, SessionUpdate,
    },
};

/// What a store says that cannot change feedback.
pub(crate) const CANNOT_CHANGE_FEEDBACK: &str = "this store cannot change feedback";

/// Writes sessions. Each method is one atomic change of what it names and of nothing else: an agent may be appending at
/// that moment. What each says of `updated_at` is all that changes there.
///
/// Every method names the session in its errors. [`Error::NotFound`](crate::Error::NotFound) where the session is gone,
/// [`Error::UnknownAgent`](crate::Error::UnknownAgent) where it has no such agent, [`Error::Key`](crate::Error::Key) for
/// an agent id or metadata key that cannot be a path segment, [`Error::TooLarge`](crate::Error::TooLarge) where a document
/// would grow past its limit.
///
/// Methods that are added later come with a default, so that a store goes on compiling.
#[async_trait]
pub trait SessionWriter: Send + Sync + 'static {
    /// Creates a session with no agents. Fails with [`Error::Exists`](crate::Error::Exists) where its `_id` is
    /// taken.
    async fn create_session(&self, session: &NewSession) -> Result<SessionKey>;

    /// Changes fields of the session itself.
    async fn update_session(&self, key: &SessionKey, update: &SessionUpdate) -> Result<()>;

    /// Deletes a session with all that belongs to it.
    async fn delete_session(&self, key: &SessionKey) -> Result<()>;

    /// Deletes a session that is still what its [exact copy](SessionReader::exact_copy) holds, in one step where the store
    /// can. The default deletes it whatever it holds.
    async fn delete_copied(&self, key: &SessionKey, _copy: &SessionCopy) -> Result<CopiedDeletion> {
        self.delete_session(key).await.map(|()| CopiedDeletion::Done)
    }

    /// Deletes the session of that copy, which changes too often to be deleted as it was copied, in one step that gives what
    /// it was: [`CopiedDeletion::Overtaken`]. A store without such a step does nothing, which is the default:
    /// [`CopiedDeletion::Changed`].
    async fn delete_latest(&self, _key: &SessionKey, _copy: &SessionCopy) -> Result<CopiedDeletion> {
        Ok(CopiedDeletion::Changed)
    }

    /// Puts a session back from its exact copy. Fails with [`Error::Exists`](crate::Error::Exists) where its `_id` is taken,
    /// and with [`Error::Invalid`](crate::Error::Invalid) for a copy that this store cannot hold, which is the default.
    async fn restore(&self, _copy: &SessionCopy) -> Result<SessionKey> {
        Err(Error::other("putting the session back", "this store keeps no exact copies"))
    }

    /// Creates an agent without messages; sets the session's `updated_at`. Fails with
    /// [`Error::Exists`](crate::Error::Exists) where the session has an agent of that id.
    async fn create_agent(&self, key: &SessionKey, agent: &NewAgent) -> Result<()>;

    /// Changes what is given of an agent; sets `updated_at` of agent and session.
    async fn update_agent(&self, key: &SessionKey, agent: &AgentId, update: &AgentUpdate) -> Result<()>;

    /// Changes model, system prompt or prompt metadata; touches no time.
    async fn update_agent_config(&self, key: &SessionKey, agent: &AgentId, config: &AgentConfig) -> Result<()>;

    /// Deletes an agent with its messages; sets the session's `updated_at`.
    async fn delete_agent(&self, key: &SessionKey, agent: &AgentId) -> Result<()>;

    /// Appends a message with the next `message_id` and sets `updated_at` of agent and session. `known` is the end of the
    /// history as the caller knows it, which saves a read where it still is.
    ///
    /// Other writers may append at the same time: ids stay unique and in order. A message whose acknowledgement was lost
    /// is looked for by its `tracking_id` before it is sent again, so it is stored once.
    async fn append_message(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        message: &NewMessage,
        known: Option<Tail>,
    ) -> Result<Tail>;

    /// Changes a stored message, found by its `message_id` (the last one, where several share it). Fails with
    /// [`Error::UnknownMessage`](crate::Error::UnknownMessage) where there is none.
    async fn update_message(
        &self,
        key: &SessionKey,
        agent: &AgentId,
        message_id: i64,
        update: &MessageUpdate,
    ) -> Result<()>;

    /// Edits fields of `metadata`: all of them or none; touches no time. Fails with
    /// [`Error::Conflict`](crate::Error::Conflict) where a guard does not hold, and with
    /// [`Error::NotAnObject`](crate::Error::NotAnObject) where `metadata` is something else than an object.
    async fn edit_metadata(&self, key: &SessionKey, edits: &[MetadataEdit]) -> Result<()>;

    /// Adds a feedback; sets the session's `updated_at`. One that says `again` may be stored already: a store that can lose an
    /// answer adds it only where it is not.
    async fn add_feedback(&self, key: &SessionKey, feedback: &NewFeedback) -> Result<()>;

    /// Changes a feedback, or takes it back, where it is still stored just as it was; sets the session's `updated_at`. Fails with
    /// [`Error::Conflict`](crate::Error::Conflict) where no such element is stored. Gives where in `feedbacks` it stood, from 0. The
    /// default cannot.
    async fn change_feedback(&self, key: &SessionKey, change: &FeedbackChange) -> Result<u64> {
        let _ = change;
        Err(Error::other(format!("changing feedback of session {:?}", key.text()), CANNOT_CHANGE_FEEDBACK))
    }

    /// Adds one of the session's `guardrail_events`; touches no time.
    async fn add_guardrail_event(&self, key: &SessionKey, event: &NewGuardrailEvent) -> Result<()>;

    /// Creates the indexes that make lists fast, where they are missing and the store has indexes. Gives the names of those
    /// created; the default is a store without indexes.
    async fn create_indexes(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// Makes lists and filters by these fields of `metadata` fast, where the store has indexes. Gives the names of those
    /// created; the default is a store without indexes.
    async fn index_metadata(&self, _fields: &[String]) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

/// The end of an agent's history: what the next push is guarded by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Tail {
    /// How many messages are stored.
    pub len: u64,
    /// `message_id` of the last one; `None` where there is none or it has none.
    pub last_id: Option<i64>,
}

impl Tail {
    /// After so many messages, the last of them with that id; `Tail::default()` ends an empty history.
    #[must_use]
    pub fn new(len: u64, last_id: Option<i64>) -> Self {
        Self { len, last_id }
    }

    /// The id of the next message: one more than the last one's, else its position.
    #[must_use]
    pub fn next_id(self) -> i64 {
        self.last_id.map_or(self.len as i64, |id| id.saturating_add(1))
    }

    /// The tail after the next message.
    #[must_use]
    pub fn advanced(self) -> Self {
        Self { len: self.len + 1, last_id: Some(self.next_id()) }
    }
}

/// Reads and writes sessions.
///
/// Anyone can write one for another database, and check it with `strandscope::conformance` (feature `conformance`). A
/// store of whole documents needs no more than this:
///
/// ```
#[doc = include_str!("../../examples/memory.rs")]
/// ```
pub trait SessionRepository: SessionReader + SessionWriter {}

impl<T: SessionReader + SessionWriter> SessionRepository for T {}
