//! The list of changes before they are saved.

use ratatui::{Frame, layout::Rect, widgets::Clear};

use crate::app::tui::state::{AppState, changes::ChangeList};

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, body: Rect, _shown: &ChangeList, _state: &AppState) {
    frame.render_widget(Clear, body);
}
