//! Where the platform keeps configuration, state and logs.

use std::{
    io,
    path::{Path, PathBuf},
};

use directories::ProjectDirs;

use crate::disk;

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
