//! An agent's fields after a change.

use bson::{Bson, Document};

use super::{Applied, path};
use crate::session::{StoredAgent, StoredDate, decode};

const DATA: &str = "agent_data";
const CREATED: &str = "created_at";
const UPDATED: &str = "updated_at";

/// Sets and removes fields of an agent; its messages stay.
pub(super) fn put(agent: &mut StoredAgent, fields: &[(String, Option<Bson>)]) -> Applied {
    let mut root = Bson::Document(stored(agent));
    match path::put_all(&mut root, fields) {
        Applied::Changed => {}
        other => return other,
    }
    if is_age_open(agent, &root, fields) {
        return Applied::Unresolved;
    }
    let fresh = decode::agent(agent.id.clone(), root, 0, None);
    // What was found of its messages and beside them stays.
    let root = format!("agents.{}", agent.id);
    let is_read_again = |found: &str| {
        let below = found.strip_prefix(&root).and_then(|below| below.strip_prefix('.')).unwrap_or_default();
        below.split('.').next() == Some(DATA) || fields.iter().any(|(path, _)| path == below)
    };
    let mut findings = std::mem::take(&mut agent.findings);
    findings.retain(|finding| !is_read_again(&finding.path));
    findings.extend(fresh.findings);
    *agent = StoredAgent {
        message_count: agent.message_count,
        messages: std::mem::take(&mut agent.messages),
        findings,
        ..fresh
    };
    Applied::Changed
}

/// The agent as it is stored, as far as that is known: without its messages.
fn stored(agent: &StoredAgent) -> Document {
    let mut fields = Document::new();
    if let Some(data) = &agent.data {
        fields.insert(DATA, data.clone());
    }
    for (name, at) in [(CREATED, agent.created_at), (UPDATED, agent.updated_at)] {
        if let Some(at) = at {
            fields.insert(name, Bson::DateTime(at.into()));
        }
    }
    fields
}

/// Whether the agent's age may be the one that stood in its data and is another now: which of the two places it was read from is
/// not held. Whoever changes the one there changes the other as well.
fn is_age_open(agent: &StoredAgent, now: &Bson, fields: &[(String, Option<Bson>)]) -> bool {
    let of = |data: Option<&Document>| -> Option<StoredDate> { data?.get(UPDATED).and_then(decode::stored_date) };
    let before = of(agent.data.as_ref());
    let after = of(now.as_document().and_then(|fields| fields.get_document(DATA).ok()));
    let is_told = fields.iter().any(|(path, value)| path == UPDATED && value.is_some());
    !is_told && before.is_some() && before != after && before == agent.updated_at
}
