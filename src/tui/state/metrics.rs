//! The metrics pane: rows of figures, one of them selected.

use super::{Effect, conversation::ConversationState};
use crate::{metrics::Explanation, tui::Intent};

/// The metrics pane's state.
#[derive(Debug, Clone, Default)]
pub struct MetricsPane {
    /// The selected row.
    pub selected: usize,
    /// The first row in view.
    pub top: usize,
}

impl MetricsPane {
    /// Moves or copies. `page` is the pane's inner height. `None`: not for this pane.
    pub fn on_intent(&mut self, intent: Intent, conversation: &ConversationState, page: u16) -> Option<Vec<Effect>> {
        let _ = (intent, conversation, page);
        todo!()
    }

    /// Click on an inner row.
    pub fn click(&mut self, y: u16, conversation: &ConversationState) {
        let _ = (y, conversation);
        todo!()
    }

    /// Scrolls by lines; negative is up.
    pub fn scroll(&mut self, lines: i32, conversation: &ConversationState, page: u16) {
        let _ = (lines, conversation, page);
        todo!()
    }

    /// What the selected number means; `None` on a row without one, or before the outline came.
    #[must_use]
    pub fn explain(&self, conversation: &ConversationState) -> Option<Explanation> {
        let _ = conversation;
        todo!()
    }
}
