//! What changes in a folder of sessions: told by the system as files are written, and by a slow sweep behind that, for file systems
//! that tell nothing and for what was missed.
//!
//! Nothing of what the system tells is believed but that a file is worth a look: the changes follow from what is there now, and
//! from what was there before.

mod known;
mod sessions;
mod touched;

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures_util::{Stream, StreamExt, stream};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use self::{
    sessions::{FolderChanges, KnownFolder, LookOrder},
    touched::TouchedFiles,
};
use crate::repository::{Error, InView, News, Result, Watch, WatchMode, WatchView, teller::NewsTeller};

/// How much news may wait for whoever reads the watch; meanwhile what is written is gathered.
const WAITING: usize = 16;

/// So long is gathered what is written after the first of it.
const GATHER: Duration = Duration::from_millis(30);

/// The time between two sweeps behind the notifications.
pub(super) const SWEEP: Duration = Duration::from_secs(5);

/// The shortest and the longest time between two sweeps where there are none.
pub(super) const BUSY: Duration = Duration::from_millis(500);
pub(super) const IDLE: Duration = Duration::from_secs(5);

/// How often a folder is tried to be watched in which others come and go.
const ATTEMPTS: usize = 5;

/// See [`crate::repository::SessionReader::watch`]. Looks at nothing before it is read. Where it is not to be `notified`, the folder
/// is only looked at again and again.
pub(super) fn changes(root: Arc<Path>, view: &WatchView, notified: bool) -> Watch {
    let mut shown = view.shown();
    // What is in view already counts as well.
    shown.mark_changed();
    let begun = async move {
        let (told, news) = mpsc::channel(WAITING);
        let teller = FolderTeller { root, news: NewsTeller::new(told), shown, notified };
        tokio::spawn(teller.run());
        news
    };
    Watch::new(stream::once(begun).flat_map(received))
}

fn received(news: mpsc::Receiver<News>) -> impl Stream<Item = News> + Send {
    stream::unfold(news, |mut news| async move { news.recv().await.map(|told| (told, news)) })
}

/// How changes beneath a folder are told, tried: by the system as files are written, else why it does not tell them.
pub(super) fn told_by_system(root: &Path) -> std::result::Result<(), String> {
    let touched = Arc::new(TouchedFiles::new(root.into()));
    notifier(root, &touched).map(drop).map_err(|error| touched::reason(&error))
}

/// Why a watch of the folder ended.
enum FolderBreak {
    /// Nobody reads it any more.
    Unread,
    /// The folder is another one.
    Anew,
    /// The folder is not there.
    Lost(Error),
}

/// What watches a folder, and what is known of it.
struct Watching {
    known: KnownFolder,
    touched: Arc<TouchedFiles>,
    /// Ends with its drop.
    notifier: Option<RecommendedWatcher>,
}

struct FolderTeller {
    root: Arc<Path>,
    news: NewsTeller,
    shown: watch::Receiver<InView>,
    /// Whether the system is asked to tell what is written.
    notified: bool,
}

impl FolderTeller {
    async fn run(mut self) {
        while !self.news.is_unread() {
            let end = match self.begin().await {
                Ok(watching) => self.follow(watching).await,
                Err(error) => FolderBreak::Lost(error),
            };
            match end {
                FolderBreak::Unread => return,
                FolderBreak::Anew => {}
                FolderBreak::Lost(error) => self.news.lose(error).await,
            }
            self.news.pause().await;
        }
    }

    /// Watches what is written from now on, and reads what is there.
    async fn begin(&self) -> Result<Watching> {
        let (root, notified, now, begun) = (Arc::clone(&self.root), self.notified, Instant::now(), SystemTime::now());
        super::run(move || {
            let touched = Arc::new(TouchedFiles::new(Arc::clone(&root)));
            // Before anything is read, so that no change is missed in between.
            let notifier =
                if notified { notifier(&root, &touched) } else { Err(notify::Error::generic("it is not asked")) };
            let known = KnownFolder::read(&root, now, begun)?;
            let notifier = notifier.inspect_err(|error| {
                let reason = touched::reason(error);
                tracing::info!(
                    reason,
                    "the system does not tell what is written; the folder is looked at again and again"
                );
            });
            Ok(Watching { known, touched, notifier: notifier.ok() })
        })
        .await
    }

