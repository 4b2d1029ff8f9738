//! The conversation pane.

use ratatui::{Frame, layout::Rect};

use crate::tui::{Look, state::conversation::ConversationState};

/// Draws the pane with its border, agent tabs in the title and the place in the bottom border.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &ConversationState, focused: bool, look: &Look) {
    let _ = (frame, area, state, focused, look);
    todo!()
}
