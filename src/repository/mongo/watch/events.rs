//! One event of a change stream as changes of a session.
//!
//! An event names what it changed by paths, which say neither what stood there before nor whether a dot is part of a name. What
//! they leave open is told as [`Change::unclear`]: reading once more than needed is better than showing what is no longer so.

use bson::{Bson, RawDocument};

use crate::{
    repository::mongo::{
        foreign,
        rows::{decoded_value, field},
    },
    session::{
        AgentId, Change, ChangeKind, Feedback, Message, SessionKey, StoredDate,
        decode::{self, raw::RawValue},
    },
};

/// Writers read the clock twice for a new message; one that was written this much later is an older one that was rewritten.
const MOMENT_MS: i64 = 1000;

/// What was done, in the words of MongoDB.
fn operation(event: &RawDocument) -> Option<&str> {
    field(event, "operationType").and_then(RawValue::text)
}

/// Whether no event of this stream follows: the collection was dropped or renamed.
pub(super) fn is_last(event: &RawDocument) -> bool {
    operation(event) == Some("invalidate")
}

/// What an event tells of a session; nothing where it is of something else.
pub(super) fn changes(event: &RawDocument) -> Vec<Change> {
    let Some(id) = field(event, "documentKey").and_then(|key| key.get("_id")) else { return Vec::new() };
    let key = SessionKey::new(decoded_value(id));
    match operation(event) {
        Some("insert") => created(event, key).into_iter().collect(),
        Some("delete") => vec![Change::deleted(key)],
        Some("replace") => {
            let at = field(event, "fullDocument").and_then(|stored| stored.get("updated_at"));
            vec![Change::unclear(key, at.and_then(date))]
        }
        Some("update") => match field(event, "updateDescription") {
            Some(described) => DescribedUpdate::read(described).into_changes(&key),
            None => vec![Change::unclear(key, None)],
        },
        _ => Vec::new(),
    }
}

/// A new session; `None` for a document that is none.
fn created(event: &RawDocument, key: SessionKey) -> Option<Change> {
    let Some(Bson::Document(stored)) = field(event, "fullDocument").map(decoded_value) else {
        return Some(Change::unclear(key, None));
    };
    foreign::of_document(&stored).is_none().then(|| Change::created(decode::summary(&stored)))
}

/// What an `updateDescription` says.
#[derive(Debug, Default)]
struct DescribedUpdate {
    at: Option<StoredDate>,
    messages: Vec<(AgentId, Vec<Message>)>,
    feedbacks: Vec<Feedback>,
    metadata: Vec<(String, Option<Bson>)>,
    /// There is more that is told no finer.
    unclear: bool,
}

impl DescribedUpdate {
    fn read(described: RawValue<'_>) -> Self {
        let mut update = Self::default();
        for set in described.get("updatedFields").into_iter().flat_map(RawValue::fields) {
            if !update.set(&set.name(), set.value) {
                update.unclear = true;
            }
        }
        for path in described.get("removedFields").into_iter().flat_map(RawValue::items) {
            if !path.text().is_some_and(|path| update.unset(path)) {
                update.unclear = true;
            }
        }
        update.unclear |= described.get("truncatedArrays").is_some_and(|arrays| arrays.items().next().is_some());
        update
    }

    /// A path has that value now; `false` where that says too little.
    fn set(&mut self, path: &str, value: RawValue<'_>) -> bool {
        let segments: Vec<&str> = path.split('.').collect();
        match segments.as_slice() {
            ["updated_at"] => {
                self.at = date(value);
                self.at.is_some()
            }
            ["metadata"] => {
                // Made by its first field, or replaced: then others are gone.
                let fields = value.fields().map(|field| (field.name().into_owned(), Some(decoded_value(field.value))));
                if value.is_document() {
                    self.metadata.extend(fields);
                }
                false
            }
            ["metadata", key] if is_key(key) => {
                self.metadata.push(((*key).to_owned(), Some(decoded_value(value))));
                true
            }
            ["feedbacks"] => only(value).is_some_and(|first| self.rate(first)),
            ["feedbacks", at] => position(at).is_some() && self.rate(value),
            ["agents", _, "updated_at"] => date(value).is_some(),
            // A history that was cut down to one message looks the same, but for what that message is called.
            ["agents", id, "messages"] => only(value).is_some_and(|first| {
                let message = message(id, 0, first);
                message.message_id == Some(0) && self.say(id, message)
            }),
            ["agents", id, "messages", at] => {
                position(at).filter(|at| *at < MOST_MESSAGES).is_some_and(|at| self.say(id, message(id, at, value)))
            }
            _ => false,
        }
    }

    /// A path is absent now; `false` where that says too little.
    fn unset(&mut self, path: &str) -> bool {
        match path.strip_prefix("metadata.") {
            Some(key) if is_key(key) && !key.contains('.') => {
                self.metadata.push((key.to_owned(), None));
                true
            }
            _ => false,
        }
    }

    fn rate(&mut self, stored: RawValue<'_>) -> bool {
        self.feedbacks.push(decode::feedback(&decoded_value(stored)));
        true
    }

    /// One more message, unless it is one that was rewritten: redacted, for one.
    fn say(&mut self, id: &str, message: Message) -> bool {
        let times = message.created_at.zip(message.updated_at);
        let is_later = times.is_some_and(|(made, written)| written.millis().saturating_sub(made.millis()) > MOMENT_MS);
        if is_later || message.redaction.is_some() {
            return false;
        }
        match self.messages.iter_mut().find(|(agent, _)| agent.as_str() == id) {
            Some((_, said)) => said.push(message),
            None => self.messages.push((AgentId::from(id), vec![message])),
        }
        true
    }

    fn into_changes(mut self, key: &SessionKey) -> Vec<Change> {
        let mut changes = Vec::new();
        if !self.unclear {
            for (agent, mut messages) in self.messages {
                // Paths come in any order.
                messages.sort_by_key(|message| message.index);
                changes.push(Change::messages(key.clone(), agent, messages));
            }
            changes.extend(self.feedbacks.into_iter().map(|feedback| Change::feedback(key.clone(), feedback)));
            self.unclear = changes.is_empty() && self.metadata.is_empty() && self.at.is_none();
            // Messages and feedback raise the time themselves; nothing else does.
            if let Some(at) = self.at.filter(|_| changes.is_empty()) {
                changes.push(Change::touched(key.clone(), at));
            }
        }
        if !self.metadata.is_empty() {
            changes.push(Change { session: key.clone(), kind: ChangeKind::Metadata(self.metadata) });
        }
        if self.unclear {
            changes.push(Change::unclear(key.clone(), self.at));
        }
        changes
    }
}

/// No document of 16 MiB holds as many: such a place is a name in an object.
const MOST_MESSAGES: u64 = 1 << 24;

fn date(value: RawValue<'_>) -> Option<StoredDate> {
    decode::stored_date(&decoded_value(value))
}

fn message(id: &str, index: u64, value: RawValue<'_>) -> Message {
    decode::message_in_bytes(value, index, &format!("agents.{id}.messages.{index}"))
}

/// The element of an array that has just one.
fn only(array: RawValue<'_>) -> Option<RawValue<'_>> {
    let mut items = array.items();
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

fn position(segment: &str) -> Option<u64> {
    segment.parse().ok()
}

/// Whether it is the name of a field: a number may be a place in an array.
fn is_key(segment: &str) -> bool {
    !segment.is_empty() && position(segment).is_none()
}

#[cfg(test)]
mod tests;
