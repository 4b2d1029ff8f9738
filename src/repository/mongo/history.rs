//! What an agent resumes with: its messages as bodies, each decoded once and without the figures that stand on it.

use bson::{Bson, Document, RawDocument, doc, raw::RawBsonRef};

use super::{MongoRepository, by_key, decoded, decoded_value, errors::Doing, rows};
use crate::{
    repository::{Error, Result},
    session::{AgentId, SessionKey, edit::check_segment, record::StoredMessage},
};

/// See [`crate::repository::SessionReader::history`].
pub(super) async fn read(
    reader: &MongoRepository,
    key: &SessionKey,
    agent: &AgentId,
    offset: u64,
    limit: Option<u64>,
) -> Result<Vec<StoredMessage>> {
    // A path to an id with dots means a nested agent; the whole document is read for those.
    let projection = match check_segment(agent.as_str()) {
        Ok(()) => doc! { format!("agents.{}.messages", agent.as_str()): 1 },
        Err(_) => doc! {},
    };
    let found = reader.find_first(by_key(key), projection, Doing::new("find", "the history")).await?;
    let whole = found.ok_or_else(|| reader.missing(key))?;
    let messages = rows::field(&whole, "agents")
        .and_then(RawBsonRef::as_document)
        .and_then(|agents| rows::field(agents, agent.as_str()))
        .and_then(RawBsonRef::as_document)
        .and_then(|agent| rows::field(agent, "messages"))
        .and_then(RawBsonRef::as_array);
    let stored = (0u64..).zip(messages.into_iter().flatten().flatten());
    let read = stored.map(|(index, message)| StoredMessage::read(needed(message), index)).collect();
    Ok(StoredMessage::in_order(read, offset, limit))
}

/// The fields of a message that resuming needs.
fn needed(message: RawBsonRef<'_>) -> Bson {
    let Some(message) = message.as_document() else { return Bson::Null };
    let redacted = matches!(rows::field(message, "redact_message"), Some(RawBsonRef::Document(_)));
    let wanted = |name: &str| match name {
        "event_loop_metrics" | "guardrail_event" | "updated_at" => false,
        "message" => !redacted,
        _ => true,
    };
    Bson::Document(picked(message, wanted))
}

fn picked(fields: &RawDocument, wanted: impl Fn(&str) -> bool) -> Document {
    let pairs = fields.iter().flatten().filter(|(name, _)| wanted(name.as_str()));
    pairs.map(|(name, value)| (name.to_string(), decoded_value(value))).collect()
}

/// See [`crate::repository::SessionReader::metadata`].
pub(super) async fn metadata(reader: &MongoRepository, key: &SessionKey) -> Result<Document> {
    let found = reader.find_first(by_key(key), doc! { "metadata": 1 }, Doing::new("find", "the metadata")).await?;
    let row = found.ok_or_else(|| reader.missing(key))?;
    match rows::field(&row, "metadata") {
        None => Ok(Document::new()),
        Some(RawBsonRef::Document(fields)) => Ok(decoded(fields)),
        Some(_) => Err(Error::not_an_object(key.text())),
    }
}
