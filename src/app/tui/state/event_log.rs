//! What happened since the start, for the pane of events: alerts, the connection, sessions that went, and the errors that were shown.

mod pane;

use std::collections::VecDeque;

use jiff::Timestamp;

use super::named::ChosenSession;
use crate::app::task::Ticket;

/// Older ones are forgotten.
pub(super) const KEPT: usize = 300;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedEvent {
    /// When.
    pub at: Timestamp,
    /// What, with stored text in it.
    pub says: String,
    /// The session, and the connection that it is of.
    pub session: Option<(Ticket, ChosenSession)>,
}

/// What happened, newest first; errors are kept elsewhere.
#[derive(Debug, Default)]
pub struct EventLog(VecDeque<LoggedEvent>);

impl EventLog {
    /// Keeps one.
    pub fn keep(&mut self, event: LoggedEvent) {
        self.0.push_front(event);
        self.0.truncate(KEPT);
    }

    /// All of them, the newest first.
    pub fn events(&self) -> impl Iterator<Item = &LoggedEvent> {
        self.0.iter()
    }
}
