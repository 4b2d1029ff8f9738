//! The two files of a draft: one that outlives a power cut, and beside it what was typed since. Both are replaced whole.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::disk;

/// The two files of a draft: the one that outlives a power cut, and what was typed since.
pub(super) fn paths(folder: &Path, stem: &str) -> [PathBuf; 2] {
    [folder.join(format!("{stem}.json")), folder.join(format!("{stem}.typed.json"))]
}

/// Removes the files of a draft.
pub(super) fn remove(folder: &Path, stem: &str) {
    for path in paths(folder, stem).iter().rev() {
        for file in [path.clone(), being_written(path)] {
            match fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(%error, "a draft that is not needed any more could not be removed");
                }
                _ => {}
            }
        }
    }
}

fn being_written(path: &Path) -> PathBuf {
    path.with_extension("new")
}

/// Puts a file in place of an older state of it, for its user alone; `sync`: such that it outlives a power cut.
///
/// # Errors
/// What the file system says. The older state stays.
pub(super) fn replace(path: &Path, bytes: &[u8], sync: bool) -> io::Result<()> {
    let new = being_written(path);
    // A kill may have left one.
    let _ = fs::remove_file(&new);
    let written = write(&new, bytes, sync).and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        // What there is of it would only take room that is missing.
        let _ = fs::remove_file(new);
    }
    written
}

fn write(path: &Path, bytes: &[u8], sync: bool) -> io::Result<()> {
    let mut file = disk::new_private_file(path)?;
    file.write_all(bytes)?;
    if sync { file.sync_all() } else { Ok(()) }
}

/// The names last once the folder does; not every system can say so of a folder.
pub(super) fn sync_folder(folder: &Path) {
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
}
