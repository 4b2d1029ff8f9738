//! The words that a place asks for.

use ratatui::{Frame, layout::Rect, widgets::Clear};

use crate::app::tui::state::{AppState, agreement::Agreement};

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, body: Rect, _shown: &Agreement, _state: &AppState) {
    frame.render_widget(Clear, body);
}
