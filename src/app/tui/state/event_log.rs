//! What happened since the start, for the pane of events: alerts, the connection, sessions that went, and the errors that were shown.

mod hooks;
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
pub struct EventLog {
    events: VecDeque<LoggedEvent>,
    /// Of what kind the newest is, and how many of its kind came in a row, where they are told as one.
    alike: Option<(String, usize)>,
}

impl EventLog {
    /// Keeps one.
    pub fn keep(&mut self, event: LoggedEvent) {
        self.alike = None;
        self.events.push_front(event);
        self.events.truncate(KEPT);
    }

    /// Keeps one that many may follow, such as what a hook is told of: those of one kind in a row are one event, of `kind` and how
    /// many they are.
    pub fn keep_alike(&mut self, kind: &str, event: LoggedEvent) {
        let count = match &self.alike {
            Some((known, count)) if known == kind => count + 1,
            _ => 1,
        };
        if count > 1 {
            self.events.pop_front();
            self.keep(LoggedEvent { at: event.at, says: format!("{kind}, {count} times"), session: None });
        } else {
            self.keep(event);
        }
        self.alike = Some((kind.to_owned(), count));
    }

    /// All of them, the newest first.
    pub fn events(&self) -> impl Iterator<Item = &LoggedEvent> {
        self.events.iter()
    }
}
