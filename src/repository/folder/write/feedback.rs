//! A feedback in `session.json` that is changed or taken back.

use bson::{Bson, Document};
use serde_json::{Map, Value};

use super::{SessionPlace, encode, files::Time, sessions};
use crate::{
    repository::{Error, Result, folder::json as reading},
    session::{edit, record::FeedbackChange},
};

/// Changes the last element that is still what it was; gives where it stood.
pub(super) fn change(place: &SessionPlace, change: &FeedbackChange) -> Result<u64> {
    let mut stood = 0;
    sessions::change(place, Time::Moves, |fields| {
        let conflict = || Error::feedback_conflict(place.id());
        let Some(Value::Array(items)) = fields.get_mut("feedbacks") else { return Err(conflict()) };
        let at = items.iter().rposition(|item| is(item, &change.stored)).ok_or_else(conflict)?;
        match &change.new {
            Some(new) => items[at] = rewritten(&items[at], &change.stored, new),
            None => drop(items.remove(at)),
        }
        stood = at as u64;
        Ok(())
    })?;
    Ok(stood)
}

/// Whether an element is that, as it is read or as it would be written.
fn is(item: &Value, stored: &Bson) -> bool {
    edit::same(Some(&reading::feedback(item.clone())), Some(stored)) || *item == encode::plain(stored)
}

/// The new element. What does not change stays as it is written, such as a time to the microsecond.
fn rewritten(item: &Value, stored: &Bson, new: &Document) -> Value {
    let before = stored.as_document();
    let each = new.iter().map(|(key, value)| {
        let is_kept = edit::same(before.and_then(|before| before.get(key)), Some(value));
        let kept = item.get(key).filter(|_| is_kept);
        (key.clone(), kept.cloned().unwrap_or_else(|| encode::plain(value)))
    });
    Value::Object(each.collect::<Map<String, Value>>())
}
