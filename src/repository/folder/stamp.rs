//! What can be seen of a file without reading it.

use std::{
    fs::{self, Metadata},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

/// In nanoseconds, how coarse the times of files are at most.
const COARSEST: i128 = 2_000_000_000;

/// A file or a folder as it was once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileStamp {
    len: u64,
    modified: Option<SystemTime>,
    number: u64,
    touched: i128,
}

impl FileStamp {
    /// `None` where there is nothing, or a link.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let meta = fs::symlink_metadata(path).ok()?;
        (!meta.is_symlink()).then(|| Self {
            len: meta.len(),
            modified: meta.modified().ok(),
            number: number(&meta),
            touched: touched(&meta),
        })
    }

    /// Whether it is the same file with the same content, as far as that can be seen: a name more or less, and other rights, are
    /// no change of it.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        (self.len, self.modified, self.number) == (other.len, other.modified, other.number)
    }

    /// It, where nothing was written of late: a file may be written twice within what the system's clock of files can tell, and looks
    /// the same then.
    pub(super) fn settled(self) -> Option<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let before = i128::try_from(now).unwrap_or(i128::MAX) - COARSEST;
        (self.touched < before).then_some(self)
    }

    /// Its number: another file in its place has another one, where the system numbers them.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// When anything of it changed, which nobody can put back: nanoseconds since 1970. Where the system does not tell, the time
    /// of its content.
    pub(super) fn touched(&self) -> i128 {
        self.touched
    }
}

/// A file that was renamed into the place of another has another number.
#[cfg(unix)]
pub(super) fn number(meta: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(meta)
}

#[cfg(not(unix))]
pub(super) fn number(_meta: &Metadata) -> u64 {
    0
}

#[cfg(unix)]
fn touched(meta: &Metadata) -> i128 {
    use std::os::unix::fs::MetadataExt;

    i128::from(meta.ctime()) * 1_000_000_000 + i128::from(meta.ctime_nsec())
}

#[cfg(not(unix))]
fn touched(meta: &Metadata) -> i128 {
    let since = meta.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| i128::try_from(since.as_nanos()).ok()).unwrap_or_default()
}
