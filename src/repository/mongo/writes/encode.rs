//! What is written, field by field in the order and with the types of the Python library. Only keys that it and Strands
//! take back are written.

use bson::{Bson, DateTime, Document, doc};
use jiff::Timestamp;
use secrecy::ExposeSecret;

use crate::session::{
    AgentId, Rating, SessionKey,
    record::{
        AgentConfig, AgentUpdate, NewAgent, NewFeedback, NewGuardrailEvent, NewMessage, NewSession, SessionUpdate,
    },
};

pub(super) fn date(at: Timestamp) -> Bson {
    Bson::DateTime(DateTime::from_millis(at.as_millisecond()))
}

/// An int32 where it fits, as the Python driver stores its integers.
pub(super) fn integer(n: i64) -> Bson {
    i32::try_from(n).map_or(Bson::Int64(n), Bson::Int32)
}

pub(super) fn session(new: &NewSession) -> (SessionKey, Document) {
    let document = doc! {
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
    };
    (SessionKey::from(new.id.as_str()), document)
}

pub(super) fn session_update(update: &SessionUpdate) -> Document {
    let mut fields = Document::new();
    if let Some(kind) = &update.session_type {
        fields.insert("session_type", kind);
    }
    if let Some(password) = &update.viewer_password {
        fields.insert("session_viewer_password", password.expose_secret());
    }
    if let Some(at) = update.updated_at {
        fields.insert("updated_at", date(at));
    }
    fields
}

pub(super) fn agent(new: &NewAgent) -> Document {
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

fn config(config: &AgentConfig) -> Document {
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

/// The paths below `agents.<id>.agent_data` that a configuration sets.
pub(super) fn agent_config(agent: &AgentId, given: &AgentConfig) -> Document {
    below(agent, config(given))
}

/// The paths that a sync sets, times included.
pub(super) fn agent_update(agent: &AgentId, update: &AgentUpdate) -> Document {
    let now = date(Timestamp::now());
    let mut fields = Document::new();
    let parts = [
        ("state", &update.state),
        ("conversation_manager_state", &update.conversation_manager_state),
        ("_internal_state", &update.internal_state),
    ];
    for (name, part) in parts {
        if let Some(part) = part {
            fields.insert(name, part.clone());
        }
    }
    fields.extend(config(&update.config));
    fields.insert("updated_at", now.clone());
    let mut paths = below(agent, fields);
    paths.extend(touched(agent, &now));
    paths
}

/// `updated_at` of agent and session.
pub(super) fn touched(agent: &AgentId, at: &Bson) -> Document {
    let mut paths = Document::new();
    paths.insert(format!("agents.{}.updated_at", agent.as_str()), at.clone());
    paths.insert("updated_at", at.clone());
    paths
}

fn below(agent: &AgentId, fields: Document) -> Document {
    let path = |name: &str| format!("agents.{}.agent_data.{name}", agent.as_str());
    fields.into_iter().map(|(name, value)| (path(&name), value)).collect()
}

pub(super) fn message(new: &NewMessage, message_id: i64) -> Document {
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

pub(super) fn feedback(new: &NewFeedback) -> Document {
    let rating = match &new.rating {
        Rating::Up => Bson::from("up"),
        Rating::Down => Bson::from("down"),
        Rating::Neutral => Bson::Null,
        Rating::Other(word) => Bson::from(word),
    };
    let mut stored = doc! { "rating": rating, "comment": new.comment.clone() };
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
pub(super) fn event(new: &NewGuardrailEvent) -> Document {
    let mut stored = doc! { "message_id": new.message_id.map(integer), "agent_id": new.agent_id.as_str() };
    stored.extend(outcome(new));
    stored
}

/// The `guardrail_event` of a message.
pub(super) fn message_event(new: &NewGuardrailEvent) -> Document {
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
