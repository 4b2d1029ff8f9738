//! Folders of other layouts: what a folder is, and what else stands beside its sessions.

use std::{fs, path::Path};

use super::layout::{self, cannot_read};
use crate::repository::{Error, Result};

/// What such a session is.
pub(super) const SNAPSHOT: &str =
    "kept in the layout of Strands' SnapshotSessionManager, which strandscope does not read yet";

/// How many sessions are named.
const NAMED: usize = 3;

/// Refuses what is no folder of sessions in this layout. One that holds sessions is none, whatever else it holds.
pub(super) fn recognise(root: &Path) -> Result<()> {
    fs::read_dir(root).map_err(|error| cannot_read(root, &error))?;
    let refuse = |reason: &str, hint: &'static str| Err(Error::folder(root, reason).with_hint(hint));
    if root.join("session.json").is_file() {
        return refuse("it is the folder of a single session", "name the folder above it, and the session by its id");
    }
    if (has_scopes(root) || !snapshots(root).is_empty()) && layout::sessions(root)?.is_empty() {
        return refuse(
            "it is in the layout of Strands' SnapshotSessionManager, which is not supported yet",
            "name a folder that FileSessionManager wrote",
        );
    }
    Ok(())
}

/// What stands beside the sessions and is none that can be read, as a sentence.
pub(super) fn note(root: &Path) -> Option<String> {
    let ids = snapshots(root);
    let named: Vec<String> = ids.iter().take(NAMED).map(|id| format!("{id:?}")).collect();
    let more = match ids.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!ids.is_empty()).then(|| {
        format!(
            "besides, there is {}{more} in the layout of Strands' SnapshotSessionManager, which strandscope does not read yet",
            named.join(", ")
        )
    })
}

/// Whether a session of that id is kept as snapshots.
pub(super) fn has_snapshot(root: &Path, id: &str) -> bool {
    snapshots(root).iter().any(|found| found == id)
}

/// The sessions that Strands' `SnapshotSessionManager` keeps there, by id: in `session/`, as TypeScript's older storage did without
/// it, and in its default folder `.strands`.
fn snapshots(root: &Path) -> Vec<String> {
    let places = [root.join("session"), root.to_owned(), root.join(".strands").join("session")];
    let mut ids: Vec<String> = places.iter().flat_map(|place| with_scopes(place)).collect();
    ids.sort();
    ids.dedup();
    ids
}

fn with_scopes(place: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(place) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    // A folder of `FileSessionManager` holds none, and there may be very many.
    names.filter(|name| !name.starts_with("session_") && has_scopes(&place.join(name))).collect()
}

fn has_scopes(session: &Path) -> bool {
    let scopes = session.join("scopes");
    ["agent", "multiAgent"].iter().any(|scope| scopes.join(scope).is_dir())
}
