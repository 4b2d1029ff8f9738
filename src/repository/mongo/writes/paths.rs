//! The paths that a write sets.

use bson::{Bson, Document};
use jiff::Timestamp;
use secrecy::ExposeSecret;

use crate::session::{
    AgentId,
    encode::{config, date},
    record::{AgentConfig, AgentUpdate, SessionUpdate},
};

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

/// The paths below `agents.<id>.agent_data` that a configuration sets.
pub(super) fn agent_config(agent: &AgentId, given: &AgentConfig) -> Document {
    below(agent, config(given))
}

/// The paths that a sync sets, times included.
pub(super) fn agent_update(agent: &AgentId, update: &AgentUpdate) -> Document {
    let now = date(Timestamp::now());
    let mut fields = Document::new();
    for (name, state) in update.states() {
        fields.insert(name, state.clone());
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
