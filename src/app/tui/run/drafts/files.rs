//! The files of the drafts of this window: brought up to date so that a kill at any instant leaves the last state or the one before.

use std::{fs, io, path::PathBuf};

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    format::{self, DraftRecord},
    found::FoundDrafts,
    pair,
    window::{self, WindowLock},
};
use crate::{
    app::{
        config::places,
        tui::state::kept_drafts::{Draft, DraftId, OfferedDraft},
    },
    disk,
};

/// The drafts of this window and their files, and those that were found.
#[derive(Debug)]
pub(super) struct DraftFiles {
    folder: Option<PathBuf>,
    window: Uuid,
    lock: Option<WindowLock>,
    kept: Vec<DraftFile>,
    found: FoundDrafts,
    /// Files made so far.
    made: u64,
    /// States kept so far.
    turn: u64,
}

/// A draft of this window.
#[derive(Debug)]
pub(super) struct DraftFile {
    pub draft: Draft,
    /// Where it is, or why it is nowhere.
    pub saved: io::Result<PathBuf>,
    stem: String,
    at: Timestamp,
    /// It would outlive a power cut.
    is_synced: bool,
}

impl DraftFiles {
    /// In that folder; `None` where the platform names none.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let window = Uuid::new_v4();
        Self { folder, window, lock: None, kept: Vec::new(), found: FoundDrafts::default(), made: 0, turn: 0 }
    }

    /// The drafts of this window.
    pub fn kept(&self) -> &[DraftFile] {
        &self.kept
    }

    /// Two files at most for each draft, and none for what was stored or given up; `sync`: they outlive a power cut too. Of those
    /// that were taken up the old files go once the new ones are there.
    ///
    /// # Errors
    /// Why one of them could not be written. Its last state stays.
    pub fn keep(&mut self, drafts: Vec<Draft>, sync: bool, taken_up: &[DraftId]) -> Result<(), String> {
        self.turn += 1;
        let mut before = std::mem::take(&mut self.kept);
        let mut done = Ok(());
        for draft in drafts {
            let older = take(&mut before, &draft);
            let kept = self.bring(older, draft, sync);
            if let Err(error) = &kept.saved {
                tracing::warn!(%error, "what is typed could not be kept");
                done = Err(disk::reason(error));
            }
            self.kept.push(kept);
        }
        if let Some(folder) = &self.folder {
            for old in &before {
                pair::remove(folder, &old.stem);
            }
            if done.is_ok() {
                for id in taken_up {
                    self.found.remove(folder, id);
                }
            }
        }
        done
    }

    /// Looks for drafts of windows that ended with them, the newest first. Until the end of this window no other is offered them.
    pub fn find(&mut self) -> Vec<OfferedDraft> {
        match &self.folder {
            Some(folder) => self.found.find(folder, self.window),
            None => Vec::new(),
        }
    }

    /// Removes a draft that was found.
    pub fn discard(&mut self, id: &DraftId) {
        if let Some(folder) = &self.folder {
            self.found.remove(folder, id);
            pair::sync_folder(folder);
        }
    }

    fn bring(&mut self, older: Option<DraftFile>, draft: Draft, sync: bool) -> DraftFile {
        let is_same = older.as_ref().is_some_and(|older| older.draft == draft);
        let (stem, at) = match older {
            Some(same) if is_same => {
                let is_there = same.saved.as_ref().is_ok_and(|path| path.exists());
                if is_there && (same.is_synced || !sync) {
                    return same;
                }
                (same.stem, same.at)
            }
            Some(older) => (older.stem, Timestamp::now()),
            None => {
                self.made += 1;
                (window::stem(self.window, self.made), Timestamp::now())
            }
        };
        let record = DraftRecord { at, turn: self.turn, draft };
        let saved = self.save(&stem, &record, sync);
        DraftFile { is_synced: sync && saved.is_ok(), draft: record.draft, saved, stem, at }
    }

    fn save(&mut self, stem: &str, record: &DraftRecord, sync: bool) -> io::Result<PathBuf> {
        let folder = self.folder.as_deref().ok_or_else(|| io::Error::other("this platform names no folder for it"))?;
        places::make_private(folder)?;
        if self.lock.is_none() {
            self.lock = WindowLock::take(folder, self.window)?;
        }
        let [safe, fresh] = pair::paths(folder, stem);
        let path = if sync { safe } else { fresh.clone() };
        pair::replace(&path, &format::written(record), sync)?;
        if sync {
            pair::sync_folder(folder);
            let _ = fs::remove_file(fresh);
        }
        Ok(path)
    }
}

/// The file of a draft: of the very same, or else of what it was before more was typed.
fn take(before: &mut Vec<DraftFile>, draft: &Draft) -> Option<DraftFile> {
    let same = before.iter().position(|kept| kept.draft == *draft);
    let of = |kept: &DraftFile| {
        let kept = &kept.draft;
        kept.session == draft.session && kept.what == draft.what && kept.place == draft.place
    };
    same.or_else(|| before.iter().position(of)).map(|at| before.swap_remove(at))
}

#[cfg(test)]
mod tests;
