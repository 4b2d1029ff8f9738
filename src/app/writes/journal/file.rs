//! The journal's file: lines that are only appended, under a lock that all windows share, until the oldest are cut off.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;
use uuid::Uuid;

use super::line::{self, Record};
use crate::{app::config::places, disk};

/// Bytes of the journal before the oldest lines go. What is written last stays whatever its size.
pub const LARGEST_JOURNAL: usize = 16 << 20;

/// What is left then: not every line that is written later makes it be written anew.
const SHORTENED: usize = LARGEST_JOURNAL / 4 * 3;

fn path(folder: &Path) -> PathBuf {
    folder.join("journal")
}

/// Whether the file is there. What stands there under its name and is no file of its own, such as a pipe or a link to what others
/// read, is neither read nor written.
///
/// # Errors
/// That it is such a thing, and what the file system says.
fn is_there(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => Ok(true),
        Ok(_) => Err(io::Error::other("what is named `journal` there is no plain file; move it away")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Appends lines; with `is_awaited` they are on the disk when it ends.
pub(super) fn append(folder: &Path, lines: &[u8], is_awaited: bool) -> io::Result<()> {
    places::make_private(folder)?;
    let _lock = lock(folder)?;
    let path = path(folder);
    let is_new = !is_there(&path)?;
    // Without locks another window may have been quicker.
    if is_new
        && let Err(error) = disk::new_private_file(&path)
        && error.kind() != io::ErrorKind::AlreadyExists
    {
        return Err(error);
    }
    let mut file = File::options().read(true).append(true).open(&path)?;
    let held = file.metadata()?.len();
    if is_to_be_shortened(held as usize, lines) {
        return shorten(folder, &path, &mut file, lines);
    }
    if let Err(error) = write(&mut file, held, lines) {
        // Half a line would be taken for damage. Where it cannot be cut off either, it is.
        let _ = file.set_len(held);
        return Err(error);
    }
    if is_awaited {
        file.sync_data()?;
        if is_new {
            sync_folder(folder);
        }
    }
    Ok(())
}

/// Writes lines at the end. One that a crash tore does not swallow the first of them.
fn write(file: &mut File, held: u64, lines: &[u8]) -> io::Result<()> {
    let mut last = [b'\n'];
    if held > 0 {
        file.seek(SeekFrom::Start(held - 1))?;
        file.read_exact(&mut last)?;
    }
    if last == [b'\n'] {
        return file.write_all(lines);
    }
    let mut ended = Vec::with_capacity(lines.len() + 1);
    ended.push(b'\n');
    ended.extend_from_slice(lines);
    file.write_all(&ended)
}

/// Writes the journal anew without its oldest lines, and with these at its end.
fn shorten(folder: &Path, path: &Path, file: &mut File, lines: &[u8]) -> io::Result<()> {
    let mut all = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut all)?;
    if all.last().is_some_and(|last| *last != b'\n') {
        all.push(b'\n');
    }
    all.extend_from_slice(lines);
    // A temporary file is its user's alone, and keeps that when it is given its name.
    let mut shorter = NamedTempFile::new_in(folder)?;
    shorter.write_all(&shortened(&all, lines.len()))?;
    shorter.as_file().sync_all()?;
    shorter.persist(path).map_err(|error| error.error)?;
    sync_folder(folder);
    Ok(())
}

/// Whether there is no room for more lines. Changes alone make room for themselves: how one ended, or that it is taken back, would
/// take the very way back that it tells of.
pub(super) fn is_to_be_shortened(held: usize, lines: &[u8]) -> bool {
    line::is_entry(lines) && held > 0 && held + lines.len() > LARGEST_JOURNAL
}

/// The newest lines, the last `new` bytes in any case, and which groups lack some of their entries.
pub(super) fn shortened(all: &[u8], new: usize) -> Vec<u8> {
    let keep = SHORTENED.max(new).min(all.len());
    let from = all.len() - keep;
    // The next line that is whole; the last byte ends the newest.
    let is_start = from == 0 || all[from - 1] == b'\n';
    let first = if is_start { from } else { line_end(all, from) };
    let (gone, kept) = all.split_at(first);
    let groups = |lines: &[u8]| {
        let records = lines.split(|byte| *byte == b'\n').filter_map(|line| line::record(line).ok());
        records.filter_map(|record| group(&record)).collect::<BTreeSet<Uuid>>()
    };
    let (lost, left) = (groups(gone), groups(kept));
    let cut: Vec<Record> = lost.intersection(&left).copied().map(Record::Cut).collect();
    // Of ids alone lines can be made.
    let mut shorter = line::lines(&cut).unwrap_or_default();
    shorter.extend_from_slice(kept);
    shorter
}

/// Behind the end of the line that this byte is in.
fn line_end(all: &[u8], from: usize) -> usize {
    all[from..].iter().position(|byte| *byte == b'\n').map_or(all.len(), |end| from + end + 1)
}

fn group(record: &Record) -> Option<Uuid> {
    match record {
        Record::Entry(entry) => entry.group,
        Record::Cut(group) => Some(*group),
        Record::State(..) => None,
    }
}

/// All of it.
pub(super) fn read(folder: &Path) -> io::Result<Vec<u8>> {
    // It is only appended to, or replaced whole: no lock is needed to read it. A line that is being written ends in no newline yet.
    let path = path(folder);
    if is_there(&path)? { fs::read(path) } else { Ok(Vec::new()) }
}

/// Locks the journal until what is given is dropped. A file of its own: the journal's may be replaced.
fn lock(folder: &Path) -> io::Result<File> {
    places::lock(&folder.join("journal.lock"))
}

/// The name of a new file is on the disk, too. Not every system can tell: the file itself is there.
fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    #[cfg(not(unix))]
    let _ = folder;
}

