//! The nouns: what a session document holds, as plain data without I/O.
//!
//! Everything here is read tolerantly by [`decode`]: a field that cannot be read is kept raw and listed as a
//! [`Finding`], and never hides the rest of its document.

pub mod agent;
pub mod block;
pub mod body;
pub mod change;
pub(crate) mod citations;
pub mod date;
pub mod decode;
pub mod edit;
pub mod encode;
pub mod feedback;
pub mod finding;
pub mod guardrail;
pub(crate) mod held;
pub mod history;
pub mod id;
pub mod interrupt;
pub mod message;
pub mod metadata_edit;
pub(crate) mod number;
pub mod pairs;
pub mod plain;
pub(crate) mod python;
pub mod record;
pub mod sealed;
pub(crate) mod secret;
mod setters;
pub mod stored;
pub mod summary;
pub(crate) mod surrogate;
pub(crate) mod value_text;
#[cfg(any(feature = "app", test))]
pub(crate) mod value_view;
mod words;

pub use agent::StoredAgent;
pub use block::{Block, Media, MediaKind, MediaSource, ToolContent, ToolStatus, UnknownMediaKind};
pub use body::{Image, MessageBody, Reasoning, ToolResult, ToolUse};
pub use change::{Applied, Change, ChangeDate, ChangeKind, ChangedFields, FeedbackRewrite};
pub use date::{StoredDate, UnclearDate};
pub use feedback::{Feedback, FeedbackTally, Rating};
pub use finding::Finding;
pub use guardrail::GuardrailEvent;
pub use id::{AgentId, SessionKey};
pub use interrupt::{Interrupt, InterruptState};
pub use message::{Counters, Message, Redaction, Role, ToolCounter, Usage};
pub use metadata_edit::{Guard, MetadataEdit, MetadataPath};
pub use pairs::{BlockPlace, ToolPairs};
pub use sealed::SealedValue;
pub use stored::StoredValue;
#[cfg(feature = "app")]
pub(crate) use summary::distinct_name;
pub use summary::{AgentCount, Details, Summary, distinct_names};

pub(crate) use setters::setters;

use bson::{Bson, Document};
use secrecy::SecretString;

/// Bytes that MongoDB takes in one document.
pub const LARGEST_DOCUMENT: u64 = 16 * 1024 * 1024;

/// The field that holds a secret.
pub(crate) const VIEWER_PASSWORD: &str = "session_viewer_password";

/// One session document, with as many of each agent's messages as were asked for.
///
/// Source: the whole MongoDB document (or the folder's `session.json` with its agents).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Session {
    /// `_id`, of whatever BSON type it is.
    pub key: SessionKey,
    /// `session_id`; where absent the text of `_id` stands in, see [`Session::name`].
    pub session_id: Option<String>,
    /// `application_name`; fixed at creation.
    pub application_name: Option<String>,
    /// `session_type`: `AGENT` from Strands, older ones `default` or free text.
    pub session_type: Option<String>,
    /// `session_viewer_password`: a secret, shown only where asked for by name.
    pub viewer_password: Option<SecretString>,
    /// `created_at`, UTC with milliseconds.
    pub created_at: Option<StoredDate>,
    /// `updated_at`, UTC with milliseconds.
    pub updated_at: Option<StoredDate>,
    /// Which of the two is no clear date, whether or not it could be read: no age is taken from it.
    pub unclear_dates: Vec<UnclearDate>,
    /// `metadata`: the user's own fields. `None` when the field is absent.
    /// Anything but a document is kept as it is stored and is a finding.
    pub metadata: Option<Bson>,
    /// `feedbacks`, in stored order.
    pub feedbacks: Vec<Feedback>,
    /// `guardrail_events`, in stored order.
    pub guardrail_events: Vec<GuardrailEvent>,
    /// `agents`, in stored order.
    pub agents: Vec<StoredAgent>,
    /// Top-level fields that are none of the above, as stored.
    pub other: Document,
    /// Size of the stored document in bytes, where the store can tell.
    pub bytes: Option<u64>,
    /// What could not be read, at the session's own level (agents and messages carry their own).
    pub findings: Vec<Finding>,
}

impl Session {
    /// The name a person knows the session by: `session_id`, else the text of `_id`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.session_id.as_deref().unwrap_or_else(|| self.key.text())
    }

    /// The metadata as a document, when it is one.
    #[must_use]
    pub fn metadata_fields(&self) -> Option<&Document> {
        self.metadata.as_ref().and_then(Bson::as_document)
    }

    /// The agent with that id.
    #[must_use]
    pub fn agent(&self, id: &AgentId) -> Option<&StoredAgent> {
        self.agents.iter().find(|agent| &agent.id == id)
    }

    /// Messages of all agents, stored (not only loaded).
    #[must_use]
    pub fn message_count(&self) -> u64 {
        self.agents.iter().map(|agent| agent.message_count).sum()
    }

    /// Every finding of the session, its agents and their loaded messages.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        let agents = self.agents.iter().flat_map(|agent| {
            agent.findings.iter().chain(agent.messages.iter().flat_map(|message| message.findings.iter()))
        });
        self.findings.iter().chain(agents)
    }
}
