//! Keys into text: what a person sees as one character is one, also where it is made of several, as emoji are.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, DataCursor, TextArea};
use unicode_segmentation::UnicodeSegmentation;

/// Takes a key; whether the text changed.
pub(super) fn take(area: &mut TextArea<'static>, key: KeyEvent) -> bool {
    let plain = key.modifiers.is_empty() && !area.is_selecting();
    let control = key.modifiers == KeyModifiers::CONTROL && !area.is_selecting();
    match key.code {
        KeyCode::Backspace if plain => delete(area, CaretSide::Before),
        KeyCode::Char('h') if control => delete(area, CaretSide::Before),
        KeyCode::Delete if plain => delete(area, CaretSide::After),
        KeyCode::Char('d') if control => delete(area, CaretSide::After),
        // As in a shell; `Ctrl-Y` brings it back.
        KeyCode::Char('u') if control => area.delete_line_by_head(),
        KeyCode::Char('u') if key.modifiers == KeyModifiers::ALT => area.undo(),
        KeyCode::Left if plain => step(area, CaretSide::Before, key),
        KeyCode::Right if plain => step(area, CaretSide::After, key),
        _ => area.input(key),
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
    let mut first = 0;
    for seen in area.lines().get(row)?.graphemes(true) {
        let count = seen.chars().count();
        let here = match side {
            CaretSide::Before => first < column && column <= first + count,
            CaretSide::After => first <= column && column < first + count,
        };
        if here {
            // Beyond what the text area can jump to it goes one by one.
            let place = (u16::try_from(row).ok()?, u16::try_from(first).ok()?);
            return (count > 1).then_some((place.0, place.1, count));
        }
        first += count;
    }
    None
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
        let control = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        take(&mut area, control('u'));
        assert_eq!(area.lines(), [""]);
        take(&mut area, control('y'));
        assert_eq!(area.lines(), ["app:zzz"]);
        take(&mut area, KeyEvent::new(KeyCode::Char('u'), KeyModifiers::ALT));
        assert_eq!(area.lines(), [""]);
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
