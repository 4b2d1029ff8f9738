//! A session at its end, and its messages by index.
//!
//! An agent's id may hold dots, start with `$` or be empty, so no path leads to it: agents are read as `[{k, v}]` and
//! picked by key. What would not fit into one answer (a document near 16 MiB) is read whole and cut here.

use std::{collections::HashSet, ops::Range};

use bson::{Bson, Document, RawDocument, doc, spec::ElementType};
use jiff::Timestamp;

use super::{AggregateFailure, MongoRepository, errors::Doing, expr, rows};
use crate::{
    metrics::Outline,
    repository::{Inspection, Result},
    session::{
        AgentId, Message, Session, SessionKey, StoredAgent, decode,
        decode::raw::{self, RawReader, RawValue},
    },
};

/// See [`crate::repository::SessionReader::open`].
pub(super) async fn open(reader: &MongoRepository, key: &SessionKey, last: u64) -> Result<Session> {
    if last == u64::MAX {
        return Ok(cut(&reader.whole(key).await?, last));
    }
    let pipeline = vec![
        doc! { "$match": reader.session_by_key(key) },
        // Replaces the stored `agents` and nothing else, so no stored name can clash with ours.
        doc! { "$addFields": { "agents": expr::object(doc! {
            "bytes": { "$bsonSize": "$$ROOT" },
            "list": { "$cond": [ expr::is_type("$agents", "object"), expr::each_agent(window(last)), "$$REMOVE" ] },
            "odd": { "$cond": [ expr::is_type("$agents", "object"), "$$REMOVE", "$agents" ] },
        }) } },
    ];
    match reader.aggregate_first(pipeline, Doing::new("find", "the session")).await {
        Ok(Some(row)) => match session(&row) {
            Some(session) => Ok(session),
            None => Ok(cut(&reader.whole(key).await?, last)),
        },
        Ok(None) => Err(reader.no_session(key).await),
        Err(AggregateFailure::Real(error)) => Err(error),
        Err(AggregateFailure::TooLarge) => Ok(cut(&reader.whole(key).await?, last)),
    }
}

/// One agent: its fields less the messages, how many of those there are, and the last of them.
fn window(last: u64) -> Document {
    let messages = expr::messages_of("$$a.v");
    let slice = if last == 0 {
        Bson::Array(Vec::new())
    } else {
        Bson::Document(doc! { "$slice": [ messages.clone(), -i64::from(small(last)) ] })
    };
    let is_message_list = doc! { "$and": [ { "$eq": [ "$$f.k", "messages" ] }, expr::is_type("$$f.v", "array") ] };
    let rest = doc! { "$filter": { "input": expr::fields("$$a.v"), "as": "f", "cond": { "$not": [is_message_list] } } };
    doc! {
        "k": "$$a.k",
        "rest": { "$cond": [ expr::is_type("$$a.v", "object"), rest, "$$REMOVE" ] },
        "odd": { "$cond": [ expr::is_type("$$a.v", "object"), "$$REMOVE", "$$a.v" ] },
        "listed": expr::is_type("$$a.v.messages", "array"),
        "count": { "$size": messages },
        "last": slice,
    }
}

