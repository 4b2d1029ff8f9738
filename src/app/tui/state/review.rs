//! Review: sessions or answers without feedback, one after another.

use super::{AppState, Effect};
use crate::app::keymap::Action;

impl AppState {
    /// Rates at once, begins or ends the review. `None`: it is none of that.
    pub(super) fn judge(&mut self, _action: Action) -> Option<Vec<Effect>> {
        None
    }
}
