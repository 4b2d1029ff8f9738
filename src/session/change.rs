//! What changed of a session that somebody holds in memory: an edit that was stored, a conflict that told what is
//! stored, a feedback, a message that arrived, a deletion. Each is applied where the session is held; nothing is read
//! again for it, unless what is held lacks what the change builds on.
//!
//! Every change says what is stored now, not what was done: one that comes once more, or late, is right again once those
//! after it came.

mod agent;
mod applied;
mod apply;
mod date;
mod list;
mod message;
mod path;
mod row;
#[cfg(test)]
mod tests;

use bson::Bson;

use super::{
    AgentId, Feedback, GuardrailEvent, Message, MetadataEdit, SessionKey, StoredAgent, StoredDate, Summary, decode,
    record::FeedbackChange,
};

pub use applied::Applied;
pub use date::ChangeDate;

/// Fields by their dotted paths with what they hold now; `None`: the field is absent. A dot may be part of a name: which, what
/// is held must tell.
pub type ChangedFields = Vec<(String, Option<Bson>)>;

/// One change of one session.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Change {
    /// The session's `_id`.
    pub session: SessionKey,
    /// What changed.
    pub kind: ChangeKind,
    /// What it tells of the session's `updated_at`.
    pub dated: ChangeDate,
}

/// An element of `feedbacks` that was changed or taken back.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FeedbackRewrite {
    /// Where it stood, from 0.
    pub index: u64,
    /// The whole element as it was stored.
    pub before: Bson,
    /// What stands there now; `None`: it is gone, and those behind it moved up.
    pub now: Option<Feedback>,
    /// When.
    pub at: StoredDate,
}

/// What changed of a session.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ChangeKind {
    /// These fields of `metadata` hold these values now; `None`: the field is absent. Names, in which a dot is a dot.
    Metadata(Vec<(String, Option<Bson>)>),
    /// These edits of `metadata` were carried out.
    Edited(Vec<MetadataEdit>),
    /// The same as [`ChangeKind::Metadata`] by paths below `metadata`, such as `customer.tier`.
    MetadataPaths(ChangedFields),
    /// `metadata` is that now, whole; `None`: it is absent.
    MetadataWhole(Option<Bson>),
    /// One more of `feedbacks`; one that knows its index stands there now, also where another stood.
    Feedback(Box<Feedback>),
    /// Fields of the element of `feedbacks` at that index.
    FeedbackFields(u64, ChangedFields),
    /// An element of `feedbacks` was changed or taken back.
    FeedbackRewritten(Box<FeedbackRewrite>),
    /// `feedbacks` was cut down to so many.
    FeedbacksCut(u64),
    /// The element of `guardrail_events` at that index, mostly one more.
    Guardrail(u64, Box<GuardrailEvent>),
    /// More at the end of `agents.<id>.messages`, in stored order; each knows its index.
    Messages(AgentId, Vec<Message>),
    /// Messages of `agents.<id>.messages` that were written anew where they stand, a redaction among them
    /// ([`Message::redaction`]); each knows its index.
    Rewritten(AgentId, Vec<Message>),
    /// Fields of `agents.<id>.messages.<index>`, by paths below it: `redact_message`, `message.content.0.text`.
    MessageFields(AgentId, u64, ChangedFields),
    /// The counters on `agents.<id>.messages.<index>`, by paths below it: `event_loop_metrics`, or parts of it. See
    /// [`Change::counters`].
    Metrics(AgentId, u64, ChangedFields),
    /// `agents.<id>.messages` was cut down to so many.
    Truncated(AgentId, u64),
    /// `agents.<id>.messages` is that now, whole.
    History(AgentId, Vec<Message>),
    /// `agents.<id>` is that now, whole, with all its messages: mostly it is new.
    Agent(Box<StoredAgent>),
    /// Fields of `agents.<id>`, by paths below it: `agent_data`, `agent_data.model`, `updated_at`; none of its messages.
    AgentFields(AgentId, ChangedFields),
    /// `agents.<id>` is absent.
    AgentRemoved(AgentId),
    /// Something of it changed that is told no finer: whoever holds it reads it again. With it `updated_at`, where that was told.
    Unclear(Option<StoredDate>),
    /// Its `updated_at` is that now, and nothing else changed that is told.
    Touched(StoredDate),
    /// The session is new.
    Created(Box<Summary>),
    /// The session is gone.
    Deleted,
}

