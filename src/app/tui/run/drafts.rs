//! What is typed and not stored, kept in files while it is so: also a kill or a power cut leaves it there.

mod files;
mod format;
mod found;
mod pair;
mod window;

use std::{
    io::{self, Write},
    mem,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use crate::app::{
    text,
    tui::state::{
        kept_drafts::{Draft, DraftId, DraftNews, DraftOrder},
        writing::MAY_BE_DONE,
    },
};
use files::DraftFiles;

/// How often what is typed is made to outlive a power cut; and how soon it is tried again where it could not be written.
const EVERY: Duration = Duration::from_secs(2);

/// Keeps drafts. Nothing here waits for the disk but [`Drafts::keep`].
#[derive(Debug)]
pub(super) struct Drafts {
    desk: Arc<DraftDesk>,
    news: mpsc::UnboundedReceiver<DraftNews>,
    /// Drafts of runs before that go on here: their files go with the next state that is kept.
    taken_up: Vec<DraftId>,
    /// When a state was last handed over that is to outlive a power cut.
    synced: Option<Instant>,
    due: Option<Instant>,
    /// What was typed is on its way.
    hurries: bool,
    any: bool,
}

impl Drafts {
    /// In this folder; `None` where the platform names none.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let (sender, news) = mpsc::unbounded_channel();
        let desk = DraftDesk { waiting: Mutex::default(), files: Mutex::new(DraftFiles::new(folder)), news: sender };
        Self { desk: Arc::new(desk), news, taken_up: Vec::new(), synced: None, due: None, hurries: false, any: false }
    }

    /// A person did something; `typed`: there is something to type in. The files are behind from now on, and brought up to date
    /// before anything else is waited for.
    pub fn touch(&mut self, typed: bool) {
        self.due_within(typed, Duration::ZERO);
    }

    /// Something else happened: the files are brought up to date within a while.
    pub fn touch_later(&mut self, typed: bool) {
        self.due_within(typed, EVERY);
    }

    fn due_within(&mut self, typed: bool, wait: Duration) {
        if typed || self.any {
            let due = Instant::now() + wait;
            self.due = Some(self.due.map_or(due, |earlier| earlier.min(due)));
        }
    }

    /// What was typed is on its way: it is to outlive a power cut.
    pub fn hurry(&mut self) {
        self.hurries = true;
        self.due = Some(Instant::now());
    }

    /// How long until the files are to be brought up to date.
    pub fn wait(&self) -> Option<Duration> {
        self.due.map(|due| due.saturating_duration_since(Instant::now()))
    }

    /// Brings the files up to date on a thread that may wait for the disk. While it does, only the newest state waits.
    pub fn keep_soon(&mut self, drafts: Vec<Draft>) {
        let sync = mem::take(&mut self.hurries) || self.synced.is_none_or(|at| at.elapsed() >= EVERY);
        self.hand_over(drafts, sync);
        DraftDesk::wake(&self.desk);
    }

    /// Brings the files up to date before it returns.
    pub fn keep(&mut self, drafts: Vec<Draft>) {
        self.hand_over(drafts, true);
        self.desk.work();
    }

    fn hand_over(&mut self, drafts: Vec<Draft>, sync: bool) {
        let now = Instant::now();
        if sync {
            self.synced = Some(now);
        }
        self.any = !drafts.is_empty();
        self.due = self.synced.filter(|_| self.any && !sync).map(|last| last + EVERY);
        let mut waiting = lock(&self.desk.waiting);
        waiting.taken_up.append(&mut self.taken_up);
        let sync = sync || waiting.state.as_ref().is_some_and(|(_, sync)| *sync);
        waiting.state = Some((drafts, sync));
    }

    /// Looks for drafts of runs before, which are told as news.
    pub fn find(&self) {
        lock(&self.desk.waiting).find = true;
        DraftDesk::wake(&self.desk);
    }

    /// Does something with the file of a draft of a run before.
    pub fn order(&mut self, order: DraftOrder) {
        match order {
            DraftOrder::TakenUp(id) => {
                self.taken_up.push(id);
                self.due = Some(Instant::now());
            }
            DraftOrder::Discarded(id) => {
                lock(&self.desk.waiting).discarded.push(id);
                DraftDesk::wake(&self.desk);
            }
        }
    }

    /// What is told of the files. What could not be written is tried again.
    pub async fn news(&mut self) -> DraftNews {
        match self.news.recv().await {
            Some(news) => {
                if matches!(news, DraftNews::NotKept(_)) && self.any && self.due.is_none() {
                    self.due = Some(Instant::now() + EVERY);
                }
                news
            }
            // Its other end is held here.
            None => std::future::pending().await,
        }
    }

    /// Says where each is: the terminal is given back by then.
    pub fn say(&self) {
        for kept in lock(&self.desk.files).kept() {
            let said = match &kept.saved {
                Ok(path) if kept.draft.may_be_stored => {
                    format!("what was typed is kept in {}; {MAY_BE_DONE}", path.display())
                }
                Ok(path) => format!("what was typed is kept in {}, and offered at the next start", path.display()),
                Err(error) => {
                    format!("{}: what was typed could not be kept ({error}):\n{}", kept.draft.what, kept.draft.text)
                }
            };
            tracing::info!(what = kept.draft.what, "unsaved text at the end");
            // Nobody is left to tell when this fails too.
            let _ = writeln!(io::stderr(), "strandscope: {}", text::block(&said));
        }
    }
}

