//! Changes of many sessions.

use ratatui::{Frame, layout::Rect, widgets::Clear};

use crate::app::tui::state::{AppState, bulk::BulkPane};

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, body: Rect, _shown: &BulkPane, _state: &AppState) {
    frame.render_widget(Clear, body);
}
