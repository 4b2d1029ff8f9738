//! A word that is typed to agree: the id of what is deleted, how many there are, the words of a place.

use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent};
use tui_textarea::{CursorMove, DataCursor, TextArea};

use super::typing::{self, Prefilled};

/// What is typed so far.
#[derive(Debug, Clone, Default)]
pub struct TypedWord {
    area: TextArea<'static>,
    prefilled: Prefilled,
    /// What is wrong with it.
    pub problem: Option<String>,
}

/// What came of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordKey {
    /// Taken.
    Taken,
    /// It is typed.
    Enter,
    /// The rest of it is asked for.
    Complete,
    /// Leave it.
    Leave,
}

impl TypedWord {
    /// Takes a key.
    pub fn on_key(&mut self, key: KeyEvent) -> WordKey {
        self.prefilled.before(&mut self.area, key);
        match key.code {
            _ if typing::ends_line(key) => WordKey::Enter,
            KeyCode::Tab => WordKey::Complete,
            KeyCode::Esc => WordKey::Leave,
            _ => {
                self.prefilled.take(&mut self.area, key);
                self.problem = None;
                WordKey::Taken
            }
        }
    }

    /// Text is pasted: its first line, for the word has no more. Blanks alone take the place of nothing that is selected.
    pub fn paste(&mut self, text: &str) {
        if self.area.is_selecting() && text.trim().is_empty() {
            return;
        }
        self.prefilled.pasted();
        self.area.insert_str(text.lines().next().unwrap_or_default());
        self.problem = None;
    }

    /// With this text, the cursor at its end.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let area = typing::line(text.lines().next().unwrap_or_default());
        Self { area, ..Self::default() }
    }

    /// The same of a text that nobody typed: the first character that is typed replaces it.
    #[must_use]
    pub fn suggested(text: &str) -> Self {
        let mut word = Self::of(text);
        word.prefilled = Prefilled::of(&mut word.area);
        word
    }

    /// The same to be shown, with a mark for each character of these bytes.
    #[must_use]
    pub fn masked(&self, secrets: &[Range<usize>]) -> Self {
        Self { area: masked(&self.area, secrets), ..self.clone() }
    }

    /// What is typed.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Puts the whole of it there, where what is typed begins it.
    pub fn complete(&mut self, whole: &str) {
        if !whole.starts_with(self.text().trim()) {
            self.problem = Some("it does not begin like that".to_owned());
            return;
        }
        *self = Self::of(whole);
    }

    /// The widget that draws the text.
    #[must_use]
    pub fn area(&self) -> &TextArea<'static> {
        &self.area
    }
}

/// A line to be shown, with a mark for each character of these bytes.
#[must_use]
pub fn masked(area: &TextArea<'static>, secrets: &[Range<usize>]) -> TextArea<'static> {
    if secrets.is_empty() {
        return area.clone();
    }
    let text = area.lines().join("\n");
    let is_secret = |at: usize| secrets.iter().any(|secret| secret.contains(&at));
    let shown = text.char_indices().map(|(at, char)| if is_secret(at) { '*' } else { char });
    let mut masked = TextArea::new(vec![shown.collect()]);
    let jump = |(row, column): (usize, usize)| {
        let [row, column] = [row, column].map(|at| u16::try_from(at).unwrap_or(u16::MAX));
        CursorMove::Jump(row, column)
    };
    let DataCursor(row, column) = area.cursor();
    if let Some((from, to)) = area.selection_range() {
        masked.move_cursor(jump(if from == (row, column) { to } else { from }));
        masked.start_selection();
    }
    masked.move_cursor(jump((row, column)));
    masked
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    fn typed(keys: &[KeyCode]) -> TypedWord {
        let mut word = TypedWord::default();
        for key in keys {
            word.on_key(KeyEvent::from(*key));
        }
        word
    }

    #[test]
    fn the_rest_is_put_there_where_the_start_is_right() {
        let mut word = typed(&[KeyCode::Char('p'), KeyCode::Char('r')]);
        word.complete("prod-eu");
        assert_eq!((word.text().as_str(), word.problem.as_deref()), ("prod-eu", None));
        let mut word = typed(&[KeyCode::Char('x')]);
        word.complete("prod-eu");
        assert_eq!(word.text(), "x");
        assert!(word.problem.is_some());
        word.on_key(KeyEvent::from(KeyCode::Backspace));
        assert!(word.problem.is_none() && word.text().is_empty());
    }

    #[test]
    fn a_line_stays_one_whatever_ends_it() {
        for c in ['m', 'j'] {
            let mut word = TypedWord::of("prod-eu");
            assert_eq!(word.on_key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)), WordKey::Enter);
            assert_eq!(word.text(), "prod-eu");
        }
    }

    #[test]
    fn what_is_secret_is_shown_as_marks_of_its_length() {
        let mut word = TypedWord::of("mongodb://me:pä@h");
        word.on_key(KeyEvent::from(KeyCode::Left));
        let shown = word.masked(&[11..12, 13..16]);
        assert_eq!(shown.text(), "mongodb://m*:**@h");
        assert_eq!(shown.area().cursor(), word.area().cursor());
        assert_eq!(word.masked(&[]).text(), word.text());
    }

    #[test]
    fn blanks_that_are_pasted_take_the_place_of_nothing() {
        let mut word = TypedWord::suggested("prod-eu");
        for blank in ["", " ", "\n"] {
            word.paste(blank);
            assert_eq!((word.text().as_str(), word.area().is_selecting()), ("prod-eu", true));
        }
        word.paste("x");
        assert_eq!(word.text(), "x");
    }

    #[test]
    fn a_line_break_that_is_pasted_agrees_to_nothing() {
        let mut word = typed(&[]);
        word.paste("prod-eu\nrm");
        assert_eq!(word.text(), "prod-eu");
    }
}
