//! Files, safely: renamed into place, private to the user, never through a link.

use std::{
    ffi::OsString,
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::{
    disk,
    repository::{
        Error, Result,
        folder::{
            layout,
            open::{self, Access, HeldDir, Unopened},
            write::SessionPlace,
        },
    },
    session::python,
};

/// How long to wait for another writer to finish with a session.
const LOCK: Duration = Duration::from_secs(30);

/// After this it is said that another writer is waited for.
const SILENCE: Duration = Duration::from_secs(1);

/// Whether a write moves the session's `updated_at`, which is the newest time of its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::repository::folder) enum Time {
    /// It is a change of the conversation.
    Moves,
    /// The times of file and folder are put back.
    Stays,
}

pub(in crate::repository::folder) fn failed(path: &Path, doing: &str, error: &io::Error) -> Error {
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
pub(in crate::repository::folder) fn is_real_dir(path: &Path) -> Result<bool> {
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
pub(in crate::repository::folder) fn make_dir(path: &Path) -> Result<()> {
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

/// Why a file cannot be read to be changed, or be locked.
fn unopened(path: &Path, unopened: &Unopened) -> Error {
    match unopened {
        Unopened::Link => link(path),
        Unopened::System(error) => failed(path, "reading it", error),
        other => Error::folder(path, format!("{}, so nothing was written", other.problem(path))),
    }
}

/// Reads a file of JSON as it stands, to change a part of it. `None` where there is none.
pub(in crate::repository::folder) fn read(path: &Path) -> Result<Option<Value>> {
    let repair = |reason: String| Error::folder(path, reason).with_hint("repair it first");
    let bytes = match open::bytes(path) {
        Ok(bytes) => bytes,
        Err(Unopened::Missing) => return Ok(None),
        Err(other) => return Err(unopened(path, &other)),
    };
    match python::read(&bytes) {
        Ok(value @ Value::Object(_)) => Ok(Some(value)),
        Ok(_) => Err(repair("it holds no JSON object, so nothing was written".to_owned())),
        Err(error) => Err(repair(format!("it is not valid JSON ({error}), so nothing was written")).caused_by(error)),
    }
}

/// A file beside the one that it will become, in a folder that is held until then.
struct Prepared {
    dir: HeldDir,
    file: NamedTempFile,
    name: OsString,
}

impl Prepared {
    fn new(path: &Path, value: &Value) -> Result<Self> {
        let dir = HeldDir::open(path.parent().unwrap_or(path)).map_err(|unopened_dir| unopened(path, &unopened_dir))?;
        let write = || -> io::Result<NamedTempFile> {
            // `.` keeps a file that a crash leaves behind out of every listing.
            let mut file = tempfile::Builder::new().prefix(layout::NEW).suffix(".tmp").tempfile_in(dir.path())?;
            let mut text = Vec::new();
            python::write(&mut text, value)?;
            text.push(b'\n');
            file.write_all(&text)?;
            file.as_file().sync_data()?;
            Ok(file)
        };
        let file = write().map_err(|error| failed(path, "writing it", &error))?;
        let name = path.file_name().unwrap_or_default().to_owned();
        Ok(Self { dir, file, name })
    }

    fn place(&self) -> PathBuf {
        self.dir.path().join(&self.name)
    }

    /// Whoever may read the file that it replaces may read it: a file of ours alone would lock others out.
    fn keep_mode_of(&self, path: &Path) -> io::Result<()> {
        match fs::symlink_metadata(path) {
            Ok(meta) if meta.is_file() => self.file.as_file().set_permissions(meta.permissions()),
            _ => Ok(()),
        }
    }
}

/// Writes a file in one step.
pub(in crate::repository::folder) fn write(path: &Path, value: &Value, time: Time) -> Result<()> {
    let dir = path.parent().unwrap_or(path);
    let times = [path, dir].map(|path| (path, modified(path)));
    let prepared = Prepared::new(path, value)?;
    prepared.keep_mode_of(path).map_err(|error| failed(path, "writing it", &error))?;
    let place = prepared.place();
    prepared.file.persist(place).map_err(|error| failed(path, "writing it", &error.error))?;
    if time == Time::Stays {
        for (path, time) in times {
            put_back(path, time);
        }
    }
    Ok(())
}

/// Writes a file that must not be there yet. `false` where it is.
pub(in crate::repository::folder) fn create(path: &Path, value: &Value) -> Result<bool> {
    let prepared = Prepared::new(path, value)?;
    let place = prepared.place();
    match prepared.file.persist_noclobber(place) {
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
        && let Err(unopened) = open::set_modified(path, time)
    {
        let reason = unopened.problem(path);
        tracing::debug!(path = %path.display(), reason, "the time of a file could not be put back");
    }
}

/// Sets a file's time.
pub(in crate::repository::folder) fn touch(path: &Path, time: SystemTime) {
    put_back(path, Some(time));
}

/// Moves a folder that was prepared beside its place into it. `false` where something is there.
pub(in crate::repository::folder) fn move_into(prepared: &Path, path: &Path) -> Result<bool> {
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

/// Moves a file into a place where there is none. `false` where something is there.
pub(super) fn move_new(path: &Path, place: &Path) -> io::Result<bool> {
    match fs::hard_link(path, place) {
        Ok(()) => fs::remove_file(path).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        // Not every disk has links.
        Err(_) if fs::symlink_metadata(place).is_ok() => Ok(false),
        Err(_) => fs::rename(path, place).map(|()| true),
    }
}

/// Keeps other writers of ours, in this process and in others, out of a session until it is dropped.
pub(in crate::repository::folder) struct Lock {
    #[expect(dead_code, reason = "closing the file ends the lock")]
    file: File,
}

pub(super) fn lock(place: &SessionPlace) -> Result<Lock> {
    let session = &place.dir;
    let path = session.path.join(layout::LOCK);
    // Making the lock is no change of the session.
    let time = if fs::symlink_metadata(&path).is_err() { modified(&session.path) } else { None };
    let file = open::open(&path, Access::Lock).map_err(|refused| match refused {
        // It was deleted meanwhile.
        Unopened::Missing => {
            let location = session.path.parent().unwrap_or(&session.path).display().to_string();
            Error::not_found(&session.id, location)
        }
        Unopened::System(error) => failed(&path, "locking the session", &error),
        other => unopened(&path, &other),
    })?;
    put_back(&session.path, time);
    let started = Instant::now();
    let mut said = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock { file }),
            Err(TryLockError::Error(error)) => return Err(failed(&path, "locking the session", &error)),
            Err(TryLockError::WouldBlock) if started.elapsed() > LOCK => {
                let doing = format!("waiting for another writer of session {:?}", session.id);
                return Err(Error::Deadline { doing, limit: LOCK });
            }
            Err(TryLockError::WouldBlock) => {
                if !said && started.elapsed() > SILENCE {
                    said = true;
                    place.say(&format!(
                        "waiting for another writer of session {:?}, at most {} s",
                        session.id,
                        LOCK.as_secs()
                    ));
                }
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    }
}
