//! What was taken back or made again, in a sentence. Safe text.

use std::collections::HashSet;

use bson::Bson;

use super::turn::Turn;
use crate::{
    app::{
        place::{sealed_words, with_sealed_words},
        text,
        told::Told,
        writes::{
            UndoScope,
            journal::{Deed, FieldDeed, JournalEntry},
        },
    },
    repository::Error,
    session::{SessionKey, plain},
};

/// So much of a value is shown.
const VALUE: usize = 40;

/// That there is nothing.
pub(super) fn nothing(scope: &UndoScope, turn: Turn, place: &str) -> String {
    let what = match turn {
        Turn::Back => "there is nothing to take back: no change made by hand is left",
        Turn::Again => "nothing was taken back",
    };
    let since = if turn == Turn::Again { " since the last change" } else { "" };
    let of = match scope {
        UndoScope::Session(key) => format!("in session {} ", key.text()),
        UndoScope::Place => String::new(),
    };
    line(&format!("{what} {of}{}{since}", at(place)))
}

/// So many of these were turned.
pub(super) fn turned(entries: &[&JournalEntry], done: usize, turn: Turn, place: &str) -> String {
    let says = match entries {
        [one] => of_one(one, turn),
        several if done < several.len() => {
            format!("the change of {done} of {} sessions is {}", several.len(), turned_word(turn))
        }
        several if several.iter().all(|entry| matches!(entry.deed, Deed::Deletion { .. })) => {
            format!("{} sessions are there again", several.len())
        }
        several => format!("the change of {} sessions is {}", several.len(), turned_word(turn)),
    };
    line(&format!("{says}, {}", at(place)))
}

/// That deletions of these sessions have no way back any more; `None`: there is none.
pub(super) fn lost(sessions: &HashSet<SessionKey>) -> Option<String> {
    match sessions.len() {
        0 => None,
        1 => sessions.iter().next().map(|one| {
            let says = "cannot be taken back, for its copy is gone; it was passed over";
            line(&format!("the deletion of session {} {says}", one.text()))
        }),
        several => Some(format!(
            "the deletions of {several} sessions cannot be taken back, for their copies are gone; they were passed over"
        )),
    }
}

/// That changes of so many sessions have no way back any more, behind what is said else.
pub(super) fn gone(sessions: usize) -> String {
    match sessions {
        0 => String::new(),
        1 => "; 1 session that was changed is not there any more and was passed over".to_owned(),
        several => format!("; {several} sessions that were changed are not there any more and were passed over"),
    }
}

/// What stands in the way of taking a change back or making it again, and what to do; `None`: it failed for another reason.
#[must_use]
pub fn in_the_way(error: &Error) -> Option<Told> {
    let (message, hint) = match error {
        Error::Conflict { id, field, .. } => (
            format!("another change of {field} of session {id:?} stands in the way; nothing was done"),
            "what is stored stays: edit that where it is to be another",
        ),
        Error::Exists { name, place, .. } => (
            format!("a session {name:?} is in {place} again and stands in the way; nothing was done"),
            "that one stays; the deleted one comes back once its id is free",
        ),
        _ => return None,
    };
    Some(Told { hints: vec![hint.to_owned()], message, ..Told::from(error) })
}

fn turned_word(turn: Turn) -> &'static str {
    match turn {
        Turn::Back => "taken back",
        Turn::Again => "made again",
    }
}

fn of_one(entry: &JournalEntry, turn: Turn) -> String {
    let session = entry.session.text();
    match (&entry.deed, turn) {
        (Deed::Metadata(fields), _) => of_fields(fields, session, turn),
        (Deed::Feedback { before: None, .. }, Turn::Back) | (Deed::Feedback { after: None, .. }, Turn::Again) => {
            format!("feedback on {session} is gone again")
        }
        (Deed::Feedback { after: None, .. }, Turn::Back) | (Deed::Feedback { before: None, .. }, Turn::Again) => {
            format!("feedback on {session} is there again")
        }
        (Deed::Feedback { .. }, Turn::Back) => format!("feedback on {session} is as it was"),
        (Deed::Feedback { .. }, Turn::Again) => format!("feedback on {session} is changed again"),
        (Deed::Deletion { .. }, _) => format!("session {session} is there again"),
    }
}

fn of_fields(fields: &[FieldDeed], session: &str, turn: Turn) -> String {
    let [field] = fields else {
        let done = if turn == Turn::Back { "as they were" } else { "changed again" };
        return format!("{} fields of {session} are {done}", fields.len());
    };
    let path = &field.path;
    let now = if turn == Turn::Back { &field.before } else { &field.after };
    match now {
        Some(_) if field.is_moved() && field.before == field.after => {
            format!("the move of {path} of {session} is {}", turned_word(turn))
        }
        Some(value) => format!("{path} of {session} is {} again", value_start(value)),
        None => format!("{path} of {session} is gone again"),
    }
}

/// A value as JSON, its start where it is long. Stored text: make it safe before it reaches a terminal.
#[must_use]
pub fn value_start(value: &Bson) -> String {
    if let Some(words) = sealed_words(value) {
        return words;
    }
    let shown = plain::compact(&with_sealed_words(value));
    if shown.chars().count() <= VALUE {
        return shown;
    }
    let start: String = shown.chars().take(VALUE).collect();
    format!("{start}…")
}

fn at(place: &str) -> String {
    if place.is_empty() { "here".to_owned() } else { format!("at {place}") }
}

fn line(text: &str) -> String {
    text::line(text).into_owned()
}
