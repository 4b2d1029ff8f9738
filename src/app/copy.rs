//! The private copy that a deletion leaves, and reading it again.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use bson::{Bson, RawDocumentBuf};
use jiff::Timestamp;
use tempfile::NamedTempFile;

use crate::{
    app::config::places,
    manager::CopyKeeper,
    repository::{Error, Result, SessionCopy},
    session::SessionKey,
};

/// Most bytes of an id in a file's name: file systems end at 255 for all of it.
const NAME: usize = 120;

/// Keeps the copy of one session in a folder that only its user may enter.
#[derive(Debug)]
pub struct PrivateCopy {
    key: SessionKey,
    folder: Option<PathBuf>,
    kept: Option<PathBuf>,
}

impl PrivateCopy {
    /// Of that session, in that folder; without one nothing can be deleted.
    #[must_use]
    pub fn new(key: &SessionKey, folder: Option<PathBuf>) -> Self {
        Self { key: key.clone(), folder, kept: None }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.kept.as_deref()
    }
}

#[async_trait]
impl CopyKeeper for PrivateCopy {
    async fn keep(&mut self, copy: &SessionCopy) -> Result<()> {
        let failed = |reason: &dyn std::fmt::Display| {
            Error::other("keeping a private copy", format!("{reason}; nothing was deleted"))
        };
        let folder = self.folder.clone().ok_or_else(|| failed(&"this platform names no folder for it"))?;
        let (of, copy, before) = (self.key.clone(), copy.clone(), self.kept.clone());
        // Off the async threads: disks can be slow.
        match tokio::task::spawn_blocking(move || keep(&folder, &of, &copy, before)).await {
            Ok(Ok(path)) => {
                tracing::info!(path = %path.display(), "a private copy of a session is kept before it is deleted");
                self.kept = Some(path);
                Ok(())
            }
            Ok(Err(error)) => Err(failed(&error)),
            Err(join) => Err(failed(&join)),
        }
    }

    async fn discard(&mut self) {
        if let Some(path) = self.kept.take()
            && let Err(error) =
                tokio::task::spawn_blocking(move || fs::remove_file(path)).await.map_err(io::Error::other).flatten()
        {
            tracing::warn!(%error, "a copy that is not needed could not be removed");
        }
    }
}

/// Writes the copy, in place of the one `before`, and gives its path. The viewer password is in it: the file is as private
/// as the session was. Nothing is left half-written.
fn keep(folder: &Path, key: &SessionKey, copy: &SessionCopy, before: Option<PathBuf>) -> io::Result<PathBuf> {
    places::make_private(folder)?;
    // A temporary file is its user's alone, and keeps that when it is given its name.
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(copy.as_bytes())?;
    file.as_file().sync_all()?;
    if let Some(path) = before {
        file.persist(&path)?;
        return Ok(path);
    }
    let name = name(key);
    let kind = match copy {
        SessionCopy::Document(_) => "bson",
        SessionCopy::Folder(_) => "tar",
    };
    let at = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut path = folder.join(format!("{name}-{at}.{kind}"));
    let mut count = 1;
    loop {
        match file.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                count += 1;
                path = folder.join(format!("{name}-{at}-{count}.{kind}"));
                file = error.file;
            }
            Err(error) => return Err(error.error),
        }
    }
}

/// An id as a part of a file's name.
fn name(key: &SessionKey) -> String {
    let safe = |c: char| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '_' };
    let mut name = String::new();
    for c in key.text().chars().map(safe) {
        if name.len() + c.len_utf8() > NAME {
            break;
        }
        name.push(c);
    }
    name
}

/// Reads a copy that a deletion left: BSON, a tar archive, or the Extended JSON that earlier versions wrote.
///
/// # Errors
/// [`Error::Folder`] where the file cannot be read or is no copy.
pub fn read(path: &Path) -> Result<SessionCopy> {
    let failed = |reason: String| Error::folder(path, reason);
    let bytes = fs::read(path).map_err(|error| failed(crate::disk::reason(&error)).caused_by(error))?;
    let json = serde_json::from_slice::<serde_json::Value>(&bytes).ok();
    if let Some(Bson::Document(document)) = json.and_then(|json| Bson::try_from(json).ok()) {
        let document = RawDocumentBuf::try_from(&document).map_err(|error| failed(error.to_string()))?;
        return Ok(SessionCopy::Document(document));
    }
    SessionCopy::from_bytes(bytes).ok_or_else(|| {
        failed("it is no copy of a session".to_owned()).with_hint("name a file that a deletion left, as it said")
    })
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn copies_are_private_exact_and_never_replace_one_another() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("state").join("deleted");
        let document = doc! { "_id": "../x", "n": 5_i64, "odd": { "$date": "yesterday" } };
        let copy = SessionCopy::Document(RawDocumentBuf::try_from(&document).unwrap());
        let key = SessionKey::from("../x");
        let paths = [keep(&folder, &key, &copy, None).unwrap(), keep(&folder, &key, &copy, None).unwrap()];
        assert_ne!(paths[0], paths[1]);
        for path in paths {
            assert_eq!(path.parent(), Some(folder.as_path()));
            assert_eq!(read(&path).unwrap(), copy);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
                assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
            }
        }
    }

    #[test]
    fn a_later_copy_takes_the_place_of_the_one_before() {
        let dir = tempfile::tempdir().unwrap();
        let key = SessionKey::from("x");
        let path = keep(dir.path(), &key, &SessionCopy::Folder(vec![1]), None).unwrap();
        assert_eq!(keep(dir.path(), &key, &SessionCopy::Folder(vec![2]), Some(path.clone())).unwrap(), path);
        assert_eq!(fs::read(path).unwrap(), [2]);
    }

    #[test]
    fn any_id_makes_a_name() {
        let dir = tempfile::tempdir().unwrap();
        for id in ["𒀀".repeat(300), String::new(), "a/../b\0".to_owned()] {
            assert!(keep(dir.path(), &SessionKey::from(id), &SessionCopy::Folder(Vec::new()), None).is_ok());
        }
    }

    #[test]
    fn the_json_of_earlier_versions_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("old.json");
        fs::write(&path, r#"{"_id": "x", "n": {"$numberLong": "5"}}"#).unwrap();
        let expected = RawDocumentBuf::try_from(&doc! { "_id": "x", "n": 5_i64 }).unwrap();
        assert_eq!(read(&path).unwrap(), SessionCopy::Document(expected));
        fs::write(&path, "[]").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("no copy of a session"));
    }
}
