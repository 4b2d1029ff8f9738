//! What is written: the parts of a session document, in the shapes that Strands and `mongodb-session-manager` resume.
//!
//! Times are [`Timestamp`]s here, BSON dates in MongoDB and ISO strings in a folder.

use bson::{Bson, Document};
use jiff::Timestamp;
use secrecy::SecretString;

use super::{AgentId, Rating, decode};

/// A session to create. Source: the top-level fields of the document.
#[derive(Debug, Clone)]
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

/// What may change of a session itself. `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct SessionUpdate {
    /// `session_type`.
    pub session_type: Option<String>,
    /// `session_viewer_password`.
    pub viewer_password: Option<SecretString>,
    /// `updated_at`.
    pub updated_at: Option<Timestamp>,
}

/// An agent to create. Source: `agents.<id>`, with Strands' `SessionAgent` as `agent_data`.
#[derive(Debug, Clone)]
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

/// What a sync changes of an agent. `None` leaves a field as it is; only what is given is written.
/// Sets `updated_at` of the agent and of the session.
#[derive(Debug, Clone, Default, PartialEq)]
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

/// Model, system prompt and prompt metadata of an agent. `None` leaves a field as it is. Touches no time.
/// Source: `agent_data` (in a folder: `config.json` beside `agent.json`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AgentConfig {
    /// `model`.
    pub model: Option<String>,
    /// `system_prompt`: a string or a list of blocks.
    pub system_prompt: Option<Bson>,
    /// `prompt_metadata`: `{prompt_id, prompt_name, prompt_version, deployment_id, deployment_name, temperature?}`.
    pub prompt_metadata: Option<Document>,
}

/// A message as agents have it, Strands' `Message`: `{role, content: [block…], tracking_id?, metadata?}`.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageBody(pub Document);

impl MessageBody {
    /// A message of one text.
    #[must_use]
    pub fn text(role: &str, text: &str) -> Self {
        Self::new(role, vec![bson::doc! { "text": text }])
    }

    /// A message of blocks.
    #[must_use]
    pub fn new(role: &str, content: Vec<Document>) -> Self {
        Self(bson::doc! { "role": role, "content": content })
    }

    /// `role`.
    #[must_use]
    pub fn role(&self) -> &str {
        self.0.get_str("role").unwrap_or_default()
    }

    /// `content`: the blocks that are documents.
    pub fn blocks(&self) -> impl Iterator<Item = &Document> {
        self.0.get_array("content").into_iter().flatten().filter_map(Bson::as_document)
    }

    /// `tracking_id`.
    #[must_use]
    pub fn tracking_id(&self) -> Option<&str> {
        self.0.get_str("tracking_id").ok()
    }
}

/// A message to append. The repository gives it its `message_id`.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// `message`. It must carry a `tracking_id`: by it a message whose answer was lost is known again.
    pub body: MessageBody,
    /// `event_loop_metrics` as they stand when it is appended.
    pub event_loop_metrics: Option<Document>,
    /// `created_at` and `updated_at`.
    pub at: Timestamp,
}

/// What may change of a stored message. `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct MessageUpdate {
    /// `redact_message`: sets `updated_at` of message, agent and session. The stored message and its metrics stay.
    pub redact_message: Option<MessageBody>,
    /// `event_loop_metrics`: touches no time.
    pub event_loop_metrics: Option<Document>,
    /// `guardrail_event` of the message, and in the same write one more of the session's `guardrail_events`.
    pub guardrail_event: Option<NewGuardrailEvent>,
}

/// A stored message as resuming needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMessage {
    /// Position in the stored array.
    pub index: u64,
    /// `message_id`.
    pub message_id: Option<i64>,
    /// What the model is to see: `redact_message` where there is one, else `message`.
    pub body: MessageBody,
    /// `created_at`.
    pub created_at: Option<Timestamp>,
}

