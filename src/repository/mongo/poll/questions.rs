//! What a look asks of the server. No body of a message crosses the network; messages and feedbacks that are new are read one by
//! one.

use std::collections::HashMap;

use bson::{Bson, Document, RawDocumentBuf, doc};
use mongodb::{error::Result as DriverResult, options::Hint};

use super::{
    ids::{self, IdsQuestion, SeenIds},
    recent::{AT_ONCE, DateIndex, DateStretch, UPDATED},
    seen::{AgentMarks, AgentSeen, OpenChange, OpenNews, OpenSeen, RowSeen},
};
use crate::{
    repository::{
        Error, Projection, Result,
        mongo::{
            AggregateFailure, MongoRepository, client, conversation, decoded, decoded_value,
            errors::{self, Doing},
            expr, indexes, rows,
        },
    },
    session::{
        AgentId, SessionKey, StoredDate, Summary,
        decode::{self, raw::RawValue},
    },
};

const DOING: Doing = Doing::new("find", "what changed");

/// How many of an agent's last messages are compared: a redaction or figures may still come to them.
const LAST: i32 = 8;

/// Texts and objects up to so many bytes are sent.
const SHORT_TEXT: i32 = 200;
const SHORT_OBJECT: i32 = 1024;
const SHORT_METADATA: i32 = 8 * 1024;

/// What a look asks.
#[derive(Debug, Default)]
pub(super) struct PollQuestion {
    pub recent: Vec<DateStretch>,
    /// Which documents there are; `None`: that is not asked.
    pub ids: Option<IdsQuestion>,
    /// Sessions in view, the open one too.
    pub keys: Vec<SessionKey>,
    /// The open one.
    pub open: Option<SessionKey>,
}

/// What a look saw.
#[derive(Debug, Default)]
pub(super) struct PollAnswer {
    /// One for each stretch that was asked for.
    pub recent: Vec<Vec<Summary>>,
    pub ids: Option<SeenIds>,
    /// Sessions in view that are there.
    pub rows: HashMap<SessionKey, RowSeen>,
    pub open: Option<OpenSeen>,
}

/// The time by the server's clock, in milliseconds; `None` where it does not tell.
pub(super) async fn server_time(reader: &MongoRepository) -> Result<Option<StoredDate>> {
    match reader.ask(|| client::hello(&reader.pool)).await {
        Ok(hello) => Ok(hello.get_datetime("localTime").ok().copied().map(StoredDate::from)),
        Err(error) if errors::is_refused(&error) => Ok(None),
        Err(error) => Err(reader.failure(&error, Doing::new("hello", "its greeting"))),
    }
}

pub(super) async fn date_index(reader: &MongoRepository) -> Result<DateIndex> {
    if reader.written_never().is_some() {
        return Ok(DateIndex::Never);
    }
    match indexes::leading_fields(reader).await {
        Ok(fields) if fields.iter().any(|field| field == UPDATED) => Ok(DateIndex::Known),
        Ok(_) => Ok(DateIndex::Missing),
        // A server refuses an index that it does not have.
        Err(Error::Denied { .. }) => match newest(reader, &DateStretch::default(), DateIndex::Named, 1).await {
            Ok(_) => Ok(DateIndex::Named),
            Err(error) if errors::is_refused(&error) && !errors::is_denied(&error) => Ok(DateIndex::Missing),
            Err(error) => Err(reader.failure(&error, DOING)),
        },
        Err(error) => Err(error),
    }
}

/// One look.
pub(super) async fn look(reader: &MongoRepository, question: &PollQuestion, by: DateIndex) -> Result<PollAnswer> {
    let mut answer = PollAnswer::default();
    for stretch in &question.recent {
        let found = newest(reader, stretch, by, AT_ONCE as i64).await;
        let found = found.map_err(|error| reader.failure(&error, DOING))?;
        answer.recent.push(found.iter().map(|row| rows::summary(row, &Projection::Nothing)).collect());
    }
    if let Some(asked) = question.ids {
        answer.ids = Some(ids::look(reader, asked).await?);
    }
    if !question.keys.is_empty() {
        for row in all(reader, &in_view(reader, &question.keys, question.open.as_ref())).await? {
            let mut row = decoded(&row);
            let key = SessionKey::new(row.remove("_id").unwrap_or(Bson::Null));
            let open = row.remove("open");
            let seen = row_seen(row);
            if let Some(Bson::Document(open)) = open {
                answer.open = Some(open_seen(&seen, open));
            }
            answer.rows.insert(key, seen);
        }
    }
    Ok(answer)
}

/// The rows of sessions that are new, with their metadata.
pub(super) async fn new_rows(reader: &MongoRepository, keys: &[SessionKey]) -> Result<Vec<Summary>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let pipeline = vec![
        doc! { "$match": { "$and": [ { "_id": { "$in": values(keys) } }, reader.is_session() ] } },
        doc! { "$project": rows::projection(&Projection::All) },
    ];
    let found = all(reader, &pipeline).await?;
    Ok(found.iter().map(|row| rows::summary(row, &Projection::All)).collect())
}

