//! A lost connection: tried again with backoff until it answers.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Notify, mpsc};

use super::{Event, Link, Ticket};
use crate::{
    app::told,
    repository::{Error, SessionReader, backoff},
};

const LONGEST_WAIT_S: u64 = 30;

/// A connection that is there answers sooner.
pub(super) const MOMENT: Duration = Duration::from_secs(3);

/// Watches over one reader's connection; one watch runs at a time.
#[derive(Clone)]
pub(super) struct LinkWatch {
    /// Of the `Connect` it watches over.
    ticket: Ticket,
    reader: Arc<dyn SessionReader>,
    events: mpsc::Sender<Event>,
    lost: Arc<AtomicBool>,
    /// Something was answered while it was lost.
    heard: Arc<Notify>,
    /// Whoever uses the connection; gone once it is closed.
    user: Weak<()>,
}

impl LinkWatch {
    /// For as long as `user` is there.
    pub(super) fn new(
        ticket: Ticket,
        reader: Arc<dyn SessionReader>,
        events: mpsc::Sender<Event>,
        user: &Arc<()>,
    ) -> Self {
        Self { ticket, reader, events, lost: Arc::default(), heard: Arc::default(), user: Arc::downgrade(user) }
    }

    fn is_used(&self) -> bool {
        self.user.strong_count() > 0
    }

    /// Told of a read's error: where the connection is lost, says so and begins to try again.
    pub(super) fn noticed(&self, error: &Error) {
        if error.is_passing() && !self.lost.swap(true, Ordering::AcqRel) {
            tracing::warn!(%error, "connection lost");
            tokio::spawn(self.clone().retry(told::sentence_on_screen(error)));
        }
    }

    /// Told that something was answered: a lost connection is tried at once, it may be back.
    pub(super) fn heard(&self) {
        if self.lost.load(Ordering::Acquire) {
            self.heard.notify_one();
        }
    }

    /// Asks whether the connection still answers; where it does not within a moment, it counts as lost.
    pub(super) async fn check(&self) {
        match tokio::time::timeout(MOMENT, self.reader.ping()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.noticed(&error),
            Err(_) if self.lost.swap(true, Ordering::AcqRel) => {}
            Err(_) => {
                tracing::warn!("the connection does not answer");
                let reason = format!("{} does not answer", self.reader.location());
                tokio::spawn(self.clone().retry(reason));
            }
        }
    }

    /// Ends when the connection answers, when the screen is gone, or when it is closed.
    async fn retry(self, mut reason: String) {
        let mut wait_s = 1;
        loop {
            let wait = backoff::spread(Duration::from_secs(wait_s));
            let news = Link::Lost { reason, retry_in_s: wait.as_secs().max(1) };
            if !self.is_used() || self.events.send(Event::Link(self.ticket, news)).await.is_err() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.heard.notified() => {}
            }
            match self.reader.ping().await {
                Err(error) if error.is_passing() => reason = told::sentence_on_screen(&error),
                _ => break,
            }
            wait_s = (wait_s * 2).min(LONGEST_WAIT_S);
        }
        self.lost.store(false, Ordering::Release);
        if self.is_used() {
            tracing::info!("connection is back");
            let _ = self.events.send(Event::Link(self.ticket, Link::Up)).await;
        }
    }
}