/// `$slice` counts in 32 bits.
fn small(n: u64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// The session from the aggregation's row. `None` where a name stands twice or is no text: the server tells only the first
/// of such fields, so the document must be read whole.
fn session(row: &RawDocument) -> Option<Session> {
    let mut reader = RawReader::default();
    let mut document = Document::new();
    let (mut agents, mut bytes) = (Vec::new(), None);
    let (mut feedbacks, mut events) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    for field in RawValue::from(row).fields() {
        let name = field.sound_name().filter(|name| !document.contains_key(name))?;
        // One after the other: as values, all of them at once would take many times their bytes.
        if name == "feedbacks" && field.value.is_array() {
            document.insert(name, Bson::Array(Vec::new()));
            feedbacks = decode::feedbacks(reader.each(field.value, name));
            continue;
        }
        if name == "guardrail_events" && field.value.is_array() {
            document.insert(name, Bson::Array(Vec::new()));
            events = decode::guardrail_events(reader.each(field.value, name));
            continue;
        }
        if name != "agents" || !field.value.is_document() {
            document.insert(name, reader.read(field.value, name));
            continue;
        }
        bytes = field.value.get("bytes").and_then(RawValue::number);
        match (field.value.get("list"), field.value.get("odd")) {
            (Some(list), _) if list.is_array() => {
                document.insert(name, Document::new());
                agents = list.items().map(agent).collect::<Option<Vec<_>>>()?;
            }
            (_, Some(odd)) => {
                document.insert(name, reader.read(odd, name));
            }
            _ => {}
        }
    }
    let mut ids = HashSet::new();
    if !agents.iter().all(|agent| ids.insert(agent.id.clone())) {
        return None;
    }
    let mut session = decode::session(document);
    session.agents = agents;
    session.bytes = bytes;
    (session.feedbacks, session.guardrail_events) = (feedbacks.0, events.0);
    session.findings.extend(feedbacks.1.into_iter().chain(events.1));
    raw::in_session(&mut session, reader.into_findings());
    Some(session)
}

/// `None` as [`session`].
fn agent(row: RawValue<'_>) -> Option<StoredAgent> {
    let name = row.get("k")?.text()?;
    let id = AgentId::from(name);
    let path = format!("agents.{name}");
    let count = row.get("count").and_then(RawValue::number).unwrap_or_default();
    let mut reader = RawReader::default();
    let mut agent = if let Some(odd) = row.get("odd") {
        decode::agent(id, reader.read(odd, &path), 0, None)
    } else {
        let mut value = Document::new();
        for field in row.get("rest").into_iter().flat_map(RawValue::items) {
            let name = field.get("k")?.text().filter(|name| !value.contains_key(name))?;
            value.insert(name, reader.read(field.get("v")?, &format!("{path}.{name}")));
        }
        let last: Vec<RawValue<'_>> = row.get("last").into_iter().flat_map(RawValue::items).collect();
        let first = count.saturating_sub(last.len() as u64);
        let is_listed = row.get("listed").map(rows::decoded_value) == Some(Bson::Boolean(true));
        if is_listed {
            value.insert("messages", Bson::Array(Vec::new()));
            let messages = numbered(last.into_iter(), &id, first);
            StoredAgent { messages, ..decode::agent(id, Bson::Document(value), 0, Some(count)) }
        } else {
            decode::agent(id, Bson::Document(value), 0, None)
        }
    };
    raw::in_agent(&mut agent, reader.into_findings());
    Some(agent)
}

/// The session from its whole document, with the last messages only.
pub(super) fn cut(whole: &RawDocument, last: u64) -> Session {
    let mut session = streamed(whole, last, |agent, message| agent.messages.push(message));
    session.bytes = Some(whole.as_bytes().len() as u64);
    session
}

/// What is read piece by piece: as values, all of it at once would take many times its bytes.
const LONG: [(&str, ElementType); 3] = [
    ("agents", ElementType::EmbeddedDocument),
    ("feedbacks", ElementType::Array),
    ("guardrail_events", ElementType::Array),
];

/// The session from its whole document; the last messages of each agent go to `take` one by one, so that no more than one
/// is held as values.
pub(super) fn streamed(whole: &RawDocument, last: u64, mut take: impl FnMut(&mut StoredAgent, Message)) -> Session {
    let mut reader = RawReader::default();
    let (document, aside) = reader.but(whole.into(), "", &LONG);
    let mut session = decode::session(document);
    let (mut feedbacks, mut events) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    for (name, value) in aside {
        match name.as_str() {
            "feedbacks" => feedbacks = decode::feedbacks(reader.each(value, &name)),
            "guardrail_events" => events = decode::guardrail_events(reader.each(value, &name)),
            _ => {
                for (id, value) in reader.entries(value, &name) {
                    session.agents.push(streamed_agent(AgentId::from(id), value, last, &mut take));
                }
            }
        }
    }
    (session.feedbacks, session.guardrail_events) = (feedbacks.0, events.0);
    session.findings.extend(feedbacks.1.into_iter().chain(events.1));
    raw::in_session(&mut session, reader.into_findings());
    session
}

/// See [`crate::repository::SessionReader::inspect`].
pub(super) fn inspect(whole: &RawDocument) -> Inspection {
    let mut outline = Outline::default();
    let session = streamed(whole, u64::MAX, |agent, message| {
        outline.push(&agent.id, &message);
        agent.findings.extend(message.findings);
    });
    Inspection::new(raw::stored(whole), &session, &outline, Timestamp::now())
}

fn streamed_agent(
    id: AgentId,
    value: RawValue<'_>,
    last: u64,
    take: &mut impl FnMut(&mut StoredAgent, Message),
) -> StoredAgent {
    let path = format!("agents.{}", id.as_str());
    let mut reader = RawReader::default();
    let (value, messages) = if value.is_document() {
        let (fields, messages) = reader.but(value, &path, &[("messages", ElementType::Array)]);
        (Bson::Document(fields), messages.into_iter().next().map(|(_, messages)| messages))
    } else {
        (reader.read(value, &path), None)
    };
    let listed = format!("{path}.messages");
    let messages = messages.map(|messages| reader.elements(messages, &listed)).unwrap_or_default();
    let count = messages.len() as u64;
    let first = count.saturating_sub(last);
    let mut agent = decode::agent(id, value, 0, Some(count));
    for (index, value) in (0..).zip(messages).skip(first as usize) {
        let message = decode::message_in_bytes(value, index, &format!("{path}.messages.{index}"));
        take(&mut agent, message);
    }
    raw::in_agent(&mut agent, reader.into_findings());
    agent
}

/// See [`crate::repository::SessionReader::messages`].
pub(super) async fn messages(
    reader: &MongoRepository,
    key: &SessionKey,
    agent: &AgentId,
    range: Range<u64>,
) -> Result<Vec<Message>> {
    if range.is_empty() || range.start > u64::from(i32::MAX.unsigned_abs()) {
        return Ok(Vec::new());
    }
    // Such a mark may stand for what is no text: no query finds that.
    if agent.as_str().contains(char::REPLACEMENT_CHARACTER) {
        return Ok(cut_messages(&reader.whole(key).await?, agent, range));
    }
    let same = doc! { "$eq": [ "$$f.k", expr::literal(agent.as_str()) ] };
    let picked = doc! { "$filter": { "input": expr::fields("$agents"), "as": "f", "cond": same } };
    let length = small(range.end - range.start);
    let pipeline = vec![
        doc! { "$match": reader.by_key(key) },
        doc! { "$project": { "_id": 0, "messages": { "$let": {
            "vars": { "a": { "$arrayElemAt": [picked, 0] } },
            "in": { "$slice": [ expr::messages_of("$$a.v"), small(range.start), length ] },
        } } } },
    ];
    let row = match reader.aggregate_first(pipeline, Doing::new("find", "the messages")).await {
        Ok(Some(row)) => row,
        Ok(None) => return Err(reader.missing(key)),
        Err(AggregateFailure::Real(error)) => return Err(error),
        Err(AggregateFailure::TooLarge) => return Ok(cut_messages(&reader.whole(key).await?, agent, range)),
    };
    let stored = rows::field(&row, "messages").into_iter().flat_map(RawValue::items);
    Ok(numbered(stored, agent, range.start))
}

fn cut_messages(whole: &RawDocument, agent: &AgentId, range: Range<u64>) -> Vec<Message> {
    let agents = rows::field(whole, "agents");
    let messages = agents.and_then(|agents| agents.get(agent.as_str())).and_then(|agent| agent.get("messages"));
    let wanted = messages.into_iter().flat_map(RawValue::items).skip(range.start as usize);
    numbered(wanted.take((range.end - range.start) as usize), agent, range.start)
}

fn numbered<'a>(stored: impl Iterator<Item = RawValue<'a>>, agent: &AgentId, first: u64) -> Vec<Message> {
    let numbers = first..;
    numbers
        .zip(stored)
        .map(|(index, value)| {
            decode::message_in_bytes(value, index, &format!("agents.{}.messages.{index}", agent.as_str()))
        })
        .collect()
}