/// The messages and feedbacks that came to the open session.
pub(super) async fn open_news(reader: &MongoRepository, key: &SessionKey, change: &OpenChange) -> Result<OpenNews> {
    let mut news = OpenNews::default();
    for (agent, range) in &change.messages {
        let messages = match conversation::messages(reader, key, agent, range.clone()).await {
            Err(Error::NotFound { .. }) => Vec::new(),
            read => read?,
        };
        news.short |= messages.len() as u64 != range.end - range.start;
        news.messages.push((agent.clone(), messages));
    }
    let wanted = change.feedbacks.end.saturating_sub(change.feedbacks.start);
    if wanted > 0 {
        let [from, most] = [change.feedbacks.start, wanted].map(|n| i32::try_from(n).unwrap_or(i32::MAX));
        let slice = doc! { "$slice": [ expr::array_or_empty("$feedbacks"), from, most ] };
        let pipeline =
            vec![doc! { "$match": reader.by_key(key) }, doc! { "$project": { "_id": 0, "feedbacks": slice } }];
        match reader.aggregate_first(pipeline, DOING).await {
            Ok(row) => {
                let stored = row.as_ref().and_then(|row| rows::field(row, "feedbacks"));
                let stored = stored.into_iter().flat_map(RawValue::items);
                news.feedbacks = stored.map(|feedback| decode::feedback(&decoded_value(feedback))).collect();
            }
            Err(AggregateFailure::TooLarge) => {}
            Err(AggregateFailure::Real(error)) => return Err(error),
        }
        news.short |= news.feedbacks.len() as u64 != wanted;
    }
    Ok(news)
}

async fn newest(
    reader: &MongoRepository,
    stretch: &DateStretch,
    by: DateIndex,
    most: i64,
) -> DriverResult<Vec<RawDocumentBuf>> {
    let query = doc! { "$and": [ stretch.query(), reader.is_session() ] };
    let (projection, limit) = (rows::projection(&Projection::Nothing), reader.limits().read);
    let find = || {
        let (collection, query, projection) = (reader.collection(), query.clone(), projection.clone());
        async move {
            let find = collection.find(query).projection(projection).sort(doc! { UPDATED: -1 }).limit(most);
            let find = find.batch_size(AT_ONCE as u32 + 1).max_time(limit);
            let find = if by == DateIndex::Named { find.hint(Hint::Keys(doc! { UPDATED: 1 })) } else { find };
            let (mut found, mut rows) = (find.await?, Vec::new());
            while found.advance().await? {
                rows.push(found.current().to_owned());
            }
            Ok(rows)
        }
    };
    reader.ask(find).await
}

/// Everything that a pipeline gives.
async fn all(reader: &MongoRepository, pipeline: &[Document]) -> Result<Vec<RawDocumentBuf>> {
    let each = || {
        let found = reader.aggregate(pipeline.to_vec());
        async move {
            let (mut found, mut rows) = (found.await?, Vec::new());
            while found.advance().await? {
                rows.push(found.current().to_owned());
            }
            Ok(rows)
        }
    };
    reader.ask(each).await.map_err(|error| reader.failure(&error, DOING))
}

fn values(keys: &[SessionKey]) -> Vec<Bson> {
    keys.iter().map(|key| key.bson().clone()).collect()
}

/// Counts, dates, sizes and sums of each session; of the open one also by agent.
fn in_view(reader: &MongoRepository, keys: &[SessionKey], open: Option<&SessionKey>) -> Vec<Document> {
    let messages = doc! { "$size": expr::messages_of("$$a.v") };
    let last = doc! { "$arrayElemAt": [ expr::messages_of("$$a.v"), -1 ] };
    let last_figures = doc! { "$let": { "vars": { "m": last }, "in": figures() } };
    let mut looked = doc! {
        "at": brief("$updated_at"),
        "since": brief("$created_at"),
        "bytes": { "$bsonSize": "$$ROOT" },
        "agents": { "$size": expr::fields("$agents") },
        "messages": { "$sum": expr::each_agent(messages) },
        "figures": { "$sum": expr::each_agent(last_figures) },
        "feedbacks": { "$size": expr::array_or_empty("$feedbacks") },
        "events": { "$size": expr::array_or_empty("$guardrail_events") },
        "metadata": bounded("$metadata", SHORT_OBJECT),
    };
    if let Some(key) = open {
        let is_open = doc! { "$eq": [ "$_id", expr::literal(key.bson().clone()) ] };
        let closer = doc! {
            "metadata": bounded("$metadata", SHORT_METADATA), "agents": expr::each_agent(agent()), "rated": rated(),
        };
        looked.insert("open", doc! { "$cond": [ is_open, closer, "$$REMOVE" ] });
    }
    let mut there = doc! { "_id": { "$in": values(keys) } };
    there.extend(reader.within());
    vec![doc! { "$match": there }, doc! { "$project": looked }]
}

