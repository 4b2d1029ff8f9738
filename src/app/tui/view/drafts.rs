//! Drafts of a run before.

use ratatui::{Frame, layout::Rect, widgets::Clear};

use crate::app::tui::state::{AppState, kept_drafts::DraftMenu};

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, body: Rect, _shown: &DraftMenu, _state: &AppState) {
    frame.render_widget(Clear, body);
}
