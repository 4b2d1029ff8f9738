//! Up and down in a text of several rows: by the rows that are seen, also where several are of one line.

use crossterm::event::{KeyCode, KeyEvent};
use tui_textarea::{CursorMove, DataCursor, TextArea};

use super::Editor;
use crate::app::tui::render::typed;

/// Rows that a page goes by.
const PAGE: isize = 8;

/// The rows of the text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RowSteps {
    /// Cells of one; 0: not known yet.
    cells: usize,
    /// The cell that the caret is to stand under, while it goes up and down only.
    goal: Option<usize>,
}

impl Editor {
    /// Its text is shown in rows of so many cells.
    pub fn resize(&mut self, cells: usize) {
        self.steps.cells = cells;
    }

    /// Takes a key that goes up or down. `false`: it does not.
    pub(super) fn step(&mut self, key: KeyEvent) -> bool {
        let by = match key.code {
            KeyCode::Up => -1,
            KeyCode::Down => 1,
            KeyCode::PageUp => -PAGE,
            KeyCode::PageDown => PAGE,
            _ => 0,
        };
        if by == 0 || !key.modifiers.is_empty() || self.steps.cells == 0 || !self.has_lines() {
            self.steps.goal = None;
            return false;
        }
        self.area.cancel_selection();
        let DataCursor(line, column) = self.area.cursor();
        let (cells, tab) = (self.steps.cells, usize::from(self.area.tab_length()));
        let lines = self.area.lines();
        let goal = self.steps.goal.unwrap_or_else(|| typed::cell_of(lines, (line, column), cells, tab));
        let to = typed::moved(lines, (line, column), by, goal, cells, tab);
        self.steps.goal = Some(goal);
        put(&mut self.area, to);
        true
    }
}

/// Puts the caret before a character of a line.
fn put(area: &mut TextArea<'static>, (line, column): (usize, usize)) {
    if let Ok(near) = u16::try_from(line) {
        let (DataCursor(at, from), jump) = (area.cursor(), u16::try_from(column).unwrap_or(u16::MAX));
        if at != line || usize::from(jump).abs_diff(column) < from.abs_diff(column) {
            area.move_cursor(CursorMove::Jump(near, jump));
        }
    }
    // Beyond what the text area can jump to it goes one by one.
    let DataCursor(from, _) = area.cursor();
    let (end, over) =
        if line < from { (CursorMove::Head, CursorMove::Back) } else { (CursorMove::End, CursorMove::Forward) };
    for _ in 0..from.abs_diff(line) {
        area.move_cursor(end);
        area.move_cursor(over);
    }
    let DataCursor(_, from) = area.cursor();
    let step = if column < from { CursorMove::Back } else { CursorMove::Forward };
    for _ in 0..from.abs_diff(column) {
        area.move_cursor(step);
    }
}

#[cfg(test)]
mod tests {
    use bson::Bson;

    use super::*;
    use crate::session::edit::DateContext;

    fn dates() -> DateContext {
        DateContext::new("2026-03-27T12:00:00Z".parse().unwrap(), jiff::tz::TimeZone::UTC)
    }

    fn caret(editor: &Editor) -> (usize, usize) {
        let DataCursor(line, column) = editor.area().cursor();
        (line, column)
    }

    #[test]
    fn up_and_down_go_by_the_rows_that_are_seen_and_come_back_to_their_cell() {
        let text = format!("{}\nx\n{}", "word ".repeat(8), "more ".repeat(4));
        let mut editor = Editor::field("s".into(), "a", &Bson::String(text)).unwrap();
        editor.resize(11);
        let mut at = Vec::new();
        for key in [KeyCode::Up, KeyCode::Up, KeyCode::Up, KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::PageDown]
        {
            editor.on_key(KeyEvent::from(key), &dates());
            at.push(caret(&editor));
        }
        assert_eq!(at, [(2, 9), (1, 1), (0, 40), (0, 29), (0, 40), (0, 39), (2, 19)]);
    }

    #[test]
    fn in_a_text_of_one_line_they_do_nothing_of_their_own() {
        let mut editor = Editor::field("s".into(), "a", &Bson::Int32(5)).unwrap();
        editor.resize(11);
        editor.on_key(KeyEvent::from(KeyCode::Up), &dates());
        assert_eq!(caret(&editor), (0, 1));
    }

    #[test]
    fn beyond_what_can_be_jumped_to_the_caret_goes_one_by_one() {
        let mut area = TextArea::new(vec![String::new(), "x".repeat(66_000), "y".to_owned()]);
        for to in [(1, 65_600), (1, 65_590), (2, 1), (1, 65_540)] {
            put(&mut area, to);
            let DataCursor(line, column) = area.cursor();
            assert_eq!((line, column), to);
        }
    }
}