/// The last feedbacks of the open session.
fn rated() -> Document {
    let last = doc! { "$slice": [ expr::array_or_empty("$feedbacks"), -LAST ] };
    let one: Vec<Bson> = vec![brief("$$f.created_at").into(), brief("$$f.rating").into()];
    doc! { "$map": { "input": last, "as": "f", "in": one } }
}

/// An agent of the open session: `$$a`.
fn agent() -> Document {
    let message: Vec<Bson> = vec![
        brief("$$m.message_id").into(),
        brief("$$m.updated_at").into(),
        doc! { "$type": "$$m.redact_message" }.into(),
        doc! { "$type": "$$m.guardrail_event" }.into(),
        figures().into(),
    ];
    let last = doc! { "$slice": [ expr::messages_of("$$a.v"), -LAST ] };
    let data: Vec<Bson> = vec![
        brief("$$a.v.agent_data.updated_at").into(),
        brief("$$a.v.agent_data.model").into(),
        bounded("$$a.v.agent_data.prompt_metadata", SHORT_OBJECT).into(),
        bounded("$$a.v.agent_data", 0).into(),
    ];
    doc! {
        "id": "$$a.k",
        "messages": { "$size": expr::messages_of("$$a.v") },
        "at": brief("$$a.v.updated_at"),
        "data": data,
        "last": { "$map": { "input": last, "as": "m", "in": message } },
    }
}

/// What its figures sum up to, by which they are told to have moved: `$$m`, a message.
fn figures() -> Document {
    let counted = [
        "accumulated_usage.inputTokens",
        "accumulated_usage.outputTokens",
        "accumulated_usage.totalTokens",
        "accumulated_usage.cacheReadInputTokens",
        "accumulated_usage.cacheWriteInputTokens",
        "accumulated_metrics.latencyMs",
        "cycle_metrics.cycle_count",
        "cycle_metrics.total_duration",
    ];
    // What is no number counts nothing.
    let paths: Vec<String> = counted.iter().map(|path| format!("$$m.event_loop_metrics.{path}")).collect();
    doc! { "$sum": paths }
}

/// A value that is small, else its type.
fn brief(value: &str) -> Document {
    const SMALL: [&str; 8] = ["date", "int", "long", "double", "decimal", "bool", "timestamp", "objectId"];
    let short = doc! { "$cond": [ { "$lte": [ { "$strLenBytes": value }, SHORT_TEXT ] }, value, "string" ] };
    doc! { "$switch": {
        "branches": [
            { "case": { "$in": [ { "$type": value }, SMALL.as_slice() ] }, "then": value },
            { "case": expr::is_type(value, "string"), "then": short },
        ],
        "default": { "$type": value },
    } }
}

/// An object up to so many bytes, else its size; what is no object as [`brief`] has it.
fn bounded(value: &str, most: i32) -> Document {
    let size = doc! { "$bsonSize": value };
    let sized = doc! { "$cond": [ { "$lte": [ size.clone(), most ] }, value, size ] };
    doc! { "$cond": [ expr::is_type(value, "object"), sized, brief(value) ] }
}

fn row_seen(mut row: Document) -> RowSeen {
    let updated_at = row.get("at").and_then(decode::stored_date);
    let bytes = row.remove("bytes").as_ref().and_then(decode::unsigned);
    let metadata = row.remove("metadata").unwrap_or(Bson::Undefined);
    row.remove("at");
    RowSeen { updated_at, metadata, bytes, rest: row.into() }
}

fn open_seen(row: &RowSeen, mut open: Document) -> OpenSeen {
    let counts = row.rest.as_document();
    let count = |name: &str| counts.and_then(|counts| counts.get(name)).cloned().unwrap_or(Bson::Null);
    let mut agents: Vec<AgentSeen> = Vec::new();
    for agent in items(open.remove("agents")).into_iter().filter_map(agent_seen) {
        // Of agents with one id the first counts, as everywhere.
        if agents.iter().all(|known| known.id != agent.id) {
            agents.push(agent);
        }
    }
    OpenSeen {
        updated_at: row.updated_at,
        metadata: open.remove("metadata").unwrap_or(Bson::Undefined),
        feedbacks: decode::unsigned(&count("feedbacks")).unwrap_or_default(),
        rated: Some(items(open.remove("rated"))),
        agents,
        rest: Some((row.bytes, vec![count("since"), count("events")].into())),
    }
}

fn items(array: Option<Bson>) -> Vec<Bson> {
    match array {
        Some(Bson::Array(items)) => items,
        _ => Vec::new(),
    }
}

fn agent_seen(stored: Bson) -> Option<AgentSeen> {
    let Bson::Document(mut fields) = stored else { return None };
    let last = items(fields.remove("last"));
    let [at, data] = ["at", "data"].map(|name| fields.remove(name).unwrap_or(Bson::Null));
    Some(AgentSeen {
        id: AgentId::from(fields.get_str("id").unwrap_or_default()),
        messages: fields.get("messages").and_then(decode::unsigned).unwrap_or_default(),
        more: Some(AgentMarks { at, data, last }),
    })
}
