//! Taking folders away: they vanish in one step, and come back where something was written to them meanwhile.
//!
//! Strands takes no lock and makes its folders anew, so one that was set aside may find another in its place.

use std::{
    collections::BTreeMap,
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{
    SessionPlace,
    files::{self, failed},
};
use crate::{
    disk,
    repository::{
        Result,
        folder::{layout, stamp::number},
    },
};

/// How often another writer may take the place of a folder that comes back.
const PUT_BACK: usize = 20;

/// What can be seen of everything beneath a folder without reading it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen(BTreeMap<PathBuf, SeenEntry>);

#[derive(Debug, PartialEq, Eq)]
struct SeenEntry {
    /// Of a file.
    len: Option<u64>,
    modified: Option<SystemTime>,
    /// A file that was renamed into the place of another has another number.
    number: u64,
}

impl SeenEntry {
    fn of(meta: &Metadata) -> Self {
        Self { len: (!meta.is_dir()).then_some(meta.len()), modified: meta.modified().ok(), number: number(meta) }
    }
}

/// Looks at a session's folder, but for its lock.
pub(super) fn look(dir: &Path) -> io::Result<Seen> {
    let mut seen = BTreeMap::new();
    look_into(dir, Path::new(""), &mut seen)?;
    Ok(Seen(seen))
}

fn look_into(dir: &Path, beneath: &Path, seen: &mut BTreeMap<PathBuf, SeenEntry>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = beneath.join(entry.file_name());
        if name == Path::new(layout::LOCK) {
            continue;
        }
        let meta = entry.metadata()?;
        if meta.is_dir() {
            look_into(&entry.path(), &name, seen)?;
        }
        seen.insert(name, SeenEntry::of(&meta));
    }
    Ok(())
}

/// A name beside a folder that no list shows.
fn hidden(path: &Path) -> PathBuf {
    path.with_file_name(format!("{}{}", layout::DELETED, uuid::Uuid::new_v4()))
}

fn set_aside(path: &Path) -> Result<PathBuf> {
    let aside = hidden(path);
    fs::rename(path, &aside).map_err(|error| failed(path, "deleting it", &error))?;
    Ok(aside)
}

/// Removes a folder of a session so that it is never seen half removed.
pub(super) fn remove(place: &SessionPlace, path: &Path) -> Result<()> {
    let aside = set_aside(path)?;
    clear(place, &aside);
    Ok(())
}

/// Removes a session's folder if it is what was seen before; else it is put back.
pub(super) fn remove_seen(place: &SessionPlace, seen: &Seen) -> Result<bool> {
    let path = &place.dir.path;
    let aside = set_aside(path)?;
    if look(&aside).is_ok_and(|now| now == *seen) {
        clear(place, &aside);
        if fs::symlink_metadata(path).is_ok() {
            place.say(&format!(
                "session {:?} is deleted; another program has written to it since, and made its folder anew for that",
                place.dir.id
            ));
        }
        return Ok(true);
    }
    put_back(place, &aside)?;
    Ok(false)
}

/// What was deleted stays so, also where not all of it can be cleared away.
fn clear(place: &SessionPlace, aside: &Path) {
    if let Err(error) = fs::remove_dir_all(aside) {
        place.say(&format!(
            "what was deleted of session {:?} could not be removed from {}: {}; remove it by hand",
            place.dir.id,
            aside.display(),
            disk::reason(&error)
        ));
    }
}

/// Puts a session's folder back. What another writer has put in its place meanwhile is moved into it.
fn put_back(place: &SessionPlace, aside: &Path) -> Result<()> {
    let path = &place.dir.path;
    let mut newcomers = Vec::new();
    let mut attempts = 0;
    while let Err(error) = fs::rename(aside, path) {
        attempts += 1;
        // Its place is taken: whatever the system says of that.
        let newcomer = hidden(path);
        if attempts > PUT_BACK || fs::rename(path, &newcomer).is_err() {
            return Err(failed(aside, "putting it back", &error)
                .with_hint(format!("rename it to session_{} to have the session back", place.dir.id)));
        }
        newcomers.push(newcomer);
    }
    for newcomer in newcomers {
        if merge(&newcomer, path).is_ok_and(|whole| whole) && fs::remove_dir_all(&newcomer).is_ok() {
            continue;
        }
        place.say(&format!(
            "what was written to session {:?} while it was looked at stands in {}, where files of those names are in its own \
             folder",
            place.dir.id,
            newcomer.display()
        ));
    }
    Ok(())
}

