//! A lost connection: tried again with backoff until it answers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::mpsc;

use super::{Event, Link};
use crate::{
    app::told,
    repository::{Error, SessionReader},
};

const LONGEST_WAIT_S: u64 = 30;

/// Watches over one reader's connection; one watch runs at a time.
#[derive(Clone)]
pub(super) struct Watch {
    reader: Arc<dyn SessionReader>,
    events: mpsc::Sender<Event>,
    lost: Arc<AtomicBool>,
}

impl Watch {
    pub(super) fn new(reader: Arc<dyn SessionReader>, events: mpsc::Sender<Event>) -> Self {
        Self { reader, events, lost: Arc::default() }
    }

    /// Told of a read's error: where the connection is lost, says so and begins to try again.
    pub(super) fn noticed(&self, error: &Error) {
        if error.is_passing() && !self.lost.swap(true, Ordering::AcqRel) {
            tracing::warn!(%error, "connection lost");
            tokio::spawn(self.clone().retry(told::sentence_on_screen(error)));
        }
    }

    /// Ends when the connection answers, when the screen is gone, or when another connection has taken its place.
    async fn retry(self, mut reason: String) {
        let mut wait_s = 1;
        loop {
            let news = Link::Lost { reason, retry_in_s: wait_s };
            if self.events.send(Event::Link(news)).await.is_err() || Arc::strong_count(&self.lost) == 1 {
                return;
            }
            tokio::time::sleep(Duration::from_secs(wait_s)).await;
            match self.reader.ping().await {
                Err(error) if error.is_passing() => reason = told::sentence_on_screen(&error),
                _ => break,
            }
            wait_s = (wait_s * 2).min(LONGEST_WAIT_S);
        }
        self.lost.store(false, Ordering::Release);
        if Arc::strong_count(&self.lost) > 1 {
            tracing::info!("connection is back");
            let _ = self.events.send(Event::Link(Link::Up)).await;
        }
    }
}
