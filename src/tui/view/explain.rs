//! The explanation of a number, in a box over the middle of the screen.

use ratatui::{Frame, layout::Rect};

use crate::{metrics::Explanation, tui::Look};

/// Draws it over `area`.
pub fn draw(frame: &mut Frame<'_>, area: Rect, explanation: &Explanation, look: &Look) {
    let _ = (frame, area, explanation, look);
    todo!()
}
