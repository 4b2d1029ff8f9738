//! Guardrail events.

use super::{StoredDate, StoredValue};

/// A guardrail stepped in. Source: `guardrail_events[]` of a session, `guardrail_event` of a message.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GuardrailEvent {
    /// `agent_id`.
    pub agent_id: Option<String>,
    /// `message_id`.
    pub message_id: Option<i64>,
    /// `action`, e.g. `BLOCKED`.
    pub action: Option<String>,
    /// `timestamp`.
    pub at: Option<StoredDate>,
    /// `stop_reason`.
    pub stop_reason: Option<String>,
    /// `policies_triggered`, as stored.
    pub policies: Option<StoredValue>,
    /// The event as stored.
    pub raw: StoredValue,
}
