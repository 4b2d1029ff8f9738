//! Every message without its text: the server reduces each to what [`MessageSample`] reads.
//!
//! What is of an expected type is reduced; whatever else stands there passes through as it is, so that the decoder
//! sees the same oddities as in the whole document.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use bson::{Bson, Document, RawDocument, doc};

use super::{AggregateFailure, MongoRepository, decoded_value, errors::Doing, expr, rows};
use crate::{
    metrics::{AgentOutline, MessageSample, Outline},
    repository::{Error, Result},
    session::{
        AgentId, SessionKey,
        decode::{self, raw::RawValue},
    },
};

/// A text of so many bytes comes as it is.
const SHORT: i32 = 64;

/// What `str::trim` takes off: Unicode's `White_Space`. The server's own list is another one.
const WHITE_SPACE: &str = "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\
    \u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// See [`crate::repository::SessionReader::outline`].
pub(super) async fn read(reader: &MongoRepository, key: &SessionKey) -> Result<Outline> {
    match reader
        .aggregate_first(pipeline(reader.by_key(key), false), Doing::new("find", "the figures of the session"))
        .await
    {
        Ok(Some(row)) => Ok(outline(&row)),
        Ok(None) => Err(reader.missing(key)),
        // A text that begins with what is no UTF-8 cannot be trimmed.
        Err(AggregateFailure::TooLarge | AggregateFailure::Real(Error::Other { .. })) => {
            Ok(from_whole(&reader.whole(key).await?))
        }
        Err(AggregateFailure::Real(error)) => Err(error),
    }
}

