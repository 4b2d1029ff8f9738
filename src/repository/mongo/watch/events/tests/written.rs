//! Writes of both libraries to one session, and what a change stream says of each: a small model of the server.

use bson::{Bson, DateTime, Document, RawDocumentBuf, doc};
use proptest::prelude::*;

use super::super::changes;
use crate::session::Change;

/// What somebody writes; numbers choose among what is there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SessionWrite {
    Create,
    Append(usize),
    /// As the Python library redacts: the whole message is written anew.
    RedactWhole(usize, usize),
    /// As ours does: field by field.
    Redact(usize, usize),
    /// Counters on the last message.
    Count(usize),
    /// A sync that finds changed state.
    State(usize),
    Configure(usize),
    Prompt(usize),
    Metadata(usize),
    Rate(usize),
    Answer(usize),
    Block(usize, usize),
    Cut(usize, usize),
    /// The first messages go.
    Trim(usize, usize),
    Edit(usize, usize),
}

pub(crate) fn write() -> impl Strategy<Value = SessionWrite> {
    let any = || 0_usize..1000;
    let one = |kind: fn(usize) -> SessionWrite| any().prop_map(kind);
    let two = |kind: fn(usize, usize) -> SessionWrite| (any(), any()).prop_map(move |(a, b)| kind(a, b));
    prop_oneof![
        1 => Just(SessionWrite::Create),
        8 => one(SessionWrite::Append),
        1 => two(SessionWrite::RedactWhole),
        1 => two(SessionWrite::Redact),
        4 => one(SessionWrite::Count),
        2 => one(SessionWrite::State),
        1 => one(SessionWrite::Configure),
        1 => one(SessionWrite::Prompt),
        4 => one(SessionWrite::Metadata),
        2 => one(SessionWrite::Rate),
        1 => one(SessionWrite::Answer),
        1 => two(SessionWrite::Block),
        1 => two(SessionWrite::Cut),
        1 => two(SessionWrite::Trim),
        1 => two(SessionWrite::Edit),
    ]
}

/// A session as the server holds it.
#[derive(Debug)]
pub(crate) struct WrittenSession {
    pub(crate) stored: Document,
    step: i32,
}

/// What one update says of itself.
#[derive(Debug, Default)]
struct DescribedWrite {
    set: Document,
    removed: Vec<String>,
    cut: Vec<Document>,
}

const AGENTS: [&str; 3] = ["a", "b", "5"];

impl WrittenSession {
    /// With one agent that said nothing yet.
    pub(crate) fn new() -> Self {
        let stored = doc! {
            "_id": "w", "session_id": "w", "created_at": at(0), "updated_at": at(0), "agents": { "a": agent("a", 0) },
            "metadata": { "topic": "" }, "feedbacks": [], "guardrail_events": [],
        };
        Self { stored, step: 0 }
    }

    /// Carries it out: what the change stream tells of it.
    pub(crate) fn write(&mut self, write: SessionWrite) -> Vec<Change> {
        self.step += 1;
        let mut root = Bson::Document(std::mem::take(&mut self.stored));
        let mut described = DescribedWrite::default();
        carry_out(write, self.step, &mut root, &mut described);
        let Bson::Document(stored) = root else { panic!("a document stays one") };
        self.stored = stored;
        if described.set.is_empty() && described.removed.is_empty() && described.cut.is_empty() {
            return Vec::new();
        }
        let described = doc! { "updatedFields": described.set, "removedFields": described.removed, "truncatedArrays": described.cut };
        let event = doc! { "operationType": "update", "documentKey": { "_id": "w" }, "updateDescription": described };
        changes(&RawDocumentBuf::try_from(&event).unwrap())
    }
}

fn at(step: i32) -> DateTime {
    DateTime::from_millis(1_795_000_000_000 + i64::from(step) * 10)
}

fn data(id: &str, step: i32) -> Document {
    doc! { "agent_id": id, "state": { "visits": step }, "created_at": at(step), "updated_at": at(step) }
}

fn agent(id: &str, step: i32) -> Document {
    doc! { "agent_data": data(id, step), "messages": [], "created_at": at(step), "updated_at": at(step) }
}

fn message(id: i64, step: i32) -> Document {
    let mut body = doc! { "role": "user", "content": [{ "text": format!("said in {step}") }] };
    if id % 2 == 1 {
        let usage = doc! { "inputTokens": step, "outputTokens": 5, "totalTokens": step + 5 };
        body.insert("role", "assistant");
        body.insert("metadata", doc! { "usage": usage, "metrics": { "latencyMs": 40 } });
    }
    doc! { "message": body, "message_id": id, "redact_message": Bson::Null, "created_at": at(step), "updated_at": at(step) }
}

