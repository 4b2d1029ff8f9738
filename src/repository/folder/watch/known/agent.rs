//! An agent's folder as it was when it was looked at last.

use std::{
    collections::{BTreeSet, VecDeque},
    path::PathBuf,
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

/// Of how many messages it is remembered how their files looked when they were told.
const RECENT: usize = 32;

/// What is kept of it to tell what changes.
#[derive(Debug)]
pub(super) struct KnownAgent {
    /// `agent.json`, without its own times: Strands writes it anew with every message.
    data: Option<u64>,
    data_file: Option<FileStamp>,
    config_file: Option<FileStamp>,
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
            data_file: FileStamp::of(&dir.path.join("agent.json")),
            data: data(dir).ok().flatten(),
            config_file: FileStamp::of(&dir.path.join("config.json")),
            folder,
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
    pub(super) fn as_shown(mut self, dir: &AgentDir, count: u64) -> Self {
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
        let folder = FileStamp::of(&dir.path.join("messages"));
        if folder == self.folder {
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
            *self =
                Self { data: self.data, data_file: self.data_file, config_file: self.config_file, ..Self::read(dir) };
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
        self.newest = newest;
        self.folder = folder.filter(|_| whole);
    }

    /// Looks at the messages of these numbers, in whose files something was written.
    pub(super) fn look_at(
        &mut self,
        dir: &AgentDir,
        numbers: &BTreeSet<u64>,
        last_try: bool,
        outcome: &mut LookOutcome,
    ) {
        let file = |number: u64| dir.path.join("messages").join(layout::message_name(number));
        let is_new = |number: &u64| self.last.is_none_or(|last| *number > last);
        let (new, old): (Vec<u64>, Vec<u64>) = numbers.iter().copied().partition(is_new);
        for number in old {
            self.look_at_told(dir, number, outcome);
        }
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
            self.remember(*number, stamp);
        }
        if !messages.is_empty() {
            outcome.tell(|key| Change::messages(key, dir.id.as_str().into(), messages));
        }
        whole
    }

    /// `agent.json` and `config.json`.
    pub(super) fn look_at_data(&mut self, dir: &AgentDir, last_try: bool, outcome: &mut LookOutcome) {
        let is_as = |one: Option<FileStamp>, other: Option<FileStamp>| match (one, other) {
            (Some(one), Some(other)) => one.is_as(&other),
            (one, other) => one.is_none() && other.is_none(),
        };
        let config = FileStamp::of(&dir.path.join("config.json"));
        if !is_as(config, self.config_file) {
            outcome.unclear = true;
            self.config_file = config;
        }
        let file = FileStamp::of(&dir.path.join("agent.json"));
        if is_as(file, self.data_file) {
            return;
        }
        let now = match data(dir) {
            Ok(now) => now,
            Err(_) if last_try => None,
            Err(_) => {
                outcome.unfinished.agents.insert(dir.id.clone());
                return;
            }
        };
        outcome.unclear |= now != self.data;
        (self.data, self.data_file) = (now, file);
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

/// What `agent.json` says but for when; `None` where there is none.
fn data(dir: &AgentDir) -> Result<Option<u64>, Unreadable> {
    match json::read(&dir.path.join("agent.json")) {
        Ok(Bson::Document(mut data)) => {
            data.remove("updated_at");
            Ok(digest(&data))
        }
        Ok(other) => Ok(digest(&bson::doc! { "": other })),
        Err(Unreadable::Missing) => Ok(None),
        Err(broken) => Err(broken),
    }
}
