//! The words that a place asks for.

use ratatui::{Frame, layout::Rect, text::Line};

use super::agreed;
use crate::app::tui::{
    render::wrap,
    state::{AppState, agreement::Agreement},
};

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, body: Rect, shown: &Agreement, state: &AppState) {
    let look = &state.look;
    let asks = wrap::plain(&shown.says, agreed::width(body));
    let asks = asks.into_iter().map(|line| Line::styled(line, look.theme.text)).collect();
    let title = format!("Write to {}", state.place_name());
    agreed::draw(frame, body, (&title, "Enter agree  Esc back"), asks, &shown.typed, look);
}
