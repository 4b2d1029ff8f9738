//! Deleting sessions: what goes is shown, and the id or their number is typed.

use super::{AppState, Effect};
use crossterm::event::KeyEvent;

/// Sessions that are to be deleted.
#[derive(Debug, Clone, Default)]
pub struct DeletionPane {
    /// What is typed so far.
    pub typed: String,
}

impl AppState {
    /// A key while a deletion is agreed to.
    pub(super) fn on_deletion_key(&mut self, _key: KeyEvent) -> Vec<Effect> {
        self.close_modal()
    }
}