#[cfg(test)]
mod tests {
    use bson::Bson;

    use super::*;
    use crate::app::writes::journal::{Deed, DeedState, JournalEntry};

    fn state(number: u128) -> Vec<u8> {
        line::lines(&[Record::State(Uuid::from_u128(number), DeedState::Done)]).unwrap()
    }

    #[test]
    fn a_torn_line_swallows_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("state");
        append(&folder, &state(1), true).unwrap();
        let torn = &state(2)[..20];
        File::options().append(true).open(path(&folder)).unwrap().write_all(torn).unwrap();
        append(&folder, &state(3), false).unwrap();
        let expected = [state(1), torn.to_vec(), b"\n".to_vec(), state(3)].concat();
        assert_eq!(read(&folder).unwrap(), expected);
        #[cfg(unix)]
        for file in ["journal", "journal.lock"] {
            assert_eq!(disk::mode(&fs::metadata(folder.join(file)).unwrap()), 0o600);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_empty_journal() {
        assert!(read(Path::new("/nowhere/at/all")).unwrap().is_empty());
    }

    #[test]
    fn the_oldest_lines_go_whole() {
        let line = state(7);
        let many = line.repeat(LARGEST_JOURNAL / line.len() + 1);
        let shorter = shortened(&many, line.len());
        assert!(shorter.len() <= SHORTENED && shorter.len() > SHORTENED - line.len());
        assert!(shorter.starts_with(&line) && shorter.len().is_multiple_of(line.len()));
        // What is written last stays, whatever its size.
        assert_eq!(shortened(&many, many.len()), many);
    }

    fn entry(bytes: usize) -> Vec<u8> {
        let deed = Deed::Feedback { before: Some(Bson::from("x".repeat(bytes))), after: None };
        line::lines(&[Record::Entry(Box::new(JournalEntry::new("here", "s".into(), deed)))]).unwrap()
    }

    #[test]
    fn what_ended_takes_no_way_back_away() {
        let dir = tempfile::tempdir().unwrap();
        // One change that is larger than a journal, and many that are together.
        for first in [entry(LARGEST_JOURNAL), entry(LARGEST_JOURNAL / 20).repeat(21)] {
            append(dir.path(), &first, true).unwrap();
            append(dir.path(), &state(7), true).unwrap();
            assert!(read(dir.path()).unwrap().ends_with(&[first, state(7)].concat()));
        }
        append(dir.path(), &entry(1), true).unwrap();
        assert!(read(dir.path()).unwrap().len() <= SHORTENED);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_or_a_folder_is_no_journal() {
        let dir = tempfile::tempdir().unwrap();
        let other = dir.path().join("other");
        fs::write(&other, "of others").unwrap();
        std::os::unix::fs::symlink(&other, path(dir.path())).unwrap();
        let refused = append(dir.path(), &state(1), true).unwrap_err();
        assert!(refused.to_string().contains("no plain file"), "{refused}");
        assert!(read(dir.path()).is_err());
        assert_eq!(fs::read(&other).unwrap(), b"of others");
        fs::remove_file(path(dir.path())).unwrap();
        fs::create_dir(path(dir.path())).unwrap();
        assert!(append(dir.path(), &state(1), true).is_err() && read(dir.path()).is_err());
    }

    #[test]
    fn a_full_journal_is_written_anew() {
        let dir = tempfile::tempdir().unwrap();
        let line = state(7);
        append(dir.path(), &line.repeat(LARGEST_JOURNAL / line.len()), false).unwrap();
        let newest = entry(1);
        append(dir.path(), &newest, true).unwrap();
        let held = read(dir.path()).unwrap();
        assert!(held.len() <= SHORTENED && held.ends_with(&newest));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "no temporary file is left");
        #[cfg(unix)]
        assert_eq!(disk::mode(&fs::metadata(path(dir.path())).unwrap()), 0o600);
    }
}
