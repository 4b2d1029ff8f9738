//! A session's folder as one tar archive, and back: every file as it is, with its time.

use std::{
    fs, io,
    io::{Read, Write},
    path::{Component, Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tar::{Builder, EntryType, Header};

use super::{
    layout::{self, SessionDir, cannot_read},
    open::{self, Access},
    write::files,
};
use crate::{
    disk,
    repository::{Error, Result},
};

/// Name of the record that holds a time to the nanosecond: a header's own ends at the second.
const TIME: &str = "mtime";

/// How often a session is packed again whose files went away meanwhile: writers rename theirs into place.
const ATTEMPTS: usize = 20;

/// Everything in a session's folder but the lock. Refused is what no archive can hold: links, pipes, what cannot be read.
pub(super) fn pack(dir: &SessionDir) -> Result<Vec<u8>> {
    for _ in 0..ATTEMPTS {
        match packed(dir, Vec::new()) {
            Ok(archive) => return Ok(archive),
            Err(Unpacked::Gone) => {}
            Err(Unpacked::Refused(error)) => return Err(error),
        }
    }
    let reason = "its files come and go all the time, so it cannot be copied";
    Err(Error::folder(&dir.path, reason).with_hint("stop its agent first"))
}

/// Whether a session's folder holds what that archive holds.
pub(super) fn is_of(archive: &[u8], dir: &SessionDir) -> Result<bool> {
    match packed(dir, ArchiveComparison { expected: archive, same: true }) {
        Ok(comparison) => Ok(comparison.same && comparison.expected.is_empty()),
        Err(Unpacked::Gone) => Ok(false),
        Err(Unpacked::Refused(error)) => Err(error),
    }
}

/// Takes what is written for what is expected, and keeps nothing of it.
struct ArchiveComparison<'a> {
    /// The rest of it.
    expected: &'a [u8],
    same: bool,
}

impl Write for ArchiveComparison<'_> {
    fn write(&mut self, written: &[u8]) -> io::Result<usize> {
        match self.expected.strip_prefix(written) {
            Some(rest) => self.expected = rest,
            None => self.same = false,
        }
        Ok(written.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Why a folder was not packed.
enum Unpacked {
    /// A file went away between the look at its folder and its own.
    Gone,
    Refused(Error),
}

impl Unpacked {
    fn read(path: &Path, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound { Self::Gone } else { Self::Refused(not_copied(path, error)) }
    }
}

fn not_copied(path: &Path, error: &io::Error) -> Error {
    Error::folder(path, format!("it cannot be copied: {}", disk::reason(error))).caused_by(disk::cause(error))
}

fn packed<W: Write>(dir: &SessionDir, out: W) -> Result<W, Unpacked> {
    let name = PathBuf::from(format!("session_{}", dir.id));
    let mut archive = Builder::new(out);
    // The folder itself stands first: it may hold no files.
    let meta = fs::symlink_metadata(&dir.path).map_err(|error| Unpacked::Refused(cannot_read(&dir.path, &error)))?;
    let whole = append(&mut archive, EntryType::Directory, &name, &meta, &[]);
    whole.map_err(|error| Unpacked::Refused(not_copied(&dir.path, &error)))?;
    pack_dir(&mut archive, &dir.path, &name)?;
    archive.into_inner().map_err(|error| Unpacked::Refused(not_copied(&dir.path, &error)))
}

fn pack_dir<W: Write>(archive: &mut Builder<W>, dir: &Path, name: &Path) -> Result<(), Unpacked> {
    let entries = fs::read_dir(dir).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Unpacked::Gone,
        _ => Unpacked::Refused(cannot_read(dir, &error)),
    })?;
    entries.sort_by_key(fs::DirEntry::file_name);
    // The lock is the session's own, and stands at its top.
    let is_top = name.components().count() == 1;
    for entry in entries {
        let (path, name) = (entry.path(), name.join(entry.file_name()));
        if is_top && entry.file_name() == layout::LOCK {
            continue;
        }
        let failed = |error: io::Error| Unpacked::read(&path, &error);
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            let meta = entry.metadata().map_err(failed)?;
            append(archive, EntryType::Directory, &name, &meta, &[]).map_err(failed)?;
            pack_dir(archive, &path, &name)?;
        } else {
            let refused = |unopened: open::Unopened| match unopened {
                open::Unopened::Missing => Unpacked::Gone,
                other => Unpacked::Refused(
                    Error::folder(&path, format!("{}, so it cannot be copied", other.problem(&path)))
                        .with_hint("take it out of the session's folder first"),
                ),
            };
            let mut file = open::open(&path, Access::Read).map_err(refused)?;
            let meta = file.metadata().map_err(failed)?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map_err(failed)?;
            append(archive, EntryType::Regular, &name, &meta, &bytes).map_err(failed)?;
        }
    }
    Ok(())
}

