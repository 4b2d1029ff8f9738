//! Counts and sizes of the rows in view, by one aggregation.

use std::collections::{HashMap, HashSet};

use bson::{Bson, Document, RawDocument, doc};

use super::{MongoRepository, decoded, errors::Doing, expr};
use crate::{
    repository::Result,
    session::{AgentCount, AgentId, Details, InterruptState, SessionKey, decode},
};

/// See [`crate::repository::SessionReader::details`]; in the order of `keys`.
pub(super) async fn read(reader: &MongoRepository, keys: &[SessionKey]) -> Result<Vec<(SessionKey, Details)>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let failure = |error| reader.failure(&error, Doing::new("find", "the counts and sizes of the sessions"));
    let counts = || {
        let rows = reader.aggregate(pipeline(reader, keys));
        async move {
            let (mut rows, mut found) = (rows.await?, HashMap::new());
            while rows.advance().await? {
                let (key, details) = one(rows.current());
                found.insert(key, details);
            }
            Ok(found)
        }
    };
    let mut found = reader.ask(counts).await.map_err(failure)?;
    Ok(keys.iter().filter_map(|key| found.remove(key).map(|details| (key.clone(), details))).collect())
}

fn pipeline(reader: &MongoRepository, keys: &[SessionKey]) -> Vec<Document> {
    let ids: Vec<Bson> = keys.iter().map(|key| key.bson().clone()).collect();
    let mut there = doc! { "_id": { "$in": ids } };
    there.extend(reader.within());
    let agent = doc! {
        "id": "$$a.k",
        "model": { "$cond": [
            expr::is_type("$$a.v.agent_data.model", "string"), "$$a.v.agent_data.model", Bson::Null,
        ] },
        "messages": { "$size": expr::messages_of("$$a.v") },
        "created_at": "$$a.v.created_at",
        "updated_at": "$$a.v.updated_at",
        "agent_data": {
            "created_at": "$$a.v.agent_data.created_at", "updated_at": "$$a.v.agent_data.updated_at",
        },
        "waiting": waiting(),
    };
    // A feedback that is no object has no rating to tell.
    let said = doc! { "r": "$$f.rating", "at": "$$f.created_at" };
    let rating = doc! { "$cond": [ expr::is_type("$$f", "object"), said, { "r": "?" } ] };
    vec![
        doc! { "$match": there },
        doc! { "$project": {
            "agents": expr::each_agent(agent),
            "ratings": { "$map": { "input": expr::array_or_empty("$feedbacks"), "as": "f", "in": rating } },
            "guardrail_events": { "$size": expr::array_or_empty("$guardrail_events") },
            "bytes": { "$bsonSize": "$$ROOT" },
        } },
    ]
}

/// What tells of an agent whether it waits for a person; nothing where it does not.
fn waiting() -> Document {
    let interrupts = doc! { "activated": true, "interrupts": expr::interrupt("interrupts") };
    doc! { "$cond": [ { "$eq": [ expr::interrupt("activated"), true ] }, interrupts, Bson::Null ] }
}

fn one(row: &RawDocument) -> (SessionKey, Details) {
    let mut row = decoded(row);
    let key = SessionKey::new(row.remove("_id").unwrap_or(Bson::Null));
    let mut ids = HashSet::new();
    // Of agents with one id the first counts, as everywhere.
    let agents = documents(&mut row, "agents").map(|fields| agent(&fields));
    let agents = agents.filter(|agent| ids.insert(agent.id.clone())).collect();
    let feedbacks: Vec<Document> = documents(&mut row, "ratings").collect();
    let ratings = feedbacks.iter().map(|feedback| decode::rating(feedback.get("r")));
    let last_feedback = feedbacks.iter().filter_map(|feedback| decode::stored_date(feedback.get("at")?)).max();
    let number = |name: &str| row.get(name).and_then(decode::unsigned);
    let events = number("guardrail_events").unwrap_or_default();
    (key, Details { last_feedback, ..Details::of(agents, ratings, events, number("bytes")) })
}

fn documents(row: &mut Document, name: &str) -> impl Iterator<Item = Document> + use<> {
    let items = match row.remove(name) {
        Some(Bson::Array(items)) => items,
        _ => Vec::new(),
    };
    items.into_iter().filter_map(|item| match item {
        Bson::Document(fields) => Some(fields),
        _ => None,
    })
}

fn agent(fields: &Document) -> AgentCount {
    let (created_at, updated_at) = decode::agent_dates(fields);
    AgentCount {
        id: AgentId::from(fields.get_str("id").unwrap_or_default()),
        model: fields.get_str("model").ok().map(str::to_owned),
        messages: fields.get("messages").and_then(decode::unsigned).unwrap_or_default(),
        created_at,
        updated_at,
        waiting: fields.get_document("waiting").ok().and_then(|state| InterruptState::read(state).waiting()),
    }
}
