//! What is remembered of how the program is used is kept on a thread that may wait for the disk. A slow one has one state to write,
//! however much happens meanwhile.

use std::{
    io::{self, Write},
    mem,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::mpsc;

use super::Browser;
use crate::{
    app::{
        memory::{Memory, MemoryFile},
        tui::state::Input,
    },
    disk,
};

/// Keeps what is remembered.
#[derive(Debug)]
pub(super) struct Remembering(Arc<MemoryDesk>);

/// What is to be kept, and where.
#[derive(Debug)]
struct MemoryDesk {
    waiting: Mutex<WaitingMemory>,
    file: Mutex<MemoryFile>,
    /// Hears what other programs put in.
    news: mpsc::UnboundedSender<Input>,
}

/// What is to be kept.
#[derive(Debug, Default)]
struct WaitingMemory {
    newest: Option<Box<Memory>>,
    /// A thread is at it.
    is_at_work: bool,
    /// Why the last state could not be kept.
    failed: Option<String>,
    /// That was told.
    told: bool,
}

impl Remembering {
    /// In that folder; `None` where the platform names none. Gives what is remembered, and what there is to say of it. What other
    /// programs put in is told as input.
    pub fn open(folder: Option<PathBuf>, news: mpsc::UnboundedSender<Input>) -> (Self, Memory, Option<String>) {
        let (file, memory, says) = MemoryFile::open(folder);
        (Self(Arc::new(MemoryDesk { waiting: Mutex::default(), file: Mutex::new(file), news })), memory, says)
    }

    /// Keeps a state soon. Gives why the one before could not be, once.
    pub fn keep(&self, memory: Box<Memory>) -> Option<String> {
        let mut waiting = lock(&self.0.waiting);
        waiting.newest = Some(memory);
        if !mem::replace(&mut waiting.is_at_work, true) {
            let desk = Arc::clone(&self.0);
            tokio::task::spawn_blocking(move || desk.work());
        }
        let failed = waiting.failed.clone()?;
        (!mem::replace(&mut waiting.told, true)).then_some(failed)
    }

    /// Keeps what is not kept yet, before it returns, or says why it could not be: the terminal is given back by then.
    pub fn finish(&self) {
        self.0.work();
        if let Some(why) = lock(&self.0.waiting).failed.take() {
            // Nobody is left to tell when this fails.
            let _ = writeln!(io::stderr(), "strandscope: bookmarks and recent sessions could not be kept: {why}");
        }
    }
}

impl Browser {
    /// Keeps what is remembered soon; says where that failed before.
    pub(super) fn remember(&mut self, memory: Box<Memory>) {
        if let Some(why) = self.remembering.keep(memory) {
            self.state.tell_error(format!("bookmarks and recent sessions cannot be kept: {why}"));
            self.pace.soon();
        }
    }
}

impl MemoryDesk {
    /// Keeps the newest state until there is none, after what is being kept.
    fn work(&self) {
        let mut file = lock(&self.file);
        loop {
            let newest = {
                let mut waiting = lock(&self.waiting);
                let newest = waiting.newest.take();
                waiting.is_at_work = newest.is_some();
                newest
            };
            let Some(newest) = newest else { return };
            let kept = file.keep(&newest);
            if let Err(error) = &kept {
                tracing::warn!(%error, "what is remembered could not be kept");
            }
            let failed = match kept {
                Ok(kept) => {
                    if let Some(kept) = kept {
                        // Nobody listens any more at the end.
                        let _ = self.news.send(Input::Remembered(newest, Box::new(kept)));
                    }
                    None
                }
                Err(error) => Some(disk::reason(&error)),
            };
            let mut waiting = lock(&self.waiting);
            waiting.told &= failed.is_some();
            waiting.failed = failed;
        }
    }
}

/// A panic while it was held left it as it was before or after, which is as good.
fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::memory::PaneRoom;

    fn nobody() -> mpsc::UnboundedSender<Input> {
        mpsc::unbounded_channel().0
    }

    #[tokio::test]
    async fn what_another_window_put_in_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let (news, mut told) = mpsc::unbounded_channel();
        let (here, mut mine, _) = Remembering::open(Some(dir.path().to_owned()), news);
        let (other, mut theirs, _) = Remembering::open(Some(dir.path().to_owned()), nobody());
        theirs.finds.push("theirs".to_owned());
        other.keep(Box::new(theirs));
        other.finish();
        mine.room = PaneRoom { list_columns: Some(50), ..PaneRoom::default() };
        here.keep(Box::new(mine.clone()));
        here.finish();
        let Some(Input::Remembered(sent, kept)) = told.recv().await else { panic!("it is told") };
        assert_eq!(
            (*sent, kept.finds.as_slice(), kept.room),
            (mine.clone(), ["theirs".to_owned()].as_slice(), mine.room)
        );
    }

    #[tokio::test]
    async fn the_newest_state_is_kept_at_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let (remembering, mut memory, says) = Remembering::open(Some(dir.path().to_owned()), nobody());
        assert!(says.is_none());
        for text in ["a", "b", "c"] {
            memory.finds.insert(0, text.to_owned());
            assert_eq!(remembering.keep(Box::new(memory.clone())), None);
        }
        remembering.finish();
        assert_eq!(lock(&remembering.0.waiting).failed, None);
        assert_eq!(Remembering::open(Some(dir.path().to_owned()), nobody()).1, memory);
    }

    #[tokio::test]
    async fn what_cannot_be_kept_is_told_once() {
        let (remembering, mut memory, _) = Remembering::open(None, nobody());
        memory.finds.push("a".to_owned());
        remembering.keep(Box::new(memory.clone()));
        remembering.0.work();
        let told = remembering.keep(Box::new(memory.clone()));
        assert!(told.unwrap().contains("no folder"));
        remembering.0.work();
        assert_eq!(remembering.keep(Box::new(memory)), None);
        assert!(lock(&remembering.0.waiting).failed.is_some());
    }
}
