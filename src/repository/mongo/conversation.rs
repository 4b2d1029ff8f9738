//! A session at its end, and its messages by index.
//!
//! An agent's id may hold dots, start with `$` or be empty, so no path leads to it: agents are read as `[{k, v}]` and
//! picked by key. What would not fit into one answer (a document near 16 MiB) is read whole and cut here.

use std::ops::Range;

use bson::{Bson, Document, RawDocument, doc, raw::RawBsonRef};

use super::{AggregateFailure, MongoRepository, by_key, decoded, decoded_value, errors::Doing, expr, foreign, rows};
use crate::{
    repository::Result,
    session::{AgentId, Message, Session, SessionKey, StoredAgent, decode},
};

/// See [`crate::repository::SessionReader::open`].
pub(super) async fn open(reader: &MongoRepository, key: &SessionKey, last: u64) -> Result<Session> {
    if last == u64::MAX {
        return Ok(cut(&reader.whole(key).await?, last));
    }
    let pipeline = vec![
        doc! { "$match": foreign::session_by_key(key) },
        // Replaces the stored `agents` and nothing else, so no stored name can clash with ours.
        doc! { "$addFields": { "agents": expr::object(doc! {
            "bytes": { "$bsonSize": "$$ROOT" },
            "list": { "$cond": [ expr::is_type("$agents", "object"), expr::each_agent(window(last)), "$$REMOVE" ] },
            "odd": { "$cond": [ expr::is_type("$agents", "object"), "$$REMOVE", "$agents" ] },
        }) } },
    ];
    match reader.aggregate_first(pipeline, Doing::new("find", "the session")).await {
        Ok(Some(row)) => Ok(session(&row)),
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

/// The session from the aggregation's row.
fn session(row: &RawDocument) -> Session {
    let mut document = Document::new();
    let mut agents = Vec::new();
    let mut bytes = None;
    for (name, value) in row.iter().flatten().map(|(name, value)| (name.to_string(), value)) {
        let wrapped = if name == "agents" { value.as_document() } else { None };
        let Some(wrapped) = wrapped else {
            document.insert(name, decoded_value(value));
            continue;
        };
        bytes = rows::field(wrapped, "bytes").map(decoded_value).as_ref().and_then(decode::unsigned);
        match (rows::field(wrapped, "list"), rows::field(wrapped, "odd")) {
            (Some(RawBsonRef::Array(list)), _) => {
                document.insert(name, Document::new());
                let list = list.into_iter().flatten().filter_map(RawBsonRef::as_document);
                agents.extend(list.map(agent));
            }
            (_, Some(odd)) => {
                document.insert(name, decoded_value(odd));
            }
            _ => {}
        }
    }
    let mut session = decode::session(document);
    session.agents = agents;
    session.bytes = bytes;
    session
}

fn agent(row: &RawDocument) -> StoredAgent {
    let row = decoded(row);
    let id = AgentId::from(row.get_str("k").unwrap_or_default());
    let count = row.get("count").and_then(decode::unsigned).unwrap_or_default();
    if let Some(odd) = row.get("odd") {
        return decode::agent(id, odd.clone(), 0, None);
    }
    let mut value = Document::new();
    for field in row.get_array("rest").map(Vec::as_slice).unwrap_or_default() {
        if let Some(field) = field.as_document()
            && let (Ok(name), Some(stored)) = (field.get_str("k"), field.get("v"))
        {
            value.insert(name, stored.clone());
        }
    }
    if row.get_bool("listed").unwrap_or_default() {
        let messages = row.get_array("last").cloned().unwrap_or_default();
        let first = count.saturating_sub(messages.len() as u64);
        value.insert("messages", messages);
        return decode::agent(id, Bson::Document(value), first, Some(count));
    }
    decode::agent(id, Bson::Document(value), 0, None)
}

/// The session from its whole document, with the last messages only.
fn cut(whole: &RawDocument, last: u64) -> Session {
    let bytes = whole.as_bytes().len() as u64;
    let mut document = decoded(whole);
    let agents = match document.get_mut("agents") {
        Some(Bson::Document(agents)) => std::mem::take(agents),
        _ => Document::new(),
    };
    let mut session = decode::session(document);
    session.bytes = Some(bytes);
    session.agents = agents.into_iter().map(|(id, value)| cut_agent(&id, value, last)).collect();
    session
}

fn cut_agent(id: &str, mut value: Bson, last: u64) -> StoredAgent {
    let messages = match &mut value {
        Bson::Document(fields) => fields.get_mut("messages").and_then(Bson::as_array_mut),
        _ => None,
    };
    let Some(messages) = messages else { return decode::agent(AgentId::from(id), value, 0, None) };
    let count = messages.len() as u64;
    let first = count.saturating_sub(last);
    messages.drain(..first as usize);
    decode::agent(AgentId::from(id), value, first, Some(count))
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
    let same = doc! { "$eq": [ "$$f.k", expr::literal(agent.as_str()) ] };
    let picked = doc! { "$filter": { "input": expr::fields("$agents"), "as": "f", "cond": same } };
    let length = small(range.end - range.start);
    let pipeline = vec![
        doc! { "$match": by_key(key) },
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
    let stored = rows::field(&row, "messages").and_then(RawBsonRef::as_array);
    Ok(numbered(stored.into_iter().flatten().flatten(), agent, range.start))
}

fn cut_messages(whole: &RawDocument, agent: &AgentId, range: Range<u64>) -> Vec<Message> {
    let messages = rows::field(whole, "agents")
        .and_then(RawBsonRef::as_document)
        .and_then(|agents| rows::field(agents, agent.as_str()))
        .and_then(RawBsonRef::as_document)
        .and_then(|agent| rows::field(agent, "messages"))
        .and_then(RawBsonRef::as_array);
    let wanted = messages.into_iter().flatten().flatten().skip(range.start as usize);
    numbered(wanted.take((range.end - range.start) as usize), agent, range.start)
}

fn numbered<'a>(stored: impl Iterator<Item = RawBsonRef<'a>>, agent: &AgentId, first: u64) -> Vec<Message> {
    let numbers = first..;
    numbers
        .zip(stored)
        .map(|(index, value)| {
            decode::message(decoded_value(value), index, &format!("agents.{}.messages.{index}", agent.as_str()))
        })
        .collect()
}
