//! An agent's folder as it was when it was looked at last.

use std::{
    collections::{BTreeSet, VecDeque},
    path::{Path, PathBuf},
};

use bson::Bson;

use super::{LookOutcome, digest};
use crate::{
    repository::folder::{
        assemble::{self, AGENT_FILES},
        json::{self, Unreadable},
        layout::{self, AgentDir},
        stamp::FileStamp,
    },
    session::{Change, ChangeKind},
};

/// Of how many messages it is remembered how their files looked when they were told.
const RECENT: usize = 32;

/// What is kept of it to tell what changes.
#[derive(Debug)]
pub(super) struct KnownAgent {
    /// `agent.json` and `config.json`.
    files: [KnownFile; 2],
    /// The folder of its messages, when that was listed last.
    folder: Option<FileStamp>,
    /// How many messages there are.
    count: u64,
    /// The number of the last one.
    last: Option<u64>,
    /// How the files of the last ones looked.
    recent: VecDeque<(u64, FileStamp)>,
    /// When the last of the files changed that were there as the folder was listed.
    newest: i128,
}

impl KnownAgent {
    pub(super) fn read(dir: &AgentDir) -> Self {
        let folder = FileStamp::of(&dir.path.join("messages"));
        let files = numbered(dir);
        let mut known = Self {
            files: AGENT_FILES.map(|name| KnownFile::read(&dir.path.join(name)).0),
            folder: folder.and_then(FileStamp::settled),
            count: files.len() as u64,
            last: files.last().map(|(number, _)| *number),
            recent: VecDeque::new(),
            newest: folder.map(|folder| folder.touched()).unwrap_or_default(),
        };
        for (number, file) in files.iter().rev().take(RECENT).rev() {
            known.remember(*number, FileStamp::of(file));
        }
        known
    }

    /// As somebody read it, with so many messages.
    pub(super) fn shown_as(mut self, dir: &AgentDir, count: u64) -> Self {
        let files = numbered(dir);
        let shown = usize::try_from(count).unwrap_or(usize::MAX).min(files.len());
        self.count = shown as u64;
        self.last = files[..shown].last().map(|(number, _)| *number);
        self.recent.clear();
        self.folder = None;
        self
    }

    /// Looks at everything: at the times of its files where those tell enough.
    pub(super) fn look(&mut self, dir: &AgentDir, last_try: bool, outcome: &mut LookOutcome) {
        self.look_at_data(dir, last_try, outcome);
        self.look_at_messages(dir, last_try, outcome);
    }

    fn look_at_messages(&mut self, dir: &AgentDir, last_try: bool, outcome: &mut LookOutcome) {
        let folder = FileStamp::of(&dir.path.join("messages"));
        if folder.is_some() && folder == self.folder {
            // The end is where something is written most, and a file may be written in its place. Nothing was removed: what is not
            // there is a link, or spelled in another way.
            let file = |number| dir.path.join("messages").join(layout::message_name(number));
            if let Some(number) = self.last.filter(|number| FileStamp::of(&file(*number)).is_some()) {
                self.look_at_told(dir, &[number], last_try, outcome);
            }
            return;
        }
        let files = numbered(dir);
        let known = usize::try_from(self.count).unwrap_or(usize::MAX);
        let ends_there = known == 0 || files.get(known - 1).map(|(number, _)| *number) == self.last;
        if files.len() < known || !ends_there {
            outcome.unclear = true;
            let told = std::mem::replace(self, Self::read(dir));
            self.files = told.files;
            return;
        }
        let (old, new) = files.split_at(known);
        let mut newest = folder.map_or(self.newest, |folder| folder.touched().max(self.newest));
        for (number, file) in old {
            let Some(stamp) = FileStamp::of(file) else { continue };
            if stamp.touched() > self.newest && !self.is_told(*number, &stamp) {
                outcome.unclear = true;
                self.remember(*number, Some(stamp));
            }
            newest = newest.max(stamp.touched());
        }
        let whole = self.take_new(dir, new, last_try, outcome);
        self.newest = self.newest.max(newest);
        self.folder = folder.filter(|_| whole).and_then(FileStamp::settled);
    }

