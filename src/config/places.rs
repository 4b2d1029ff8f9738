//! Where the platform keeps configuration, state and logs.

use std::path::PathBuf;

use directories::{BaseDirs, ProjectDirs};

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

/// The log.
#[must_use]
pub fn log_file() -> Option<PathBuf> {
    state_dir().map(|dir| dir.join("strandscope.log"))
}

/// A path whose leading `~` is the home folder.
#[must_use]
pub fn expand_home(path: &str) -> PathBuf {
    let rest = match path.strip_prefix('~') {
        Some("") => Some(""),
        Some(rest) => rest.strip_prefix(['/', std::path::MAIN_SEPARATOR]),
        None => None,
    };
    match (rest, BaseDirs::new()) {
        (Some(rest), Some(dirs)) => dirs.home_dir().join(rest),
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_leading_tilde_is_the_home() {
        let home = BaseDirs::new().unwrap().home_dir().to_owned();
        assert_eq!(expand_home("~/x"), home.join("x"));
        assert_eq!(expand_home("~"), home.join(""));
        assert_eq!(expand_home("~other/x"), PathBuf::from("~other/x"));
        assert_eq!(expand_home("a/~/x"), PathBuf::from("a/~/x"));
    }
}