impl StoredMessage {
    /// Reads what resuming needs of the value of `agents.<id>.messages.<index>`: Strands' nested shape, or the flat one.
    #[must_use]
    pub fn read(value: Bson, index: u64) -> Self {
        let Bson::Document(mut fields) = value else {
            return Self { index, message_id: None, body: MessageBody(Document::new()), created_at: None };
        };
        let message_id = fields.get("message_id").and_then(decode::signed);
        let created_at = fields.get("created_at").and_then(decode::timestamp);
        let mut document = |key: &str| match fields.remove(key) {
            Some(Bson::Document(body)) => Some(MessageBody(body)),
            _ => None,
        };
        let nested = document("redact_message").or_else(|| document("message"));
        let body = nested.unwrap_or_else(|| {
            let keys = ["role", "content", "tracking_id", "metadata"];
            MessageBody(fields.into_iter().filter(|(key, _)| keys.contains(&key.as_str())).collect())
        });
        Self { index, message_id, body, created_at }
    }
}

/// Messages as an agent resumes with them: by `created_at`, ties in stored order; one without a date stays behind the one
/// stored before it. Less the first `offset`, at most `limit`.
#[must_use]
pub fn in_order(mut messages: Vec<StoredMessage>, offset: u64, limit: Option<u64>) -> Vec<StoredMessage> {
    let mut latest = None;
    let mut dates: Vec<Option<Timestamp>> = Vec::with_capacity(messages.len());
    for message in &messages {
        latest = message.created_at.or(latest);
        dates.push(latest);
    }
    if !dates.is_sorted() {
        let mut keyed: Vec<_> = dates.into_iter().zip(messages).collect();
        keyed.sort_by_key(|(date, _)| *date);
        messages = keyed.into_iter().map(|(_, message)| message).collect();
    }
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let take = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    if skip == 0 && take >= messages.len() {
        return messages;
    }
    messages.into_iter().skip(skip).take(take).collect()
}

/// A feedback to add. Source: an element of `feedbacks`. Sets the session's `updated_at`.
#[derive(Debug, Clone, PartialEq)]
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
    /// `created_at`.
    pub at: Timestamp,
}

/// A guardrail event to record. Source: `guardrail_events[]`, `guardrail_event`.
#[derive(Debug, Clone, PartialEq)]
pub struct NewGuardrailEvent {
    /// `agent_id`.
    pub agent_id: AgentId,
    /// `message_id`.
    pub message_id: Option<i64>,
    /// `action`, e.g. `redacted`.
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

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    fn stored(index: u64, second: Option<i64>) -> StoredMessage {
        let created_at = second.map(|second| Timestamp::from_second(second).unwrap());
        StoredMessage { index, message_id: None, body: MessageBody::text("user", "x"), created_at }
    }

    #[test]
    fn messages_come_by_their_time_and_those_without_one_stay_where_they_stood() {
        let messages = vec![stored(0, Some(5)), stored(1, None), stored(2, Some(3)), stored(3, Some(5))];
        let order = |offset, limit| {
            in_order(messages.clone(), offset, limit).iter().map(|message| message.index).collect::<Vec<_>>()
        };
        assert_eq!(order(0, None), [2, 0, 1, 3]);
        assert_eq!(order(1, Some(2)), [0, 1]);
        assert_eq!(order(9, None), [0; 0]);
    }

    #[test]
    fn the_redaction_stands_in_and_the_flat_shape_is_read() {
        let nested =
            doc! { "message": { "role": "user", "content": [] }, "message_id": 4, "redact_message": { "role": "x" } };
        let read = StoredMessage::read(nested.into(), 0);
        assert_eq!((read.body.role(), read.message_id), ("x", Some(4)));
        let flat = doc! { "message_id": 1_i64, "role": "assistant", "content": [{ "text": "a" }], "other": 1 };
        let read = StoredMessage::read(flat.into(), 0);
        assert_eq!(read.body, MessageBody::text("assistant", "a"));
    }
}
