//! What is written, as documents: field by field in the order and with the types of the Python library. Only keys that it
//! and Strands take back are written.

use bson::{Bson, DateTime, Document, doc};
use jiff::Timestamp;
use secrecy::ExposeSecret;

pub use super::number::{count, integer};

use super::record::{AgentConfig, NewAgent, NewFeedback, NewGuardrailEvent, NewMessage, NewSession};

/// A time as a BSON date, in ms.
#[must_use]
pub fn date(at: Timestamp) -> Bson {
    Bson::DateTime(DateTime::from_millis(at.as_millisecond()))
}

/// A whole session document, with no agents.
#[must_use]
pub fn session(new: &NewSession) -> Document {
    doc! {
        "_id": &new.id,
        "session_id": &new.id,
        "application_name": new.application_name.clone(),
        "session_type": &new.session_type,
        "session_viewer_password": new.viewer_password.expose_secret(),
        "created_at": date(new.at),
        "updated_at": date(new.at),
        "agents": {},
        "metadata": new.metadata.clone(),
        "feedbacks": [],
        "guardrail_events": [],
    }
}

/// The value of `agents.<id>`, with no messages.
#[must_use]
pub fn agent(new: &NewAgent) -> Document {
    let mut data = doc! {
        "agent_id": new.id.as_str(),
        "state": new.state.clone(),
        "conversation_manager_state": new.conversation_manager_state.clone(),
        "_internal_state": new.internal_state.clone(),
        "created_at": date(new.at),
        "updated_at": date(new.at),
    };
    data.extend(config(&new.config));
    doc! { "agent_data": data, "messages": [], "created_at": date(new.at), "updated_at": date(new.at) }
}

/// The fields of `agent_data` beside Strands' own; none for what is `None`.
#[must_use]
pub fn config(config: &AgentConfig) -> Document {
    let mut fields = Document::new();
    if let Some(model) = &config.model {
        fields.insert("model", model);
    }
    if let Some(prompt) = &config.system_prompt {
        fields.insert("system_prompt", prompt.clone());
    }
    if let Some(metadata) = &config.prompt_metadata {
        fields.insert("prompt_metadata", metadata.clone());
    }
    fields
}

/// An element of `messages`.
#[must_use]
pub fn message(new: &NewMessage, message_id: i64) -> Document {
    let mut stored = doc! {
        "message": new.body.0.clone(),
        "message_id": integer(message_id),
        "redact_message": Bson::Null,
        "created_at": date(new.at),
        "updated_at": date(new.at),
    };
    if let Some(metrics) = &new.event_loop_metrics {
        stored.insert("event_loop_metrics", metrics.clone());
    }
    stored
}

/// An element of `feedbacks`.
#[must_use]
pub fn feedback(new: &NewFeedback) -> Document {
    let mut stored = doc! { "rating": new.rating.stored(), "comment": new.comment.clone() };
    if let Some(agent) = &new.agent_id {
        stored.insert("agent_id", agent.as_str());
    }
    if let Some(id) = new.message_id {
        stored.insert("message_id", integer(id));
    }
    for (key, value) in &new.extra {
        if !stored.contains_key(key) {
            stored.insert(key, value.clone());
        }
    }
    stored.insert("created_at", date(new.at));
    stored
}

/// An element of the session's `guardrail_events`.
#[must_use]
pub fn event(new: &NewGuardrailEvent) -> Document {
    let mut stored = doc! { "message_id": new.message_id.map(integer), "agent_id": new.agent_id.as_str() };
    stored.extend(outcome(new));
    stored
}

/// The `guardrail_event` of a message.
#[must_use]
pub fn message_event(new: &NewGuardrailEvent) -> Document {
    let mut stored = outcome(new);
    if let Some(trace) = &new.trace {
        stored.insert("trace", trace.clone());
    }
    stored
}

fn outcome(new: &NewGuardrailEvent) -> Document {
    let mut stored = doc! { "action": &new.action, "timestamp": date(new.at) };
    if let Some(reason) = &new.stop_reason {
        stored.insert("stop_reason", reason);
    }
    if let Some(policies) = &new.policies_triggered {
        stored.insert("policies_triggered", policies.clone());
    }
    stored
}
