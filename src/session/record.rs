//! What is written: the parts of a session document, in the shapes that Strands and `mongodb-session-manager` resume.
//!
//! Times are [`Timestamp`]s here, BSON dates in MongoDB and ISO strings in a folder.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bson::{Bson, Document};
use jiff::Timestamp;
use secrecy::SecretString;

use super::{AgentId, Rating, setters};
pub use super::{body::MessageBody, history::StoredMessage};

/// A session to create. Source: the top-level fields of the document.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewSession {
    /// `_id` and `session_id`.
    pub id: String,
    /// `application_name`: fixed from now on.
    pub application_name: Option<String>,
    /// `session_type`, `AGENT` for Strands.
    pub session_type: String,
    /// `session_viewer_password`: 32 URL-safe characters, a secret.
    pub viewer_password: SecretString,
    /// `metadata` to begin with, such as configured fields as `""`.
    pub metadata: Document,
    /// `created_at` and `updated_at`.
    pub at: Timestamp,
}

impl NewSession {
    /// An `AGENT` session created now, with a new viewer password, no metadata and no application name.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            application_name: None,
            session_type: "AGENT".to_owned(),
            viewer_password: viewer_password(),
            metadata: Document::new(),
            at: Timestamp::now(),
        }
    }

    setters! {
        fields { session_type: String, viewer_password: SecretString, metadata: Document }
        options { application_name: String }
        exact { at: Timestamp }
    }
}

/// Bytes of a viewer password: 32 characters in base64.
const PASSWORD_BYTES: usize = 24;

/// 32 URL-safe random characters.
fn viewer_password() -> SecretString {
    let mut bytes = [0_u8; PASSWORD_BYTES];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    URL_SAFE_NO_PAD.encode(bytes).into()
}

/// What may change of a session itself. `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SessionUpdate {
    /// `session_type`.
    pub session_type: Option<String>,
    /// `session_viewer_password`.
    pub viewer_password: Option<SecretString>,
    /// `updated_at`.
    pub updated_at: Option<Timestamp>,
}

impl SessionUpdate {
    setters! {
        options { session_type: String, viewer_password: SecretString }
        exact_options { updated_at: Timestamp }
    }
}

/// An agent to create. Source: `agents.<id>`, with Strands' `SessionAgent` as `agent_data`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewAgent {
    /// `agent_id`: a key under `agents`, see [`super::edit::check_segment`].
    pub id: AgentId,
    /// `state`.
    pub state: Document,
    /// `conversation_manager_state`.
    pub conversation_manager_state: Document,
    /// `_internal_state`.
    pub internal_state: Document,
    /// What stands beside Strands' own fields.
    pub config: AgentConfig,
    /// `created_at` and `updated_at`.
    pub at: Timestamp,
}

impl NewAgent {
    /// An agent created now, with empty states.
    #[must_use]
    pub fn new(id: impl Into<AgentId>) -> Self {
        Self {
            id: id.into(),
            state: Document::new(),
            conversation_manager_state: Document::new(),
            internal_state: Document::new(),
            config: AgentConfig::default(),
            at: Timestamp::now(),
        }
    }

    setters! {
        fields { state: Document, conversation_manager_state: Document, internal_state: Document, config: AgentConfig }
        exact { at: Timestamp }
    }
}

/// What a sync changes of an agent. `None` leaves a field as it is; only what is given is written.
/// Sets `updated_at` of the agent and of the session.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct AgentUpdate {
    /// `agent_data.state`.
    pub state: Option<Document>,
    /// `agent_data.conversation_manager_state`.
    pub conversation_manager_state: Option<Document>,
    /// `agent_data._internal_state`.
    pub internal_state: Option<Document>,
    /// `agent_data.model`, `agent_data.system_prompt`.
    pub config: AgentConfig,
}

impl AgentUpdate {
    setters! {
        fields { config: AgentConfig }
        options { state: Document, conversation_manager_state: Document, internal_state: Document }
    }

    /// Fields of `agent_data` that are given, besides its `config`.
    pub(crate) fn states(&self) -> impl Iterator<Item = (&'static str, &Document)> {
        let fields = [
            ("state", &self.state),
            ("conversation_manager_state", &self.conversation_manager_state),
            ("_internal_state", &self.internal_state),
        ];
        fields.into_iter().filter_map(|(name, given)| Some((name, given.as_ref()?)))
    }
}

/// Model, system prompt and prompt metadata of an agent. `None` leaves a field as it is. Touches no time.
/// Source: `agent_data` (in a folder: `config.json` beside `agent.json`).
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct AgentConfig {
    /// `model`.
    pub model: Option<String>,
    /// `system_prompt`: a string or a list of blocks.
    pub system_prompt: Option<Bson>,
    /// `prompt_metadata`: `{prompt_id, prompt_name, prompt_version, deployment_id, deployment_name, temperature?}`.
    pub prompt_metadata: Option<Document>,
}