    /// Tells what changes, for as long as the folder is there.
    async fn follow(&mut self, watching: Watching) -> FolderBreak {
        let Watching { mut known, touched, mut notifier } = watching;
        let mut interval = if notifier.is_some() { SWEEP } else { BUSY };
        let mode = if notifier.is_some() { WatchMode::Stream } else { WatchMode::Poll(interval) };
        self.news.calm();
        if !self.news.begin(mode).await {
            return FolderBreak::Unread;
        }
        let mut swept = Instant::now();
        loop {
            let sweep_at = swept + interval;
            let look_at = known.next_look().map_or(sweep_at, |again| again.min(sweep_at));
            let Some(mut order) = self.wait(&touched, look_at).await else { return FolderBreak::Unread };
            if order.gathered.missed {
                tracing::debug!("more happened than the system could tell; the folder is looked at bit by bit");
            }
            let failed = order.gathered.failed.take();
            order.sweep = Instant::now() >= sweep_at;
            let is_sweep = order.sweep;
            let changes = match look(known, notifier, order).await {
                Ok((back, watched, FolderChanges::Told(changes))) => {
                    (known, notifier) = (back, watched);
                    changes
                }
                Ok((_, _, FolderChanges::Another)) => return FolderBreak::Anew,
                Err(error) => return FolderBreak::Lost(error),
            };
            if is_sweep {
                swept = Instant::now();
            }
            let is_quiet = changes.is_empty();
            if !is_quiet && !self.news.tell(News::Changes(changes)).await {
                return FolderBreak::Unread;
            }
            if let Some(reason) = failed.filter(|_| notifier.is_some()) {
                tracing::info!(
                    reason,
                    "the system tells no more what is written; the folder is looked at again and again"
                );
                notifier = None;
                interval = BUSY;
                // What the system did not tell may have been missed.
                if !self.news.tell(News::Begun(WatchMode::Poll(interval))).await {
                    return FolderBreak::Unread;
                }
            } else if notifier.is_none() && is_sweep {
                let next = if is_quiet { (interval * 2).min(IDLE) } else { BUSY };
                if std::mem::replace(&mut interval, next) != next
                    && !self.news.tell(News::Paced(WatchMode::Poll(next))).await
                {
                    return FolderBreak::Unread;
                }
            }
        }
    }

    /// Waits until there is something to look at; `None`: for nobody.
    async fn wait(&mut self, touched: &TouchedFiles, look_at: Instant) -> Option<LookOrder> {
        let mut view = None;
        tokio::select! {
            () = self.news.unread() => return None,
            () = touched.wait() => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep_until(look_at) => {}
            Ok(()) = self.shown.changed() => view = Some(self.shown.borrow_and_update().clone()),
        }
        Some(LookOrder { gathered: touched.take(), sweep: false, view })
    }
}

/// Looks at the folder, off the async threads.
async fn look(
    mut known: KnownFolder,
    mut notifier: Option<RecommendedWatcher>,
    order: LookOrder,
) -> Result<(KnownFolder, Option<RecommendedWatcher>, FolderChanges)> {
    let now = Instant::now();
    super::run(move || {
        let found = known.look(order, now)?;
        for path in known.take_unwatched() {
            let watched = notifier.as_mut().map(|notifier| notifier.watch(&path, RecursiveMode::Recursive));
            if let Some(Err(error)) = watched {
                tracing::debug!(%error, "a session is not watched");
            }
        }
        Ok((known, notifier, found))
    })
    .await
}

/// Has the system tell what is written beneath a folder.
fn notifier(root: &Path, touched: &Arc<TouchedFiles>) -> notify::Result<RecommendedWatcher> {
    let noted = Arc::clone(touched);
    let note = move |told: notify::Result<notify::Event>| noted.note(&told);
    // Links beneath it are not followed, here as elsewhere.
    let config = notify::Config::default().with_follow_symlinks(false);
    let mut notifier = RecommendedWatcher::new(note, config)?;
    let mut attempts = 1;
    while let Err(error) = notifier.watch(root, RecursiveMode::Recursive) {
        // A folder that was seen and is gone before it is watched.
        let is_passing = matches!(error.kind, notify::ErrorKind::PathNotFound) && root.is_dir();
        if !is_passing || attempts == ATTEMPTS {
            return Err(error);
        }
        attempts += 1;
    }
    Ok(notifier)
}

#[cfg(test)]
mod tests;
