//! Where the platform keeps configuration, state and logs.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use directories::ProjectDirs;

use crate::disk;

/// How long another program may hold a lock: it does so for one small write.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often a lock is tried for.
const AGAIN: Duration = Duration::from_millis(2);

fn project() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "strandscope")
}

/// The configuration file that is read when none is named. It need not exist.
#[must_use]
pub fn config_file() -> Option<PathBuf> {
    project().map(|dirs| dirs.config_dir().join("config.toml"))
}

/// The folder for state: logs, and what must survive the program.
#[must_use]
pub fn state_dir() -> Option<PathBuf> {
    project().map(|dirs| dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_owned())
}

/// Where a deletion keeps a private copy.
#[must_use]
pub fn copies_dir() -> Option<PathBuf> {
    state_dir().as_deref().map(copies_in)
}

/// The same below a folder for state.
#[must_use]
pub fn copies_in(state: &Path) -> PathBuf {
    state.join("deleted")
}

/// Where reports of changes of many sessions are, below a folder for state.
#[must_use]
pub fn reports_in(state: &Path) -> PathBuf {
    state.join("bulk")
}

/// The log.
#[must_use]
pub fn log_file() -> Option<PathBuf> {
    state_dir().map(|dir| dir.join("strandscope.log"))
}

/// What is said of a crash: that there was one, and where the log is.
#[must_use]
pub fn crashed(log: Option<&Path>) -> String {
    let log = log.map(|path| format!("; the log is {}", path.display())).unwrap_or_default();
    format!("strandscope crashed{log}")
}

/// Makes a folder, and those above it, that only its user may enter. One that is there stays as it is.
///
/// # Errors
/// What the file system says.
pub fn make_private(folder: &Path) -> io::Result<()> {
    disk::private().recursive(true).create(folder)
}

/// Locks what is kept beside that file, which only its user may read, until what is given is dropped, or the process ends.
///
/// # Errors
/// Another program that holds it for more than 3 s, and what the file system says.
pub fn lock(path: &Path) -> io::Result<File> {
    let file = match disk::new_private_file(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => File::options().write(true).open(path)?,
        Err(error) => return Err(error),
    };
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => thread::sleep(AGAIN),
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "another strandscope holds it"));
            }
            // Some network file systems have no locks: what is written there is replaced or appended in one step all the same.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}
