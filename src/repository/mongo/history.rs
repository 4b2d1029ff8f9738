//! What an agent resumes with: its messages as bodies, each decoded once and without the figures that stand on it.

use bson::{Bson, Document, doc};

use super::{MongoRepository, decoded_value, errors::Doing, rows};
use crate::{
    repository::{Error, Result},
    session::{AgentId, SessionKey, decode::raw::RawValue, edit::check_segment, record::StoredMessage},
};

/// See [`crate::repository::SessionReader::history`].
pub(super) async fn read(
    reader: &MongoRepository,
    key: &SessionKey,
    agent: &AgentId,
    offset: u64,
    limit: Option<u64>,
) -> Result<Vec<StoredMessage>> {
    // A path to an id with dots means a nested agent; the whole document is read for those, and where a mark may stand for
    // what is no text.
    let is_plain = check_segment(agent.as_str()).is_ok() && !agent.as_str().contains(char::REPLACEMENT_CHARACTER);
    let projection = if is_plain {
        doc! { format!("agents.{}.messages", agent.as_str()): 1 }
    } else {
        doc! {}
    };
    let found = reader.find_first(reader.by_key(key), projection, Doing::new("find", "the history")).await?;
    let mut whole = found.ok_or_else(|| reader.missing(key))?;
    // Where a name stands twice, a path leads nowhere.
    if is_plain && rows::field(&whole, "agents").is_none() {
        whole = reader.whole(key).await?;
    }
    let agents = rows::field(&whole, "agents");
    let messages = agents.and_then(|agents| agents.get(agent.as_str())).and_then(|agent| agent.get("messages"));
    let stored = (0u64..).zip(messages.into_iter().flat_map(RawValue::items));
    let read = stored.map(|(index, message)| StoredMessage::read(needed(message), index)).collect();
    Ok(StoredMessage::in_order(read, offset, limit))
}

/// The fields of a message that resuming needs.
fn needed(message: RawValue<'_>) -> Bson {
    if !message.is_document() {
        return Bson::Null;
    }
    let redacted = message.get("redact_message").is_some_and(RawValue::is_document);
    let wanted = |name: &str| match name {
        "event_loop_metrics" | "guardrail_event" | "updated_at" => false,
        "message" => !redacted,
        _ => true,
    };
    Bson::Document(picked(message, wanted))
}

fn picked(fields: RawValue<'_>, wanted: impl Fn(&str) -> bool) -> Document {
    let mut picked = Document::new();
    for field in fields.fields() {
        let name = field.name();
        if wanted(&name) && !picked.contains_key(&*name) {
            picked.insert(name, decoded_value(field.value));
        }
    }
    picked
}

/// See [`crate::repository::SessionReader::metadata`].
pub(super) async fn metadata(reader: &MongoRepository, key: &SessionKey) -> Result<Document> {
    let found =
        reader.find_first(reader.by_key(key), doc! { "metadata": 1 }, Doing::new("find", "the metadata")).await?;
    let row = found.ok_or_else(|| reader.missing(key))?;
    match rows::field(&row, "metadata") {
        None => Ok(Document::new()),
        Some(stored) => match decoded_value(stored) {
            Bson::Document(fields) => Ok(fields),
            _ => Err(Error::not_an_object(key.text())),
        },
    }
}
