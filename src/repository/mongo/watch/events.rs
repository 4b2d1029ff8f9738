//! One event of a change stream as changes of a session.
//!
//! An event names what it changed by paths, which say neither what stood there before nor whether a dot is part of a name. What
//! whoever holds the session can resolve is told as it is; what nobody can is told as [`Change::unclear`]: reading once more than
//! needed is better than showing what is no longer so.

mod agent;
mod update;

use bson::{Bson, RawDocument};

use self::update::DescribedUpdate;
use crate::{
    repository::mongo::{
        foreign,
        rows::{decoded_value, field},
    },
    session::{
        Change, ChangeDate, SessionKey, StoredDate,
        decode::{self, raw::RawValue},
    },
};

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
        Some("replace") => vec![replaced(event, key)],
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

/// A session that was written whole; one that is none any more is gone.
fn replaced(event: &RawDocument, key: SessionKey) -> Change {
    let Some(Bson::Document(stored)) = field(event, "fullDocument").map(decoded_value) else {
        return Change::unclear(key, None);
    };
    if foreign::of_document(&stored).is_some() {
        return Change::deleted(key);
    }
    let at = stored.get("updated_at").and_then(decode::stored_date);
    Change::unclear(key, at).dated(ChangeDate::Stored(at))
}

fn date(value: RawValue<'_>) -> Option<StoredDate> {
    decode::stored_date(&decoded_value(value))
}

/// No document of 16 MiB holds as many elements: such a place is a name in an object.
const MOST_ELEMENTS: u64 = 1 << 24;

/// A place in an array, as MongoDB writes it.
fn position(segment: &str) -> Option<u64> {
    let is_number = segment.bytes().all(|b| b.is_ascii_digit()) && (segment == "0" || !segment.starts_with('0'));
    segment.parse().ok().filter(|at| is_number && *at < MOST_ELEMENTS)
}

#[cfg(test)]
mod tests;
#[cfg(all(test, feature = "app"))]
pub(crate) use tests::written;
