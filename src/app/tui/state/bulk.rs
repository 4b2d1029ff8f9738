//! Changes of many sessions: which, what, a preview, and how far they are.

use super::{AppState, Effect};
use crossterm::event::KeyEvent;

/// A change of many sessions, from its choice to its report.
#[derive(Debug, Clone, Default)]
pub struct BulkPane {
    /// The first line in view.
    pub top: usize,
}

impl AppState {
    /// A key while many sessions are changed.
    pub(super) fn on_bulk_key(&mut self, _key: KeyEvent) -> Vec<Effect> {
        self.close_modal()
    }
}
