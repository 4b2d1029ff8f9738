//! A session's folder as one tar archive, and back: every file as it is, with its time.

use std::{
    fs, io,
    io::Read,
    path::{Component, Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tar::{Builder, EntryType, Header};

use super::{
    layout::{SessionDir, cannot_read},
    open::{self, Access},
    write::files,
};
use crate::{
    disk,
    repository::{Error, Result},
};

/// Name of the record that holds a time to the nanosecond: a header's own ends at the second.
const TIME: &str = "mtime";

/// Everything in a session's folder but the lock. Refused is what no archive can hold: links, pipes, what cannot be read.
pub(super) fn pack(dir: &SessionDir) -> Result<Vec<u8>> {
    let name = PathBuf::from(format!("session_{}", dir.id));
    let mut archive = Builder::new(Vec::new());
    pack_dir(&mut archive, &dir.path, &name)?;
    archive.into_inner().map_err(|error| not_copied(&dir.path, &error))
}

fn not_copied(path: &Path, error: &io::Error) -> Error {
    Error::folder(path, format!("it cannot be copied: {}", disk::reason(error))).caused_by(disk::cause(error))
}

fn pack_dir(archive: &mut Builder<Vec<u8>>, dir: &Path, name: &Path) -> Result<()> {
    let entries = fs::read_dir(dir).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| cannot_read(dir, &error))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), name.join(entry.file_name()));
        if entry.file_name() == ".lock" {
            continue;
        }
        let failed = |error: io::Error| not_copied(&path, &error);
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            let modified = entry.metadata().and_then(|meta| meta.modified()).map_err(failed)?;
            append(archive, EntryType::Directory, &name, modified, &[]).map_err(failed)?;
            pack_dir(archive, &path, &name)?;
        } else {
            let refused = |unopened: open::Unopened| {
                Error::folder(&path, format!("{}, so it cannot be copied", unopened.problem(&path)))
                    .with_hint("take it out of the session's folder first")
            };
            let mut file = open::open(&path, Access::Read).map_err(refused)?;
            let modified = file.metadata().and_then(|meta| meta.modified()).map_err(failed)?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map_err(failed)?;
            append(archive, EntryType::Regular, &name, modified, &bytes).map_err(failed)?;
        }
    }
    Ok(())
}

fn append(
    archive: &mut Builder<Vec<u8>>,
    kind: EntryType,
    name: &Path,
    modified: SystemTime,
    bytes: &[u8],
) -> io::Result<()> {
    let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    let exact = format!("{}.{:09}", since.as_secs(), since.subsec_nanos());
    archive.append_pax_extensions([(TIME, exact.as_bytes())])?;
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(if kind.is_dir() { 0o700 } else { 0o600 });
    header.set_mtime(since.as_secs());
    header.set_size(bytes.len() as u64);
    archive.append_data(&mut header, name, bytes)
}

/// Puts a session's folder back where there is none. Gives its id.
pub(super) fn unpack(root: &Path, archive: &[u8], location: &str) -> Result<String> {
    let aside = root.join(format!(".new_{}", uuid::Uuid::new_v4()));
    files::make_dir(&aside)?;
    let made = unpack_into(&aside, archive).and_then(|id| {
        let moved = files::move_into(&aside, &root.join(format!("session_{id}")))?;
        if moved { Ok(id) } else { Err(Error::exists("session", id, location)) }
    });
    if made.is_err() {
        let _ = fs::remove_dir_all(&aside);
    }
    made
}