fn append<W: Write>(
    archive: &mut Builder<W>,
    kind: EntryType,
    name: &Path,
    meta: &fs::Metadata,
    bytes: &[u8],
) -> io::Result<()> {
    let since = meta.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let exact = format!("{}.{:09}", since.as_secs(), since.subsec_nanos());
    archive.append_pax_extensions([(TIME, exact.as_bytes())])?;
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(disk::mode(meta));
    header.set_mtime(since.as_secs());
    header.set_size(bytes.len() as u64);
    archive.append_data(&mut header, name, bytes)
}

/// Puts a session's folder back where there is none. Gives its id.
pub(super) fn unpack(root: &Path, archive: &[u8], location: &str) -> Result<String> {
    let aside = root.join(format!("{}{}", layout::NEW, uuid::Uuid::new_v4()));
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
    // Two blocks of zeros end it. Without them it would be taken for whole up to where it was cut.
    if archive.len() < END || archive[archive.len() - END..].iter().any(|byte| *byte != 0) {
        return Err(odd("is cut off"));
    }
    let mut archive = tar::Archive::new(archive);
    let mut session = None;
    let mut places = Vec::new();
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
        let (mode, time) = (entry.header().mode().map_err(unreadable)?, time(&mut entry));
        places.push((place, mode, time));
    }
    // The innermost first: what is written in a folder moves its time, and a folder may let nothing be written.
    for (place, mode, time) in places.into_iter().rev() {
        files::touch(&place, time);
        disk::set_mode(&place, mode).map_err(|error| files::failed(&place, "writing it", &error))?;
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

/// Bytes that end an archive.
const END: usize = 1024;

fn time<R: Read>(entry: &mut tar::Entry<'_, R>) -> SystemTime {
    let whole = entry.header().mtime().unwrap_or_default();
    let told = entry.pax_extensions().ok().flatten().and_then(|mut records| {
        let record = records.find_map(|record| record.ok().filter(|record| record.key() == Ok(TIME)))?;
        let (seconds, nanos) = record.value().ok()?.split_once('.')?;
        let nanos = nanos.parse().ok().filter(|nanos| *nanos < 1_000_000_000)?;
        Some(Duration::new(seconds.parse().ok()?, nanos))
    });
    UNIX_EPOCH.checked_add(told.unwrap_or(Duration::from_secs(whole))).unwrap_or(UNIX_EPOCH)
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
        fs::write(dir.path.join(layout::LOCK), "").unwrap();
        fs::write(deep.join(layout::LOCK), "another's").unwrap();
        let time = UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789);
        files::touch(&dir.file(), time);
        let copy = pack(&dir).unwrap();
        assert!(is_of(&copy, &dir).unwrap());
        assert!(!is_of(&copy[..copy.len() - 1], &dir).unwrap() && !is_of(b"", &dir).unwrap());
        assert!(matches!(unpack(&root, &copy, "here").unwrap_err(), Error::Exists { .. }));
        fs::remove_dir_all(&dir.path).unwrap();
        for cut in (0..copy.len()).step_by(512) {
            assert!(unpack(&root, &copy[..cut], "here").unwrap_err().to_string().contains("cut off"), "{cut}");
        }
        assert_eq!(unpack(&root, &copy, "here").unwrap(), "a");
        assert_eq!(fs::metadata(dir.file()).unwrap().modified().unwrap(), time);
        assert_eq!(pack(&dir).unwrap(), copy, "with the times of its folders");
        assert_eq!(fs::read(deep.join(layout::LOCK)).unwrap(), b"another's");
        fs::write(deep.join("broken.json"), "repaired").unwrap();
        assert!(!is_of(&copy, &dir).unwrap());
        assert_eq!(fs::read_dir(&root).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn a_session_without_files_comes_back_too() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let dir = SessionDir { id: "a".to_owned(), path: root.join("session_a") };
        fs::create_dir(&dir.path).unwrap();
        let copy = pack(&dir).unwrap();
        fs::remove_dir(&dir.path).unwrap();
        assert_eq!(unpack(&root, &copy, "here").unwrap(), "a");
        assert!(dir.is_there() && pack(&dir).unwrap() == copy);
    }

    #[cfg(unix)]
    #[test]
    fn who_may_read_it_may_read_it_again() {
        use std::os::unix::fs::PermissionsExt;

        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let dir = SessionDir { id: "a".to_owned(), path: root.join("session_a") };
        fs::create_dir(&dir.path).unwrap();
        fs::write(dir.file(), "{}").unwrap();
        let modes = [(dir.file(), 0o644), (dir.path.clone(), 0o755)];
        for (path, mode) in &modes {
            fs::set_permissions(path, fs::Permissions::from_mode(*mode)).unwrap();
        }
        let copy = pack(&dir).unwrap();
        fs::remove_dir_all(&dir.path).unwrap();
        unpack(&root, &copy, "here").unwrap();
        for (path, mode) in modes {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, mode);
        }
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
