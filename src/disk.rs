//! Files and folders of the user alone, and what the system says of them.

use std::{
    fs::{self, DirBuilder, File, Metadata},
    io,
    path::{Path, PathBuf},
};

/// Makes folders that only their user may enter.
pub(crate) fn private() -> DirBuilder {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Makes a file that only its user may read; it must not be there yet.
pub(crate) fn new_private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Who may do what with a file or folder, as far as the platform tells.
#[cfg(unix)]
pub(crate) fn mode(meta: &Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o777
}

#[cfg(not(unix))]
pub(crate) fn mode(meta: &Metadata) -> u32 {
    if meta.is_dir() { 0o700 } else { 0o600 }
}

/// Gives a file or folder these rights, where the platform has such.
pub(crate) fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode & 0o777))?;
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

/// What the system said, without its error number: `permission denied`.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => return "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => return "it is a folder".to_owned(),
        _ => {}
    }
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// The same error again, to lie beneath one of ours: an [`io::Error`] cannot be copied.
pub(crate) fn cause(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| io::Error::new(error.kind(), error.to_string()), io::Error::from_raw_os_error)
}

/// A path whose leading `~` is the home folder: configuration files write it so, and not every shell expands it.
pub(crate) fn expand_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// The other way round, for a title.
pub(crate) fn shorten_home(path: &Path) -> String {
    let rest = std::env::home_dir().and_then(|home| path.strip_prefix(home).ok().map(|rest| Path::new("~").join(rest)));
    rest.as_deref().unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_leading_tilde_is_the_home() {
        let home = std::env::home_dir().unwrap();
        assert_eq!(expand_home(Path::new("~/x")), home.join("x"));
        assert_eq!(expand_home(Path::new("~")), home.join(""));
        assert_eq!(expand_home(Path::new("~other/x")), Path::new("~other/x"));
        assert_eq!(expand_home(Path::new("a/~/x")), Path::new("a/~/x"));
        assert_eq!(shorten_home(&home.join("x")), Path::new("~").join("x").display().to_string());
    }
}
