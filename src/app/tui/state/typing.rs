//! Keys into text: what a person sees as one character is one, also where it is made of several, as emoji are.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, DataCursor, TextArea};

use crate::app::tui::render::typed::{byte_at, cluster_at};

/// Whether a key ends a line. Terminals that tell more keys apart tell `Ctrl-M` and `Ctrl-J` as such, which are `Enter` elsewhere.
pub(super) fn ends_line(key: KeyEvent) -> bool {
    match key.code {
        KeyCode::Enter | KeyCode::Char('\n' | '\r') => true,
        KeyCode::Char('m' | 'j') => key.modifiers == KeyModifiers::CONTROL,
        _ => false,
    }
}

fn is_empty(area: &TextArea<'static>) -> bool {
    area.lines().iter().all(String::is_empty)
}

/// Whether a key takes back what was typed. All but the first with `Ctrl` are one key in most terminals.
fn undoes(key: KeyEvent) -> bool {
    match key.code {
        KeyCode::Char('_' | '/' | '7') => key.modifiers == KeyModifiers::CONTROL,
        KeyCode::Char('u') => key.modifiers == KeyModifiers::ALT,
        _ => false,
    }
}

/// Takes a key; whether the text changed.
pub(super) fn take(area: &mut TextArea<'static>, key: KeyEvent) -> bool {
    let plain = key.modifiers.is_empty() && !area.is_selecting();
    let control = key.modifiers == KeyModifiers::CONTROL && !area.is_selecting();
    match key.code {
        _ if undoes(key) => area.undo(),
        KeyCode::Char('w') if control => delete_word(area),
        KeyCode::Backspace if plain => delete(area, CaretSide::Before),
        KeyCode::Char('h') if control => delete(area, CaretSide::Before),
        KeyCode::Delete if plain => delete(area, CaretSide::After),
        KeyCode::Char('d') if control => delete(area, CaretSide::After),
        // As in a shell; `Ctrl-Y` brings it back.
        KeyCode::Char('u') if control => area.delete_line_by_head(),
        KeyCode::Left if plain => step(area, CaretSide::Before, key),
        KeyCode::Right if plain => step(area, CaretSide::After, key),
        _ => area.input(key),
    }
}

/// A text that was put there and that nobody typed: it is selected, the first character that is typed stands in its place, every other
/// key keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) enum Prefilled {
    /// There is none.
    #[default]
    None,
    /// It is selected.
    Selected,
    /// It made room for what was typed.
    Replaced,
}

impl Prefilled {
    /// Selects what is there.
    pub fn of(area: &mut TextArea<'static>) -> Self {
        let is_some = !is_empty(area);
        if is_some {
            area.select_all();
        }
        if is_some { Self::Selected } else { Self::None }
    }

    /// A key comes.
    pub fn before(&mut self, area: &mut TextArea<'static>, key: KeyEvent) {
        if *self == Self::Selected {
            let types = matches!(key.code, KeyCode::Char(_)) && (key.modifiers - KeyModifiers::SHIFT).is_empty();
            *self = if types { Self::Replaced } else { Self::None };
            if !types {
                area.cancel_selection();
            }
        }
    }

    /// Something is pasted.
    pub fn pasted(&mut self) {
        if *self == Self::Selected {
            *self = Self::Replaced;
        }
    }

    /// Takes a key; whether the text changed. The text area knows two steps where one was taken: that the text went, and that another
    /// came.
    pub fn take(&mut self, area: &mut TextArea<'static>, key: KeyEvent) -> bool {
        let changed = take(area, key);
        if changed && *self == Self::Replaced && undoes(key) && is_empty(area) {
            *self = Self::None;
            area.undo();
        }
        changed
    }
}

/// A line of text with the caret at its end.
pub(super) fn line(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(vec![text.to_owned()]);
    area.set_cursor_line_style(ratatui::style::Style::new());
    area.move_cursor(CursorMove::End);
    area
}

