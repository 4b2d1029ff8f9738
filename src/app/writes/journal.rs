//! What was changed by hand, kept in a file of the state folder: when, who, where, and what stood there before and after.
//!
//! Each change is two lines: what is meant, which is on the disk before the change is sent, and what became of it, which nobody
//! waits for. Where the second is missing, what is stored tells.

mod entry;
mod file;
mod line;
mod replay;

pub use entry::{Deed, DeedState, FieldDeed, JournalEntry};
pub use file::LARGEST_JOURNAL;
pub use replay::JournalRead;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bson::Bson;
use uuid::Uuid;

use crate::session::SessionKey;
use line::Record;

/// The journal. Cheap to clone; several windows may write it at once.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    medium: Arc<Medium>,
    /// Of the sample sessions, which end with the program.
    samples: Arc<Medium>,
    /// What is wrong with the file was said.
    told: Arc<AtomicBool>,
}

/// Where the lines are.
#[derive(Debug)]
enum Medium {
    /// In the memory of this run.
    Memory(Mutex<Vec<u8>>),
    /// In a folder.
    Folder(PathBuf),
}

impl Default for Medium {
    fn default() -> Self {
        Self::Memory(Mutex::default())
    }
}

impl Journal {
    /// In that folder; without one it ends with the program.
    #[must_use]
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { medium: Arc::new(folder.map_or_else(Medium::default, Medium::Folder)), ..Self::default() }
    }

    /// That of the sample sessions, which end with the program, and it with them.
    #[must_use]
    pub fn of_samples(&self) -> Self {
        Self { medium: Arc::clone(&self.samples), ..self.clone() }
    }

    /// Where it is kept; `None`: it ends with the program.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &*self.medium {
            Medium::Folder(folder) => Some(folder),
            Medium::Memory(_) => None,
        }
    }

    /// Writes down what is about to be changed: one or many changes in one step. It is on the disk when this ends well, and only
    /// then may the changes be sent. An entry whose id is there already stands for the earlier one from then on.
    ///
    /// # Errors
    /// What the file system says; then none of them is written down.
    pub async fn begin(&self, entries: Vec<JournalEntry>) -> io::Result<()> {
        let records = entries.into_iter().map(|entry| Record::Entry(Box::new(entry))).collect();
        self.append(records, DiskWait::Awaited).await
    }

    /// Writes down what became of changes. Nobody waits for the disk: what is stored tells where this is lost.
    ///
    /// # Errors
    /// What the file system says.
    pub async fn settle(&self, outcomes: Vec<(Uuid, DeedState)>) -> io::Result<()> {
        self.append(states(outcomes), DiskWait::Later).await
    }

    /// Writes down that changes are about to be taken back or made again, as [`Journal::begin`] does.
    ///
    /// # Errors
    /// What the file system says.
    pub async fn turn(&self, outcomes: Vec<(Uuid, DeedState)>) -> io::Result<()> {
        self.append(states(outcomes), DiskWait::Awaited).await
    }

    async fn append(&self, records: Vec<Record>, wait: DiskWait) -> io::Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let medium = Arc::clone(&self.medium);
        let write = move || {
            let lines = line::lines(&records)?;
            match &*medium {
                Medium::Memory(held) => {
                    let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
                    let is_full = file::is_to_be_shortened(held.len(), &lines);
                    held.extend_from_slice(&lines);
                    if is_full {
                        *held = file::shortened(&held, lines.len());
                    }
                    Ok(())
                }
                Medium::Folder(folder) => file::append(folder, &lines, wait == DiskWait::Awaited),
            }
        };
        // Off the async threads: disks can be slow.
        tokio::task::spawn_blocking(write).await.map_err(io::Error::other)?
    }

    /// All that is in it, the oldest first.
    ///
    /// # Errors
    /// What the file system says; a file that is not there yet is an empty journal.
    pub async fn read(&self) -> io::Result<JournalRead> {
        let medium = Arc::clone(&self.medium);
        let read = move || match &*medium {
            Medium::Memory(held) => {
                let held = held.lock().unwrap_or_else(PoisonError::into_inner).clone();
                Ok(replay::replayed(&held))
            }
            Medium::Folder(folder) => file::read(folder).map(|held| replay::replayed(&held)),
        };
        tokio::task::spawn_blocking(read).await.map_err(io::Error::other)?
    }

    /// What is wrong with what was read, a sentence each: the first time, for one run of the program.
    #[must_use]
    pub fn notes(&self, read: &JournalRead) -> Vec<String> {
        let mut notes = read.notes();
        if !notes.is_empty() && self.told.swap(true, Ordering::Relaxed) {
            notes.clear();
        }
        notes
    }

    /// What is wrong with the file is told once more, for nobody heard it.
    pub(super) fn tell_again(&self) {
        self.told.store(false, Ordering::Relaxed);
    }

    /// The elements of `feedbacks` that were given here, as they are stored by what is known here: only these may be changed or
    /// taken back. Of several that are the same each stands for one.
    ///
    /// # Errors
    /// As [`Journal::read`].
    pub async fn own_feedback(&self, place: &str, session: &SessionKey) -> io::Result<Vec<Bson>> {
        Ok(self.read().await?.own_feedback(place, session))
    }
}

/// Whether a write waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DiskWait {
    Awaited,
    Later,
}

fn states(outcomes: Vec<(Uuid, DeedState)>) -> Vec<Record> {
    outcomes.into_iter().map(|(id, state)| Record::State(id, state)).collect()
}

#[cfg(test)]
mod tests;
