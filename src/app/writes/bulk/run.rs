//! Carrying a change out: a guarded write a session, several at once, until the end or until it is stopped.

mod batch;
mod work;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    BulkOrder, BulkTally,
    report::BulkReport,
    source::{BATCH, BatchStart, BulkSource},
};
use crate::{
    app::writes::HandWriter,
    repository::{Error, Result},
    session::Change,
};
use batch::OpenSession;
use work::{BatchEnd, BulkWork};

/// A change of many sessions that is carried out.
#[derive(Clone)]
pub struct BulkRun {
    hand: HandWriter,
    order: Arc<BulkOrder>,
    /// The folder of reports; without one none is written.
    reports: Option<PathBuf>,
    stop: Arc<AtomicBool>,
}

/// How far it is.
#[derive(Debug, Clone)]
pub struct BulkProgress {
    /// What became of how many sessions so far.
    pub tally: BulkTally,
    /// What changed since the last time.
    pub changes: Vec<Change>,
}

/// How it ended, for now or for good.
#[derive(Debug, Clone)]
pub struct BulkEnd {
    /// What became of how many sessions.
    pub tally: BulkTally,
    /// Where that is written down for each.
    pub report: Option<PathBuf>,
    /// Why it ended early, where nobody stopped it.
    pub error: Option<Error>,
    /// What there is to go on with; `None`: each session had its turn.
    pub left: Option<LeftToDo>,
}

/// What a change that was stopped goes on with: it stays one change, with one report, that is taken back as one.
#[derive(Debug, Clone)]
pub struct LeftToDo {
    group: Uuid,
    report: Option<BulkReport>,
    tally: BulkTally,
    start: BatchStart,
    /// Sessions that had their turn, and may have another.
    again: Vec<OpenSession>,
}

#[cfg(test)]
impl LeftToDo {
    /// Nothing more, for what only has to know that there is something.
    #[must_use]
    pub fn nothing() -> Self {
        let (report, tally, again) = (None, BulkTally::default(), Vec::new());
        Self { group: Uuid::new_v4(), report, tally, start: BatchStart::End, again }
    }
}

impl BulkRun {
    /// Of that change, with reports in that folder.
    #[must_use]
    pub fn new(hand: HandWriter, order: BulkOrder, reports: Option<PathBuf>) -> Self {
        Self { hand, order: Arc::new(order), reports, stop: Arc::default() }
    }

    /// Ends it once the sessions that are being written are.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Carries it out, or goes on with it.
    ///
    /// # Errors
    /// Where it cannot begin: the place was opened for reading alone, or the report cannot be written. All else is a [`BulkEnd`].
    pub async fn run(&self, left: Option<LeftToDo>, progress: &mpsc::Sender<BulkProgress>) -> Result<BulkEnd> {
        let reader = self.hand.store.reader();
        // Read-only is told before anything is done.
        self.hand.store.repository()?;
        let (start, again, mut work) = if let Some(left) = left {
            let LeftToDo { group, report, tally, start, again } = left;
            (Some(start), again, BulkWork::new(self, group, report, tally))
        } else {
            let group = Uuid::new_v4();
            let report = match &self.reports {
                Some(folder) => Some(BulkReport::begin(folder.clone(), group, &self.hand.place, &self.order).await?),
                None => None,
            };
            (None, Vec::new(), BulkWork::new(self, group, report, BulkTally::default()))
        };
        let mut source = BulkSource::new(reader, &self.order, start);
        let mut ended = self.take_again(again, &source, &mut work, progress).await;
        if matches!(ended, BatchEnd::Done) {
            ended = self.take_all(&mut source, &mut work, progress).await;
        }
        Ok(work.end(ended, source.next).await)
    }

    /// What had its turn before comes first.
    async fn take_again(
        &self,
        again: Vec<OpenSession>,
        source: &BulkSource,
        work: &mut BulkWork,
        progress: &mpsc::Sender<BulkProgress>,
    ) -> BatchEnd {
        for (at, part) in again.chunks(BATCH as usize).enumerate() {
            let keys: Vec<_> = part.iter().map(|open| open.key.clone()).collect();
            let (from, to) = (at * BATCH as usize, again.len().min((at + 1) * BATCH as usize));
            let ended = match source.again(&keys).await {
                _ if self.is_stopped() => BatchEnd::Stopped,
                Err(error) => BatchEnd::Untouched(error),
                Ok(batch) => work.take(batch, part, progress).await,
            };
            match ended {
                BatchEnd::Done => {}
                BatchEnd::Failed(_) | BatchEnd::Cut => {
                    work.keep(&again[to..]);
                    return ended;
                }
                BatchEnd::Stopped | BatchEnd::Untouched(_) => {
                    work.keep(&again[from..]);
                    return ended;
                }
            }
        }
        BatchEnd::Done
    }

    /// Batch after batch. While one is written the next is read.
    async fn take_all(
        &self,
        source: &mut BulkSource,
        work: &mut BulkWork,
        progress: &mpsc::Sender<BulkProgress>,
    ) -> BatchEnd {
        // Where the batch at hand begins: what had no turn is read anew.
        let mut here = source.next.clone();
        let mut read = source.read().await;
        loop {
            let batch = match read {
                Ok(Some(batch)) if !self.is_stopped() => batch,
                Ok(None) => return BatchEnd::Done,
                stopped_or_failed => {
                    source.next = here;
                    return stopped_or_failed.map_or_else(BatchEnd::Untouched, |_| BatchEnd::Stopped);
                }
            };
            let next = source.next.clone();
            let (ended, ahead) = tokio::join!(work.take(batch, &[], progress), source.read());
            match ended {
                BatchEnd::Done => (here, read) = (next, ahead),
                BatchEnd::Failed(_) | BatchEnd::Cut => {
                    source.next = next;
                    return ended;
                }
                BatchEnd::Stopped | BatchEnd::Untouched(_) => {
                    source.next = here;
                    return ended;
                }
            }
        }
    }
}
