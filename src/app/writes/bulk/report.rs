//! What became of each session, a JSON object a line, in a file of the state folder that only its user may read.
//!
//! ```text
//! {"bulk": …, "at": …, "place": "prod-eu", "identity": …, "change": "set priority=high", "sessions": "app:support"}
//! {"session": "support-1042", "state": "begun", "entry": "…"}
//! {"session": "support-1042", "state": "done"}
//! {"session": "resumed-7", "state": "does not fit", "why": "…"}
//! {"session": "resumed-8", "state": "stopped", "why": "it had no turn yet"}
//! {"end": {"done": 1, "does not fit": 1}, "stopped": false, "why": null}
//! ```
//!
//! The last line of a session counts. One that ends with `begun`, after a kill, may be changed or not: `entry` names it in the
//! journal, where what is stored tells.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::{BulkOrder, BulkScope, BulkTally, SessionOutcome};
use crate::{
    app::{config::places, writes::WritePlace},
    disk,
    repository::{Error, Result},
    session::SessionKey,
};

/// The report of a change. Clones write the same file.
#[derive(Debug, Clone)]
pub(super) struct BulkReport {
    path: PathBuf,
    file: Arc<Mutex<File>>,
}

impl BulkReport {
    /// Begins one in that folder.
    ///
    /// # Errors
    /// What the file system says.
    pub async fn begin(folder: PathBuf, id: Uuid, place: &WritePlace, order: &BulkOrder) -> Result<Self> {
        let at = Timestamp::now();
        let sessions = match &order.scope {
            BulkScope::Sessions(keys) => json!(keys.len()),
            BulkScope::Matching { filter, .. } => json!(place.rules.reveal.filter_on_disk(filter)),
        };
        let head = json!({
            "bulk": id.to_string(),
            "at": at.to_string(),
            "place": place.name,
            "identity": place.identity,
            "change": order.change.words_on_disk(&place.rules.reveal),
            "sessions": sessions,
        });
        // By name the newest is the last.
        let time = at.strftime("%Y%m%dT%H%M%S");
        let name = format!("{time}{:03}Z-{}.jsonl", at.subsec_millisecond().unsigned_abs(), id.simple());
        let path = folder.join(name);
        let made = path.clone();
        let file = spawn_blocking(move || -> io::Result<File> {
            places::make_private(&folder)?;
            let mut file = disk::new_private_file(&made)?;
            file.write_all(format!("{head}\n").as_bytes())?;
            Ok(file)
        });
        let made = file.await.map_err(io::Error::other).flatten();
        let file = made.map_err(|error| {
            let reason = format!("the report could not be written: {}; nothing was changed", disk::reason(&error));
            Error::folder(&path, reason)
        })?;
        Ok(Self { path, file: Arc::new(Mutex::new(file)) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds lines: a kill after this leaves them there.
    ///
    /// # Errors
    /// What the file system says.
    pub async fn add(&self, lines: Vec<Value>) -> Result<()> {
        self.within(move |file| {
            // In one piece, so that a kill cuts no line.
            let mut text = String::new();
            for line in &lines {
                text.push_str(&line.to_string());
                text.push('\n');
            }
            file.write_all(text.as_bytes())
        })
        .await
    }

    /// Ends it, until it is gone on with. It is on the disk then.
    ///
    /// # Errors
    /// What the file system says.
    pub async fn end(&self, tally: &BulkTally, stopped: bool, why: Option<String>) -> Result<()> {
        let counted = SessionOutcome::ALL.into_iter().filter(|outcome| tally.of(*outcome) > 0);
        let counts: serde_json::Map<String, Value> =
            counted.map(|outcome| (outcome.word().to_owned(), json!(tally.of(outcome)))).collect();
        let line = json!({ "end": counts, "stopped": stopped, "why": why });
        self.within(move |file| {
            file.write_all(format!("{line}\n").as_bytes())?;
            file.sync_all()
        })
        .await
    }

    async fn within(&self, write: impl FnOnce(&mut File) -> io::Result<()> + Send + 'static) -> Result<()> {
        let file = Arc::clone(&self.file);
        // Off the async threads: disks can be slow.
        let written = spawn_blocking(move || write(&mut file.lock().unwrap_or_else(PoisonError::into_inner)));
        written.await.map_err(io::Error::other).flatten().map_err(|error| unwritten(&self.path, &error))
    }
}

fn unwritten(path: &Path, error: &io::Error) -> Error {
    Error::folder(path, format!("the report could not be written: {}", disk::reason(error)))
}

/// The line of a session whose change is about to be sent.
pub(super) fn begun(session: &SessionKey, entry: Uuid) -> Value {
    json!({ "session": shown(session), "state": "begun", "entry": entry.to_string() })
}

/// The line of what became of a session.
pub(super) fn ended(session: &SessionKey, outcome: SessionOutcome, why: &str) -> Value {
    let mut line = json!({ "session": shown(session), "state": outcome.word() });
    if !why.is_empty() {
        line["why"] = why.into();
    }
    line
}

/// The line of a session that was begun, and that a stop came before.
pub(super) fn stopped(session: &SessionKey) -> Value {
    json!({ "session": shown(session), "state": "stopped", "why": "it had no turn yet" })
}

/// As `list --json` names it.
fn shown(session: &SessionKey) -> Value {
    session.bson().clone().into_relaxed_extjson()
}

#[cfg(test)]
pub(super) fn lines(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
