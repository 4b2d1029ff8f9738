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
    let x = cells(&before, input.tab_length().into()).saturating_sub(left.into()).min(usize::from(area.width) - 1);
    let y = row.saturating_sub(top.into()).min(usize::from(area.height) - 1);
    frame.set_cursor_position((area.x + x as u16, area.y + y as u16));
}

/// Cells of a text; a tab goes to the next of its stops.
fn cells(text: &str, tab: usize) -> usize {
    let mut parts = text.split('\t').map(format::width);
    let first = parts.next().unwrap_or_default();
    parts.fold(first, |cells, part| cells + (tab - cells % tab.max(1)) + part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_goes_to_the_next_stop() {
        assert_eq!(cells("ab\tc", 4), 5);
        assert_eq!(cells("\t\t漢", 4), 10);
        assert_eq!(cells("abcd\t", 4), 8);
    }
}
