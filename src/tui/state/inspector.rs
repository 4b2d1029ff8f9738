//! The inspector: what no pane has room for, in tabs, over the whole screen.

use super::{Effect, Tickets, conversation::ConversationState};
use crate::{session::AgentId, task::Event, tui::Intent};

/// What is inspected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The session.
    Session,
    /// An agent of it.
    Agent(AgentId),
    /// A message, by agent and stored index.
    Message(AgentId, u64),
    /// A field of the metadata.
    Metadata(String),
    /// A feedback, by position.
    Feedback(usize),
}

/// The inspector's state: it copies what it shows when it is opened.
#[derive(Debug)]
pub struct Inspector {
    _todo: (),
}

/// What came of an intent.
#[derive(Debug)]
pub enum Outcome {
    /// Taken, with these effects.
    Taken(Vec<Effect>),
    /// Not for the inspector.
    Ignored,
    /// Close it.
    Close,
}

impl Inspector {
    /// Opens it on a subject of the open session. For the session's raw JSON it asks `Command::Document`.
    pub fn open(subject: Subject, conversation: &ConversationState, tickets: &mut Tickets) -> (Self, Vec<Effect>) {
        let _ = (subject, conversation, tickets);
        todo!()
    }

    /// Moves, folds, switches tabs (`[`, `]`, Tab), copies, closes. `page` is the inner height.
    pub fn on_intent(&mut self, intent: Intent, page: u16, tickets: &mut Tickets) -> Outcome {
        let _ = (intent, page, tickets);
        todo!()
    }

    /// Takes `Event::Document` and failures of its own question.
    pub fn on_event(&mut self, event: &Event) {
        let _ = event;
        todo!()
    }

    /// Scrolls by lines; negative is up.
    pub fn scroll(&mut self, lines: i32, page: u16) {
        let _ = (lines, page);
        todo!()
    }

    /// Click at a cell of the inner area (row 0 holds the tabs).
    pub fn click(&mut self, x: u16, y: u16) {
        let _ = (x, y);
        todo!()
    }
}
