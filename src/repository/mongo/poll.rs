//! What changes in a collection whose server does not tell it: one that stands alone, or that refuses change streams to this user.
//! It is looked at again and again.
//!
//! - New and changed sessions are found by the index on `updated_at`; one that is deleted out of view is missed. Where there is none,
//!   nobody reads the whole collection twice a second: sessions that come and go are found by their `_id`s, where there are not too
//!   many, and what changes out of view is missed.
//! - Of what is in view, counts, dates, sizes and sums are compared, which tell also of what moves no date.
//! - The open session is compared by its agents and last messages; only what is new is read.
//!
//! ```text
//! memory --- what was seen so far, and what an answer tells     questions -- what is asked, and read for it
//! recent --- sessions by date    seen --- sessions in view      pace ------- how long until the next look
//! ids ------ sessions that come and go
//! ```

mod ids;
mod memory;
mod pace;
mod questions;
mod recent;
mod seen;

use std::{future, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use self::{
    memory::{PollFound, PollMemory},
    pace::PollPace,
    recent::DateIndex,
    seen::OpenNews,
};
use super::MongoRepository;
use crate::{
    repository::{Error, InView, News, Result, WatchMode},
    session::{Change, StoredDate, Summary},
};

/// The shortest and the longest time between two looks.
pub(super) const PACES: (Duration, Duration) = (pace::SHORTEST, pace::LONGEST);

/// After so long it is tried whether there is a change stream by now, and the clock and the indexes are asked for again.
const STREAM_AGAIN: Duration = Duration::from_mins(1);

/// Who scrolls shows much within a moment: one look is enough.
const MOMENT: Duration = Duration::from_millis(50);

const WHAT: &str = "what changed";

/// Why no look follows for now.
pub(super) enum PollEnd {
    /// Nobody reads the watch any more, or nothing can be asked any more.
    Unread,
    /// It is time to try whether there is a change stream.
    TryStream,
    /// A look failed.
    Lost(Error),
    /// Not even the first look was let through.
    Denied(Error),
}

/// Looks at a collection, and tells what is another than before.
pub(super) struct Polling {
    me: MongoRepository,
    told: mpsc::Sender<News>,
    shown: watch::Receiver<InView>,
    memory: PollMemory,
    pace: PollPace,
    /// The pace that was told last; none before the first look.
    told_wait: Option<Duration>,
    clock: ServerClock,
    by: DateIndex,
}

impl Polling {
    pub(super) fn new(me: &MongoRepository, told: &mpsc::Sender<News>, shown: watch::Receiver<InView>) -> Self {
        Self {
            me: me.clone(),
            told: told.clone(),
            shown,
            memory: PollMemory::default(),
            pace: PollPace::default(),
            told_wait: None,
            clock: ServerClock::at(StoredDate::from(Timestamp::now())),
            by: DateIndex::Missing,
        }
    }

    /// Looks until a minute is over or a look fails. `is_lost`: it was told that nothing is told; the first look that goes well
    /// ends that.
    pub(super) async fn run(&mut self, is_lost: &mut bool) -> PollEnd {
        match self.look_for_a_while(is_lost).await {
            Ok(end) => end,
            Err(error @ Error::Denied { .. }) if self.told_wait.is_none() => PollEnd::Denied(error),
            Err(error) => PollEnd::Lost(error),
        }
    }

    async fn look_for_a_while(&mut self, is_lost: &mut bool) -> Result<PollEnd> {
        let until = Instant::now() + STREAM_AGAIN;
        self.prepare().await?;
        while !self.is_over() {
            let changes = self.look().await?;
            if !self.tell(changes, is_lost).await {
                break;
            }
            if Instant::now() >= until {
                return Ok(PollEnd::TryStream);
            }
            self.wait().await;
        }
        Ok(PollEnd::Unread)
    }

    fn is_over(&self) -> bool {
        self.told.is_closed() || self.me.pool.is_closing()
    }

    async fn prepare(&mut self) -> Result<()> {
        let asked = self.me.read("the clock and the indexes of the server", |me| async move {
            Ok((questions::server_time(&me).await?, questions::date_index(&me).await?))
        });
        let (time, by) = asked.await?;
        self.clock = ServerClock::at(time.unwrap_or_else(|| Timestamp::now().into()));
        self.by = by;
        Ok(())
    }

    async fn look(&mut self) -> Result<Vec<Change>> {
        self.memory.show(self.shown.borrow_and_update().clone());
        let (now, by) = (self.clock.now(), self.by);
        let question = Arc::new(self.memory.question(now, by));
        let asked = Arc::clone(&question);
        let answer = self.me.read(WHAT, move |me| async move { questions::look(&me, &asked, by).await }).await?;
        let found = self.memory.found(&question, &answer);
        let (rows, news) = self.read(&found).await?;
        self.memory.note(&question, answer, now);
        Ok(found.told(rows, news))
    }

    /// What is new is read. Where that fails, nothing was told and the next look finds it again.
    async fn read(&self, found: &PollFound) -> Result<(Vec<Summary>, OpenNews)> {
        if !found.asks() {
            return Ok((Vec::new(), OpenNews::default()));
        }
        let (new, open) = (found.new.clone(), found.open.clone().filter(|(_, change)| change.asks()));
        let read = self.me.read_while(WHAT, move |me, heard| async move {
            let rows = questions::new_rows(&me, &new).await?;
            heard.note();
            let news = match &open {
                Some((key, change)) => questions::open_news(&me, key, change).await?,
                None => OpenNews::default(),
            };
            Ok((rows, news))
        });
        read.await
    }

    /// `false`: nobody reads it.
    async fn tell(&mut self, changes: Vec<Change>, is_lost: &mut bool) -> bool {
        let begins = *is_lost || self.told_wait.is_none();
        if begins {
            self.pace = PollPace::default();
        } else {
            self.pace.note(!changes.is_empty());
        }
        let wait = self.pace.wait();
        let mode = WatchMode::Poll(wait);
        let mut news = Vec::new();
        if begins {
            news.push(News::Begun(mode));
        } else if self.told_wait != Some(wait) {
            news.push(News::Paced(mode));
        }
        (self.told_wait, *is_lost) = (Some(wait), false);
        if !changes.is_empty() {
            news.push(News::Changes(changes));
        }
        for one in news {
            if self.told.send(one).await.is_err() {
                return false;
            }
        }
        true
    }

    /// Until the next look: at once where something else is in view.
    async fn wait(&mut self) {
        let Self { shown, told, pace, .. } = self;
        let changed = async move {
            if shown.changed().await.is_err() {
                // Nobody shows anything any more.
                future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pace.wait()) => {}
            () = told.closed() => {}
            () = changed => {
                *pace = PollPace::default();
                tokio::time::sleep(MOMENT).await;
            }
        }
    }
}

/// The clock of the server, by which it is told whether a date lies ahead.
#[derive(Debug, Clone, Copy)]
struct ServerClock {
    time: StoredDate,
    read: Instant,
}

impl ServerClock {
    /// It is that time now.
    fn at(time: StoredDate) -> Self {
        Self { time, read: Instant::now() }
    }

    fn now(self) -> StoredDate {
        let passed = i64::try_from(self.read.elapsed().as_millis()).unwrap_or(i64::MAX);
        StoredDate::from_millis(self.time.millis().saturating_add(passed))
    }
}
