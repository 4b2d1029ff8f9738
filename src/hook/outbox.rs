//! Deliveries that never delay or break what they tell of.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::mpsc, task::JoinHandle};

use super::{Deliver, Delivery, DeliveryOutcome, DeliveryReport, HookSubject, report::NewsQueue};
#[cfg(any(feature = "aws", feature = "webhook"))]
use super::{HookOutcome, HookReport};
use crate::{repository::backoff, session::setters};

/// Limits of an outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxOptions {
    /// Deliveries that may wait (1000). When it is full, the newest is dropped and counted.
    pub queue: usize,
    /// Attempts at each (6).
    pub attempts: u32,
    /// The wait after the first attempt that failed (500 ms); it doubles each time, up to half a minute, and varies by a
    /// quarter.
    pub backoff: Duration,
}

impl Default for OutboxOptions {
    fn default() -> Self {
        Self { queue: 1000, attempts: 6, backoff: Duration::from_millis(500) }
    }
}

impl OutboxOptions {
    setters! { exact { queue: usize, attempts: u32, backoff: Duration } }
}

/// The longest wait between two attempts.
const LONGEST: Duration = Duration::from_secs(30);

/// What became of the deliveries so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct DeliveryTally {
    /// Accepted.
    pub queued: u64,
    /// Arrived.
    pub delivered: u64,
    /// Attempts that were repeated.
    pub retried: u64,
    /// Given up: the queue was full, the receiver refused, the attempts or the time ran out.
    pub dropped: u64,
}

#[derive(Default)]
struct Counts {
    /// Taken from the queue and brought to an end.
    finished: AtomicU64,
    queued: AtomicU64,
    delivered: AtomicU64,
    retried: AtomicU64,
    dropped: AtomicU64,
}

/// What is to be told of the deliveries.
#[derive(Default)]
struct OutboxNews {
    given_up: NewsQueue<String>,
    reports: NewsQueue<DeliveryReport>,
    /// What went wrong with the last attempt that failed.
    cause: Mutex<Option<String>>,
}

impl OutboxNews {
    fn arrived(&self, subject: Option<HookSubject>) {
        self.reports.tell(DeliveryReport { subject, arrived: Ok(()) });
    }

    fn gave_up(&self, subject: Option<HookSubject>, why: String) {
        self.given_up.tell(why.clone());
        self.reports.tell(DeliveryReport { subject, arrived: Err(why) });
    }

    fn note_cause(&self, why: &str) {
        *self.cause.lock().unwrap_or_else(PoisonError::into_inner) = Some(why.to_owned());
    }

    /// `, the last attempt: connection refused`; nothing where none failed.
    fn cause(&self) -> String {
        let cause = self.cause.lock().unwrap_or_else(PoisonError::into_inner);
        cause.as_ref().map_or_else(String::new, |why| format!(", the last attempt: {why}"))
    }
}

fn add(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}

/// Deliveries that never delay or break what they tell of: a bounded queue, and a task that delivers with retries and
/// backoff, counts what was dropped, and at [`close`](Self::close) drains the queue up to a deadline.
pub struct Outbox {
    name: String,
    counts: Arc<Counts>,
    news: Arc<OutboxNews>,
    open: Mutex<Option<(mpsc::Sender<Delivery>, JoinHandle<()>)>>,
}