fn list<'a>(root: &'a mut Bson, path: &str) -> &'a mut Vec<Bson> {
    let found = path.split('.').fold(root, |at, name| at.as_document_mut().unwrap().get_mut(name).unwrap());
    let Bson::Array(items) = found else { panic!("no list: {path}") };
    items
}

fn carry_out(write: SessionWrite, step: i32, root: &mut Bson, told: &mut DescribedWrite) {
    use SessionWrite::{
        Answer, Append, Block, Configure, Count, Create, Cut, Edit, Metadata, Prompt, Rate, Redact, RedactWhole, State,
        Trim,
    };
    let agents: Vec<String> = root.as_document().unwrap().get_document("agents").unwrap().keys().cloned().collect();
    match write {
        Create => {
            let Some(new) = AGENTS.iter().find(|name| !agents.iter().any(|agent| agent == *name)) else { return };
            told.set(root, &format!("agents.{new}"), agent(new, step));
            told.set(root, "updated_at", at(step));
        }
        Metadata(choice) => describe_metadata(choice, step, root, told),
        Rate(choice) => {
            let rating = ["up", "down"][choice % 2];
            told.push(root, "feedbacks", doc! { "rating": rating, "comment": "so", "created_at": at(step) });
            told.set(root, "updated_at", at(step));
        }
        Answer(choice) => {
            let count = list(root, "feedbacks").len();
            if count > 0 {
                told.set(root, &format!("feedbacks.{}.comment", choice % count), format!("in {step}"));
            }
        }
        Append(of) | Count(of) | State(of) | Configure(of) | Prompt(of) => {
            write_agent(write, &agents[of % agents.len()], step, root, told);
        }
        RedactWhole(of, place)
        | Redact(of, place)
        | Block(of, place)
        | Cut(of, place)
        | Trim(of, place)
        | Edit(of, place) => {
            let id = &agents[of % agents.len()];
            let count = list(root, &format!("agents.{id}.messages")).len();
            if count > 0 {
                rewrite(write, id, place % count, step, root, told);
            }
        }
    }
}

fn describe_metadata(choice: usize, step: i32, root: &mut Bson, told: &mut DescribedWrite) {
    match choice % 6 {
        0 => told.set(root, "metadata.topic", step),
        1 => told.set(root, "metadata.customer", doc! { "tier": step, "since": 1 }),
        2 => told.set(root, "metadata.customer.tier", step),
        3 => told.set(root, "metadata.tags", vec![step, step + 1]),
        4 => told.unset(root, "metadata", "topic"),
        _ => told.set(root, "metadata.7", step),
    }
}

fn write_agent(write: SessionWrite, id: &str, step: i32, root: &mut Bson, told: &mut DescribedWrite) {
    let path = format!("agents.{id}");
    match write {
        SessionWrite::Append(_) => {
            let messages = list(root, &format!("{path}.messages"));
            let last = messages.last().and_then(|last| last.as_document()?.get_i64("message_id").ok());
            told.push(root, &format!("{path}.messages"), message(last.map_or(0, |last| last + 1), step));
            told.touch(root, id, step);
        }
        SessionWrite::Count(_) => {
            let Some(last) = list(root, &format!("{path}.messages")).len().checked_sub(1) else { return };
            let metrics = format!("{path}.messages.{last}.event_loop_metrics");
            let usage = doc! { "inputTokens": step * 10, "outputTokens": step, "totalTokens": step * 11 };
            let parts = doc! {
                "accumulated_usage": usage,
                "accumulated_metrics": { "latencyMs": step * 100 },
                "cycle_metrics": { "cycle_count": step / 2 },
                "tool_usage": { "look.up": { "call_count": 1 } },
            };
            if list(root, &format!("{path}.messages"))[last].as_document().unwrap().contains_key("event_loop_metrics") {
                for (name, part) in parts {
                    told.set(root, &format!("{metrics}.{name}"), part);
                }
            } else {
                told.set(root, &metrics, parts);
            }
        }
        SessionWrite::State(_) => {
            told.set(root, &format!("{path}.agent_data"), data(id, step));
            told.touch(root, id, step);
        }
        SessionWrite::Configure(_) => {
            told.set(root, &format!("{path}.agent_data.model"), format!("model-{}", step % 3));
            told.set(root, &format!("{path}.agent_data.system_prompt"), "Be kind");
        }
        _ => {
            let has = root.as_document().unwrap().get_document("agents").unwrap().get_document(id).unwrap();
            if has.get_document("agent_data").unwrap().contains_key("prompt_metadata") {
                told.unset(root, &format!("{path}.agent_data"), "prompt_metadata");
            } else {
                told.set(root, &format!("{path}.agent_data.prompt_metadata.prompt_id"), format!("p-{step}"));
            }
        }
    }
}

