//! Feedback and guardrail events.

use bson::{Bson, Document};

use super::{
    date, known,
    notes::{Notes, Path},
    value,
};
use crate::session::{Feedback, Finding, GuardrailEvent, Rating, StoredDate, StoredValue, value_text};

/// Reads one element of `feedbacks`.
#[must_use]
pub fn feedback(value: &Bson) -> Feedback {
    read_feedback(value.clone(), &Path::At("feedbacks"), &mut Notes::default())
}

/// Reads one element of `guardrail_events`, or the `guardrail_event` of a message.
#[must_use]
pub fn guardrail_event(value: &Bson) -> GuardrailEvent {
    read_event(value.clone(), &Path::At("guardrail_events"), &mut Notes::default())
}

/// Reads the elements of `feedbacks` one after the other.
pub(crate) fn feedbacks(stored: impl Iterator<Item = Bson>) -> (Vec<Feedback>, Vec<Finding>) {
    let (mut found, findings) = each(stored, "feedbacks", read_feedback);
    for (index, feedback) in (0..).zip(&mut found) {
        feedback.index = Some(index);
    }
    (found, findings)
}

/// Reads the elements of `guardrail_events` one after the other.
pub(crate) fn guardrail_events(stored: impl Iterator<Item = Bson>) -> (Vec<GuardrailEvent>, Vec<Finding>) {
    each(stored, "guardrail_events", read_event)
}

/// The latest `created_at` among the elements of `feedbacks`.
pub(crate) fn last_feedback(stored: &[Bson]) -> Option<StoredDate> {
    stored.iter().filter_map(|feedback| date::stored_date(feedback.as_document()?.get("created_at")?)).max()
}

fn each<T>(
    stored: impl Iterator<Item = Bson>,
    name: &str,
    read: fn(Bson, &Path, &mut Notes) -> T,
) -> (Vec<T>, Vec<Finding>) {
    let mut notes = Notes::default();
    let path = Path::At(name);
    let found = stored.enumerate().map(|(at, value)| read(value, &path.index(at), &mut notes)).collect();
    (found, notes.into_findings())
}

fn read_feedback(raw: Bson, path: &Path, notes: &mut Notes) -> Feedback {
    let Bson::Document(fields) = &raw else {
        notes.mistyped(path, "a feedback (an object)", &raw);
        let rating = Rating::Other(value_text::compact(&raw));
        return Feedback {
            index: None,
            rating,
            comment: None,
            created_at: None,
            agent_id: None,
            message_id: None,
            raw: raw.into(),
        };
    };
    Feedback {
        index: None,
        rating: rating(fields.get("rating")),
        comment: comment(fields, path, notes),
        created_at: date::date(fields, "created_at", path, notes),
        agent_id: value::text(fields, "agent_id", path, notes),
        message_id: value::number(fields, "message_id", path, notes),
        raw: raw.into(),
    }
}

/// A comment of another type than text is noted, and shown as JSON.
fn comment(fields: &Document, path: &Path, notes: &mut Notes) -> Option<String> {
    let stored = fields.get("comment").filter(|stored| !matches!(stored, Bson::Null))?;
    value::text(fields, "comment", path, notes).or_else(|| Some(value_text::compact(stored)))
}

/// Reads a `rating`.
#[must_use]
pub fn rating(stored: Option<&Bson>) -> Rating {
    match stored {
        None | Some(Bson::Null | Bson::Undefined) => Rating::Neutral,
        Some(Bson::String(word)) => Rating::of_stored(word),
        Some(other) => Rating::Other(value_text::compact(other)),
    }
}

pub(super) fn read_event(raw: Bson, path: &Path, notes: &mut Notes) -> GuardrailEvent {
    let nothing = Document::new();
    if raw.as_document().is_none() {
        notes.mistyped(path, "a guardrail event (an object)", &raw);
    }
    let fields = raw.as_document().unwrap_or(&nothing);
    known::told(fields, &[known::GUARDRAIL_EVENT], path, notes);
    GuardrailEvent {
        agent_id: value::text(fields, "agent_id", path, notes),
        message_id: value::number(fields, "message_id", path, notes),
        action: value::text(fields, "action", path, notes),
        at: date::date(fields, "timestamp", path, notes),
        stop_reason: value::text(fields, "stop_reason", path, notes),
        policies: fields.get("policies_triggered").cloned().map(StoredValue::from),
        raw: raw.into(),
    }
}
