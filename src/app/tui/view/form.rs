//! The metadata form, over the body.

use ratatui::{Frame, layout::Rect, widgets::Clear};

use crate::app::tui::state::{AppState, form::MetadataForm};

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, body: Rect, _shown: &MetadataForm, _state: &AppState) {
    frame.render_widget(Clear, body);
}
