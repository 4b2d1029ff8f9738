//! An agent's folder as it was when it was looked at last.

use std::{
    collections::{BTreeSet, VecDeque},
    path::{Path, PathBuf},
};

use bson::Bson;

use super::{LookOutcome, digest};
use crate::{
    repository::folder::{
        assemble,
        json::{self, Unreadable},
        layout::{self, AgentDir},
        stamp::FileStamp,
    },
    session::Change,
};

/// The files of an agent that are no messages.
const DATA: [&str; 2] = ["agent.json", "config.json"];

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
            files: DATA.map(|name| KnownFile::read(&dir.path.join(name)).0),
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
            // The end is where something is written most, and a file may be written in its place.
            if let Some((number, _)) = self.recent.back().copied() {
                self.look_at_told(dir, number, outcome);
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
        for number in numbers {
            if self.last.is_some_and(|last| *number <= last) {
                self.look_at_told(dir, *number, outcome);
            }
        }
        let new: Vec<u64> =
            numbers.iter().copied().filter(|number| self.last.is_none_or(|last| *number > last)).collect();
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

    /// A message that was told already: written anew, or gone.
    fn look_at_told(&mut self, dir: &AgentDir, number: u64, outcome: &mut LookOutcome) {
        let stamp = FileStamp::of(&dir.path.join("messages").join(layout::message_name(number)));
        match stamp {
            Some(stamp) if self.is_told(number, &stamp) => {}
            Some(stamp) => {
                outcome.unclear = true;
                self.remember(number, Some(stamp));
            }
            None => {
                // Those after it have other places now.
                outcome.unclear = true;
                *self = Self::read(dir);
            }
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
        for (known, name) in self.files.iter_mut().zip(DATA) {
            let path = dir.path.join(name);
            if known.stamp.is_some() && FileStamp::of(&path) == known.stamp {
                continue;
            }
            let (now, whole) = KnownFile::read(&path);
            if !whole && !last_try {
                outcome.unfinished.agents.insert(dir.id.clone());
                continue;
            }
            outcome.unclear |= now.digest != known.digest;
            *known = now;
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