fn rewrite(write: SessionWrite, id: &str, place: usize, step: i32, root: &mut Bson, told: &mut DescribedWrite) {
    let messages = format!("agents.{id}.messages");
    let path = format!("{messages}.{place}");
    let instead = doc! { "role": "user", "content": [{ "text": format!("redacted in {step}") }] };
    match write {
        SessionWrite::RedactWhole(..) => {
            let mut whole = list(root, &messages)[place].as_document().unwrap().clone();
            whole.remove("event_loop_metrics");
            whole.insert("redact_message", instead);
            whole.insert("updated_at", at(step));
            told.set(root, &path, whole);
            told.touch(root, id, step);
        }
        SessionWrite::Redact(..) => {
            told.set(root, &format!("{path}.redact_message"), instead);
            told.set(root, &format!("{path}.updated_at"), at(step));
            told.touch(root, id, step);
        }
        SessionWrite::Block(..) => {
            let event = doc! { "action": "BLOCKED", "timestamp": at(step) };
            told.push(root, "guardrail_events", event.clone());
            told.set(root, &format!("{path}.guardrail_event"), event);
        }
        SessionWrite::Cut(..) => {
            list(root, &messages).truncate(place);
            told.cut.push(doc! { "field": messages, "newSize": place as i32 });
        }
        SessionWrite::Trim(..) => {
            let kept = list(root, &messages).split_off(place);
            told.set(root, &messages, kept);
        }
        _ => told.set(root, &format!("{path}.message.content.0.text"), format!("written in {step}")),
    }
}

impl DescribedWrite {
    /// What is the same already is not told; what stands in nothing yet is told with all that comes to be.
    fn set(&mut self, root: &mut Bson, path: &str, value: impl Into<Bson>) {
        let (segments, value) = (path.split('.').collect::<Vec<_>>(), value.into());
        let mut parent = root;
        for (depth, segment) in segments.iter().enumerate() {
            let (here, rest) = (segments[..=depth].join("."), &segments[depth + 1..]);
            let found = match parent {
                Bson::Document(fields) => {
                    if rest.is_empty() || !fields.contains_key(segment) {
                        let nested = rest
                            .iter()
                            .rev()
                            .fold(value, |inner, name| Document::from_iter([((*name).to_owned(), inner)]).into());
                        if fields.get(segment) != Some(&nested) {
                            fields.insert(*segment, nested.clone());
                            self.set.insert(here, nested);
                        }
                        return;
                    }
                    fields.get_mut(segment).unwrap()
                }
                Bson::Array(items) => {
                    let item = &mut items[segment.parse::<usize>().unwrap()];
                    if rest.is_empty() {
                        if *item != value {
                            item.clone_from(&value);
                            self.set.insert(here, value);
                        }
                        return;
                    }
                    item
                }
                other => panic!("{path} leads through {other}"),
            };
            parent = found;
        }
    }

    /// The first element of an empty array is told as the array.
    fn push(&mut self, root: &mut Bson, path: &str, value: Document) {
        let items = list(root, path);
        let place = items.len();
        items.push(value.clone().into());
        if place == 0 {
            self.set.insert(path, vec![value]);
        } else {
            self.set.insert(format!("{path}.{place}"), value);
        }
    }

    fn unset(&mut self, root: &mut Bson, parent: &str, name: &str) {
        let parent_object =
            parent.split('.').fold(root, |at, name| at.as_document_mut().unwrap().get_mut(name).unwrap());
        if parent_object.as_document_mut().unwrap().remove(name).is_some() {
            self.removed.push(format!("{parent}.{name}"));
        }
    }

    fn touch(&mut self, root: &mut Bson, id: &str, step: i32) {
        self.set(root, &format!("agents.{id}.updated_at"), at(step));
        self.set(root, "updated_at", at(step));
    }
}
