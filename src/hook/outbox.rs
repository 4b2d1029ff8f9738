//! Deliveries that never delay or break what they tell of.

mod courier;
mod telling;

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, mpsc},
    task::JoinHandle,
};

use self::courier::Courier;
use super::{Deliver, Delivery, DeliveryReport, HookSubject, report::NewsQueue};
use crate::session::setters;

/// Limits of an outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxOptions {
    /// Deliveries that may wait (1000), besides those underway. When it is full, the newest is dropped and counted.
    pub queue: usize,
    /// Deliveries that are underway at once (16). Those of one session are brought one after another, in their order.
    pub at_once: usize,
    /// Attempts at each (6).
    pub attempts: u32,
    /// The wait after the first attempt that failed (500 ms); it doubles each time, up to half a minute, and varies by a
    /// quarter.
    pub backoff: Duration,
}

impl Default for OutboxOptions {
    fn default() -> Self {
        Self { queue: 1000, at_once: 16, attempts: 6, backoff: Duration::from_millis(500) }
    }
}

impl OutboxOptions {
    setters! { exact { queue: usize, at_once: usize, attempts: u32, backoff: Duration } }
}

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
    /// Accepted, and not yet begun.
    waiting: AtomicUsize,
    queued: AtomicU64,
    delivered: AtomicU64,
    retried: AtomicU64,
    dropped: AtomicU64,
}

