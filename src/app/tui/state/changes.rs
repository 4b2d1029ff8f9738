//! The list of changes before they are saved; and, after a conflict, base, mine and theirs of each field.

use super::{AppState, Effect};
use crossterm::event::KeyEvent;

/// The changes of the form that lies beneath it.
#[derive(Debug, Clone, Default)]
pub struct ChangeList {
    /// The first line in view.
    pub top: usize,
}

impl AppState {
    /// A key while the list of changes is shown.
    pub(super) fn on_changes_key(&mut self, _key: KeyEvent) -> Vec<Effect> {
        self.close_modal()
    }
}
