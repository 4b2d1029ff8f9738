//! Text being typed, with the terminal's own cursor at the caret: input methods and screen readers look for it there.
//!
//! It is drawn here, in cells as the terminal counts them: the widget of the text counts characters, and an emoji made of
//! seven of them would scroll away what is seen.

use ratatui::{Frame, layout::Rect, style::Modifier};
use tui_textarea::{DataCursor, TextArea};

use crate::app::tui::render::{
    Look,
    typed::{self, TypedRow},
};

/// Draws the text and puts the cursor. A line that is longer than the area scrolls away at the left.
pub fn draw(frame: &mut Frame<'_>, area: Rect, typed: &TextArea<'static>, look: &Look) {
    if area.is_empty() {
        return;
    }
    let DataCursor(row, column) = typed.cursor();
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let (caret, caret_width) = typed::caret(line(typed, row), column, tab(typed));
    // The caret is always in view, and the text begins at its start where there is room.
    let (top, left) = (row.saturating_sub(height - 1), (caret + caret_width).saturating_sub(width));
    let rows = typed.lines().iter().enumerate().skip(top).map(|(line, text)| TypedRow { line, first: 0, text });
    frame.buffer_mut().set_style(area, look.theme.text);
    for (row, place) in rows.zip(area.rows()) {
        draw_row(frame, place, row, left, typed, look);
    }
    put(frame, area, (caret.saturating_sub(left), row - top), caret_width, look);
}

/// Draws the text and puts the cursor. A line that is longer than the area goes on in the next row.
pub fn draw_wrapped(frame: &mut Frame<'_>, area: Rect, typed: &TextArea<'static>, look: &Look) {
    if area.is_empty() {
        return;
    }
    let DataCursor(row, column) = typed.cursor();
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let (rows, at) = typed::in_view(typed.lines(), (row, column), (width, height), tab(typed));
    frame.buffer_mut().set_style(area, look.theme.text);
    for (row, place) in rows.iter().zip(area.rows()) {
        draw_row(frame, place, *row, 0, typed, look);
    }
    let (caret, caret_width) =
        rows.get(at).map_or((0, 1), |row| typed::caret(row.text, column.saturating_sub(row.first), tab(typed)));
    // A blank may hang over the end of a full row.
    put(frame, area, (caret.min(width - 1), at), caret_width, look);
}

fn line<'a>(typed: &'a TextArea<'static>, row: usize) -> &'a str {
    typed.lines().get(row).map_or("", String::as_str)
}

fn tab(typed: &TextArea<'static>) -> usize {
    usize::from(typed.tab_length())
}

/// Draws a row without its first cells, with what is selected of it.
fn draw_row(
    frame: &mut Frame<'_>,
    place: Rect,
    row: TypedRow<'_>,
    left: usize,
    typed: &TextArea<'static>,
    look: &Look,
) {
    let selected = typed.selection_range();
    let width = usize::from(place.width);
    let buffer = frame.buffer_mut();
    let seen = typed::clusters_from(row.text, left, tab(typed));
    for cluster in seen.take_while(|cluster| cluster.cell + cluster.width <= left + width) {
        let here = Rect::new(place.x + (cluster.cell - left) as u16, place.y, cluster.width as u16, 1);
        buffer.set_stringn(here.x, here.y, cluster.text, cluster.width, look.theme.text);
        let at = (row.line, row.first + cluster.first);
        if selected.is_some_and(|(from, to)| (from..to).contains(&at)) {
            buffer.set_style(here, look.theme.selected);
        }
    }
}

/// Puts the cursor on a cell of the area.
fn put(frame: &mut Frame<'_>, area: Rect, (cell, row): (usize, usize), width: usize, look: &Look) {
    let (x, y) = (area.x + cell as u16, area.y + row as u16);
    let under = Rect::new(x, y, width as u16, 1).intersection(area);
    frame.buffer_mut().set_style(under, look.theme.text.add_modifier(Modifier::REVERSED));
    frame.set_cursor_position((x, y));
}

#[cfg(test)]
mod tests {
    use ratatui::{Terminal, backend::TestBackend};
    use tui_textarea::CursorMove;

    use super::*;
    use crate::app::tui::view::sample;

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
    /// What a view of some rows shows with the caret at the end of the first line, and where the cursor is.
    fn wrapped(text: &str, width: u16, height: u16) -> (String, (u16, u16)) {
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.move_cursor(CursorMove::End);
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let place = Rect::new(0, 0, width, height);
        terminal.draw(|frame| draw_wrapped(frame, place, &area, &sample::look())).unwrap();
        let cursor = terminal.get_cursor_position().unwrap();
        let screen = sample::screen(width, height, |frame, place| draw_wrapped(frame, place, &area, &sample::look()));
        (screen, (cursor.x, cursor.y))
    }

    #[test]
    fn a_long_line_goes_on_in_the_next_row() {
        let (screen, cursor) = wrapped("Where is my order A100?\nthere", 10, 5);
        let rows: Vec<&str> = screen.lines().map(str::trim_end).take(5).collect();
        assert_eq!(rows, ["Where is", "my order", "A100?", "there", ""]);
        assert_eq!(cursor, (5, 2));
        let (screen, cursor) = wrapped("漢字漢字漢字", 6, 2);
        let rows: Vec<&str> = screen.lines().map(str::trim_end).take(2).collect();
        assert_eq!((rows, cursor), (vec!["漢字", "漢字"], (4, 1)), "the caret is in view");
        assert_eq!(wrapped("abcd ", 5, 1).1, (4, 0), "behind a blank that hangs over");
    }
}
