//! Drafts of windows that ended with them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use uuid::Uuid;

use super::{
    format::{self, DraftRecord},
    pair::{paths, remove},
    window::{self, WindowLock},
};
use crate::app::tui::state::kept_drafts::{DraftId, OfferedDraft};

/// The drafts that this window offers, with the locks of the windows that wrote them.
#[derive(Debug, Default)]
pub(super) struct FoundDrafts(Vec<(Option<WindowLock>, BTreeSet<String>)>);

impl FoundDrafts {
    /// Looks for them, the newest first. What lives, or is offered by another window, is left alone.
    pub fn find(&mut self, folder: &Path, own: Uuid) -> Vec<OfferedDraft> {
        let mut all = Vec::new();
        for (window, stems) in windows(folder) {
            let lock = match window {
                Some(window) if window == own => continue,
                Some(window) => match WindowLock::take(folder, window) {
                    Ok(Some(lock)) => Some(lock),
                    Ok(None) => continue,
                    Err(error) => {
                        tracing::warn!(%error, "a draft cannot be locked");
                        continue;
                    }
                },
                None => None,
            };
            let found: Vec<OfferedDraft> = stems.iter().filter_map(|stem| offered(folder, stem)).collect();
            if !found.is_empty() {
                self.0.push((lock, found.iter().map(|offered| offered.id.0.clone()).collect()));
            }
            all.extend(found);
        }
        all.sort_by_key(|offered| std::cmp::Reverse(offered.at));
        all
    }

    /// Removes the files of one of them; with its last draft the lock of a window goes.
    pub fn remove(&mut self, folder: &Path, id: &DraftId) {
        for (_, stems) in &mut self.0 {
            if stems.remove(&id.0) {
                remove(folder, &id.0);
            }
        }
        self.0.retain(|(_, stems)| !stems.is_empty());
    }
}

/// What the files of each window's drafts begin with; also of windows that left a lock alone. `None`: an older version names no window.
fn windows(folder: &Path) -> BTreeMap<Option<Uuid>, BTreeSet<String>> {
    let mut windows: BTreeMap<Option<Uuid>, BTreeSet<String>> = BTreeMap::new();
    let Ok(files) = fs::read_dir(folder) else { return windows };
    for file in files.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if let Some(window) = window::of_lock(&name) {
            windows.entry(Some(window)).or_default();
        } else if let Some(stem) = name.strip_suffix(".json") {
            let stem = stem.strip_suffix(".typed").unwrap_or(stem);
            windows.entry(window::of_stem(stem)).or_default().insert(stem.to_owned());
        }
    }
    windows
}

/// The newer of the two files of a draft that can be read. `None`: it is gone meanwhile.
fn offered(folder: &Path, stem: &str) -> Option<OfferedDraft> {
    let read = |path: &Path| fs::read(path).ok().map(|bytes| format::read(&bytes));
    let [safe, fresh] = paths(folder, stem);
    let (newest, path) = match (read(&safe), read(&fresh)) {
        (None, None) => return None,
        (Some(Ok(kept)), Some(Ok(typed))) if kept.turn > typed.turn => (Ok(kept), safe),
        (_, Some(Ok(typed))) => (Ok(typed), fresh),
        (Some(kept), _) => (kept, safe),
        (None, Some(damaged)) => (damaged, fresh),
    };
    let at = newest.as_ref().ok().map(|record: &DraftRecord| record.at);
    Some(OfferedDraft {
        id: DraftId(stem.to_owned()),
        file: path.display().to_string(),
        at: at.or_else(|| fs::metadata(&path).and_then(|meta| meta.modified()).ok().and_then(|at| at.try_into().ok())),
        draft: newest.map(|record| Box::new(record.draft)),
    })
}
