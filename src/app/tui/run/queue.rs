//! Questions that wait for room in the task's channel, newest only; and writes, all of them.

use std::collections::VecDeque;

use tokio::sync::mpsc::error::TrySendError;

use super::Browser;
use crate::app::task::Command;

/// Questions that wait. A newer one takes the place of an older one of its lane.
#[derive(Debug, Default)]
pub(super) struct Queue(VecDeque<Command>);

impl Queue {
    pub fn push(&mut self, command: Command) {
        self.0.retain(|older| !command.overtakes(older.lane().0));
        self.0.push_back(command);
    }

    pub fn pop(&mut self) -> Option<Command> {
        self.0.pop_front()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Browser {
    /// Orders something: what was typed for a write is kept first.
    pub(super) fn order(&mut self, command: Command) {
        if matches!(command, Command::Write(..)) {
            self.drafts.hurry();
        }
        self.ask(command);
    }

    /// Hands a question over, or keeps it until there is room: drawing never waits for the task.
    fn ask(&mut self, command: Command) {
        if !self.queue.is_empty() {
            return self.queue.push(command);
        }
        match self.task.commands.try_send(command) {
            Ok(()) => {}
            // A closed channel also ends the events, which ends the loop.
            Err(TrySendError::Full(command) | TrySendError::Closed(command)) => self.queue.push(command),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{
            place::{Origin, Place, Rights},
            task::{Ticket, WriteId, WriteOrder, command::Lane},
            writes::Write,
        },
        repository::Filter,
    };

    fn order(session: &str) -> Box<WriteOrder> {
        let id = WriteId { run: uuid::Uuid::nil(), number: 1 };
        Box::new(WriteOrder { id, connection: Ticket(1), write: Write::Delete(session.into()) })
    }

    #[test]
    fn a_newer_question_takes_the_place_of_the_older() {
        let mut queue = Queue::default();
        queue.push(Command::Count(Ticket(1), Filter::default()));
        queue.push(Command::Resolve(Ticket(2), "a".into()));
        queue.push(Command::Cancel(Lane::List));
        queue.push(Command::Cancel(Lane::Count));
        queue.push(Command::Count(Ticket(3), Filter::default()));
        assert_eq!(queue.0.len(), 3, "what was given up and what is newer are one lane's");
        assert!(matches!(queue.0.back(), Some(Command::Count(Ticket(3), _))));
        queue.push(Command::Write(Ticket(5), order("a")));
        queue.push(Command::Write(Ticket(6), order("b")));
        queue.push(Command::Connect(Ticket(4), Place::with_rights(Origin::Demo, Rights::Read).into()));
        assert!(matches!(queue.pop(), Some(Command::Write(Ticket(5), _))));
        assert!(matches!(queue.pop(), Some(Command::Write(Ticket(6), _))));
        assert!(matches!(queue.pop(), Some(Command::Connect(..))));
        assert!(queue.is_empty());
    }
}