fn unpack_into(aside: &Path, archive: &[u8]) -> Result<String> {
    let odd = |reason: &str| Error::other("putting the session back", format!("the copy {reason}"));
    let unreadable = |error: io::Error| odd(&format!("cannot be read: {}", disk::reason(&error)));
    let mut archive = tar::Archive::new(archive);
    let mut session = None;
    let mut times = Vec::new();
    for entry in archive.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(unreadable)?;
        let path = entry.path().map_err(unreadable)?.into_owned();
        let (id, rest) = placed(&path).ok_or_else(|| odd("names files outside a session's folder"))?;
        if session.get_or_insert_with(|| id.clone()) != &id {
            return Err(odd("holds more than one session"));
        }
        let place = aside.join(rest);
        let failed = |error: io::Error| files::failed(&place, "writing it", &error);
        match entry.header().entry_type() {
            EntryType::Directory => disk::private().recursive(true).create(&place).map_err(failed)?,
            EntryType::Regular => {
                if let Some(parent) = place.parent() {
                    disk::private().recursive(true).create(parent).map_err(failed)?;
                }
                let mut file = disk::new_private_file(&place).map_err(failed)?;
                io::copy(&mut entry, &mut file).map_err(failed)?;
                file.sync_data().map_err(failed)?;
            }
            _ => return Err(odd("holds something else than files and folders")),
        }
        let time = time(&mut entry);
        times.push((place, time));
    }
    // The innermost first: what is written in a folder moves its time.
    for (place, time) in times.into_iter().rev() {
        files::touch(&place, time);
    }
    session.ok_or_else(|| odd("is empty"))
}

/// The session's id, and the path within its folder.
fn placed(path: &Path) -> Option<(String, PathBuf)> {
    let mut parts = path.components();
    let Some(Component::Normal(first)) = parts.next() else { return None };
    let id = first.to_str()?.strip_prefix("session_")?.to_owned();
    let rest = parts.as_path();
    let inside = rest.components().all(|part| matches!(part, Component::Normal(_)));
    inside.then(|| (id, rest.to_owned()))
}

fn time<R: Read>(entry: &mut tar::Entry<'_, R>) -> SystemTime {
    let whole = entry.header().mtime().unwrap_or_default();
    let told = entry.pax_extensions().ok().flatten().and_then(|mut records| {
        let record = records.find_map(|record| record.ok().filter(|record| record.key() == Ok(TIME)))?;
        let (seconds, nanos) = record.value().ok()?.split_once('.')?;
        Some(Duration::new(seconds.parse().ok()?, nanos.parse().ok()?))
    });
    UNIX_EPOCH + told.unwrap_or(Duration::from_secs(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_out_of_the_session_is_not_placed() {
        let at = |path: &str| placed(Path::new(path));
        assert_eq!(at("session_a/agents/x.json"), Some(("a".to_owned(), "agents/x.json".into())));
        for wrong in ["session.json", "session_a/../x", "/session_a/x", "../session_a/x", ""] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_folder_comes_back_as_it_was_and_takes_nobodys_place() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let dir = SessionDir { id: "a".to_owned(), path: root.join("session_a") };
        let deep = dir.path.join("multi_agents").join("n".repeat(120));
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("broken.json"), b"{\"n\": NaN, \xff").unwrap();
        fs::write(dir.file(), "{}").unwrap();
        fs::write(dir.path.join(".lock"), "").unwrap();
        let time = UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789);
        files::touch(&dir.file(), time);
        let copy = pack(&dir).unwrap();
        assert!(matches!(unpack(&root, &copy, "here").unwrap_err(), Error::Exists { .. }));
        fs::remove_dir_all(&dir.path).unwrap();
        assert_eq!(unpack(&root, &copy, "here").unwrap(), "a");
        assert_eq!(fs::metadata(dir.file()).unwrap().modified().unwrap(), time);
        assert_eq!(pack(&dir).unwrap(), copy, "with the times of its folders");
        assert_eq!(fs::read_dir(&root).unwrap().count(), 1, "nothing else is left");
    }

    #[cfg(unix)]
    #[test]
    fn what_no_copy_can_hold_refuses_it() {
        let root = tempfile::tempdir().unwrap();
        let dir = SessionDir { id: "a".to_owned(), path: root.path().canonicalize().unwrap() };
        std::os::unix::fs::symlink("/etc/hostname", dir.path.join("link")).unwrap();
        assert!(pack(&dir).unwrap_err().to_string().contains("symbolic link"));
    }
}
