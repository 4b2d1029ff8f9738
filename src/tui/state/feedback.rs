//! The feedback pane: ratings and comments, newest first.

use super::{Effect, conversation::ConversationState};
use crate::tui::Intent;

/// The feedback pane's state.
#[derive(Debug, Clone, Default)]
pub struct FeedbackPane {
    /// The selected row.
    pub selected: usize,
    /// The first row in view.
    pub top: usize,
}

impl FeedbackPane {
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

    /// Position in the stored array of the selected feedback.
    #[must_use]
    pub fn position(&self, conversation: &ConversationState) -> Option<usize> {
        let _ = conversation;
        todo!()
    }
}
