//! The metrics pane.

use ratatui::{Frame, layout::Rect};

use crate::tui::{
    Look,
    state::{conversation::ConversationState, metrics::MetricsPane},
};

/// Draws the pane with its border.
pub fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &MetricsPane,
    conversation: &ConversationState,
    focused: bool,
    look: &Look,
) {
    let _ = (frame, area, state, conversation, focused, look);
    todo!()
}
