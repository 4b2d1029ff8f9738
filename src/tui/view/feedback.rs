//! The feedback pane.

use ratatui::{Frame, layout::Rect};

use crate::tui::{
    Look,
    state::{conversation::ConversationState, feedback::FeedbackPane},
};

/// Draws the pane with its border.
pub fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &FeedbackPane,
    conversation: &ConversationState,
    focused: bool,
    look: &Look,
) {
    let _ = (frame, area, state, conversation, focused, look);
    todo!()
}
