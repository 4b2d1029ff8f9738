//! Files, safely: renamed into place, private to the user, never through a link.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::Path,
    time::{Duration, Instant, SystemTime},
};

use serde_json::Value;
use tempfile::NamedTempFile;

use super::super::layout::SessionDir;
use crate::{
    disk,
    repository::{Error, Result},
};

/// How long to wait for another writer to finish with a session.
const LOCK: Duration = Duration::from_secs(30);

/// The largest file that is read again.
const LARGEST: u64 = 64 << 20;

/// Whether a write moves the session's `updated_at`, which is the newest time of its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    /// It is a change of the conversation.
    Moves,
    /// The times of file and folder are put back.
    Stays,
}

pub(super) fn failed(path: &Path, doing: &str, error: &io::Error) -> Error {
    let told = |reason: String| Error::folder(path, reason).caused_by(disk::cause(error));
    match error.kind() {
        io::ErrorKind::PermissionDenied => told(format!("{doing} was denied")).with_hint("run as the user who owns it"),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            told(format!("{doing} failed, the disk is full")).with_hint("make room and try again")
        }
        io::ErrorKind::ReadOnlyFilesystem => told(format!("{doing} failed, the disk is read-only")),
        _ => told(format!("{doing} failed: {}", disk::reason(error))),
    }
}

/// Whether a folder is there that is no link.
pub(super) fn is_real_dir(path: &Path) -> Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_symlink() => Err(link(path)),
        Ok(meta) => Ok(meta.is_dir()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed(path, "looking at it", &error)),
    }
}

fn link(path: &Path) -> Error {
    Error::folder(path, "it is a symbolic link, and nothing is written through links")
}

/// Makes a folder that only its user may enter; one that is there is fine.
pub(super) fn make_dir(path: &Path) -> Result<()> {
    match disk::private().create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if is_real_dir(path)? {
                Ok(())
            } else {
                Err(failed(path, "making the folder", &error))
            }
        }
        other => other.map_err(|error| failed(path, "making the folder", &error)),
    }
}

/// Reads a file of JSON as it stands, to change a part of it. `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<Value>> {
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_symlink() => return Err(link(path)),
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(path, "reading it", &error)),
    };
    let repair = |reason: String| Error::folder(path, reason).with_hint("repair it first");
    if !meta.is_file() || meta.len() > LARGEST {
        let reason = format!("it is not a file of at most {} MiB, so nothing was written", LARGEST >> 20);
        return Err(Error::folder(path, reason));
    }
    let bytes = fs::read(path).map_err(|error| failed(path, "reading it", &error))?;
    match serde_json::from_slice(&bytes) {
        Ok(value @ Value::Object(_)) => Ok(Some(value)),
        Ok(_) => Err(repair("it holds no JSON object, so nothing was written".to_owned())),
        Err(error) => Err(repair(format!("it is not valid JSON ({error}), so nothing was written")).caused_by(error)),
    }
}

fn prepared(path: &Path, value: &Value) -> Result<NamedTempFile> {
    let dir = path.parent().unwrap_or(path);
    let write = || -> io::Result<NamedTempFile> {
        // `.` keeps a file that a crash leaves behind out of every listing.
        let mut file = tempfile::Builder::new().prefix(".new_").suffix(".tmp").tempfile_in(dir)?;
        let mut text = serde_json::to_vec_pretty(value)?;
        text.push(b'\n');
        file.write_all(&text)?;
        file.as_file().sync_data()?;
        Ok(file)
    };
    write().map_err(|error| failed(path, "writing it", &error))
}

/// Writes a file in one step.
pub(super) fn write(path: &Path, value: &Value, time: Time) -> Result<()> {
    let dir = path.parent().unwrap_or(path);
    let times = [path, dir].map(|path| (path, modified(path)));
    let file = prepared(path, value)?;
    file.persist(path).map_err(|error| failed(path, "writing it", &error.error))?;
    if time == Time::Stays {
        for (path, time) in times {
            put_back(path, time);
        }
    }
    Ok(())
}

/// Writes a file that must not be there yet. `false` where it is.
pub(super) fn create(path: &Path, value: &Value) -> Result<bool> {
    match prepared(path, value)?.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failed(path, "writing it", &error.error)),
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::symlink_metadata(path).ok()?.modified().ok()
}

/// Where the platform lets nobody set a folder's time, the session looks changed: nothing worse.
fn put_back(path: &Path, time: Option<SystemTime>) {
    if let Some(time) = time
        && let Err(error) = File::open(path).and_then(|file| file.set_modified(time))
    {
        tracing::debug!(path = %path.display(), %error, "the time of a file could not be put back");
    }
}

/// Sets a file's time.
pub(super) fn touch(path: &Path, time: SystemTime) {
    put_back(path, Some(time));
}

/// Removes a folder so that it is never seen half removed.
pub(super) fn remove_dir(path: &Path) -> Result<()> {
    let dir = path.parent().unwrap_or(path);
    let aside = dir.join(format!(".deleted_{}", uuid::Uuid::new_v4()));
    fs::rename(path, &aside).map_err(|error| failed(path, "deleting it", &error))?;
    fs::remove_dir_all(&aside).map_err(|error| failed(&aside, "deleting it", &error))
}

/// Moves a folder that was prepared beside its place into it. `false` where something is there.
pub(super) fn move_into(prepared: &Path, path: &Path) -> Result<bool> {
    if fs::symlink_metadata(path).is_ok() {
        return Ok(false);
    }
    match fs::rename(prepared, path) {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty) => {
            Ok(false)
        }
        Err(error) => Err(failed(path, "writing it", &error)),
    }
}

/// Keeps other writers of ours, in this process and in others, out of a session until it is dropped.
pub(super) struct Lock {
    #[expect(dead_code, reason = "closing the file ends the lock")]
    file: File,
}

pub(super) fn lock(session: &SessionDir) -> Result<Lock> {
    let path = session.path.join(".lock");
    if fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_symlink()) {
        return Err(link(&path));
    }
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path).map_err(|error| match error.kind() {
        // It was deleted meanwhile.
        io::ErrorKind::NotFound => {
            let location = session.path.parent().unwrap_or(&session.path).display().to_string();
            Error::not_found(&session.id, location)
        }
        _ => failed(&path, "locking the session", &error),
    })?;
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock { file }),
            Err(TryLockError::Error(error)) => return Err(failed(&path, "locking the session", &error)),
            Err(TryLockError::WouldBlock) if started.elapsed() > LOCK => {
                let doing = format!("waiting for another writer of session {:?}", session.id);
                return Err(Error::Deadline { doing, limit: LOCK });
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}
