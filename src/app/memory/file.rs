//! The file of what is remembered, for its user alone. It is replaced whole, under a lock that every program takes.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tempfile::NamedTempFile;

use super::{Memory, PaneRoom};
use crate::{app::config::places, disk};

/// What is larger was not written by this program.
const LARGEST: u64 = 64 << 20;

/// The file, and what this program last found or left in it.
#[derive(Debug)]
pub struct MemoryFile {
    folder: Option<PathBuf>,
    base: Memory,
}

/// What stands in the file.
enum StoredMemory {
    /// That.
    Memory(Box<Memory>),
    /// Something else: why, and what of it can be read.
    Broken(String, Box<Memory>),
}

impl MemoryFile {
    /// In that folder; `None` where the platform names none. Gives what is remembered, and what there is to say: a file that cannot
    /// be read is set aside, never lost.
    #[must_use]
    pub fn open(folder: Option<PathBuf>) -> (Self, Memory, Option<String>) {
        let (memory, says) = match folder.as_deref().map(load) {
            None => (Memory::default(), None),
            Some(Ok((memory, says))) => (memory, says),
            Some(Err(error)) => {
                let why = disk::reason(&error);
                (Memory::default(), Some(format!("bookmarks and recent sessions cannot be read: {why}")))
            }
        };
        (Self { folder, base: memory.clone() }, memory, says)
    }

    /// What is remembered in that folder, for a command: nothing is set aside.
    ///
    /// # Errors
    /// What the file system says, and a file that holds something else.
    pub fn read(folder: &Path) -> io::Result<Memory> {
        match read(folder)? {
            StoredMemory::Memory(memory) => Ok(*memory),
            StoredMemory::Broken(why, _) => Err(io::Error::other(format!("memory.json is broken: {why}"))),
        }
    }

