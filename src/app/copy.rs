//! The private copy that a deletion leaves.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use bson::{Bson, Document};
use jiff::Timestamp;

use crate::{
    app::config::places,
    repository::{Error, Result, SessionReader},
    session::SessionKey,
};

/// Most characters of an id in a file's name.
const NAME: usize = 60;

/// Keeps a copy of a stored session in `folder`, as [`keep`] does; the first half of every deletion.
///
/// # Errors
/// [`Error::NotFound`] where the session is gone; [`Error::Other`] where there is no folder or it cannot be written, which says
/// that nothing was deleted.
pub async fn keep_stored(reader: &dyn SessionReader, key: &SessionKey, folder: Option<PathBuf>) -> Result<PathBuf> {
    let failed = |reason: &dyn std::fmt::Display| {
        Error::other("keeping a private copy", format!("{reason}; nothing was deleted"))
    };
    let document = reader.document(key).await?;
    let folder = folder.ok_or_else(|| failed(&"this platform names no folder for it"))?;
    let of = key.clone();
    // Off the async threads: disks can be slow.
    match tokio::task::spawn_blocking(move || keep(&folder, &of, document)).await {
        Ok(Ok(path)) => {
            tracing::info!(path = %path.display(), "a private copy of a session is kept before it is deleted");
            Ok(path)
        }
        Ok(Err(error)) => Err(failed(&error)),
        Err(join) => Err(failed(&join)),
    }
}

/// Writes a session's document as canonical Extended JSON into `folder`, which only its user may enter, and gives the
/// file's path. The viewer password is in it: the file is as private as the session was.
///
/// # Errors
/// What the file system says; nothing is left half-written.
pub fn keep(folder: &Path, key: &SessionKey, document: Document) -> io::Result<PathBuf> {
    places::make_private(folder)?;
    let safe = |c: char| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '_' };
    let name: String = key.text().chars().take(NAME).map(safe).collect();
    let at = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    // A temporary file is its user's alone, and keeps that when it is given its name.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    let json = Bson::Document(document).into_canonical_extjson();
    serde_json::to_writer(file.as_file_mut(), &json)?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    let mut path = folder.join(format!("{name}-{at}.json"));
    let mut count = 1;
    loop {
        match file.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                count += 1;
                path = folder.join(format!("{name}-{at}-{count}.json"));
                file = error.file;
            }
            Err(error) => return Err(error.error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use bson::doc;

    use super::*;

    #[test]
    fn copies_are_private_exact_and_never_replace_one_another() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("state").join("deleted");
        let document = doc! { "_id": "../x", "n": 5_i64, "at": bson::DateTime::from_millis(5) };
        let key = SessionKey::from("../x");
        let paths = [keep(&folder, &key, document.clone()).unwrap(), keep(&folder, &key, document.clone()).unwrap()];
        assert_ne!(paths[0], paths[1]);
        for path in paths {
            assert_eq!(path.parent(), Some(folder.as_path()));
            let json: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            assert_eq!(Bson::try_from(json).unwrap(), Bson::Document(document.clone()));
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
                assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
            }
        }
    }
}
