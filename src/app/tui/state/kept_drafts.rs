//! What was typed in a run before and not saved: offered again.

use super::{AppState, Effect};
use crossterm::event::KeyEvent;

/// Drafts that were found, to take one up or discard it.
#[derive(Debug, Clone, Default)]
pub struct DraftMenu {
    /// The selected one.
    pub selected: usize,
}

impl AppState {
    /// A key while drafts are offered.
    pub(super) fn on_drafts_key(&mut self, _key: KeyEvent) -> Vec<Effect> {
        self.close_modal()
    }
}
