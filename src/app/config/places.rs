//! Where the platform keeps configuration, state and logs.

use std::path::PathBuf;

use directories::ProjectDirs;

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
    state_dir().map(|dir| dir.join("deleted"))
}

/// The log.
#[must_use]
pub fn log_file() -> Option<PathBuf> {
    state_dir().map(|dir| dir.join("strandscope.log"))
}