/// Moves every file of a folder into another one, over none that is there. `false`: some are left.
fn merge(from: &Path, into: &Path) -> io::Result<bool> {
    let mut whole = true;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, target) = (entry.path(), into.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            match disk::private().create(&target) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => whole &= merge(&path, &target)?,
            }
        } else if entry.file_name() != layout::LOCK {
            whole &= files::move_new(&path, &target)?;
        }
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::repository::folder::layout::SessionDir;

    struct Deletable {
        root: tempfile::TempDir,
        said: Arc<Mutex<Vec<String>>>,
    }

    impl Deletable {
        fn new() -> Self {
            let deletable = Self { root: tempfile::tempdir().unwrap(), said: Arc::default() };
            fs::create_dir_all(deletable.path().join("agents/agent_a/messages")).unwrap();
            fs::write(deletable.path().join("session.json"), "{}").unwrap();
            deletable
        }

        fn path(&self) -> PathBuf {
            self.root.path().join("session_s")
        }

        fn place(&self) -> SessionPlace {
            let said = Arc::clone(&self.said);
            let waiting = move |text: &str| said.lock().unwrap().push(text.to_owned());
            let dir = SessionDir { id: "s".to_owned(), path: self.path() };
            SessionPlace { dir, waiting: Some(Arc::new(waiting)) }
        }

        fn said(&self) -> Vec<String> {
            self.said.lock().unwrap().clone()
        }

        fn names(&self) -> Vec<String> {
            let names = fs::read_dir(self.root.path()).unwrap();
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
        }
    }

    #[test]
    fn what_was_seen_is_removed_and_what_changed_is_put_back() {
        let deletable = Deletable::new();
        let seen = look(&deletable.path()).unwrap();
        // The lock is none of its content.
        fs::write(deletable.path().join(layout::LOCK), "").unwrap();
        fs::write(deletable.path().join("agents/agent_a/agent.json"), "{}").unwrap();
        assert!(!remove_seen(&deletable.place(), &seen).unwrap());
        assert_eq!((deletable.names(), deletable.said()), (vec!["session_s".to_owned()], Vec::<String>::new()));
        let seen = look(&deletable.path()).unwrap();
        assert!(remove_seen(&deletable.place(), &seen).unwrap());
        assert_eq!((deletable.names(), deletable.said()), (Vec::<String>::new(), Vec::<String>::new()));
    }

    #[test]
    fn a_folder_that_was_made_meanwhile_is_moved_into_the_one_that_comes_back() {
        let deletable = Deletable::new();
        let aside = set_aside(&deletable.path()).unwrap();
        let messages = deletable.path().join("agents/agent_a/messages");
        fs::create_dir_all(&messages).unwrap();
        fs::write(messages.join("message_7.json"), "{}").unwrap();
        put_back(&deletable.place(), &aside).unwrap();
        assert!(messages.join("message_7.json").exists() && deletable.path().join("session.json").exists());
        assert_eq!((deletable.names(), deletable.said()), (vec!["session_s".to_owned()], Vec::<String>::new()));
    }

    #[test]
    fn no_file_takes_the_place_of_another_when_a_folder_comes_back() {
        let deletable = Deletable::new();
        let aside = set_aside(&deletable.path()).unwrap();
        fs::create_dir_all(deletable.path()).unwrap();
        fs::write(deletable.path().join("session.json"), "newer").unwrap();
        put_back(&deletable.place(), &aside).unwrap();
        assert_eq!(fs::read_to_string(deletable.path().join("session.json")).unwrap(), "{}");
        let [left] = &deletable.said()[..] else { panic!("{:?}", deletable.said()) };
        assert!(left.contains("\"s\"") && left.contains(layout::DELETED), "{left}");
        assert_eq!(deletable.names().len(), 2);
    }
}
