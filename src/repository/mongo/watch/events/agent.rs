//! What an update says of one agent.

use std::collections::BTreeMap;

use bson::Bson;

use super::position;
use crate::{
    repository::mongo::rows::decoded_value,
    session::{
        AgentId, ChangeKind, ChangedFields, Message, StoredAgent, StoredDate,
        decode::{self, raw::RawValue},
    },
};

/// Writers read the clock twice for a new message; one that was written this much later is an older one that was rewritten.
const MOMENT_MS: i64 = 1000;

const COUNTERS: &str = "event_loop_metrics";

/// What an update says below `agents.<id>`.
#[derive(Debug, Default)]
pub(super) struct DescribedAgent {
    whole: Option<Box<StoredAgent>>,
    is_gone: bool,
    /// What its history was cut down to.
    pub(super) cut: Option<u64>,
    history: Option<Vec<Message>>,
    messages: Vec<Message>,
    rewritten: Vec<Message>,
    message_fields: BTreeMap<u64, ChangedFields>,
    metrics: BTreeMap<u64, ChangedFields>,
    fields: ChangedFields,
}

impl DescribedAgent {
    /// A path below the agent has that value now; `false` where that says too little: an id that holds dots looks nested.
    pub(super) fn set(&mut self, id: &str, path: &[&str], value: RawValue<'_>) -> bool {
        match path {
            [] => {
                self.whole = Some(Box::new(decode::agent(AgentId::from(id), decoded_value(value), 0, None)));
                true
            }
            ["messages"] => value.is_array() && self.rewrite(id, value),
            ["messages", at] => position(at).is_some_and(|at| self.say(message(id, at, value))),
            ["messages", at, rest @ ..] => self.change_message(at, rest, Some(value)),
            _ => self.change(path, Some(value)),
        }
    }

    /// A path below the agent is absent now; `false` where that says too little.
    pub(super) fn unset(&mut self, path: &[&str]) -> bool {
        match path {
            [] => {
                self.is_gone = true;
                true
            }
            ["messages", at, rest @ ..] if !rest.is_empty() => self.change_message(at, rest, None),
            ["messages", ..] => false,
            _ => self.change(path, None),
        }
    }

    fn change(&mut self, path: &[&str], value: Option<RawValue<'_>>) -> bool {
        let is_known = match path {
            ["updated_at" | "created_at"] => value.is_some(),
            ["agent_data", ..] => true,
            _ => false,
        };
        if is_known {
            self.fields.push((path.join("."), value.map(decoded_value)));
        }
        is_known
    }

    /// The whole history. A first message arrives so, too.
    fn rewrite(&mut self, id: &str, array: RawValue<'_>) -> bool {
        let mut all: Vec<Message> = (0..).zip(array.items()).map(|(index, value)| message(id, index, value)).collect();
        match all.as_slice() {
            [only] if only.message_id == Some(0) && !was_rewritten(only) => self.messages.append(&mut all),
            _ => self.history = Some(all),
        }
        true
    }

    fn say(&mut self, message: Message) -> bool {
        let said = if was_rewritten(&message) { &mut self.rewritten } else { &mut self.messages };
        said.push(message);
        true
    }

    fn change_message(&mut self, at: &str, rest: &[&str], value: Option<RawValue<'_>>) -> bool {
        let Some(index) = position(at) else { return false };
        let of = if rest.first() == Some(&COUNTERS) { &mut self.metrics } else { &mut self.message_fields };
        of.entry(index).or_default().push((rest.join("."), value.map(decoded_value)));
        true
    }

    /// The same as changes, in the order in which they build on each other.
    pub(super) fn into_kinds(mut self, id: &AgentId) -> Vec<ChangeKind> {
        // Paths come in any order.
        self.messages.sort_by_key(|message| message.index);
        self.rewritten.sort_by_key(|message| message.index);
        let mut kinds: Vec<ChangeKind> = Vec::new();
        kinds.extend(self.is_gone.then(|| ChangeKind::AgentRemoved(id.clone())));
        kinds.extend(self.whole.map(ChangeKind::Agent));
        kinds.extend(self.cut.map(|count| ChangeKind::Truncated(id.clone(), count)));
        kinds.extend(self.history.map(|all| ChangeKind::History(id.clone(), all)));
        if !self.rewritten.is_empty() {
            kinds.push(ChangeKind::Rewritten(id.clone(), self.rewritten));
        }
        if !self.messages.is_empty() {
            kinds.push(ChangeKind::Messages(id.clone(), self.messages));
        }
        let fields = self.message_fields.into_iter();
        kinds.extend(fields.map(|(index, fields)| ChangeKind::MessageFields(id.clone(), index, fields)));
        let metrics = self.metrics.into_iter();
        kinds.extend(metrics.map(|(index, fields)| ChangeKind::Metrics(id.clone(), index, fields)));
        if !self.fields.is_empty() && !is_told(&kinds, &self.fields) {
            kinds.push(ChangeKind::AgentFields(id.clone(), self.fields));
        }
        kinds
    }
}

/// Whether the agent's fields are just the time that its messages tell already.
fn is_told(kinds: &[ChangeKind], fields: &[(String, Option<Bson>)]) -> bool {
    let [(name, Some(value))] = fields else { return false };
    let times = kinds.iter().filter_map(|kind| match kind {
        ChangeKind::Messages(_, messages) => messages.iter().filter_map(|message| message.created_at).max(),
        _ => None,
    });
    let told: Option<StoredDate> = times.max();
    name == "updated_at" && told.is_some() && told == decode::stored_date(value)
}

/// Whether it is an older one that was written anew: redacted, for one.
fn was_rewritten(message: &Message) -> bool {
    let times = message.created_at.zip(message.updated_at);
    let is_later = times.is_some_and(|(made, written)| written.millis().saturating_sub(made.millis()) > MOMENT_MS);
    is_later || message.redaction.is_some()
}

fn message(id: &str, index: u64, value: RawValue<'_>) -> Message {
    decode::message_in_bytes(value, index, &format!("agents.{id}.messages.{index}"))
}