/// The word before the caret, as a shell sees it: back to the blank before it, whatever signs are in it. `Ctrl-Y` brings it back.
fn delete_word(area: &mut TextArea<'static>) -> bool {
    let DataCursor(row, column) = area.cursor();
    let before: Vec<char> = area.lines().get(row).map(|line| line.chars().take(column).collect()).unwrap_or_default();
    let blanks = before.iter().rev().take_while(|c| c.is_whitespace()).count();
    let word = before.iter().rev().skip(blanks).take_while(|c| !c.is_whitespace()).count();
    let from = column.saturating_sub(blanks + word);
    match (u16::try_from(row), u16::try_from(from)) {
        (Ok(row), Ok(from)) if usize::from(from) < column => {
            area.move_cursor(CursorMove::Jump(row, from));
            area.delete_str(blanks + word)
        }
        // At the start of a line, and beyond what the text area can jump to, as the text area has it.
        _ => area.delete_word(),
    }
}

/// A side of the caret.
#[derive(Clone, Copy, PartialEq)]
enum CaretSide {
    Before,
    After,
}

/// The character on a side of the caret, where it is made of several: its row, its first and the number of them.
fn several(area: &TextArea<'static>, side: CaretSide) -> Option<(u16, u16, usize)> {
    let DataCursor(row, column) = area.cursor();
    let line = area.lines().get(row)?;
    let caret = byte_at(line, column);
    let before = line.get(..caret)?;
    let here = match side {
        CaretSide::Before => before.char_indices().next_back()?.0,
        CaretSide::After => caret,
    };
    let seen = cluster_at(line, here)?;
    let count = line.get(seen.clone())?.chars().count();
    let first = column - line.get(seen.start..caret)?.chars().count();
    // Beyond what the text area can jump to it goes one by one.
    let place = (u16::try_from(row).ok()?, u16::try_from(first).ok()?);
    (count > 1).then_some((place.0, place.1, count))
}

fn delete(area: &mut TextArea<'static>, side: CaretSide) -> bool {
    match (several(area, side), side) {
        (Some((row, first, count)), _) => {
            area.move_cursor(CursorMove::Jump(row, first));
            area.delete_str(count)
        }
        (None, CaretSide::Before) => area.delete_char(),
        (None, CaretSide::After) => area.delete_next_char(),
    }
}

