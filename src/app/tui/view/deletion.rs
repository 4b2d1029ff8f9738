//! What a deletion takes away.

use ratatui::{Frame, layout::Rect, widgets::Clear};

use crate::app::tui::state::{AppState, deletion::DeletionPane};

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, body: Rect, _shown: &DeletionPane, _state: &AppState) {
    frame.render_widget(Clear, body);
}