impl Outbox {
    /// Starts the task on the current tokio runtime. `name` is for the log and holds no secret.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn start(name: &str, deliver: impl Deliver, options: OutboxOptions) -> Self {
        let (sender, queue) = mpsc::channel(options.queue.max(1));
        let counts = Arc::new(Counts::default());
        let news = Arc::new(OutboxNews::default());
        let (name, told) = (name.to_owned(), Arc::clone(&news));
        let worker = Courier { name: name.clone(), deliver, options, counts: Arc::clone(&counts), news: told };
        let task = tokio::spawn(worker.run(queue));
        Self { name, counts, news, open: Mutex::new(Some((sender, task))) }
    }

    /// Puts a delivery into the queue, at once. `false`: it was dropped, for the queue is full or closed.
    pub fn offer(&self, delivery: Delivery) -> bool {
        let subject = delivery.subject.clone();
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = open.as_ref().is_some_and(|(sender, _)| sender.try_send(delivery).is_ok());
        drop(open);
        if taken {
            add(&self.counts.queued);
        } else {
            add(&self.counts.dropped);
            tracing::warn!(outbox = self.name, "the queue is full: a delivery was dropped");
            self.news.gave_up(subject, "the queue is full, a delivery was dropped".to_owned());
        }
        taken
    }

    /// Waits until a delivery was given up or dropped, and says why in a sentence. Each is told once; a wait that is dropped loses
    /// none.
    pub async fn given_up(&self) -> String {
        self.news.given_up.next().await
    }

    /// Waits until it is known what became of a delivery: it arrived, or was given up or dropped. Each is told once; a wait that is
    /// dropped loses none.
    pub async fn told(&self) -> DeliveryReport {
        self.news.reports.next().await
    }

    /// The next of [`told`](Self::told) as a hook of the outbox's name reports it.
    #[cfg(any(feature = "aws", feature = "webhook"))]
    pub(super) async fn report(&self) -> HookReport {
        let told = self.told().await;
        let outcome = told.arrived.map_or_else(HookOutcome::GivenUp, |()| HookOutcome::Delivered);
        HookReport::new(&self.name, told.subject, outcome)
    }

    /// What became of the deliveries so far.
    #[must_use]
    pub fn tally(&self) -> DeliveryTally {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let counts = &self.counts;
        DeliveryTally {
            queued: read(&counts.queued),
            delivered: read(&counts.delivered),
            retried: read(&counts.retried),
            dropped: read(&counts.dropped),
        }
    }

    /// Takes nothing more, delivers what waits up to a deadline, and counts the rest as dropped.
    pub async fn close(&self, deadline: Duration) -> DeliveryTally {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((sender, mut task)) = open else { return self.tally() };
        drop(sender);
        if tokio::time::timeout(deadline, &mut task).await.is_err() {
            task.abort();
            let _ = task.await;
            let given_up = self.unfinished();
            self.counts.dropped.fetch_add(given_up, Ordering::Relaxed);
            let cause = self.news.cause();
            tracing::warn!(outbox = self.name, given_up, cause, "not everything was delivered in time");
            if given_up > 0 {
                self.news.gave_up(None, format!("deliveries were given up, the time ran out{cause}"));
            }
        }
        self.tally()
    }

    /// Accepted, but neither delivered nor given up by the worker.
    fn unfinished(&self) -> u64 {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        read(&self.counts.queued).saturating_sub(read(&self.counts.finished))
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("name", &self.name).field("tally", &self.tally()).finish_non_exhaustive()
    }
}

struct Courier<D> {
    name: String,
    deliver: D,
    options: OutboxOptions,
    counts: Arc<Counts>,
    news: Arc<OutboxNews>,
}

impl<D: Deliver> Courier<D> {
    async fn run(self, mut queue: mpsc::Receiver<Delivery>) {
        while let Some(delivery) = queue.recv().await {
            match self.bring(&delivery).await {
                Ok(()) => {
                    add(&self.counts.delivered);
                    self.news.arrived(delivery.subject);
                }
                Err(reason) => {
                    add(&self.counts.dropped);
                    tracing::warn!(outbox = self.name, id = delivery.id, reason, "a delivery was given up");
                    self.news.gave_up(delivery.subject, format!("a delivery was given up, {reason}"));
                }
            }
            add(&self.counts.finished);
        }
    }

    async fn bring(&self, delivery: &Delivery) -> Result<(), String> {
        for attempt in 0..self.options.attempts.max(1) {
            if attempt > 0 {
                add(&self.counts.retried);
            }
            match self.deliver.deliver(delivery).await {
                DeliveryOutcome::Delivered => return Ok(()),
                DeliveryOutcome::Never(reason) => return Err(reason),
                DeliveryOutcome::Again { after, why } => {
                    tracing::debug!(outbox = self.name, id = delivery.id, attempt, why, "an attempt failed");
                    self.news.note_cause(&why);
                    if attempt + 1 < self.options.attempts {
                        tokio::time::sleep(self.wait(attempt, after)).await;
                    }
                }
            }
        }
        let attempts = self.options.attempts.max(1);
        let plural = if attempts == 1 { "" } else { "s" };
        Err(format!("{attempts} attempt{plural} failed{}", self.news.cause()))
    }

    fn wait(&self, attempt: u32, wish: Option<Duration>) -> Duration {
        let doubled = self.options.backoff.saturating_mul(2_u32.saturating_pow(attempt)).min(LONGEST);
        backoff::spread(doubled).max(wish.unwrap_or_default().min(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;

    struct Unwell;

    #[async_trait]
    impl Deliver for Unwell {
        async fn deliver(&self, _delivery: &Delivery) -> DeliveryOutcome {
            DeliveryOutcome::Again { after: None, why: "the receiver answered 503".to_owned() }
        }
    }

    #[tokio::test]
    async fn what_was_given_up_says_why() {
        let quick = OutboxOptions { attempts: 2, backoff: Duration::from_millis(1), ..OutboxOptions::default() };
        let outbox = Outbox::start("audit", Unwell, quick);
        outbox.offer(Delivery::new("1", "x"));
        let told = outbox.given_up().await;
        assert_eq!(told, "a delivery was given up, 2 attempts failed, the last attempt: the receiver answered 503");
        let slow = OutboxOptions { backoff: Duration::from_mins(1), ..quick };
        let outbox = Outbox::start("audit", Unwell, slow);
        outbox.offer(Delivery::new("1", "x"));
        assert_eq!(outbox.close(Duration::from_millis(200)).await.dropped, 1);
        let told = outbox.given_up().await;
        assert!(told.contains("the time ran out, the last attempt: the receiver answered 503"), "{told}");
    }
}
