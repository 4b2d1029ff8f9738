//! What people see and change of a session: `GET /sessions/{id}`, its metadata and its feedback.

use std::sync::Arc;

use axum::{
    Json,
    extract::{
        Path, State,
        rejection::{JsonRejection, PathRejection},
    },
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use strandscope::{FeedbackTally, MetadataEdit, NewFeedback, Rating, SessionManager, StoredDate, bson::Bson};

use super::{App, chat::check_id, fault::Fault, turn::AGENT};

/// Most characters of a comment.
const COMMENT: usize = 2_000;
/// Most levels of objects and lists within a field of the metadata: whoever converts them goes down one inside the other, and a
/// body of a few hundred bytes could take a thread's whole stack.
const LEVELS: usize = 32;

type Id<T> = Result<Path<T>, PathRejection>;
type Body<T> = Result<Json<T>, JsonRejection>;

fn manager(app: &App, id: &str) -> Result<SessionManager, Fault> {
    check_id("the session's id", id)?;
    Ok(app.manager(id))
}

/// The session without messages. What is shown is named here: whatever else a document holds, such as the viewer password, is not.
pub async fn show(State(app): State<Arc<App>>, id: Id<String>) -> Result<Json<Value>, Fault> {
    let manager = manager(&app, &id?.0)?;
    let session = manager.repository().open(manager.key(), 0).await?;
    let time = |date: Option<StoredDate>| date.and_then(StoredDate::rfc3339);
    let agents = session
        .agents
        .iter()
        .map(|agent| json!({ "agent_id": agent.id.as_str(), "model": agent.model, "messages": agent.message_count }));
    Ok(Json(json!({
        "session_id": session.name(),
        "application_name": session.application_name,
        "created_at": time(session.created_at),
        "updated_at": time(session.updated_at),
        "agents": agents.collect::<Vec<_>>(),
        "messages": session.message_count(),
        "feedbacks": session.feedbacks.len(),
    })))
}

/// The metadata as relaxed Extended JSON.
pub async fn metadata(State(app): State<Arc<App>>, id: Id<String>) -> Result<Json<Value>, Fault> {
    let metadata = manager(&app, &id?.0)?.metadata().await?;
    Ok(Json(Bson::Document(metadata).into_relaxed_extjson()))
}

/// Sets the fields that are given, all of them or none; others stay. Gives how many.
pub async fn set_metadata(
    State(app): State<Arc<App>>,
    id: Id<String>,
    fields: Body<Map<String, Value>>,
) -> Result<Json<Value>, Fault> {
    let manager = manager(&app, &id?.0)?;
    let edits = fields?.0.into_iter().map(|(field, value)| -> Result<MetadataEdit, Fault> {
        let value = read_value(value).map_err(|why| Fault::invalid(format!("{field:?}: {why}")))?;
        Ok(MetadataEdit::set(field, value))
    });
    let edits = edits.collect::<Result<Vec<_>, Fault>>()?;
    if edits.is_empty() {
        return Err(Fault::invalid("there is no field to set"));
    }
    let count = edits.len();
    manager.edit_metadata(edits).await?;
    Ok(Json(json!({ "set": count })))
}

/// A value of the metadata, which may be Extended JSON.
fn read_value(value: Value) -> Result<Bson, String> {
    check_value(&value, LEVELS)?;
    Bson::try_from(value).map_err(|error| error.to_string())
}

fn check_value(value: &Value, levels: usize) -> Result<(), &'static str> {
    match value {
        Value::Array(_) | Value::Object(_) if levels == 0 => Err("it is nested too deep"),
        Value::Array(items) => items.iter().try_for_each(|item| check_value(item, levels - 1)),
        Value::Object(fields) => fields.values().try_for_each(|field| check_value(field, levels - 1)),
        // It would become a double, which has not all of its digits.
        Value::Number(number) if number.is_u64() && !number.is_i64() => Err("no 64-bit integer holds its number"),
        _ => Ok(()),
    }
}

/// Removes a field.
pub async fn unset_metadata(State(app): State<Arc<App>>, path: Id<(String, String)>) -> Result<StatusCode, Fault> {
    let Path((id, field)) = path?;
    manager(&app, &id)?.edit_metadata(vec![MetadataEdit::unset(field)]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A feedback, as a client gives it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenFeedback {
    /// `up`, `down`, `neutral` or null.
    rating: Option<String>,
    comment: Option<String>,
    /// The message that it speaks of, of the agent `support`.
    message_id: Option<i64>,
}

pub async fn add_feedback(
    State(app): State<Arc<App>>,
    id: Id<String>,
    given: Body<GivenFeedback>,
) -> Result<StatusCode, Fault> {
    let manager = manager(&app, &id?.0)?;
    let GivenFeedback { rating, comment, message_id } = given?.0;
    let rating = match Rating::from(rating.as_deref().unwrap_or("neutral")) {
        Rating::Other(_) => return Err(Fault::invalid("rating is up, down, neutral or null")),
        known => known,
    };
    let mut feedback = NewFeedback::new(rating);
    if let Some(comment) = comment.filter(|comment| !comment.trim().is_empty()) {
        if comment.chars().count() > COMMENT {
            return Err(Fault::invalid(format!("the comment is longer than {COMMENT} characters")));
        }
        feedback = feedback.comment(comment);
    }
    if let Some(message_id) = message_id {
        // By its id: after a repair or another writer ids may have gaps.
        if manager.repository().message(manager.key(), &AGENT.into(), message_id).await?.is_none() {
            return Err(Fault::invalid(format!("there is no message {message_id} in this session")));
        }
        feedback = feedback.message_id(message_id).agent_id(AGENT);
    }
    manager.add_feedback(feedback).await?;
    Ok(StatusCode::CREATED)
}

/// The figures: how many of each rating, and the share of `up` among those that took a side.
pub async fn feedback(State(app): State<Arc<App>>, id: Id<String>) -> Result<Json<Value>, Fault> {
    let feedbacks = manager(&app, &id?.0)?.feedbacks().await?;
    let mut tally = FeedbackTally::default();
    for feedback in &feedbacks {
        tally.add(&feedback.rating);
    }
    let sides = tally.up + tally.down;
    let share = (sides > 0).then(|| tally.up as f64 / sides as f64);
    let comments = feedbacks.iter().filter(|feedback| feedback.comment.is_some()).count();
    Ok(Json(json!({
        "total": tally.total(), "up": tally.up, "down": tally.down, "neutral": tally.neutral, "other": tally.other,
        "positive_share": share, "comments": comments,
    })))
}
