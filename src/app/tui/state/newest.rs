//! The newest question of each lane: an answer to any other is old news. The one place where the screen decides so; what
//! stops the work on an old one is `task::lanes`.

use std::collections::HashMap;

use crate::app::task::{Command, Ticket, command::Lane};

/// The newest question of each lane.
#[derive(Debug, Default)]
pub(super) struct Newest(HashMap<Lane, Ticket>);

impl Newest {
    /// Notes a question, or that one was given up.
    pub fn note(&mut self, command: &Command) {
        self.0.retain(|lane, _| !command.overtakes(*lane));
        // Writes are all answered.
        if let (lane, Some(ticket)) = command.lane()
            && lane != Lane::Write
        {
            self.0.insert(lane, ticket);
        }
    }

    /// The newest of each lane, answered or not.
    pub fn all(&self) -> Vec<(Lane, Ticket)> {
        self.0.iter().map(|(lane, ticket)| (*lane, *ticket)).collect()
    }

    /// Whether it is.
    pub fn is(&self, lane: Lane, ticket: Ticket) -> bool {
        self.0.get(&lane) == Some(&ticket)
    }
}
