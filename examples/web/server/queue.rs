//! One turn at a time in each session: the next one waits.
//!
//! Two turns at once would be stored without loss too, for every append is guarded by the end of the history; but their messages
//! would stand between each other's, and neither model would have seen what the other was asked. Other processes know nothing of
//! this queue: for them the guards have to do.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Mutex as Turnstile, OwnedMutexGuard};

type Lines = HashMap<String, Arc<Turnstile<()>>>;

/// The sessions in which a turn runs or waits.
#[derive(Debug, Default)]
pub struct Queues(Mutex<Lines>);

/// A place in the queue of a session, and once it is entered the session itself.
#[derive(Debug)]
pub struct Place {
    queues: Arc<Queues>,
    session: String,
    line: Arc<Turnstile<()>>,
    held: Option<OwnedMutexGuard<()>>,
}

impl Queues {
    fn lines(&self) -> std::sync::MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the session is free. Whoever came first enters first; a wait that is dropped leaves the queue.
    pub async fn enter(self: &Arc<Self>, session: &str) -> Place {
        let line = Arc::clone(self.lines().entry(session.to_owned()).or_default());
        let mut place = Place { queues: Arc::clone(self), session: session.to_owned(), line, held: None };
        place.held = Some(Arc::clone(&place.line).lock_owned().await);
        place
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.held = None;
        let mut lines = self.queues.lines();
        // Who joins does it under this lock: with the map's and ours alone, nobody waits.
        if Arc::strong_count(&self.line) == 2 {
            lines.remove(&self.session);
        }
    }
}