    /// Looks at the messages of these numbers, in whose files something was written.
    pub(super) fn look_at(
        &mut self,
        dir: &AgentDir,
        numbers: &BTreeSet<u64>,
        last_try: bool,
        outcome: &mut LookOutcome,
    ) {
        let last = self.last;
        let (told, new): (Vec<u64>, Vec<u64>) =
            numbers.iter().copied().partition(|number| last.is_some_and(|last| *number <= last));
        self.look_at_told(dir, &told, last_try, outcome);
        if self.last != last {
            // What is there was looked at anew.
            return;
        }
        let follows = |last: Option<u64>, number: &u64| {
            let next = last.map_or(0, |last| last.saturating_add(1));
            (*number == next).then_some(Some(*number))
        };
        if new.iter().try_fold(self.last, follows).is_none() {
            // One is missing in between, or was written before the folder was watched: only the list of files tells their places.
            self.folder = None;
            self.look_at_messages(dir, last_try, outcome);
            return;
        }
        let file = |number: u64| dir.path.join("messages").join(layout::message_name(number));
        let new: Vec<(u64, PathBuf)> = new.into_iter().map(|number| (number, file(number))).collect();
        self.take_new(dir, &new, last_try, outcome);
    }

    /// Messages that were told already: written anew, or gone.
    fn look_at_told(&mut self, dir: &AgentDir, numbers: &[u64], last_try: bool, outcome: &mut LookOutcome) {
        let (mut files, mut rewritten) = (None, Vec::new());
        for number in numbers.iter().copied() {
            let file = dir.path.join("messages").join(layout::message_name(number));
            let Some(stamp) = FileStamp::of(&file) else {
                // Those after it have other places now.
                outcome.unclear = true;
                *self = Self::read(dir);
                return;
            };
            if self.is_told(number, &stamp) {
                continue;
            }
            let files = files.get_or_insert_with(|| numbered(dir));
            // So many are read at once by whoever holds them.
            let place = place_of(files, number, &file).filter(|_| numbers.len() <= RECENT);
            match place.map(|place| assemble::whole_message(dir, &file, place)) {
                Some(Ok(message)) => rewritten.push(message),
                // It is half-written.
                Some(Err(Unreadable::Broken(..))) if !last_try => {
                    outcome.unfinished.messages.entry(dir.id.clone()).or_default().insert(number);
                    continue;
                }
                _ => outcome.unclear = true,
            }
            self.remember(number, Some(stamp));
        }
        if !rewritten.is_empty() {
            outcome.tell(|key| Change::new(key, ChangeKind::Rewritten(dir.id.as_str().into(), rewritten)));
        }
    }

    /// Messages at the end. `false`: not all of them can be read yet.
    fn take_new(
        &mut self,
        dir: &AgentDir,
        files: &[(u64, PathBuf)],
        last_try: bool,
        outcome: &mut LookOutcome,
    ) -> bool {
        let mut messages = Vec::new();
        let mut whole = true;
        for (at, (number, file)) in files.iter().enumerate() {
            let stamp = FileStamp::of(file);
            match assemble::whole_message(dir, file, self.count) {
                Ok(message) => messages.push(message),
                // It went again.
                Err(Unreadable::Missing) => continue,
                // A list of messages counts it.
                Err(Unreadable::Broken(..)) if last_try => outcome.unclear = true,
                Err(Unreadable::Broken(..)) => {
                    let left = files[at..].iter().map(|(number, _)| *number);
                    outcome.unfinished.messages.entry(dir.id.clone()).or_default().extend(left);
                    whole = false;
                    break;
                }
            }
            self.count += 1;
            self.last = Some(*number);
            self.newest = stamp.map_or(self.newest, |stamp| stamp.touched().max(self.newest));
            self.remember(*number, stamp);
        }
        if !messages.is_empty() {
            outcome.tell(|key| Change::messages(key, dir.id.as_str().into(), messages));
        }
        whole
    }