    /// Puts in what changed here; what other programs put in stays. Gives what is there by then, where that is more or less.
    ///
    /// # Errors
    /// What the file system says, and another program that holds the file for more than 3 s. What is there stays.
    pub fn keep(&mut self, now: &Memory) -> io::Result<Option<Memory>> {
        let is_kept = *now == self.base;
        let Some(folder) = &self.folder else {
            return if is_kept { Ok(None) } else { Err(io::Error::other("this platform names no folder for it")) };
        };
        let merged = if is_kept {
            // Only looked at: what is broken is for whoever has something to keep.
            let StoredMemory::Memory(kept) = read(folder)? else { return Ok(None) };
            now.merged(&self.base, *kept)
        } else {
            places::make_private(folder)?;
            let _lock = places::lock(&folder.join("memory.lock"))?;
            let (kept, _) = readable(folder)?;
            let merged = now.merged(&self.base, kept.clone());
            if merged != kept {
                write(folder, &merged)?;
            }
            self.base = now.clone();
            merged
        };
        Ok((merged != *now).then_some(merged))
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("memory.json")
}

/// What is remembered there. Where that cannot be read it is set aside, under the lock; no folder is made.
fn load(folder: &Path) -> io::Result<(Memory, Option<String>)> {
    match read(folder)? {
        StoredMemory::Memory(memory) => Ok((*memory, None)),
        StoredMemory::Broken(..) => {
            let _lock = places::lock(&folder.join("memory.lock"))?;
            readable(folder)
        }
    }
}

/// The same under the lock.
fn readable(folder: &Path) -> io::Result<(Memory, Option<String>)> {
    match read(folder)? {
        StoredMemory::Memory(memory) => Ok((*memory, None)),
        StoredMemory::Broken(why, rest) => {
            let aside = set_aside(folder)?;
            tracing::warn!(why, aside = %aside.display(), "what was remembered is set aside");
            let mut what = "what was remembered";
            if *rest != Memory::default() {
                what = "a part of what was remembered";
                write(folder, &rest)?;
            }
            Ok((*rest, Some(format!("{what} cannot be read ({why}); it is kept as {}", aside.display()))))
        }
    }
}

fn read(folder: &Path) -> io::Result<StoredMemory> {
    let path = path(folder);
    match fs::symlink_metadata(&path) {
        Ok(meta) if !meta.is_file() => {
            return Err(io::Error::other("what is named `memory.json` there is no plain file; move it away"));
        }
        Ok(meta) if meta.len() > LARGEST => {
            return Ok(StoredMemory::Broken("it is too large".to_owned(), Box::default()));
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(StoredMemory::Memory(Box::default())),
        Err(error) => return Err(error),
    }
    let bytes = fs::read(&path)?;
    Ok(match serde_json::from_slice(&bytes) {
        Ok(memory) => StoredMemory::Memory(Box::new(memory)),
        Err(error) => StoredMemory::Broken(error.to_string(), Box::new(rest_of(&bytes))),
    })
}

/// What of it can be read: one entry that cannot takes no other with it.
fn rest_of(bytes: &[u8]) -> Memory {
    fn each<T: DeserializeOwned>(list: &Value) -> Vec<T> {
        list.as_array().into_iter().flatten().filter_map(|one| T::deserialize(one).ok()).collect()
    }
    let stored: Value = serde_json::from_slice(bytes).unwrap_or_default();
    Memory {
        bookmarks: each(&stored["bookmarks"]),
        recent: each(&stored["recent"]),
        filters: each(&stored["filters"]),
        commands: each(&stored["commands"]),
        finds: each(&stored["finds"]),
        room: PaneRoom::deserialize(&stored["room"]).unwrap_or_default(),
    }
}

/// Gives the file another name, which nothing has yet.
fn set_aside(folder: &Path) -> io::Result<PathBuf> {
    let second = Timestamp::now().as_second();
    let names = (0..100).map(|number| folder.join(format!("memory-broken-{second}-{number}.json")));
    let aside = names.into_iter().find(|name| fs::symlink_metadata(name).is_err());
    let aside = aside.ok_or_else(|| io::Error::other("no name is left to set it aside"))?;
    fs::rename(path(folder), &aside)?;
    Ok(aside)
}

fn write(folder: &Path, memory: &Memory) -> io::Result<()> {
    // A temporary file is its user's alone, and keeps that when it is given its name.
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(&serde_json::to_vec_pretty(memory)?)?;
    file.as_file().sync_all()?;
    file.persist(path(folder)).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::memory::RememberedSession;

    fn session(id: &str) -> RememberedSession {
        RememberedSession {
            store: "here".to_owned(),
            location: "agents.sessions".to_owned(),
            place: "local".to_owned(),
            id: id.to_owned(),
            name: "n".to_owned(),
            at: None,
        }
    }

    #[test]
    fn what_one_program_keeps_another_finds_and_adds_to() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("state");
        let (mut one, mut first, says) = MemoryFile::open(Some(folder.clone()));
        let (mut other, mut second, _) = MemoryFile::open(Some(folder.clone()));
        assert!(says.is_none() && !folder.exists(), "nothing is made before there is something to keep");
        first.bookmark(session("\"a\""));
        one.keep(&first).unwrap();
        second.bookmark(session("{\"$oid\":\"070707070707070707070707\"}"));
        other.keep(&second).unwrap();
        let (_, both, _) = MemoryFile::open(Some(folder.clone()));
        assert_eq!(both.bookmarks.len(), 2);
        assert!(both.bookmarks.iter().all(|kept| kept.key().is_some_and(|key| key.canonical() == kept.id)));
        let told = one.keep(&first).unwrap().expect("the other's came since");
        assert_eq!(told.bookmarks.len(), 2, "also where nothing changed here");
        assert_eq!(one.keep(&told).unwrap(), None);
        assert!(!first.bookmark(session("\"a\"")));
        first.bookmarks.extend(second.bookmarks.clone());
        assert_eq!(one.keep(&first).unwrap(), None);
        let (_, left, _) = MemoryFile::open(Some(folder.clone()));
        assert_eq!(left.bookmarks, second.bookmarks);
        #[cfg(unix)]
        for file in ["memory.json", "memory.lock"] {
            assert_eq!(disk::mode(&fs::metadata(folder.join(file)).unwrap()), 0o600);
        }
    }

    #[test]
    fn a_broken_file_is_set_aside_with_a_word() {
        let dir = tempfile::tempdir().unwrap();
        let broken = b"{\"bookmarks\": [";
        fs::write(path(dir.path()), broken).unwrap();
        assert!(MemoryFile::read(dir.path()).unwrap_err().to_string().contains("memory.json is broken"));
        assert_eq!(fs::read(path(dir.path())).unwrap(), broken, "a command leaves it where it is");
        let (mut file, mut memory, says) = MemoryFile::open(Some(dir.path().to_owned()));
        assert!(says.unwrap().contains("memory-broken-"));
        let aside: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "json"))
            .collect();
        assert_eq!(aside.len(), 1);
        assert_eq!(fs::read(&aside[0]).unwrap(), broken);
        memory.bookmark(session("1"));
        file.keep(&memory).unwrap();
        assert_eq!(MemoryFile::open(Some(dir.path().to_owned())).1, memory);
        assert_eq!(MemoryFile::read(dir.path()).unwrap(), memory);
    }

    #[test]
    fn one_broken_entry_takes_no_other_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let stored = br#"{"bookmarks": [{"store": "s", "id": "1"}, {"name": "n"}, 5], "finds": ["x", 1], "room": {"list_columns": "wide"}}"#;
        fs::write(path(dir.path()), stored).unwrap();
        let (_, memory, says) = MemoryFile::open(Some(dir.path().to_owned()));
        assert!(says.unwrap().starts_with("a part of what was remembered cannot be read ("));
        assert_eq!((memory.bookmarks.len(), memory.bookmarks[0].id.as_str(), memory.finds.len()), (1, "1", 1));
        let (_, again, says) = MemoryFile::open(Some(dir.path().to_owned()));
        assert!(says.is_none() && again == memory, "it stands there from now on");
    }

    #[test]
    fn what_cannot_be_kept_is_told_and_fields_that_are_missing_are_none() {
        let (mut nowhere, mut memory, says) = MemoryFile::open(None);
        assert!(says.is_none());
        nowhere.keep(&memory).unwrap();
        memory.bookmark(session("1"));
        assert!(nowhere.keep(&memory).is_err());
        let dir = tempfile::tempdir().unwrap();
        fs::write(path(dir.path()), b"{\"finds\": [\"x\"], \"later\": 1}").unwrap();
        let (_, memory, says) = MemoryFile::open(Some(dir.path().to_owned()));
        assert!(says.is_none() && memory.finds == ["x"] && memory.bookmarks.is_empty());
        fs::remove_file(path(dir.path())).unwrap();
        fs::create_dir(path(dir.path())).unwrap();
        let (mut file, _, says) = MemoryFile::open(Some(dir.path().to_owned()));
        assert!(says.unwrap().contains("no plain file"));
        assert!(file.keep(&memory).is_err());
    }
}
