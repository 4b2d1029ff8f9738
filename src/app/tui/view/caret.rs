//! Text being typed, with the terminal's own cursor at the caret: input methods and screen readers look for it there.
//!
//! It is drawn here, in cells as the terminal counts them: the widget of the text counts characters, and an emoji made of
//! seven of them would scroll away what is seen.

use ratatui::{Frame, layout::Rect, style::Modifier};
use tui_textarea::{DataCursor, TextArea};
use unicode_segmentation::UnicodeSegmentation;

use crate::app::tui::render::{Look, format};

/// Draws the text and puts the cursor.
pub fn draw(frame: &mut Frame<'_>, area: Rect, typed: &TextArea<'static>, look: &Look) {
    if area.is_empty() {
        return;
    }
    let DataCursor(row, column) = typed.cursor();
    let tab = usize::from(typed.tab_length());
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let (caret, caret_width) = caret(typed.lines().get(row).map_or("", String::as_str), column, tab);
    // The caret is always in view, and the text begins at its start where there is room.
    let (top, left) = (row.saturating_sub(height - 1), (caret + caret_width).saturating_sub(width));
    let selected = typed.selection_range();
    let buffer = frame.buffer_mut();
    buffer.set_style(area, look.theme.text);
    for ((at, line), place) in typed.lines().iter().enumerate().skip(top).zip(area.rows()) {
        let seen = clusters(line, tab).skip_while(|cluster| cluster.cell < left);
        for cluster in seen.take_while(|cluster| cluster.cell + cluster.width <= left + width) {
            let here = Rect::new(area.x + (cluster.cell - left) as u16, place.y, cluster.width as u16, 1);
            buffer.set_stringn(here.x, here.y, cluster.text, cluster.width, look.theme.text);
            if selected.is_some_and(|(from, to)| (from..to).contains(&(at, cluster.first))) {
                buffer.set_style(here, look.theme.selected);
            }
        }
    }
    let (x, y) = (area.x + caret.saturating_sub(left) as u16, area.y + (row - top) as u16);
    let under = Rect::new(x, y, caret_width as u16, 1).intersection(area);
    buffer.set_style(under, look.theme.text.add_modifier(Modifier::REVERSED));
    frame.set_cursor_position((x, y));
}

/// What is seen as one character of a line being typed: where it begins, in characters and in cells, and its width in cells.
struct TypedCluster<'a> {
    text: &'a str,
    first: usize,
    cell: usize,
    width: usize,
}

/// The line as it is seen; a tab goes to the next of its stops.
fn clusters(line: &str, tab: usize) -> impl Iterator<Item = TypedCluster<'_>> {
    let (mut first, mut cell) = (0, 0);
    line.graphemes(true).map(move |text| {
        let width = if text == "\t" { tab - cell % tab.max(1) } else { format::width(text) };
        let cluster = TypedCluster { text, first, cell, width };
        first += text.chars().count();
        cell += width;
        cluster
    })
}

/// The cell of the caret before a character of the line, or behind them all, and how many cells it takes.
fn caret(line: &str, column: usize, tab: usize) -> (usize, usize) {
    let mut end = 0;
    for cluster in clusters(line, tab) {
        if column < cluster.first + cluster.text.chars().count() {
            return (cluster.cell, cluster.width.max(1));
        }
        end = cluster.cell + cluster.width;
    }
    (end, 1)
}

#[cfg(test)]
mod tests {
    use ratatui::{Terminal, backend::TestBackend};
    use tui_textarea::CursorMove;

    use super::*;
    use crate::app::tui::view::sample;

    fn caret_of(line: &str, column: usize) -> usize {
        caret(line, column, 4).0
    }

    /// What one line of so many cells shows with the caret at its end, and where the cursor is.
    fn shown(text: &str, width: u16) -> (String, u16) {
        let mut area = TextArea::new(vec![text.to_owned()]);
        area.move_cursor(CursorMove::End);
        let mut terminal = Terminal::new(TestBackend::new(width, 1)).unwrap();
        let place = Rect::new(0, 0, width, 1);
        terminal.draw(|frame| draw(frame, place, &area, &sample::look())).unwrap();
        let cursor = terminal.get_cursor_position().unwrap();
        let screen = sample::screen(width, 1, |frame, place| draw(frame, place, &area, &sample::look()));
        (screen.lines().next().unwrap().to_owned(), cursor.x)
    }

    #[test]
    fn a_tab_goes_to_the_next_stop() {
        assert_eq!(caret_of("ab\tc", 4), 5);
        assert_eq!(caret_of("\t\t漢", 3), 10);
        assert_eq!(caret_of("abcd\t", 5), 8);
    }

    #[test]
    fn emoji_made_of_several_characters_scroll_by_their_cells() {
        let family = "👨‍👩‍👧‍👦";
        let text = format!("ok {}end", family.repeat(22));
        let (line, cursor) = shown(&text, 76);
        assert!(line.starts_with("ok ") && line.ends_with("end"), "it fits: {line}");
        assert_eq!(cursor, 3 + 2 * 22 + 3);
        let (line, cursor) = shown(&text, 20);
        assert!(line.ends_with("end") && line.contains(family), "{line}");
        assert_eq!(cursor, 19);
    }

    #[test]
    fn a_wide_character_cut_by_the_left_edge_leaves_the_others_in_their_cells() {
        assert_eq!(shown("漢字漢字", 8), (" 字漢字".to_owned(), 7), "the caret stands behind");
        assert_eq!(shown("abc", 8), ("abc".to_owned(), 3));
    }
}
