//! Opening what stands in a folder of sessions: links are not followed, and what is no regular file is never waited on.
//!
//! What was opened is looked at, not the path: between a look and an open another process may put something else there.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::layout::file_name;
use crate::disk;

/// Larger files are not read: a session's document in MongoDB ends at 16 MiB, and here one file holds one message.
const LARGEST: u64 = 64 << 20;

/// Why a file cannot be used.
#[derive(Debug)]
pub(super) enum Unopened {
    /// There is none.
    Missing,
    /// It, or a folder on the way, is a symbolic link.
    Link,
    /// It is a folder, a pipe, a device.
    NotAFile,
    /// It is larger than what is read.
    TooLarge,
    /// What the system says.
    System(io::Error),
}

impl Unopened {
    /// A sentence for a finding, and for an error.
    pub(super) fn problem(&self, path: &Path) -> String {
        let name = file_name(path);
        match self {
            Self::Missing => format!("{name} is missing"),
            Self::Link => format!("{name} is a symbolic link, which is not followed"),
            Self::NotAFile => format!("{name} is not a file"),
            Self::TooLarge => format!("{name} is larger than {} MiB and was not read", LARGEST >> 20),
            Self::System(error) => format!("{name} cannot be read: {}", disk::reason(error)),
        }
    }
}

impl From<io::Error> for Unopened {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            _ if is_link(&error) => Self::Link,
            _ if is_pipe(&error) => Self::NotAFile,
            _ => Self::System(error),
        }
    }
}

#[cfg(unix)]
fn is_link(error: &io::Error) -> bool {
    rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::LOOP)
}

/// A pipe that nobody reads, opened to write.
#[cfg(unix)]
fn is_pipe(error: &io::Error) -> bool {
    rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::NXIO)
}

#[cfg(not(unix))]
fn is_link(_error: &io::Error) -> bool {
    false
}

#[cfg(not(unix))]
fn is_pipe(_error: &io::Error) -> bool {
    false
}

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// To read it.
    Read,
    /// To lock it; it is made where it is missing.
    Lock,
}

/// Opens a regular file.
pub(super) fn open(path: &Path, access: Access) -> Result<File, Unopened> {
    let file = unfollowed(path, access)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(Unopened::NotAFile) }
}

/// Sets the time of a regular file or of a folder.
pub(super) fn set_modified(path: &Path, time: SystemTime) -> Result<(), Unopened> {
    let file = unfollowed(path, Access::Read)?;
    let kind = file.metadata()?.file_type();
    if kind.is_file() || kind.is_dir() { Ok(file.set_modified(time)?) } else { Err(Unopened::NotAFile) }
}

/// The content of a regular file.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Unopened> {
    let file = open(path, Access::Read)?;
    let len = file.metadata()?.len();
    if len > LARGEST {
        return Err(Unopened::TooLarge);
    }
    // Exactly so much, so that reading to the end does not double it.
    let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or_default());
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST { Err(Unopened::TooLarge) } else { Ok(bytes) }
}

/// Follows no link, the folders on the way included where the system can promise that, and waits on no pipe.
#[cfg(unix)]
fn unfollowed(path: &Path, access: Access) -> Result<File, Unopened> {
    use rustix::fs::{Mode, OFlags};

    let how = match access {
        Access::Read => OFlags::RDONLY,
        Access::Lock => OFlags::WRONLY | OFlags::CREATE,
    };
    let flags = how | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(File::from(system_open(path, flags, Mode::RUSR | Mode::WUSR)?))
}

#[cfg(not(unix))]
fn unfollowed(path: &Path, access: Access) -> Result<File, Unopened> {
    if std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink()) {
        return Err(Unopened::Link);
    }
    let mut options = File::options();
    match access {
        Access::Read => options.read(true),
        Access::Lock => options.create(true).truncate(false).write(true),
    };
    Ok(options.open(path)?)
}

