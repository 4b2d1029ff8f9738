//! One key: read as the settings write it, in the one form that all reports of it share, and as a person reads it.

use crokey::{KeyCombination, OneToThree};
use crossterm::event::{KeyCode, KeyModifiers};

/// The key that always quits at once.
pub(super) fn quit_now() -> KeyCombination {
    canonical(KeyCombination::one_key(KeyCode::Char('c'), KeyModifiers::CONTROL))
}

/// Reads one key as the settings write it: `q`, `shift-g` (or `G`), `ctrl-c`, `pageup`. `None` where it is no key, or
/// several pressed together, which terminals do not tell.
#[must_use]
pub fn parse(text: &str) -> Option<KeyCombination> {
    let mut chars = text.chars();
    let key = match (chars.next(), chars.next()) {
        (Some(c), None) if c.is_ascii_uppercase() => crokey::parse(&format!("shift-{c}")),
        (Some(c), None) => Ok(KeyCombination::one_key(KeyCode::Char(c), KeyModifiers::NONE)),
        _ => crokey::parse(text),
    };
    key.ok().filter(|key| matches!(key.codes, OneToThree::One(_))).map(canonical)
}

/// One form for what terminals report in several: with or without shift for `?` and `G`, `Shift-Tab` or `BackTab`,
/// `Ctrl-C` with caps lock on.
pub(super) fn canonical(key: KeyCombination) -> KeyCombination {
    let OneToThree::One(code) = key.codes else { return key };
    let mut modifiers = key.modifiers;
    let code = match code {
        KeyCode::Char('\r' | '\n') => KeyCode::Enter,
        KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => {
            modifiers.remove(KeyModifiers::SHIFT);
            KeyCode::Char(c.to_ascii_lowercase())
        }
        KeyCode::Char(c) if c.is_alphabetic() => {
            let upper = c.is_uppercase() || modifiers.contains(KeyModifiers::SHIFT);
            modifiers.set(KeyModifiers::SHIFT, upper);
            let mut uppercase = c.to_uppercase();
            match (upper, uppercase.next(), uppercase.next()) {
                (true, Some(c), None) => KeyCode::Char(c),
                _ => KeyCode::Char(c),
            }
        }
        KeyCode::Char(c) => {
            modifiers.remove(KeyModifiers::SHIFT);
            KeyCode::Char(c)
        }
        KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        KeyCode::BackTab => {
            modifiers.insert(KeyModifiers::SHIFT);
            KeyCode::BackTab
        }
        code => code,
    };
    KeyCombination::one_key(code, modifiers)
}

pub(super) fn label(key: KeyCombination) -> String {
    let OneToThree::One(code) = key.codes else { return key.to_string() };
    let mut out = String::new();
    for (modifier, name) in
        [(KeyModifiers::CONTROL, "Ctrl-"), (KeyModifiers::ALT, "Alt-"), (KeyModifiers::SUPER, "Cmd-")]
    {
        if key.modifiers.contains(modifier) {
            out.push_str(name);
        }
    }
    let shift = key.modifiers.contains(KeyModifiers::SHIFT);
    match code {
        KeyCode::Char(' ') => out.push_str("Space"),
        KeyCode::Char(c) if out.is_empty() => out.push(c),
        KeyCode::Char(c) => out.extend(c.to_uppercase()),
        KeyCode::BackTab => out.push_str("Shift-Tab"),
        code => {
            if shift {
                out.push_str("Shift-");
            }
            match code {
                KeyCode::PageUp => out.push_str("PgUp"),
                KeyCode::PageDown => out.push_str("PgDn"),
                KeyCode::Delete => out.push_str("Del"),
                KeyCode::Insert => out.push_str("Ins"),
                KeyCode::F(n) => out.push_str(&["F", &n.to_string()].concat()),
                code => out.push_str(&code.to_string()),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capital_letter_is_shift() {
        assert_eq!(parse("G"), parse("shift-g"));
        assert_ne!(parse("G"), parse("g"));
        assert_eq!(parse("Ctrl-C"), parse("ctrl-c"));
        assert_eq!(parse("ctrl-shift-c"), parse("ctrl-c"));
        assert_eq!(parse("shift-?"), parse("?"));
        assert_eq!(parse("a-b"), None);
        assert_eq!(parse("nonsense"), None);
    }
}