impl ChangeKind {
    /// Whether it is of the metadata.
    #[must_use]
    pub fn is_of_metadata(&self) -> bool {
        matches!(self, Self::Metadata(_) | Self::Edited(_) | Self::MetadataPaths(_) | Self::MetadataWhole(_))
    }
}

impl Change {
    /// Edits of metadata that were stored.
    #[must_use]
    pub fn edited(session: SessionKey, edits: &[MetadataEdit]) -> Self {
        Self::new(session, ChangeKind::Edited(edits.to_vec()))
    }

    /// One field of the metadata holds that now; `None`: it is absent.
    #[must_use]
    pub fn field(session: SessionKey, key: impl Into<String>, stored: Option<Bson>) -> Self {
        Self::new(session, ChangeKind::Metadata(vec![(key.into(), stored)]))
    }

    /// A feedback that was stored.
    #[must_use]
    pub fn feedback(session: SessionKey, feedback: Feedback) -> Self {
        Self::new(session, ChangeKind::Feedback(Box::new(feedback)))
    }

    /// A feedback that was changed or taken back, which stood at that index of `feedbacks`; `None`: nobody knows where.
    #[must_use]
    pub fn feedback_changed(session: SessionKey, index: Option<u64>, change: &FeedbackChange) -> Self {
        let at = StoredDate::from(change.at);
        let Some(index) = index else { return Self::unclear(session, Some(at)) };
        let read = |new: &bson::Document| Feedback { index: Some(index), ..decode::feedback(&new.clone().into()) };
        let now = change.new.as_ref().map(read);
        let rewrite = FeedbackRewrite { index, before: change.stored.clone(), now, at };
        Self::new(session, ChangeKind::FeedbackRewritten(Box::new(rewrite)))
    }

    /// Messages at the end of an agent's history.
    #[must_use]
    pub fn messages(session: SessionKey, agent: AgentId, messages: Vec<Message>) -> Self {
        Self::new(session, ChangeKind::Messages(agent, messages))
    }

    /// Of that kind.
    #[must_use]
    pub fn new(session: SessionKey, kind: ChangeKind) -> Self {
        Self { session, kind, dated: ChangeDate::default() }
    }

    /// A change that is told no finer.
    #[must_use]
    pub fn unclear(session: SessionKey, updated_at: Option<StoredDate>) -> Self {
        Self::new(session, ChangeKind::Unclear(updated_at))
    }

    /// Only its time rose.
    #[must_use]
    pub fn touched(session: SessionKey, updated_at: StoredDate) -> Self {
        Self::new(session, ChangeKind::Touched(updated_at))
    }

    /// A session that is new.
    #[must_use]
    pub fn created(row: Summary) -> Self {
        Self::new(row.key.clone(), ChangeKind::Created(Box::new(row)))
    }

    /// The session is gone.
    #[must_use]
    pub fn deleted(session: SessionKey) -> Self {
        Self::new(session, ChangeKind::Deleted)
    }

    /// The agent whose history or fields it changes.
    #[must_use]
    pub fn agent(&self) -> Option<&AgentId> {
        match &self.kind {
            ChangeKind::Messages(agent, _)
            | ChangeKind::Rewritten(agent, _)
            | ChangeKind::MessageFields(agent, ..)
            | ChangeKind::Metrics(agent, ..)
            | ChangeKind::Truncated(agent, _)
            | ChangeKind::History(agent, _)
            | ChangeKind::AgentFields(agent, _)
            | ChangeKind::AgentRemoved(agent) => Some(agent),
            ChangeKind::Agent(agent) => Some(&agent.id),
            ChangeKind::Metadata(_)
            | ChangeKind::Edited(_)
            | ChangeKind::MetadataPaths(_)
            | ChangeKind::MetadataWhole(_)
            | ChangeKind::Feedback(_)
            | ChangeKind::FeedbackFields(..)
            | ChangeKind::FeedbackRewritten(_)
            | ChangeKind::FeedbacksCut(_)
            | ChangeKind::Guardrail(..)
            | ChangeKind::Unclear(_)
            | ChangeKind::Touched(_)
            | ChangeKind::Created(_)
            | ChangeKind::Deleted => None,
        }
    }
}