/// The same of several sessions by one question; those that are gone are left out.
pub(super) async fn many(reader: &MongoRepository, keys: &[SessionKey]) -> Result<HashMap<SessionKey, Outline>> {
    let ids: Vec<Bson> = keys.iter().map(|key| key.bson().clone()).collect();
    let mut there = doc! { "_id": { "$in": ids } };
    there.extend(reader.within());
    let pipeline = pipeline(there, true);
    let question = || {
        let rows = reader.aggregate(pipeline.clone());
        async move {
            let (mut rows, mut found) = (rows.await?, HashMap::new());
            while rows.advance().await? {
                let id = rows::field(rows.current(), "_id").map_or(Bson::Null, decoded_value);
                found.insert(SessionKey::new(id), outline(rows.current()));
            }
            Ok(found)
        }
    };
    let failed = match reader.ask(question).await {
        Ok(found) => return Ok(found),
        Err(error) => reader.tell(&error, Doing::new("find", "the figures of the sessions")),
    };
    // One of them fails all: see `read`.
    match failed {
        AggregateFailure::TooLarge | AggregateFailure::Real(Error::Other { .. }) => {}
        AggregateFailure::Real(error) => return Err(error),
    }
    let mut found = HashMap::new();
    for key in keys {
        match read(reader, key).await {
            Ok(outline) => drop(found.insert(key.clone(), outline)),
            Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

fn pipeline(session: Document, with_id: bool) -> Vec<Document> {
    let messages = doc! { "$map": { "input": expr::messages_of("$$a.v"), "as": "m", "in": message() } };
    let agents = expr::each_agent(doc! { "id": "$$a.k", "messages": messages });
    vec![doc! { "$match": session }, doc! { "$project": { "_id": i32::from(with_id), "agents": agents } }]
}

/// `$$m`, in the nested or the flat shape.
fn message() -> Document {
    let mut reduced = body("$$m");
    reduced.extend(doc! {
        "message": if_object("$$m.message", body("$$m.message")),
        "redact_message": if_object("$$m.redact_message", body("$$m.redact_message")),
        "message_id": "$$m.message_id",
        "created_at": "$$m.created_at",
        "event_loop_metrics": "$$m.event_loop_metrics",
        "latency_ms": "$$m.latency_ms",
        "input_tokens": "$$m.input_tokens",
        "output_tokens": "$$m.output_tokens",
        "total_tokens": "$$m.total_tokens",
    });
    if_object("$$m", reduced)
}

/// Role, content and figures, and what OpenAI's messages hold beside the content.
fn body(at: &str) -> Document {
    let field = |name: &str| format!("{at}.{name}");
    let mut reduced = doc! {
        "role": field("role"),
        "tracking_id": field("tracking_id"),
        "trackingId": field("trackingId"),
        "content": content(&field("content")),
        "metadata": figures(&field("metadata")),
        "name": field("name"),
        "tool_call_id": field("tool_call_id"),
        "tool_calls": calls(&field("tool_calls")),
        "function_call": call(&field("function_call")),
    };
    for name in ["reasoning_content", "reasoning", "refusal"] {
        reduced.insert(name, text(&field(name)));
    }
    reduced
}

/// OpenAI's `tool_calls`.
fn calls(value: &str) -> Document {
    let each = doc! { "$map": { "input": value, "as": "t", "in": call("$$t") } };
    doc! { "$cond": [ expr::is_type(value, "array"), each, value ] }
}

/// One of them: who is called, and by which id; its arguments are left out.
fn call(value: &str) -> Document {
    let called = |key: &str| {
        let at = format!("{value}.{key}");
        if_object(&at, doc! { "name": format!("{at}.name") })
    };
    let reduced = doc! {
        "id": format!("{value}.id"),
        "name": format!("{value}.name"),
        "function": called("function"),
        "custom": called("custom"),
    };
    if_object(value, reduced)
}

fn if_object(value: &str, reduced: Document) -> Document {
    doc! { "$cond": [ expr::is_type(value, "object"), reduced, value ] }
}

fn figures(metadata: &str) -> Document {
    if_object(metadata, doc! { "usage": format!("{metadata}.usage"), "metrics": format!("{metadata}.metrics") })
}

fn content(value: &str) -> Document {
    let blocks = doc! { "$map": { "input": value, "as": "b", "in": block() } };
    doc! { "$switch": {
        "branches": [
            { "case": expr::is_type(value, "array"), "then": blocks },
            { "case": expr::is_type(value, "string"), "then": mark(value) },
        ],
        "default": value,
    } }
}

/// A text, or what stands there instead.
fn text(value: &str) -> Document {
    doc! { "$cond": [ expr::is_type(value, "string"), mark(value), value ] }
}

/// Enough to tell an empty text and a blank one from one that says something.
fn mark(text: &str) -> Document {
    let said = doc! { "$ltrim": { "input": text, "chars": WHITE_SPACE } };
    let long = doc! { "$cond": [ { "$eq": [ said, "" ] }, " ", "x" ] };
    doc! { "$cond": [ { "$gt": [ { "$strLenBytes": text }, SHORT ] }, long, text ] }
}

/// `$$b`, key by key: which keys there are tells of which kind it is, and who called which tool how stands in a few of
/// them. Of everything else the type is enough.
fn block() -> Document {
    let reduced = doc! { "$arrayToObject": { "$map": {
        "input": expr::fields("$$b"), "as": "f", "in": { "k": "$$f.k", "v": value() },
    } } };
    let plain = if_object("$$b", reduced);
    doc! { "$cond": [ expr::is_type("$$b", "string"), mark("$$b"), plain ] }
}

/// `$$f.v`, a block's value.
fn value() -> Document {
    const KEPT: [&str; 8] = ["type", "id", "call_id", "name", "tool_use_id", "status", "is_error", "isError"];
    let object_at = |key: &str| doc! { "$and": [ { "$eq": ["$$f.k", key] }, expr::is_type("$$f.v", "object") ] };
    let tool_use = doc! { "toolUseId": "$$f.v.toolUseId", "name": "$$f.v.name" };
    let tool_result = doc! {
        "toolUseId": "$$f.v.toolUseId",
        "status": "$$f.v.status",
        "is_error": "$$f.v.is_error",
        "isError": "$$f.v.isError",
    };
    doc! { "$switch": {
        "branches": [
            { "case": object_at("toolUse"), "then": tool_use },
            { "case": object_at("toolResult"), "then": tool_result },
            { "case": object_at("function"), "then": { "name": "$$f.v.name" } },
            { "case": object_at("custom"), "then": { "name": "$$f.v.name" } },
            { "case": { "$in": [ "$$f.k", KEPT.as_slice() ] }, "then": "$$f.v" },
            { "case": expr::is_type("$$f.v", "string"), "then": mark("$$f.v") },
            { "case": expr::is_type("$$f.v", "object"), "then": {} },
            { "case": expr::is_type("$$f.v", "array"), "then": [] },
            { "case": expr::is_type("$$f.v", "binData"), "then": true },
        ],
        "default": "$$f.v",
    } }
}

fn outline(row: &RawDocument) -> Outline {
    let agents = rows::field(row, "agents").into_iter().flat_map(RawValue::items).map(|agent| {
        let id = agent.get("id").map(decoded_value);
        let id = id.as_ref().and_then(Bson::as_str).unwrap_or_default().to_owned();
        (Cow::Owned(id), agent.get("messages"))
    });
    of_agents(agents)
}

fn from_whole(whole: &RawDocument) -> Outline {
    let agents = rows::field(whole, "agents").filter(|agents| agents.is_document());
    let agents = agents.into_iter().flat_map(RawValue::fields);
    of_agents(agents.map(|field| (field.name(), field.value.get("messages"))))
}

/// Each agent once: of those with one id the first counts.
fn of_agents<'a>(agents: impl Iterator<Item = (Cow<'a, str>, Option<RawValue<'a>>)>) -> Outline {
    let mut ids = HashSet::new();
    agents.filter(|(id, _)| ids.insert(id.clone())).map(|(id, messages)| one_agent(&id, messages)).collect()
}

/// One message after the other, so that no more than one is held as a value.
fn one_agent(id: &str, messages: Option<RawValue<'_>>) -> AgentOutline {
    let stored = messages.into_iter().flat_map(RawValue::items);
    let samples = (0u64..)
        .zip(stored)
        .map(|(index, value)| {
            let path = format!("agents.{id}.messages.{index}");
            MessageSample::from(&decode::message_in_bytes(value, index, &path))
        })
        .collect();
    AgentOutline { id: AgentId::from(id), samples }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_trimmed_is_what_rust_trims() {
        assert!(WHITE_SPACE.chars().all(char::is_whitespace));
        assert_eq!(WHITE_SPACE.chars().count(), ('\0'..=char::MAX).filter(|c| c.is_whitespace()).count());
    }
}
