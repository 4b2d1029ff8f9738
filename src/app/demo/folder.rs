//! The demo's folder: it goes with whoever shows it, and with the program at the latest.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tempfile::TempDir;

/// Those that may still be there.
static MADE: Mutex<Vec<Weak<DemoFolder>>> = Mutex::new(Vec::new());

/// A folder of samples. Once it is removed nothing is written to it any more.
#[derive(Debug)]
pub(super) struct DemoFolder(Mutex<Option<TempDir>>);

impl DemoFolder {
    pub(super) fn new(dir: TempDir) -> Arc<Self> {
        let folder = Arc::new(Self(Mutex::new(Some(dir))));
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        made.retain(|made| made.strong_count() > 0);
        made.push(Arc::downgrade(&folder));
        folder
    }

    /// Does something in it, and keeps it there meanwhile. `None`: it was removed.
    pub(super) fn within<T>(&self, work: impl FnOnce(&Path) -> T) -> Option<T> {
        let dir = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        dir.as_ref().map(|dir| work(dir.path()))
    }

    /// Removes it, after what is being written.
    pub(super) fn remove(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// Removes the folders that are still there, whoever holds them: a task that was not waited for does at the end of the program.
pub(super) fn remove_all() {
    let made = std::mem::take(&mut *MADE.lock().unwrap_or_else(PoisonError::into_inner));
    for folder in made.iter().filter_map(Weak::upgrade) {
        folder.remove();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_though_somebody_holds_it_and_nothing_is_written_afterwards() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().to_owned();
        let folder = DemoFolder::new(dir);
        assert_eq!(folder.within(Path::is_dir), Some(true));
        let held = Arc::clone(&folder);
        folder.remove();
        assert!(!path.exists());
        assert_eq!(held.within(Path::is_dir), None);
        folder.remove();
    }
}
