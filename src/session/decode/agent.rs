//! One agent and its messages.

use bson::{Bson, Document};

use super::{
    date, known, message,
    notes::{Notes, Path},
    value,
};
use crate::session::{AgentId, StoredAgent, StoredDate};

pub(super) fn read(id: AgentId, value: Bson, first_index: u64, message_count: Option<u64>) -> StoredAgent {
    let agents = Path::At("agents");
    let key = id.clone();
    let path = agents.key(key.as_str());
    let mut notes = Notes::default();
    let mut agent = blank(id);
    match value {
        Bson::Document(fields) => fill(&mut agent, fields, first_index, &path, &mut notes),
        other => notes.mistyped(&path, "an agent (an object)", &other),
    }
    let loaded = first_index.saturating_add(agent.messages.len() as u64);
    agent.message_count = message_count.map_or(loaded, |stored| stored.max(loaded));
    agent.findings = notes.into_findings();
    agent
}

/// When an agent was made and changed last, from the value of `agents.<id>`.
pub(crate) fn dates(fields: &Document) -> (Option<StoredDate>, Option<StoredDate>) {
    let data = fields.get_document("agent_data").ok();
    let one = |key: &str| {
        let read = |fields: &Document| fields.get(key).and_then(date::stored_date);
        read(fields).or_else(|| data.and_then(read))
    };
    (one("created_at"), one("updated_at"))
}

fn blank(id: AgentId) -> StoredAgent {
    StoredAgent {
        id,
        model: None,
        system_prompt: None,
        prompt_metadata: None,
        state: None,
        conversation_manager: None,
        data: None,
        created_at: None,
        updated_at: None,
        message_count: 0,
        messages: Vec::new(),
        findings: Vec::new(),
    }
}

fn fill(agent: &mut StoredAgent, fields: Document, first_index: u64, path: &Path, notes: &mut Notes) {
    agent.created_at = date::date(&fields, "created_at", path, notes);
    agent.updated_at = date::date(&fields, "updated_at", path, notes);
    let mut data_seen = false;
    for (key, value) in fields {
        match (key.as_str(), value) {
            ("agent_data", Bson::Document(data)) => {
                data_seen = true;
                read_data(agent, data, &path.key("agent_data"), notes);
            }
            ("agent_data", other) => {
                data_seen = true;
                notes.mistyped(&path.key("agent_data"), "the agent's data (an object)", &other);
            }
            ("messages", Bson::Array(messages)) => {
                let path = path.key("messages");
                let numbered = (first_index..).zip(messages);
                agent.messages = numbered
                    .map(|(index, value)| message::read_whole(value, index, &Path::Index(&path, index)))
                    .collect();
            }
            ("messages", other) => notes.mistyped(&path.key("messages"), "an array of messages", &other),
            (name, other) if !known::AGENT.contains(&name) && !matches!(other, Bson::Null) => {
                notes.unknown(&path.key(name), &other);
            }
            _ => {}
        }
    }
    if !data_seen {
        notes.missing(&path.key("agent_data"), "the agent's data");
    }
}

fn read_data(agent: &mut StoredAgent, data: Document, path: &Path, notes: &mut Notes) {
    let present = |key: &str| data.get(key).filter(|value| !matches!(value, Bson::Null)).cloned();
    agent.model = value::text(&data, "model", path, notes);
    agent.system_prompt = present("system_prompt");
    agent.prompt_metadata = present("prompt_metadata");
    agent.state = present("state");
    agent.conversation_manager = present("conversation_manager_state");
    let created = date::strands_date(&data, "created_at", path, notes);
    let updated = date::strands_date(&data, "updated_at", path, notes);
    agent.created_at = agent.created_at.or(created);
    agent.updated_at = agent.updated_at.or(updated);
    known::told(&data, &[known::AGENT_DATA], path, notes);
    if let Some(Bson::Document(prompt)) = &agent.prompt_metadata {
        known::told(prompt, &[known::PROMPT_METADATA], &path.key("prompt_metadata"), notes);
    }
    internal_state(&data, path, notes);
    agent.data = Some(data);
}

/// Tells of what is not known in `_internal_state`; what it says is read as [`InterruptState`](crate::session::InterruptState).
fn internal_state(data: &Document, path: &Path, notes: &mut Notes) {
    let Some(internal) = value::object(data, "_internal_state", path, notes) else { return };
    let path = path.key("_internal_state");
    known::told(internal, &[known::INTERNAL_STATE], &path, notes);
    let Some(state) = value::object(internal, "interrupt_state", &path, notes) else { return };
    let path = path.key("interrupt_state");
    known::told(state, &[known::INTERRUPT_STATE], &path, notes);
    value::field(state, "activated", &path, notes, "a boolean", Bson::as_bool);
    if let Some(pending) = value::object(state, "pending_tool_execution", &path, notes) {
        known::told(pending, &[known::PENDING_TOOLS], &path.key("pending_tool_execution"), notes);
    }
    let path = path.key("interrupts");
    match state.get("interrupts") {
        None | Some(Bson::Null) => {}
        Some(Bson::Document(interrupts)) => {
            for (id, stored) in interrupts {
                interrupt(stored, &path.key(id), notes);
            }
        }
        // As TypeScript has them.
        Some(Bson::Array(interrupts)) => {
            for (at, stored) in interrupts.iter().enumerate() {
                interrupt(stored, &path.index(at), notes);
            }
        }
        Some(other) => notes.mistyped(&path, "interrupts by their id (an object)", other),
    }
}

fn interrupt(stored: &Bson, path: &Path, notes: &mut Notes) {
    match stored {
        Bson::Document(fields) => known::told(fields, &[known::INTERRUPT], path, notes),
        other => notes.mistyped(path, "an interrupt (an object)", other),
    }
}
