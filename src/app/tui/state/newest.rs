//! The newest question of each lane: a failure of any other is old news.

use std::collections::HashMap;

use crate::app::task::{Command, Ticket, command::Lane};

/// The newest question of each lane.
#[derive(Debug, Default)]
pub(super) struct Newest(HashMap<Lane, Ticket>);

impl Newest {
    /// Notes a question.
    pub fn note(&mut self, command: &Command) {
        let (ticket, lane) = match command {
            Command::Connect(ticket, ..) => {
                self.0.clear();
                (*ticket, Lane::Connection)
            }
            Command::List(ticket, _) | Command::Resolve(ticket, _) => (*ticket, Lane::List),
            Command::Count(ticket, _) => (*ticket, Lane::Count),
            Command::Details(ticket, _) => (*ticket, Lane::Details),
            Command::Open(ticket, ..) => (*ticket, Lane::Open),
            Command::Messages(ticket, ..) => (*ticket, Lane::Messages),
            Command::Outline(ticket, _) => (*ticket, Lane::Outline),
            Command::Find(ticket, ..) => (*ticket, Lane::Find),
            Command::Document(ticket, _) | Command::Check(ticket) => (*ticket, Lane::Inspect),
            // Each of them is answered.
            Command::Write(..) => return,
            Command::Cancel(lane) => {
                self.0.remove(lane);
                return;
            }
        };
        self.0.insert(lane, ticket);
    }

    /// Whether it is.
    pub fn is(&self, lane: Lane, ticket: Ticket) -> bool {
        self.0.get(&lane) == Some(&ticket)
    }
}