#[cfg(target_os = "linux")]
fn system_open(path: &Path, flags: rustix::fs::OFlags, mode: rustix::fs::Mode) -> io::Result<std::os::fd::OwnedFd> {
    use rustix::{
        fs::{CWD, Mode, OFlags, ResolveFlags, open, openat2},
        io::Errno,
    };

    // A mode without a file to make is an error to this call.
    let made = if flags.contains(OFlags::CREATE) { mode } else { Mode::empty() };
    match openat2(CWD, path, flags, made, ResolveFlags::NO_SYMLINKS) {
        // An older system, or a container that forbids what it does not know.
        Err(Errno::NOSYS | Errno::PERM) => Ok(open(path, flags, mode)?),
        other => Ok(other?),
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
fn system_open(path: &Path, flags: rustix::fs::OFlags, mode: rustix::fs::Mode) -> io::Result<std::os::fd::OwnedFd> {
    Ok(rustix::fs::open(path, flags, mode)?)
}

/// A folder that is held while something is written in it, so that nobody puts another in its place.
pub(super) struct HeldDir {
    #[cfg(target_os = "linux")]
    #[expect(dead_code, reason = "its number stands in the path")]
    handle: std::os::fd::OwnedFd,
    path: PathBuf,
}

impl HeldDir {
    /// Holds a folder that is no link.
    #[cfg(target_os = "linux")]
    pub(super) fn open(dir: &Path) -> Result<Self, Unopened> {
        use std::os::fd::AsRawFd;

        use rustix::fs::{Mode, OFlags};

        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let handle = system_open(dir, flags, Mode::empty()).map_err(|error| match Unopened::from(error) {
            // That a folder was wanted is told before that a link is none.
            Unopened::System(_) if dir.is_symlink() => Unopened::Link,
            other => other,
        })?;
        let held = PathBuf::from(format!("/proc/self/fd/{}", handle.as_raw_fd()));
        let path = if held.exists() { held } else { dir.to_owned() };
        Ok(Self { handle, path })
    }

    /// Elsewhere its path is all there is.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn open(dir: &Path) -> Result<Self, Unopened> {
        if std::fs::symlink_metadata(dir)?.is_symlink() {
            Err(Unopened::Link)
        } else {
            Ok(Self { path: dir.to_owned() })
        }
    }

    /// Where to write, whatever its own path leads to meanwhile.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn links_are_not_followed_on_the_way_either_and_pipes_are_not_waited_on() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        fs::create_dir(root.join("a")).unwrap();
        fs::write(root.join("a/file"), "x").unwrap();
        symlink(root.join("a"), root.join("linked")).unwrap();
        symlink(root.join("a/file"), root.join("a/link")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            root.join("a/pipe"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .unwrap();
        assert_eq!(bytes(&root.join("a/file")).unwrap(), b"x");
        assert!(matches!(bytes(&root.join("a/none")), Err(Unopened::Missing)));
        assert!(matches!(bytes(&root.join("a/link")), Err(Unopened::Link)));
        assert!(matches!(bytes(&root.join("a")), Err(Unopened::NotAFile)));
        let time = SystemTime::UNIX_EPOCH;
        for file in ["a", "a/file"] {
            set_modified(&root.join(file), time).unwrap();
            assert_eq!(fs::metadata(root.join(file)).unwrap().modified().unwrap(), time, "{file}");
        }
        assert!(matches!(set_modified(&root.join("a/link"), time), Err(Unopened::Link)));
        assert!(matches!(set_modified(&root.join("a/pipe"), time), Err(Unopened::NotAFile)));
        for access in [Access::Read, Access::Lock] {
            assert!(matches!(open(&root.join("a/pipe"), access), Err(Unopened::NotAFile)), "{access:?}");
        }
        if cfg!(target_os = "linux") {
            assert!(matches!(bytes(&root.join("linked/file")), Err(Unopened::Link)));
        }
        assert!(matches!(HeldDir::open(&root.join("linked")), Err(Unopened::Link)));
    }
}
