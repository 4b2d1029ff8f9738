//! Mistakes in the settings.

use std::path::PathBuf;

use super::filters::UnknownName;

/// Result of reading settings.
pub type ConfigResult<T, E = ConfigError> = Result<T, E>;

/// What can be wrong with the settings. The text of each is one sentence for a person and holds no password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
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
    /// Several arguments say where the sessions are.
    #[error("{} say where the sessions are; keep the one that is meant", given.join(" and "))]
    SeveralPlaces {
        /// Which.
        given: Vec<&'static str>,
    },
    /// A folder has neither a database nor a collection.
    #[error("{what} is a folder, which has no --database and no --collection{}", if *argument { "; leave them out" } else { "" })]
    Folder {
        /// `--dir`, or the profile.
        what: String,
        /// It is an argument.
        argument: bool,
    },
    /// A database or collection was named, and no server.
    #[error("--database and --collection need a server; give --uri mongodb://host:27017 as well")]
    NoServer,
    /// No profile is called that.
    #[error("there is no profile {name:?}; {hint}")]
    UnknownProfile {
        /// The name.
        name: String,
        /// Which there are.
        hint: String,
    },
    /// A profile that names no place.
    #[error("the profile {name:?} has neither a uri nor a dir")]
    EmptyProfile {
        /// The profile.
        name: String,
    },
    /// A saved filter that there is not, in the filter as it was typed.
    #[error("{}", _0.problem)]
    UnknownFilter(UnknownName, String),
}
