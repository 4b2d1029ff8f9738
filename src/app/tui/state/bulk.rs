//! Changes of many sessions: what, a preview, how far they are, and what became of them.
//!
//! ```text
//! choose -> type -> look (the preview) -> run -> ended
//!              ^-------- Esc              ^------ go on
//! ```
//!
//! A deletion is asked for elsewhere, and comes here once it runs.

mod deletion;
mod keys;
mod line;
mod running;
#[cfg(test)]
mod tests;

pub use line::BulkLine;

use crate::{
    app::{
        task::Ticket,
        writes::bulk::{BulkEnd, BulkKind, BulkOrder, BulkScope, BulkTally},
    },
    repository::Filter,
};

/// A change of many sessions, from its choice to its report.
#[derive(Debug)]
pub struct BulkPane {
    /// Where they are: the place, and what is open there, as stored.
    pub place: String,
    /// Which sessions.
    pub scope: BulkScope,
    /// How many, as far as that was known when it began.
    pub count: Option<u64>,
    /// Position of the kind that is chosen.
    pub chosen: usize,
    /// What is typed for it.
    pub line: BulkLine,
    /// How far it is.
    pub stage: BulkStage,
    /// The first line in view of those that are named.
    pub top: usize,
}

/// How far a change of many sessions is.
#[derive(Debug)]
pub enum BulkStage {
    /// What is changed is chosen.
    Choose,
    /// It is typed.
    Type,
    /// It is looked at what it comes to.
    Look(Box<BulkLook>),
    /// It is carried out.
    Run(Box<RunningBulk>),
    /// It ended.
    Ended(Box<EndedBulk>),
}

/// A preview.
#[derive(Debug)]
pub struct BulkLook {
    ticket: Ticket,
    /// What is changed.
    pub order: BulkOrder,
    /// What it would come to, of those looked at so far.
    pub tally: BulkTally,
    /// All were looked at.
    pub done: bool,
}

/// One that is carried out.
#[derive(Debug)]
pub struct RunningBulk {
    ticket: Ticket,
    /// What is changed.
    pub order: BulkOrder,
    /// How many there are to have their turn, by the preview.
    pub of: u64,
    /// What became of how many so far.
    pub tally: BulkTally,
    /// It is asked to stop.
    pub stopping: bool,
}

/// One that ended.
#[derive(Debug)]
pub struct EndedBulk {
    /// What was changed.
    pub order: BulkOrder,
    /// How many were looked at in the preview.
    pub of: u64,
    /// How it ended.
    pub end: BulkEnd,
}

impl BulkPane {
    fn new(place: String, scope: BulkScope, count: Option<u64>) -> Self {
        let line = BulkLine::default();
        Self { place, scope, count, chosen: 0, line, stage: BulkStage::Choose, top: 0 }
    }

    /// The kind that is chosen.
    #[must_use]
    pub fn kind(&self) -> BulkKind {
        BulkKind::ALL[self.chosen.min(BulkKind::ALL.len() - 1)]
    }

    /// The filter that tells which sessions, where one does.
    #[must_use]
    pub fn filter(&self) -> Option<&Filter> {
        match &self.scope {
            BulkScope::Matching { filter, .. } => Some(filter),
            BulkScope::Sessions(_) => None,
        }
    }

    /// Whether sessions are being changed.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self.stage, BulkStage::Run(_))
    }

    /// Whether a line is being typed.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        matches!(self.stage, BulkStage::Type)
    }

    /// Text is pasted: into the line that is typed now.
    pub fn paste(&mut self, text: &str) {
        if self.is_typing() {
            self.line.paste(text);
        }
    }
}
