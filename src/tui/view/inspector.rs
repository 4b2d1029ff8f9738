//! The inspector, over the whole screen.

use ratatui::{Frame, layout::Rect};

use crate::tui::{Look, state::inspector::Inspector};

/// Draws it over `area`.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &Inspector, look: &Look) {
    let _ = (frame, area, state, look);
    todo!()
}
