//! Keys as they were meant, where a terminal tells several things in the same way.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{AppState, modal::Modal};

/// `AltGr` is told as `Ctrl-Alt` by some terminals: the character it makes is text. A letter or digit with both is none that
/// `AltGr` is needed for.
pub(super) fn meant(mut key: KeyEvent) -> KeyEvent {
    let alt_gr = KeyModifiers::CONTROL | KeyModifiers::ALT;
    if let KeyCode::Char(c) = key.code
        && key.modifiers.contains(alt_gr)
        && !c.is_ascii_alphanumeric()
        && c != ' '
    {
        key.modifiers.remove(alt_gr);
    }
    key
}

impl AppState {
    /// The key that was pressed after `Esc`: terminals tell the two in one as they tell a key with `Alt`, and where that means
    /// nothing both were meant. `None`: it is one key.
    pub(super) fn after_escape(&self, key: KeyEvent) -> Option<KeyEvent> {
        let told = matches!(key.code, KeyCode::Char(_) | KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace);
        if cfg!(windows) || !told || !key.modifiers.contains(KeyModifiers::ALT) || self.keymap.action(key).is_some() {
            return None;
        }
        let of_text = match (self.modals.last(), key.code) {
            // What stores a text of several lines. Of one line `Enter` alone does: with `Esc` before it nothing is stored.
            (Some(Modal::Editor(editor)), KeyCode::Enter) => editor.has_lines(),
            // A word back, forward or away; the last change taken back.
            (Some(modal), KeyCode::Char('b' | 'f' | 'd' | 'u') | KeyCode::Backspace) => modal.is_typed_in(),
            _ => false,
        };
        (!of_text).then(|| KeyEvent { modifiers: key.modifiers - KeyModifiers::ALT, ..key })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Input, sample::Screen};
    use super::*;
    use crate::app::task::Command;

    fn press(screen: &mut Screen, code: KeyCode, modifiers: KeyModifiers) {
        screen.put(Input::Key(KeyEvent::new(code, modifiers)));
    }

    fn typed(screen: &Screen) -> Option<&str> {
        match screen.state.modals.last() {
            Some(Modal::Prompt(prompt)) => Some(prompt.text()),
            _ => None,
        }
    }

    #[test]
    fn characters_of_alt_gr_are_text() {
        let mut screen = Screen::listed(80, 24);
        screen.press("/");
        for c in ['@', '{', '€', 'ł'] {
            press(&mut screen, KeyCode::Char(c), KeyModifiers::CONTROL | KeyModifiers::ALT);
        }
        assert_eq!(typed(&screen), Some("@{€ł"));
    }

    #[cfg(not(windows))]
    #[test]
    fn escape_and_a_key_told_in_one_are_both_heard() {
        let mut screen = Screen::listed(80, 24);
        screen.press("/abc");
        press(&mut screen, KeyCode::Char('?'), KeyModifiers::ALT);
        assert!(matches!(screen.state.modals.as_slice(), [Modal::Help(_)]), "the line is left, then help opens");
        press(&mut screen, KeyCode::Char(':'), KeyModifiers::ALT);
        assert_eq!(typed(&screen), Some(""));
    }

    #[cfg(not(windows))]
    #[test]
    fn escape_and_enter_told_in_one_store_and_delete_nothing() {
        let mut screen = Screen::writable(120, 40);
        let id = screen.state.workspace.conversation.key().unwrap().text().to_owned();
        for typed in [format!("D{id}"), "ex".to_owned(), "ak=1".to_owned()] {
            screen.press(&typed);
            press(&mut screen, KeyCode::Enter, KeyModifiers::ALT);
            assert!(!screen.asked.iter().any(|command| matches!(command, Command::Write(..))), "{typed}");
            for _ in 0..2 {
                press(&mut screen, KeyCode::Esc, KeyModifiers::NONE);
            }
            screen.press("4");
            screen.answer_all();
        }
        screen.press("\u{1b}fwell");
        press(&mut screen, KeyCode::Enter, KeyModifiers::ALT);
        assert!(screen.asked.iter().any(|command| matches!(command, Command::Write(..))), "it has lines");
    }

    #[test]
    fn words_of_a_text_are_walked_with_alt() {
        let mut screen = Screen::listed(80, 24);
        screen.press("/one two");
        press(&mut screen, KeyCode::Char('b'), KeyModifiers::ALT);
        screen.press("x");
        assert_eq!(typed(&screen), Some("one xtwo"));
        press(&mut screen, KeyCode::Char('u'), KeyModifiers::ALT);
        assert_eq!(typed(&screen), Some("one two"), "the line is not left");
        // So in every line that is typed: none is left by a key that walks in it.
        screen.press("\u{1b}ca");
        assert!(matches!(screen.state.modals.last(), Some(Modal::NewPlace(_))));
        screen.press("one two");
        press(&mut screen, KeyCode::Char('b'), KeyModifiers::ALT);
        screen.press("x");
        let Some(Modal::NewPlace(pane)) = screen.state.modals.last() else { panic!("the line is left") };
        assert_eq!(pane.shown().text(), "one xtwo");
    }
}
