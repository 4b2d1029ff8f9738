//! Who tells the news of a watch: an interruption once, and attempts with waits between them.

use std::time::Duration;

use tokio::sync::mpsc;

use super::{Error, News, WatchMode, backoff};

/// The waits between attempts.
const SHORTEST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(10);

/// The end of a watch that a store holds.
#[derive(Debug)]
pub(crate) struct NewsTeller {
    told: mpsc::Sender<News>,
    /// It was told that nothing is told.
    pub is_lost: bool,
    /// How long to wait before the next attempt.
    wait: Duration,
}

impl NewsTeller {
    /// For whoever reads the other end.
    pub fn new(told: mpsc::Sender<News>) -> Self {
        Self { told, is_lost: false, wait: SHORTEST }
    }

    /// The channel itself, for what tells beside it.
    pub fn channel(&self) -> &mpsc::Sender<News> {
        &self.told
    }

    /// Nobody reads the watch any more.
    pub fn is_unread(&self) -> bool {
        self.told.is_closed()
    }

    /// Once nobody reads it any more.
    pub async fn unread(&self) {
        self.told.closed().await;
    }

    /// `false`: nobody reads it.
    pub async fn tell(&self, news: News) -> bool {
        self.told.send(news).await.is_ok()
    }

    /// From now on changes are told; `false`: to nobody.
    pub async fn begin(&mut self, mode: WatchMode) -> bool {
        self.is_lost = false;
        self.tell(News::Begun(mode)).await
    }

    /// Says so once an interruption.
    pub async fn lose(&mut self, error: Error) {
        if !self.is_lost {
            tracing::warn!(%error, "changes are not told for now");
            self.is_lost = true;
            self.tell(News::Lost(error)).await;
        }
    }

    /// The store answers: the next wait is short again.
    pub fn calm(&mut self) {
        self.wait = SHORTEST;
    }

    /// Waits before the next attempt, longer each time.
    pub async fn pause(&mut self) {
        let wait = backoff::spread(self.wait);
        self.wait = (self.wait * 2).min(LONGEST);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = self.told.closed() => {}
        }
    }
}
