//! What the driver has neither of: a limit on how long to wait for a connection of the pool, and a deadline for an
//! operation.

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
};

use crate::repository::{Error, Result};

/// As many operations at once as the pool has connections, each with a deadline. Clones share the limits.
#[derive(Clone)]
pub(super) struct Gate {
    places: Arc<Semaphore>,
    /// How many there are.
    count: u32,
    closing: Arc<AtomicBool>,
    waiting: Arc<AtomicU64>,
    wait_queue: Duration,
    operation: Duration,
    /// For an error.
    hosts: Arc<str>,
}

impl Gate {
    pub(super) fn new(places: u32, wait_queue: Duration, operation: Duration, hosts: &str) -> Self {
        let count = places.max(1);
        let places = Arc::new(Semaphore::new(count as usize));
        let (closing, waiting) = (Arc::default(), Arc::default());
        Self { places, count, closing, waiting, wait_queue, operation, hosts: hosts.into() }
    }

    /// Lets nothing begin any more, and waits until what has begun has ended, for as long as an operation may take: a write of several
    /// questions is not cut off between two of them.
    pub(super) async fn close(&self) {
        self.closing.store(true, Ordering::Release);
        let _ = tokio::time::timeout(self.operation, self.places.acquire_many(self.count)).await;
        self.places.close();
    }

    /// Whether nothing may begin any more.
    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// The deadline of an operation.
    pub(super) fn operation(&self) -> Duration {
        self.operation
    }

    /// How many operations wait for a place now.
    pub(super) fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Runs an operation: when its deadline passes, or nobody waits for it any more, it ends by itself in a task of its
    /// own and keeps its place until then. `doing` names it, with its session.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        deadline: Duration,
        doing: String,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        self.run_to(deadline, doing, &Heard::default(), work).await
    }

    /// The same for an operation of many questions: the deadline begins anew whenever the server was heard.
    pub(super) async fn run_while<T: Send + 'static>(
        &self,
        doing: String,
        heard: &Heard,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        self.run_to(self.operation, doing, heard, work).await
    }

    async fn run_to<T: Send + 'static>(
        &self,
        deadline: Duration,
        doing: String,
        heard: &Heard,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let place = self.enter(&doing).await?;
        let work = AssertUnwindSafe(async move {
            let answer = work.await;
            drop(place);
            answer
        });
        let mut work = ToItsEnd::new(work.catch_unwind());
        loop {
            let before = heard.count();
            match tokio::time::timeout(deadline, &mut work).await {
                Ok(Ok(answer)) => return answer,
                Ok(Err(_)) => {
                    tracing::error!(doing, "crash in an operation");
                    return Err(Error::other(doing, "it crashed").with_hint("please report this, with the log"));
                }
                Err(_) if heard.count() != before => {}
                Err(_) => return Err(Error::Deadline { doing, limit: deadline }),
            }
        }
    }

    /// Waits for a place, which is free again once what is given is dropped.
    async fn enter(&self, doing: &str) -> Result<OwnedSemaphorePermit> {
        if self.is_closing() {
            return Err(Error::closed(&*self.hosts));
        }
        let place = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => place,
            Err(_) => self.wait(doing).await?,
        };
        // Whoever closes it meanwhile waits for those alone that had begun.
        if self.is_closing() { Err(Error::closed(&*self.hosts)) } else { Ok(place) }
    }

    async fn wait(&self, doing: &str) -> Result<OwnedSemaphorePermit> {
        let _counted = Waiting::new(&self.waiting);
        match tokio::time::timeout(self.wait_queue, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) => Err(Error::closed(&*self.hosts)),
            Err(_) => Err(Error::exhausted(doing, self.wait_queue)),
        }
    }
}

/// Counts the answers of the server during one operation. Clones count together.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard(Arc<AtomicU64>);

impl Heard {
    pub(super) fn note(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The waits between attempts: the first is short, and each is twice as long as the one before, up to a second.
#[derive(Debug)]
pub(super) struct Pauses {
    next: Duration,
    until: Instant,
}

impl Pauses {
    /// Waits up to that moment.
    pub(super) fn until(until: Instant) -> Self {
        Self { next: Duration::from_millis(50), until }
    }

    /// Waits before the next attempt; `false` at once where there is no time for another.
    pub(super) async fn wait(&mut self) -> bool {
        if Instant::now() + self.next >= self.until {
            return false;
        }
        tokio::time::sleep(self.next).await;
        self.next = (self.next * 2).min(Duration::from_secs(1));
        true
    }
}

/// A future that is never dropped halfway: the rest of it goes on in a task of its own. The driver's futures need that,
/// and a task for each from the start would cost two changes of thread where nothing goes wrong.
pub(super) struct ToItsEnd<T: Send + 'static> {
    work: Option<Pin<Box<dyn Future<Output = T> + Send>>>,
    runtime: Handle,
}

impl<T: Send + 'static> ToItsEnd<T> {
    pub(super) fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self { work: Some(Box::pin(work)), runtime: Handle::current() }
    }
}

impl<T: Send + 'static> Future for ToItsEnd<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(work) = self.work.as_mut() else { return Poll::Pending };
        let answer = work.as_mut().poll(context);
        if answer.is_ready() {
            self.work = None;
        }
        answer
    }
}

impl<T: Send + 'static> Drop for ToItsEnd<T> {
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            self.runtime.spawn(async move { drop(work.await) });
        }
    }
}

/// Counts one that waits, also when it gives up.
struct Waiting<'a>(&'a AtomicU64);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicU64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn what_has_begun_ends_before_it_is_closed_and_nothing_else_begins() {
        let minute = Duration::from_mins(1);
        let gate = Gate::new(1, minute, minute, "h:1");
        let (end, ended) = oneshot::channel();
        let mut begun = Box::pin(gate.run(minute, "one".to_owned(), async move { Ok(ended.await.ok()) }));
        assert!((&mut begun).now_or_never().is_none());
        let mut waiting = Box::pin(gate.run(minute, "two".to_owned(), async { Ok(2) }));
        assert!((&mut waiting).now_or_never().is_none());
        let mut closing = Box::pin(gate.close());
        assert!((&mut closing).now_or_never().is_none(), "one has not ended");
        let refused = gate.run(minute, "three".to_owned(), async { Ok(3) }).await.unwrap_err();
        assert_eq!(refused.to_string(), "the server at h:1 cannot be used now: the connection was closed");
        assert!((&mut closing).now_or_never().is_none(), "one has not ended");
        end.send(1).unwrap();
        let (begun, waited, ()) = tokio::join!(begun, waiting, closing);
        assert_eq!(begun.unwrap(), Some(1));
        assert!(waited.is_err(), "it had not begun");
        gate.close().await;
    }
}