    /// `agent.json` and `config.json`.
    pub(super) fn look_at_data(&mut self, dir: &AgentDir, last_try: bool, outcome: &mut LookOutcome) {
        let (mut differs, mut is_whole) = (false, true);
        for (known, name) in self.files.iter_mut().zip(AGENT_FILES) {
            let path = dir.path.join(name);
            if known.stamp.is_some() && FileStamp::of(&path) == known.stamp {
                continue;
            }
            let (now, whole) = KnownFile::read(&path);
            if !whole && !last_try {
                outcome.unfinished.agents.insert(dir.id.clone());
                continue;
            }
            differs |= now.digest != known.digest;
            is_whole &= now.digest.is_some() == known.digest.is_some();
            *known = now;
        }
        if !differs {
            return;
        }
        // A file that came, went or can be read again has left findings behind.
        match assemble::agent_fields(dir).filter(|_| is_whole) {
            Some(fields) => {
                outcome.tell(|key| Change::new(key, ChangeKind::AgentFields(dir.id.as_str().into(), fields)));
            }
            None => outcome.unclear = true,
        }
    }

    fn is_told(&self, number: u64, stamp: &FileStamp) -> bool {
        self.recent.iter().any(|(told, seen)| *told == number && seen.is_as(stamp))
    }

    fn remember(&mut self, number: u64, stamp: Option<FileStamp>) {
        let Some(stamp) = stamp else { return };
        if let Some((_, seen)) = self.recent.iter_mut().find(|(told, _)| *told == number) {
            *seen = stamp;
            return;
        }
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((number, stamp));
    }
}

/// Its message files in the order of their numbers.
fn numbered(dir: &AgentDir) -> Vec<(u64, PathBuf)> {
    let (files, _) = dir.messages();
    let number = |file: &PathBuf| layout::message_number(&layout::file_name(file));
    files.into_iter().filter_map(|file| Some((number(&file)?, file))).collect()
}

/// The place of a message among the files: numbers may be missing, and one may be written in two ways.
fn place_of(files: &[(u64, PathBuf)], number: u64, file: &Path) -> Option<u64> {
    let first = files.partition_point(|(other, _)| *other < number);
    let same = files[first..].iter().take_while(|(other, _)| *other == number);
    same.zip(first as u64..).find(|((_, path), _)| path == file).map(|(_, place)| place)
}

/// A file that is read whole, as it was then.
#[derive(Debug)]
struct KnownFile {
    stamp: Option<FileStamp>,
    /// What it says, but for when it was written: Strands writes `agent.json` anew with every message. `None` where there is none.
    digest: Option<u64>,
}

impl KnownFile {
    /// The file, and whether it is whole: it is not half-written.
    fn read(path: &Path) -> (Self, bool) {
        let stamp = FileStamp::of(path).and_then(FileStamp::settled);
        let (digest, whole) = match json::read(path) {
            Ok(Bson::Document(mut stored)) => {
                stored.remove("updated_at");
                (digest(&stored), true)
            }
            Ok(other) => (digest(&bson::doc! { "": other }), true),
            Err(Unreadable::Missing) => (None, true),
            Err(Unreadable::Broken(..)) => (None, false),
        };
        (Self { stamp, digest }, whole)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::repository::folder::layout::SessionDir;

    #[test]
    fn an_end_that_is_spelled_in_another_way_is_no_news_at_every_look() {
        let root = tempfile::tempdir().unwrap();
        let dir = AgentDir { id: "a".to_owned(), path: root.path().join("agent_a") };
        let messages = dir.path.join("messages");
        fs::create_dir_all(&messages).unwrap();
        for name in ["message_0.json", "message_01.json"] {
            fs::write(messages.join(name), "{}").unwrap();
        }
        let mut known = KnownAgent::read(&dir);
        // As if nothing was written there for some time.
        known.folder = FileStamp::of(&messages);
        let mut outcome = LookOutcome::of(&SessionDir { id: "s".to_owned(), path: root.path().to_owned() });
        known.look(&dir, false, &mut outcome);
        assert!(outcome.changes.is_empty() && !outcome.unclear);
    }
}