/// A panic while it was held left it as it was before or after, which is as good.
fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is to be done, and the files it is done to. A slow disk has one state to write, however much is typed meanwhile.
#[derive(Debug)]
struct DraftDesk {
    waiting: Mutex<WaitingDrafts>,
    files: Mutex<DraftFiles>,
    news: mpsc::UnboundedSender<DraftNews>,
}

/// What is to be done.
#[derive(Debug, Default)]
struct WaitingDrafts {
    /// The newest state, and whether it is to outlive a power cut.
    state: Option<(Vec<Draft>, bool)>,
    taken_up: Vec<DraftId>,
    discarded: Vec<DraftId>,
    find: bool,
    /// A thread is at it.
    is_at_work: bool,
    /// The last state could not be written.
    fails: bool,
}

impl DraftDesk {
    /// Has a thread do what waits.
    fn wake(desk: &Arc<Self>) {
        let mut waiting = lock(&desk.waiting);
        if !mem::replace(&mut waiting.is_at_work, true) {
            let desk = Arc::clone(desk);
            tokio::task::spawn_blocking(move || desk.work());
        }
    }

    /// Does all that waits, after what is being done.
    fn work(&self) {
        let mut files = lock(&self.files);
        loop {
            let (state, taken_up, discarded, find) = {
                let mut waiting = lock(&self.waiting);
                let state = waiting.state.take();
                // They go with a state that holds them, which is the one that came with them.
                let taken_up = if state.is_some() { mem::take(&mut waiting.taken_up) } else { Vec::new() };
                let (discarded, find) = (mem::take(&mut waiting.discarded), mem::take(&mut waiting.find));
                if state.is_none() && discarded.is_empty() && !find {
                    waiting.is_at_work = false;
                    return;
                }
                (state, taken_up, discarded, find)
            };
            if let Some((drafts, sync)) = state {
                self.keep(&mut files, drafts, sync, taken_up);
            }
            for id in &discarded {
                files.discard(id);
            }
            if find {
                let found = files.find();
                if !found.is_empty() {
                    self.tell(DraftNews::Found(found));
                }
            }
        }
    }

    fn keep(&self, files: &mut DraftFiles, drafts: Vec<Draft>, sync: bool, taken_up: Vec<DraftId>) {
        let kept = files.keep(drafts, sync, &taken_up);
        let mut waiting = lock(&self.waiting);
        let failed = mem::replace(&mut waiting.fails, kept.is_err());
        match kept {
            Ok(()) if failed => self.tell(DraftNews::KeptAgain),
            Ok(()) => {}
            Err(why) => {
                // Their old files stay until the new ones are there.
                waiting.taken_up.extend(taken_up);
                self.tell(DraftNews::NotKept(why));
            }
        }
    }

    fn tell(&self, news: DraftNews) {
        // Nobody listens any more at the end.
        let _ = self.news.send(news);
    }
}

#[cfg(test)]
mod tests;
