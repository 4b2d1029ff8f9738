//! Which window wrote a draft, and whether it still lives: it holds a lock as long as it does, also on a draft's way to its end.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use uuid::Uuid;

/// The lock of a window, held.
#[derive(Debug)]
pub(super) struct WindowLock {
    path: PathBuf,
    _held: File,
}

impl WindowLock {
    /// Takes the lock of a window. `None`: another process holds it, so that window lives, or its drafts are offered elsewhere.
    ///
    /// # Errors
    /// When there is no such file and none can be made.
    pub fn take(folder: &Path, window: Uuid) -> io::Result<Option<Self>> {
        let path = folder.join(format!("{PREFIX}{window}{SUFFIX}"));
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            // Nobody can tell: it is offered, as what is lost is worse than what is offered twice.
            Err(TryLockError::Error(error)) => tracing::warn!(%error, "drafts cannot be locked here"),
        }
        Ok(Some(Self { path, _held: file }))
    }

    /// Its file.
    #[cfg(test)]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The file is not needed by then: a draft without a lock is of a window that ended.
impl Drop for WindowLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

const PREFIX: &str = "window-";
const SUFFIX: &str = ".lock";

/// The window whose lock this file is.
pub(super) fn of_lock(name: &str) -> Option<Uuid> {
    name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.parse().ok()
}

/// What a draft's files begin with.
pub(super) fn stem(window: Uuid, number: u64) -> String {
    format!("draft-{window}-{number}")
}

/// The window that wrote a draft, by what its files begin with.
pub(super) fn of_stem(stem: &str) -> Option<Uuid> {
    stem.strip_prefix("draft-")?.rsplit_once('-')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_window() {
        let window = Uuid::new_v4();
        assert_eq!(of_stem(&stem(window, 12)), Some(window));
        assert_eq!(of_lock(&format!("window-{window}.lock")), Some(window));
        for other in ["draft-20261129T140211Z-abc", "draft-", "x", "window-1.lock"] {
            assert_eq!((of_stem(other), of_lock(other)), (None, None), "{other}");
        }
    }

    #[test]
    fn a_lock_is_held_once_and_gone_with_its_window() {
        let folder = tempfile::tempdir().unwrap();
        let window = Uuid::new_v4();
        let lock = WindowLock::take(folder.path(), window).unwrap().unwrap();
        assert!(WindowLock::take(folder.path(), window).unwrap().is_none());
        drop(lock);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(WindowLock::take(folder.path(), window).unwrap().is_some());
    }
}
