//! Message files. One is never written over another: that the next number is still free is what guards an append.

use std::path::{Path, PathBuf};

use bson::Bson;
use jiff::Timestamp;

use super::{
    SessionPlace, encode,
    files::{self, Time},
    sessions,
};
use crate::{
    repository::{
        Error, Result, Tail,
        folder::layout::{AgentDir, file_name, message_number},
    },
    session::{
        AgentId, encode as documents,
        record::{MessageUpdate, NewMessage},
    },
};

pub(super) fn append(place: &SessionPlace, agent: &AgentId, message: &NewMessage, known: Option<Tail>) -> Result<Tail> {
    // A deletion that moves the folder away waits, so that no message is stored in what is about to go.
    let _lock = files::lock(place)?;
    let dir = place.agent(agent)?;
    let messages = dir.path.join("messages");
    files::make_dir(&messages)?;
    let (mut tail, mut sure) = match known {
        Some(tail) if ends_at(&messages, tail) => (tail, false),
        Some(stale) => match stored_already(&dir, message, stale.len) {
            Some(found) => return Ok(found),
            None => (end(&dir), true),
        },
        None => (end(&dir), true),
    };
    loop {
        let id = tail.next_id();
        if files::create(&file(&messages, id), &encode::object(&documents::message(message, id)))? {
            return Ok(tail.advanced());
        }
        if !sure && let Some(found) = stored_already(&dir, message, tail.len) {
            return Ok(found);
        }
        (tail, sure) = (end(&dir), true);
    }
}

fn file(messages: &Path, id: i64) -> PathBuf {
    messages.join(format!("message_{id}.json"))
}

/// Whether the last message that is known is there; nothing says that it is still the last.
fn ends_at(messages: &Path, tail: Tail) -> bool {
    tail.last_id.is_none_or(|id| file(messages, id).exists())
}

fn numbered(dir: &AgentDir) -> Vec<(i64, PathBuf)> {
    let (files, _) = dir.messages();
    let number = |path: &PathBuf| i64::try_from(message_number(&file_name(path))?).ok();
    files.into_iter().filter_map(|path| Some((number(&path)?, path))).collect()
}

/// Goes by the files' names: their numbers are what must not be taken twice.
fn end(dir: &AgentDir) -> Tail {
    let files = numbered(dir);
    Tail { len: files.len() as u64, last_id: files.last().map(|(number, _)| *number) }
}

/// Whether that very message is among those from a position on: the tail as it was just after it.
fn stored_already(dir: &AgentDir, message: &NewMessage, from: u64) -> Option<Tail> {
    let wanted = message.body.tracking_id()?;
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    for (position, (number, path)) in numbered(dir).into_iter().enumerate().skip(from) {
        // One that cannot be read is not the one that was written.
        let stored = files::read(&path).ok().flatten();
        if stored.is_some_and(|stored| stored["message"]["tracking_id"] == wanted) {
            return Some(Tail { len: position as u64 + 1, last_id: Some(number) });
        }
    }
    None
}

pub(super) fn update(place: &SessionPlace, agent: &AgentId, message_id: i64, update: &MessageUpdate) -> Result<()> {
    let dir = place.agent(agent)?;
    let path = file(&dir.path.join("messages"), message_id);
    let unknown = || Error::unknown_message(place.id(), agent.as_str(), message_id);
    let lock = files::lock(place)?;
    let mut stored = files::read(&path)?.ok_or_else(unknown)?;
    let mut time = Time::Stays;
    if let Some(body) = &update.redact_message {
        stored["redact_message"] = encode::plain(&Bson::Document(body.0.clone()));
        stored["updated_at"] = encode::time(Timestamp::now());
        time = Time::Moves;
    }
    if let Some(metrics) = &update.event_loop_metrics {
        stored["event_loop_metrics"] = encode::object(metrics);
    }
    if let Some(event) = &update.guardrail_event {
        stored["guardrail_event"] = encode::object(&documents::message_event(event));
    }
    files::write(&path, &stored, time)?;
    drop(lock);
    match &update.guardrail_event {
        Some(event) => sessions::push(place, "guardrail_events", encode::object(&documents::event(event)), time),
        None => Ok(()),
    }
}
