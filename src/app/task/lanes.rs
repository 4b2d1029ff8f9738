//! Newest only: which question of each lane still counts.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::sync::mpsc;

use super::{
    Event, Ticket,
    command::{Command, Lane},
};
use crate::repository::Error;

/// For each lane the ticket whose answer is awaited; 0 for none.
#[derive(Debug, Clone, Default)]
pub(super) struct Lanes(Arc<[AtomicU64; Lane::ALL.len()]>);

impl Lanes {
    /// Makes a question the lane's newest, and those that it overtakes stale.
    pub(super) fn begin(&self, command: &Command) -> Reply {
        for stale in Lane::ALL.into_iter().filter(|lane| command.overtakes(*lane)) {
            self.slot(stale).store(0, Ordering::Release);
        }
        let (lane, ticket) = command.lane();
        let ticket = ticket.unwrap_or_default();
        self.slot(lane).store(ticket.0, Ordering::Release);
        Reply { lanes: self.clone(), lane, ticket }
    }

    fn slot(&self, lane: Lane) -> &AtomicU64 {
        &self.0[lane as usize]
    }
}

/// The right to answer one question, for as long as it is its lane's newest.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    lanes: Lanes,
    lane: Lane,
    pub(super) ticket: Ticket,
}

impl Reply {
    /// Whether the answer is still awaited.
    pub(super) fn is_awaited(&self) -> bool {
        self.ticket.0 != 0 && self.lanes.slot(self.lane).load(Ordering::Acquire) == self.ticket.0
    }

    /// Sends an answer; `false` when it is not awaited any more.
    pub(super) async fn send(&self, events: &mpsc::Sender<Event>, event: Event) -> bool {
        self.is_awaited() && events.send(event).await.is_ok()
    }

    /// The event that says that the question failed.
    pub(super) fn failure(&self, error: Error) -> Event {
        Event::Failed { ticket: self.ticket, lane: self.lane, error }
    }
}
