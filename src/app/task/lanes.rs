//! Newest only: which question of each lane still counts.

use tokio::sync::{mpsc, watch};

use super::{
    Event, Ticket,
    command::{Command, Lane},
};
use crate::repository::Error;

/// For each lane the ticket whose answer is awaited; 0 for none.
type Awaited = [u64; Lane::ALL.len()];

/// What is awaited, and told to whoever answers.
#[derive(Debug)]
pub(super) struct Lanes(watch::Sender<Awaited>);

impl Default for Lanes {
    fn default() -> Self {
        Self(watch::Sender::new(Awaited::default()))
    }
}

impl Lanes {
    /// Makes a question the lane's newest, and those that it overtakes stale.
    pub(super) fn begin(&self, command: &Command) -> Reply {
        let (lane, ticket) = command.lane();
        let ticket = ticket.unwrap_or_default();
        self.0.send_modify(|awaited| {
            for stale in Lane::ALL.into_iter().filter(|lane| command.overtakes(*lane)) {
                awaited[stale as usize] = 0;
            }
            awaited[lane as usize] = ticket.0;
        });
        Reply { awaited: self.0.subscribe(), lane, ticket }
    }
}

/// The right to answer one question, for as long as it is its lane's newest.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    awaited: watch::Receiver<Awaited>,
    lane: Lane,
    pub(super) ticket: Ticket,
}

impl Reply {
    /// Whether the answer is still awaited.
    pub(super) fn is_awaited(&self) -> bool {
        self.is_among(&self.awaited.borrow())
    }

    fn is_among(&self, awaited: &Awaited) -> bool {
        self.ticket.0 != 0 && awaited[self.lane as usize] == self.ticket.0
    }

    /// Ends once the answer is not awaited any more.
    pub(super) async fn given_up(&self) {
        let mut awaited = self.awaited.clone();
        // An error: nobody asks anything any more.
        let _ = awaited.wait_for(|awaited| !self.is_among(awaited)).await;
    }

    /// Sends an answer, where it is still awaited.
    pub(super) async fn send(&self, events: &mpsc::Sender<Event>, event: Event) {
        if self.is_awaited() {
            // Where the screen is gone, nobody misses it.
            let _ = events.send(event).await;
        }
    }

    /// The event that says that the question failed.
    pub(super) fn failure(&self, error: Error) -> Event {
        Event::Failed { ticket: self.ticket, lane: self.lane, error }
    }
}