fn step(area: &mut TextArea<'static>, side: CaretSide, key: KeyEvent) -> bool {
    let Some((row, first, count)) = several(area, side) else { return area.input(key) };
    let column = if side == CaretSide::Before { first } else { first.saturating_add(count as u16) };
    area.move_cursor(CursorMove::Jump(row, column));
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, keys: &[KeyCode]) -> String {
        let mut area = TextArea::new(vec![text.to_owned()]);
        area.move_cursor(CursorMove::End);
        for key in keys {
            take(&mut area, KeyEvent::from(*key));
        }
        area.lines().join("\n")
    }

    #[test]
    fn a_line_is_cleared_and_brought_back_as_in_a_shell() {
        let mut area = TextArea::new(vec!["app:zzz".to_owned()]);
        area.move_cursor(CursorMove::End);
        take(&mut area, control('u'));
        assert_eq!(area.lines(), [""]);
        take(&mut area, control('y'));
        assert_eq!(area.lines(), ["app:zzz"]);
        take(&mut area, KeyEvent::new(KeyCode::Char('u'), KeyModifiers::ALT));
        assert_eq!(area.lines(), [""]);
    }

    fn control(c: char) -> KeyEvent {
        KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)
    }

    #[test]
    fn a_word_goes_back_to_the_blank_before_it_and_is_brought_back() {
        let mut area = line("app:shop -meta.tier:gold  ");
        take(&mut area, control('w'));
        assert_eq!(area.lines(), ["app:shop "]);
        take(&mut area, control('y'));
        assert_eq!(area.lines(), ["app:shop -meta.tier:gold  "]);
        take(&mut area, control('_'));
        assert_eq!(area.lines(), ["app:shop "]);
        take(&mut area, control('w'));
        take(&mut area, control('w'));
        assert_eq!(area.lines(), [""]);
    }

    #[test]
    fn a_line_is_edited_as_in_a_shell() {
        let mut area = line("one two three");
        take(&mut area, control('a'));
        take(&mut area, KeyEvent::new(KeyCode::Char('d'), KeyModifiers::ALT));
        assert!(!area.lines()[0].starts_with("one"), "{:?}", area.lines());
        take(&mut area, KeyEvent::new(KeyCode::Char('f'), KeyModifiers::ALT));
        take(&mut area, control('k'));
        let left = area.lines()[0].clone();
        assert!(left == " two " || left == " ", "the rest of the line is gone: {left:?}");
        take(&mut area, control('e'));
        take(&mut area, KeyEvent::new(KeyCode::Backspace, KeyModifiers::ALT));
        assert_ne!(area.lines()[0], left);
        take(&mut area, control('h'));
        take(&mut area, KeyEvent::from(KeyCode::Char('x')));
        assert!(area.lines()[0].ends_with('x'));
    }

    #[test]
    fn what_was_put_there_is_replaced_by_what_is_typed_and_kept_by_every_other_key() {
        let first = |key: KeyEvent| {
            let mut area = line("app:shop");
            Prefilled::of(&mut area).before(&mut area, key);
            take(&mut area, key);
            area.lines()[0].clone()
        };
        assert_eq!(first(KeyEvent::from(KeyCode::Char('x'))), "x");
        assert_eq!(first(KeyEvent::new(KeyCode::Char('X'), KeyModifiers::SHIFT)), "X");
        assert_eq!(first(KeyEvent::from(KeyCode::Left)), "app:shop");
        assert_eq!(first(KeyEvent::from(KeyCode::End)), "app:shop");
        assert_eq!(first(KeyEvent::from(KeyCode::Backspace)), "app:sho");
        assert_eq!(first(control('a')), "app:shop");
        assert_eq!(first(control('u')), "");
    }

    #[test]
    fn what_was_replaced_is_back_at_once_when_the_rest_is_taken_back() {
        let undo = control('_');
        for keys in ["x", "xyz"] {
            let mut area = line("high");
            let mut prefilled = Prefilled::of(&mut area);
            for key in keys.chars().map(|c| KeyEvent::from(KeyCode::Char(c))).chain(keys.chars().map(|_| undo)) {
                prefilled.before(&mut area, key);
                prefilled.take(&mut area, key);
            }
            assert_eq!(area.lines(), ["high"], "{keys}");
        }
        let mut area = line("high");
        let mut prefilled = Prefilled::of(&mut area);
        prefilled.pasted();
        area.insert_str("low");
        prefilled.before(&mut area, undo);
        prefilled.take(&mut area, undo);
        assert_eq!(area.lines(), ["high"]);
    }

    #[test]
    fn what_is_seen_as_one_is_deleted_whole() {
        for one in ["👩‍👩‍👧", "🇪🇸", "e\u{301}", "👍🏽", "漢", "x"] {
            let text = format!("a{one}b{one}");
            assert_eq!(typed(&text, &[KeyCode::Backspace]), format!("a{one}b"));
            assert_eq!(typed(&text, &[KeyCode::Home, KeyCode::Right, KeyCode::Delete]), format!("ab{one}"));
            let between = [KeyCode::Left, KeyCode::Left, KeyCode::Char('!')];
            assert_eq!(typed(&text, &between), format!("a{one}!b{one}"));
            let within = [KeyCode::Home, KeyCode::Right, KeyCode::Right, KeyCode::Char('!')];
            assert_eq!(typed(&text, &within), format!("a{one}!b{one}"));
        }
    }
}
