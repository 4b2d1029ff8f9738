//! Keys into text: what a person sees as one character is one, also where it is made of several, as emoji are.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, DataCursor, TextArea};
use unicode_segmentation::UnicodeSegmentation;

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
    let alt = key.modifiers == KeyModifiers::ALT && !area.is_selecting();
    match key.code {
        _ if undoes(key) => area.undo(),
        KeyCode::Char('w') if control => delete_word(area, CaretSide::Before, is_of_argument),
        KeyCode::Backspace | KeyCode::Char('h') if alt => delete_word(area, CaretSide::Before, is_of_word),
        KeyCode::Delete | KeyCode::Char('d') if alt => delete_word(area, CaretSide::After, is_of_word),
        KeyCode::Char('b') if alt => step_word(area, CaretSide::Before),
        KeyCode::Char('f') if alt => step_word(area, CaretSide::After),
        KeyCode::Left if alt || control => step_word(area, CaretSide::Before),
        KeyCode::Right if alt || control => step_word(area, CaretSide::After),
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

/// Whether a sign is of a word by which one moves: letters and digits are, as in a shell, and all else is between words.
fn is_of_word(sign: &str) -> bool {
    sign.starts_with(char::is_alphanumeric)
}

/// Whether it is of what stands between two blanks, whatever signs are in it.
fn is_of_argument(sign: &str) -> bool {
    !sign.starts_with(char::is_whitespace)
}

/// How many characters there are on a side of the caret to the far end of the word there, within the caret's line.
fn to_word_end(area: &TextArea<'static>, side: CaretSide, is_within: fn(&str) -> bool) -> usize {
    let DataCursor(row, column) = area.cursor();
    let Some(line) = area.lines().get(row) else { return 0 };
    let (before, after) = line.split_at(byte_at(line, column));
    let mut in_word = false;
    let goes_on = |sign: &&str| {
        let was_in_word = in_word;
        in_word = is_within(sign);
        in_word || !was_in_word
    };
    let count = |sign: &str| sign.chars().count();
    match side {
        CaretSide::Before => before.graphemes(true).rev().take_while(goes_on).map(count).sum(),
        CaretSide::After => after.graphemes(true).take_while(goes_on).map(count).sum(),
    }
}

/// The word on a side of the caret. `Ctrl-Y` brings it back.
fn delete_word(area: &mut TextArea<'static>, side: CaretSide, is_within: fn(&str) -> bool) -> bool {
    let DataCursor(row, column) = area.cursor();
    let count = to_word_end(area, side, is_within);
    let from = if side == CaretSide::Before { column.saturating_sub(count) } else { column };
    match (u16::try_from(row), u16::try_from(from), side) {
        (Ok(row), Ok(from), _) if count > 0 => {
            area.move_cursor(CursorMove::Jump(row, from));
            area.delete_str(count)
        }
        // At an end of a line, and beyond what the text area can jump to, as the text area has it.
        (_, _, CaretSide::Before) => area.delete_word(),
        (_, _, CaretSide::After) => area.delete_next_word(),
    }
}

/// Over the word on a side of the caret.
fn step_word(area: &mut TextArea<'static>, side: CaretSide) -> bool {
    let DataCursor(row, column) = area.cursor();
    let count = to_word_end(area, side, is_of_word);
    let to = if side == CaretSide::Before { column.saturating_sub(count) } else { column.saturating_add(count) };
    area.move_cursor(match (u16::try_from(row), u16::try_from(to), side) {
        (Ok(row), Ok(to), _) if count > 0 => CursorMove::Jump(row, to),
        (_, _, CaretSide::Before) => CursorMove::WordBack,
        (_, _, CaretSide::After) => CursorMove::WordForward,
    });
    false
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
mod tests;