impl Counts {
    /// One that waited is begun.
    fn starts(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
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

/// What a delivery tells of, for the log.
fn of_which(subject: Option<&HookSubject>) -> String {
    subject.map_or_else(|| "no session".to_owned(), ToString::to_string)
}

/// Deliveries that never delay or break what they tell of: a bounded queue, and a task that delivers with retries and
/// backoff, counts what was dropped, and at [`close`](Self::close) drains the queue up to a deadline.
///
/// Several are underway at once, so that one that is tried again holds up only those of the same session, until as many are tried
/// again as may be underway ([`OutboxOptions::at_once`]). What is of no session is brought one after another too.
pub struct Outbox {
    name: String,
    /// Deliveries that may wait.
    queue: usize,
    counts: Arc<Counts>,
    news: Arc<OutboxNews>,
    /// `None`: nothing more is taken.
    open: Mutex<Option<mpsc::UnboundedSender<Delivery>>>,
    /// Has the task stop where it is.
    stop: Arc<Notify>,
    /// Gives what it did not bring to an end. `None`: it has.
    task: tokio::sync::Mutex<Option<JoinHandle<Vec<Option<HookSubject>>>>>,
}

impl Outbox {
    /// Starts the task on the current tokio runtime. `name` is for the log and holds no secret.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn start(name: &str, deliver: impl Deliver, options: OutboxOptions) -> Self {
        // Bounded by what may wait, see `accept`.
        let (sender, deliveries) = mpsc::unbounded_channel();
        let (counts, news, stop) = (Arc::<Counts>::default(), Arc::<OutboxNews>::default(), Arc::new(Notify::new()));
        let name = name.to_owned();
        let courier =
            Courier { name: name.clone(), deliver, options, counts: Arc::clone(&counts), news: Arc::clone(&news) };
        let task = tokio::sync::Mutex::new(Some(tokio::spawn(courier.run(deliveries, Arc::clone(&stop)))));
        Self { name, queue: options.queue.max(1), counts, news, open: Mutex::new(Some(sender)), stop, task }
    }

    /// Puts a delivery into the queue, at once. `false`: it was dropped, for the queue is full or closed.
    pub fn offer(&self, delivery: Delivery) -> bool {
        let subject = delivery.subject.clone();
        let Err(why) = self.accept(delivery) else { return true };
        add(&self.counts.dropped);
        tracing::warn!(outbox = self.name, of = of_which(subject.as_ref()), "{why}: a delivery was dropped");
        self.news.gave_up(subject, format!("{why}, a delivery was dropped"));
        false
    }

    fn accept(&self, delivery: Delivery) -> Result<(), &'static str> {
        // Who holds the lock is the only one to add to what waits.
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(sender) = open.as_ref() else { return Err("it is closed") };
        if self.counts.waiting.load(Ordering::Relaxed) >= self.queue {
            return Err("the queue is full");
        }
        self.counts.waiting.fetch_add(1, Ordering::Relaxed);
        sender.send(delivery).map_err(|_| "nothing is delivered any more")?;
        add(&self.counts.queued);
        Ok(())
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

    /// Takes nothing more, delivers what waits up to a deadline, and counts the rest as dropped. Where that wait was dropped, another
    /// close goes on with it.
    pub async fn close(&self, deadline: Duration) -> DeliveryTally {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut task = self.task.lock().await;
        let Some(running) = task.as_mut() else { return self.tally() };
        let ended = if let Ok(ended) = tokio::time::timeout(deadline, &mut *running).await {
            ended
        } else {
            self.stop.notify_one();
            running.await
        };
        *task = None;
        self.give_up(&ended.unwrap_or_default());
        self.tally()
    }

    /// Counts and tells of what was not brought to an end.
    fn give_up(&self, unfinished: &[Option<HookSubject>]) {
        let said = match unfinished.len() {
            0 => return,
            1 => "a delivery was given up".to_owned(),
            many => format!("{many} deliveries were given up"),
        };
        let cause = self.news.cause();
        for subject in unfinished {
            add(&self.counts.dropped);
            let of = of_which(subject.as_ref());
            tracing::warn!(outbox = self.name, of, "a delivery was given up, the time ran out{cause}");
        }
        self.news.gave_up(None, format!("{said}, the time ran out{cause}"));
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("name", &self.name).field("tally", &self.tally()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;
    use crate::hook::{DeliveryOutcome, HookAction};

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
        assert_eq!(told, "a delivery was given up, the time ran out, the last attempt: the receiver answered 503");
    }

    /// Never answers for a session whose name begins with `stuck`, and crashes for one whose name begins with `odd`.
    struct Choosy;

    #[async_trait]
    impl Deliver for Choosy {
        async fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
            let session = delivery.subject.as_ref().map_or("", |subject| subject.session.text());
            assert!(!session.starts_with("odd"), "it crashes");
            if session.starts_with("stuck") {
                std::future::pending::<()>().await;
            }
            DeliveryOutcome::Delivered
        }
    }

    fn of(session: &str) -> Delivery {
        Delivery::new("1", "").subject(HookSubject { action: HookAction::MetadataUpdate, session: session.into() })
    }

    #[tokio::test]
    async fn one_session_that_hangs_or_crashes_holds_up_no_other_and_all_are_counted() {
        let outbox = Outbox::start("audit", Choosy, OutboxOptions::default());
        for session in ["stuck", "stuck", "odd", "fine", "odd", "fine"] {
            assert!(outbox.offer(of(session)));
        }
        let mut told = Vec::new();
        for _ in 0..4 {
            let report = outbox.told().await;
            told.push((report.subject.unwrap().session.text().to_owned(), report.arrived.is_ok()));
        }
        told.sort();
        let expected = [("fine", true), ("fine", true), ("odd", false), ("odd", false)];
        assert_eq!(told, expected.map(|(session, arrived)| (session.to_owned(), arrived)));
        // A close that is dropped half way is gone on with.
        assert!(tokio::time::timeout(Duration::from_millis(1), outbox.close(Duration::from_mins(1))).await.is_err());
        assert!(!outbox.offer(of("late")), "it is closed");
        let tally = outbox.close(Duration::ZERO).await;
        assert_eq!((tally.queued, tally.delivered, tally.dropped), (6, 2, 5));
        assert_eq!(outbox.close(Duration::ZERO).await, tally, "they are counted once");
    }

    #[tokio::test]
    async fn no_more_wait_than_may_however_many_sessions_they_are_of() {
        let outbox = Outbox::start("audit", Choosy, OutboxOptions::default().queue(3).at_once(2));
        // Until it waits for something, the test is alone on its thread: nothing is begun yet.
        let taken = (0..5).filter(|number| outbox.offer(of(&format!("stuck-{number}")))).count();
        assert_eq!(taken, 3);
        assert_eq!(outbox.close(Duration::ZERO).await.dropped, 5);
    }
}
