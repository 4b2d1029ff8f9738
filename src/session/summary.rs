//! The thin row of a list, and what comes after it.

use bson::{Bson, Document};
use jiff::Timestamp;

use super::{AgentId, FeedbackTally, Rating, SessionKey, Usage};

/// A session as a row of a list: what can be read without touching its messages.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// `_id`.
    pub key: SessionKey,
    /// `session_id`.
    pub session_id: Option<String>,
    /// `application_name`.
    pub application_name: Option<String>,
    /// `session_type`.
    pub session_type: Option<String>,
    /// `created_at`.
    pub created_at: Option<Timestamp>,
    /// `updated_at`.
    pub updated_at: Option<Timestamp>,
    /// Those fields of `metadata` that were asked for.
    pub metadata: Option<Bson>,
}

impl Summary {
    /// Of a session of which nothing else is known.
    #[must_use]
    pub fn new(key: impl Into<SessionKey>) -> Self {
        Self {
            key: key.into(),
            session_id: None,
            application_name: None,
            session_type: None,
            created_at: None,
            updated_at: None,
            metadata: None,
        }
    }
}

impl Summary {
    /// The name a person knows the session by: `session_id`, else the text of `_id`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.session_id.as_deref().unwrap_or_else(|| self.key.text())
    }

    /// One field of the metadata that was asked for.
    #[must_use]
    pub fn meta(&self, key: &str) -> Option<&Bson> {
        self.metadata.as_ref().and_then(Bson::as_document).and_then(|fields: &Document| fields.get(key))
    }
}

/// Counts and sizes of a session: read in the background, after the row.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Details {
    /// Each agent with its model and how many messages it has, in stored order.
    pub agents: Vec<AgentCount>,
    /// Messages of all agents.
    pub messages: u64,
    /// Feedbacks by rating.
    pub feedbacks: FeedbackTally,
    /// Number of `guardrail_events`.
    pub guardrail_events: u64,
    /// Size of the stored document (or of the folder's files) in bytes.
    pub bytes: Option<u64>,
    /// Tokens used in all, as [`crate::session_metrics`] reads them. `None`: not read yet.
    pub usage: Option<Usage>,
    /// How many findings its histories have, as [`crate::history_findings`] reads them. `None`: not read yet.
    pub findings: Option<u64>,
}

impl Details {
    /// What is counted of a session; its tokens are left to the metrics.
    #[must_use]
    pub fn of(
        agents: Vec<AgentCount>,
        ratings: impl IntoIterator<Item = Rating>,
        guardrail_events: u64,
        bytes: Option<u64>,
    ) -> Self {
        let mut feedbacks = FeedbackTally::default();
        ratings.into_iter().for_each(|rating| feedbacks.add(&rating));
        let messages = agents.iter().map(|agent| agent.messages).sum();
        Self { agents, messages, feedbacks, guardrail_events, bytes, usage: None, findings: None }
    }
}

/// An agent in [`Details`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentCount {
    /// The agent.
    pub id: AgentId,
    /// Its model.
    pub model: Option<String>,
    /// How many messages it has stored.
    pub messages: u64,
    /// [`StoredAgent::waiting`](crate::StoredAgent::waiting): what it waits for a person with.
    pub waiting: Option<String>,
}
