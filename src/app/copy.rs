//! The private copy that a deletion leaves, and reading it again.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use bson::{Bson, RawDocumentBuf};
use jiff::Timestamp;
use tempfile::NamedTempFile;

use crate::{
    app::config::places,
    manager::CopyKeeper,
    repository::{Error, Result, SessionCopy, mongo::LARGEST_DOCUMENT},
    session::SessionKey,
};

/// Most bytes of an id in a file's name: file systems end at 255 for all of it.
const NAME: usize = 120;

/// So much of a file tells an archive.
const HEAD: u64 = 512;

/// A document as Extended JSON may take several times its size.
const LARGEST_JSON: u64 = 8 * LARGEST_DOCUMENT;

/// Keeps the copy of one session in a folder that only its user may enter.
#[derive(Debug)]
pub struct PrivateCopy {
    key: SessionKey,
    folder: Option<PathBuf>,
    /// The last is the newest.
    kept: Vec<PathBuf>,
    failed: bool,
}

impl PrivateCopy {
    /// Of that session, in that folder; without one nothing can be deleted.
    #[must_use]
    pub fn new(key: &SessionKey, folder: Option<PathBuf>) -> Self {
        Self { key: key.clone(), folder, kept: Vec::new(), failed: true }
    }

    /// Where copies are, the newest last: one after a deletion that went well.
    #[must_use]
    pub fn paths(&self) -> &[PathBuf] {
        &self.kept
    }

    /// Whether the session could not be copied, or its copy not be kept.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failed
    }
}

async fn remove(paths: Vec<PathBuf>) {
    let all = move || paths.iter().map(fs::remove_file).fold(Ok(()), Result::and);
    if let Err(error) = tokio::task::spawn_blocking(all).await.map_err(io::Error::other).flatten() {
        tracing::warn!(%error, "a copy that is not needed could not be removed");
    }
}

#[async_trait]
impl CopyKeeper for PrivateCopy {
    async fn keep(&mut self, copy: &SessionCopy) -> Result<()> {
        // Until it is there.
        self.failed = true;
        let failed = |reason: &dyn std::fmt::Display| {
            Error::other("keeping a private copy", format!("{reason}; nothing was deleted"))
        };
        let folder = self.folder.clone().ok_or_else(|| failed(&"this platform names no folder for it"))?;
        let (of, copy) = (self.key.clone(), copy.clone());
        // Off the async threads: disks can be slow.
        match tokio::task::spawn_blocking(move || keep(&folder, &of, &copy)).await {
            Ok(Ok(path)) => {
                tracing::info!(path = %path.display(), "a private copy of a session is kept before it is deleted");
                self.kept.push(path);
                self.failed = false;
                Ok(())
            }
            Ok(Err(error)) => Err(failed(&error)),
            Err(join) => Err(failed(&join)),
        }
    }

    async fn settle(&mut self) {
        let newest = self.kept.pop();
        let before = std::mem::replace(&mut self.kept, newest.into_iter().collect());
        remove(before).await;
    }

    async fn discard(&mut self) {
        let all = std::mem::take(&mut self.kept);
        remove(all).await;
    }
}

/// Writes the copy and gives its path. The viewer password is in it: the file is as private as the session was. Nothing is
/// left half-written.
fn keep(folder: &Path, key: &SessionKey, copy: &SessionCopy) -> io::Result<PathBuf> {
    places::make_private(folder)?;
    // A temporary file is its user's alone, and keeps that when it is given its name.
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(copy.as_bytes())?;
    file.as_file().sync_all()?;
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

/// The bytes of a copy. What is no file is not waited on, and of what is no archive no more is read than a document takes.
fn bytes(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let no_file = || io::Error::other("it is no file");
    if !fs::metadata(path)?.is_file() {
        return Err(no_file());
    }
    let mut file = File::open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(no_file());
    }
    let mut bytes = Vec::new();
    Read::by_ref(&mut file).take(HEAD).read_to_end(&mut bytes)?;
    if meta.len() > LARGEST_JSON && !SessionCopy::begins_archive(&bytes) {
        return Ok(None);
    }
    file.take(meta.len().saturating_sub(HEAD)).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Reads a copy that a deletion left: BSON, a tar archive, or the Extended JSON that earlier versions wrote.
///
/// # Errors
/// [`Error::Folder`] where the file cannot be read or is no copy.
pub fn read(path: &Path) -> Result<SessionCopy> {
    let failed = |reason: String| Error::folder(path, reason);
    let no_copy =
        || failed("it is no copy of a session".to_owned()).with_hint("name a file that a deletion left, as it said");
    let read = bytes(path).map_err(|error| failed(crate::disk::reason(&error)).caused_by(error))?;
    let bytes = read.ok_or_else(no_copy)?;
    let json = serde_json::from_slice::<serde_json::Value>(&bytes).ok();
    if let Some(Bson::Document(document)) = json.and_then(|json| Bson::try_from(json).ok()) {
        let document = RawDocumentBuf::try_from(&document).map_err(|error| failed(error.to_string()))?;
        return Ok(SessionCopy::Document(document));
    }
    SessionCopy::from_bytes(bytes).ok_or_else(no_copy)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bson::doc;

    use super::*;

    #[test]
    fn copies_are_private_exact_and_never_replace_one_another() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("state").join("deleted");
        let document = doc! { "_id": "../x", "n": 5_i64, "odd": { "$date": "yesterday" } };
        let copy = SessionCopy::Document(RawDocumentBuf::try_from(&document).unwrap());
        let key = SessionKey::from("../x");
        let paths = [keep(&folder, &key, &copy).unwrap(), keep(&folder, &key, &copy).unwrap()];
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

    #[tokio::test]
    async fn earlier_copies_stay_until_the_last_is_known_to_be_whole() {
        let dir = tempfile::tempdir().unwrap();
        let files = || fs::read_dir(dir.path()).unwrap().count();
        let mut kept = PrivateCopy::new(&SessionKey::from("x"), Some(dir.path().to_owned()));
        for byte in 1..=3 {
            kept.keep(&SessionCopy::Folder(vec![byte].into())).await.unwrap();
        }
        assert_eq!((kept.paths().len(), files()), (3, 3));
        kept.settle().await;
        let [path] = kept.paths() else { panic!("one is left") };
        assert_eq!((fs::read(path).unwrap(), files()), (vec![3], 1));
        kept.discard().await;
        assert_eq!((kept.paths().len(), files(), kept.has_failed()), (0, 0, false));
    }

    #[test]
    fn any_id_makes_a_name() {
        let dir = tempfile::tempdir().unwrap();
        for id in ["𒀀".repeat(300), String::new(), "a/../b\0".to_owned()] {
            assert!(keep(dir.path(), &SessionKey::from(id), &SessionCopy::Folder(Arc::default())).is_ok());
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

    #[test]
    fn what_is_no_file_is_not_waited_on_and_what_is_no_copy_is_not_read_for_ever() {
        let dir = tempfile::tempdir().unwrap();
        #[cfg(unix)]
        assert!(read(Path::new("/dev/zero")).unwrap_err().to_string().contains("it is no file"));
        assert!(read(dir.path()).unwrap_err().to_string().contains("it is no file"));
        let large = dir.path().join("large");
        File::create(&large).unwrap().set_len(LARGEST_JSON + 1).unwrap();
        assert!(read(&large).unwrap_err().to_string().contains("no copy of a session"));
    }
}
