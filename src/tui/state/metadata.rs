//! The metadata pane: a row a field with key, BSON type and value; nested values unfold.

use super::{Effect, conversation::ConversationState};
use crate::tui::Intent;

/// The metadata pane's state.
#[derive(Debug, Clone, Default)]
pub struct MetadataPane {
    /// The selected row.
    pub selected: usize,
    /// The first row in view.
    pub top: usize,
}

impl MetadataPane {
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

    /// Key of the selected top-level field.
    #[must_use]
    pub fn field(&self, conversation: &ConversationState) -> Option<String> {
        let _ = conversation;
        todo!()
    }
}
