//! A page that was asked for, and rows as a list that is selected in.

use jiff::Timestamp;

use crate::{
    app::{task::Ticket, tui::state::list::Rows},
    repository::Cursor,
    session::{SessionKey, Summary},
};

/// A page being read.
#[derive(Debug)]
pub(super) struct AskedRows {
    pub ticket: Ticket,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// The rows of a reload wait here, so that what is on screen stays until all came. `None`: rows show as they come.
    pub aside: Option<Vec<Summary>>,
    pub first: bool,
    /// Something of it came: what was listed before is gone.
    pub begun: bool,
    /// Sessions were looked at before a row came: all that there are, unless the time limit ended it.
    pub looked: bool,
    /// Where to go on when it does not come: its own start, or for a reload where the list had come to.
    pub resume: Option<Cursor>,
    /// How many rows were known before it.
    pub before: usize,
}

impl Rows for Vec<Summary> {
    type Key = SessionKey;

    fn count(&self) -> usize {
        self.len()
    }

    fn key(&self, at: usize) -> Option<SessionKey> {
        self.get(at).map(|row| row.key.clone())
    }

    fn is(&self, at: usize, key: &SessionKey) -> bool {
        self.get(at).is_some_and(|row| row.key == *key)
    }
}
