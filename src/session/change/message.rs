//! Messages and their counters after a change.

use bson::{Bson, Document, RawDocument, doc};

use super::{Applied, Change, ChangeKind, path};
use crate::session::{AgentId, Counters, Message, StoredAgent, Usage, decode, number};

const COUNTERS: &str = "event_loop_metrics";

impl Change {
    /// A message of that agent after the change; the same where it does not speak of it. `None`: what of it is held does not
    /// tell what it is now.
    #[must_use]
    pub fn message_after(&self, agent: &AgentId, message: &Message) -> Option<Message> {
        match &self.kind {
            ChangeKind::Messages(id, messages)
            | ChangeKind::Rewritten(id, messages)
            | ChangeKind::History(id, messages)
                if id == agent =>
            {
                let told = messages.iter().find(|told| told.index == message.index);
                Some(told.unwrap_or(message).clone())
            }
            ChangeKind::MessageFields(id, index, fields) | ChangeKind::Metrics(id, index, fields)
                if id == agent && *index == message.index =>
            {
                with_fields(agent, message, fields)
            }
            _ => Some(message.clone()),
        }
    }

    /// The counters that [`ChangeKind::Metrics`] leaves on a message which held those before; where none are told any more, they
    /// are the default. `None`: it is another change, or what was held does not tell what they are now.
    #[must_use]
    pub fn counters(&self, before: Option<&Counters>) -> Option<Counters> {
        let ChangeKind::Metrics(_, _, fields) = &self.kind else { return None };
        let mut root: Bson = match before {
            Some(before) => doc! { COUNTERS: stored(before) }.into(),
            None => Document::new().into(),
        };
        if path::put_all(&mut root, fields).is_unresolved() {
            return None;
        }
        Some(root.as_document().and_then(decode::counters).map(|told| *told).unwrap_or_default())
    }
}

fn with_fields(agent: &AgentId, message: &Message, fields: &[(String, Option<Bson>)]) -> Option<Message> {
    let mut stored = message.raw.bson();
    match path::put_all(&mut stored, fields) {
        Applied::Unresolved => None,
        Applied::Known => Some(message.clone()),
        Applied::Changed => Some(read(agent, message.index, stored)),
    }
}

/// As readers read it: what is large in it stays its bytes.
fn read(agent: &AgentId, index: u64, stored: Bson) -> Message {
    let path = format!("agents.{agent}.messages.{index}");
    let bytes = stored.as_document().and_then(|fields| fields.to_vec().ok());
    match bytes.as_ref().and_then(|bytes| RawDocument::from_bytes(bytes).ok()) {
        Some(raw) => decode::message_in_bytes(raw.into(), index, &path),
        None => decode::message(stored, index, &path),
    }
}

/// Counters in the shape in which they are stored; what is not known is left out.
fn stored(counters: &Counters) -> Document {
    let mut cycles = figures([("cycle_count", counters.cycle_count)]);
    if let Some(seconds) = counters.total_duration_s {
        cycles.insert("total_duration", seconds);
    }
    let tools = counters.tools.iter().map(|tool| {
        let mut of_tool =
            figures([("call_count", tool.calls), ("success_count", tool.successes), ("error_count", tool.errors)]);
        if let Some(seconds) = tool.total_time_s {
            of_tool.insert("total_time", seconds);
        }
        (tool.name.clone(), Bson::Document(of_tool))
    });
    doc! {
        "accumulated_usage": usage(&counters.usage),
        "accumulated_metrics": figures([("latencyMs", counters.latency_ms)]),
        "cycle_metrics": cycles,
        "tool_usage": tools.collect::<Document>(),
    }
}

/// Without the total that nobody stored.
fn usage(usage: &Usage) -> Document {
    figures([
        ("inputTokens", usage.input),
        ("outputTokens", usage.output),
        ("totalTokens", usage.total),
        ("cacheReadInputTokens", usage.cache_read),
        ("cacheWriteInputTokens", usage.cache_write),
    ])
}

fn figures<const N: usize>(known: [(&str, Option<u64>); N]) -> Document {
    known.into_iter().filter_map(|(name, figure)| Some((name.to_owned(), number::count(figure?)))).collect()
}

/// Puts messages where their indexes say: at the end, where they are only counted, or over what is held there.
pub(super) fn place(agent: &mut StoredAgent, messages: &[Message]) -> Applied {
    let mut applied = Applied::Known;
    for message in messages {
        if message.index > agent.message_count {
            return Applied::Unresolved;
        }
        if message.index == agent.message_count {
            agent.message_count += 1;
            applied = Applied::Changed;
        } else if let Some(held) = agent.messages.iter_mut().find(|held| held.index == message.index)
            && *held != *message
        {
            held.clone_from(message);
            applied = Applied::Changed;
        }
    }
    applied
}

/// A history that was cut down.
pub(super) fn truncate(agent: &mut StoredAgent, count: u64) -> Applied {
    if count > agent.message_count {
        return Applied::Unresolved;
    }
    agent.messages.retain(|message| message.index < count);
    let is_news = count < agent.message_count;
    agent.message_count = count;
    Applied::changed_if(is_news)
}

/// A history that was written whole.
pub(super) fn replace(agent: &mut StoredAgent, messages: &[Message]) -> Applied {
    let count = messages.len() as u64;
    agent.messages.retain(|message| message.index < count);
    let counted = Applied::changed_if(count != agent.message_count);
    agent.message_count = count;
    counted.and(place(agent, messages))
}

/// Fields of one of an agent's messages; one that is not held is somebody else's.
pub(super) fn put_fields(change: &Change, agent: &mut StoredAgent, index: u64) -> Applied {
    if index >= agent.message_count {
        return Applied::Unresolved;
    }
    let id = agent.id.clone();
    let Some(held) = agent.messages.iter_mut().find(|held| held.index == index) else { return Applied::Known };
    match change.message_after(&id, held) {
        None => Applied::Unresolved,
        Some(after) if after == *held => Applied::Known,
        Some(after) => {
            *held = after;
            Applied::Changed
        }
    }
}
