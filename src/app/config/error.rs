//! Mistakes in the settings.

use std::path::PathBuf;

/// Result of reading settings.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can be wrong with the settings. The text of each is one sentence for a person and holds no password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {reason}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A mistake in the file.
    #[error("{}, line {line}: {problem}", path.display())]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// Arguments, environment and profiles that do not go together.
    #[error("{0}")]
    Usage(String),
}
