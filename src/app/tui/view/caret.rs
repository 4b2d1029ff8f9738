//! Text being typed, with the terminal's own cursor at the caret: input methods and screen readers look for it there.

use ratatui::{Frame, layout::Rect, style::Modifier};
use tui_textarea::{DataCursor, TextArea};

use crate::app::tui::render::{Look, format};

/// Draws the text and puts the cursor.
pub fn draw(frame: &mut Frame<'_>, area: Rect, typed: &TextArea<'static>, look: &Look) {
    if area.is_empty() {
        return;
    }
    let mut input = typed.clone();
    input.set_style(look.theme.text);
    input.set_cursor_style(look.theme.text.add_modifier(Modifier::REVERSED));
    frame.render_widget(&input, area);
    let DataCursor(row, column) = input.cursor();
    let (top, left) = input.scroll_offset();
    let before: String = input.lines().get(row).map(|line| line.chars().take(column).collect()).unwrap_or_default();
    let x = format::width(&before).saturating_sub(left.into()).min(usize::from(area.width) - 1);
    let y = row.saturating_sub(top.into()).min(usize::from(area.height) - 1);
    frame.set_cursor_position((area.x + x as u16, area.y + y as u16));
}