impl AgentConfig {
    setters! { options { model: String, system_prompt: Bson, prompt_metadata: Document } }
}

/// A message to append. The repository gives it its `message_id`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewMessage {
    /// `message`. It must carry a `tracking_id`, which [`Self::new`] gives it: by it a message whose answer was lost is
    /// known again.
    pub body: MessageBody,
    /// `event_loop_metrics` as they stand when it is appended.
    pub event_loop_metrics: Option<Document>,
    /// `created_at` and `updated_at`.
    pub at: Timestamp,
}

impl NewMessage {
    /// A message of now. Its body is given a `tracking_id`, a UUID v4, where it has none.
    #[must_use]
    pub fn new(mut body: MessageBody) -> Self {
        body.ensure_tracking_id();
        Self { body, event_loop_metrics: None, at: Timestamp::now() }
    }

    setters! { options { event_loop_metrics: Document } exact { at: Timestamp } }
}

/// What may change of a stored message. `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct MessageUpdate {
    /// `redact_message`: sets `updated_at` of message, agent and session. The stored message and its metrics stay.
    pub redact_message: Option<MessageBody>,
    /// `event_loop_metrics`: touches no time.
    pub event_loop_metrics: Option<Document>,
    /// `guardrail_event` of the message, and in the same write one more of the session's `guardrail_events`.
    pub guardrail_event: Option<NewGuardrailEvent>,
}

impl MessageUpdate {
    setters! {
        options { redact_message: MessageBody, event_loop_metrics: Document, guardrail_event: NewGuardrailEvent }
    }
}

/// A feedback to add. Source: an element of `feedbacks`. Sets the session's `updated_at`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NewFeedback {
    /// `rating`: `up`, `down`, or null for neutral.
    pub rating: Rating,
    /// `comment`.
    pub comment: Option<String>,
    /// `agent_id`, where it speaks of one agent.
    pub agent_id: Option<AgentId>,
    /// `message_id`, where it speaks of one message.
    pub message_id: Option<i64>,
    /// Other fields, as given.
    pub extra: Document,
    /// It may be stored already, for the answer to an attempt before was lost: it is added only where none with the same
    /// `created_at`, rating and comment is there.
    pub again: bool,
    /// `created_at`.
    pub at: Timestamp,
}

impl NewFeedback {
    /// A rating of the whole session, of now, without a comment.
    #[must_use]
    pub fn new(rating: Rating) -> Self {
        Self {
            rating,
            comment: None,
            agent_id: None,
            message_id: None,
            extra: Document::new(),
            again: false,
            at: Timestamp::now(),
        }
    }

    setters! {
        fields { extra: Document }
        options { comment: String, agent_id: AgentId }
        exact { at: Timestamp, again: bool }
        exact_options { message_id: i64 }
    }
}

/// A feedback that is changed or taken back, where it is still stored just as it was. Sets the session's `updated_at`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FeedbackChange {
    /// The whole element of `feedbacks` as it is stored; of several that are the same, the last.
    pub stored: Bson,
    /// What stands there from then on, a whole element; `None`: nothing, it is taken back.
    pub new: Option<Document>,
    /// The session's `updated_at`.
    pub at: Timestamp,
}

impl FeedbackChange {
    /// Writes it anew where it stands.
    #[must_use]
    pub fn to(stored: Bson, new: Document) -> Self {
        Self { stored, new: Some(new), at: Timestamp::now() }
    }

    /// Takes it back.
    #[must_use]
    pub fn back(stored: Bson) -> Self {
        Self { stored, new: None, at: Timestamp::now() }
    }
}

/// A guardrail event to record. Source: `guardrail_events[]`, `guardrail_event`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NewGuardrailEvent {
    /// `agent_id`.
    pub agent_id: AgentId,
    /// `message_id`.
    pub message_id: Option<i64>,
    /// `action`, e.g. `BLOCKED`.
    pub action: String,
    /// `stop_reason`.
    pub stop_reason: Option<String>,
    /// `policies_triggered`: the names of what triggered, by kind of policy.
    pub policies_triggered: Option<Document>,
    /// `trace` as the guardrail gave it: stored on the message alone.
    pub trace: Option<Document>,
    /// `timestamp`.
    pub at: Timestamp,
}

impl NewGuardrailEvent {
    /// What a guardrail did now, e.g. `BLOCKED`.
    #[must_use]
    pub fn new(agent_id: impl Into<AgentId>, action: impl Into<String>) -> Self {
        Self {
            agent_id: agent_id.into(),
            message_id: None,
            action: action.into(),
            stop_reason: None,
            policies_triggered: None,
            trace: None,
            at: Timestamp::now(),
        }
    }

    setters! {
        options { stop_reason: String, policies_triggered: Document, trace: Document }
        exact { at: Timestamp }
        exact_options { message_id: i64 }
    }
}

#[cfg(test)]
mod tests;
