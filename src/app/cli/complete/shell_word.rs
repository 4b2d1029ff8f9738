//! Words as shells take them, and as they tell them.

use std::{borrow::Cow, ffi::OsString};

/// Whether every shell takes it as it is. A `#` begins a comment, and a `~` means a home, only at the start of a word; to bash a `~`
/// also does where it could be the value of a variable.
pub(super) fn is_one_word(name: &str) -> bool {
    let mut before = None;
    let is_plain = |c: char| {
        let before = before.replace(c);
        match c {
            '#' => before.is_some(),
            '~' => !matches!(before, None | Some(':' | '=')),
            _ => c.is_alphanumeric() || "-_./@+,%=:".contains(c),
        }
    };
    !name.is_empty() && name.chars().all(is_plain)
}

/// Whether it is read as a value of a filter as it is. A sign at its start would be one of the language; behind the first colon
/// another one is text.
pub(super) fn is_value(text: &str) -> bool {
    is_one_word(text) && text.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// What is typed of a word without the backslashes that zsh and fish put before signs of it as they complete a part of it.
pub(super) fn without_escapes(typed: &str) -> Cow<'_, str> {
    if !typed.contains('\\') {
        return typed.into();
    }
    typed.replace("\\#", "#").replace("\\~", "~").into()
}

/// A word before the one that is typed, as the program would be given it: zsh escapes the `~` of a folder that it completes.
pub(super) fn unescaped(word: OsString) -> OsString {
    let escaped = word.to_str().filter(|text| cfg!(unix) && !text.starts_with(['\'', '"']) && text.contains('\\'));
    match escaped.and_then(shlex::split).as_deref() {
        Some([whole]) => whole.into(),
        _ => unquoted(word),
    }
}

/// A word as the program would be given it: some shells tell it with its quotes, of which the last may not be typed yet.
pub(super) fn unquoted(word: OsString) -> OsString {
    let quoted = word.to_str().filter(|text| text.starts_with(['\'', '"']));
    let split = quoted.and_then(|text| shlex::split(text).or_else(|| shlex::split(&[text, &text[..1]].concat())));
    match split.as_deref() {
        Some([whole]) => whole.into(),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_take_apart_is_not_offered() {
        let arn = "arn:aws:bedrock:eu-central-1:1:agent/A";
        for whole in ["support-1042", "a.b/c@d", "漢字", "65f0c1", "user:1:a", arn, "ticket#7", "a~1"] {
            assert!(is_one_word(whole), "{whole}");
        }
        for apart in
            ["", "two words", "a'b", "$HOME", "a\\b", "x;y", "a\u{202e}b", "\"quoted\"", "#7", "~a", "a:~b", "a=~b"]
        {
            assert!(!is_one_word(apart), "{apart}");
        }
    }

    #[test]
    fn quotes_that_a_shell_leaves_are_taken_off() {
        for (told, whole) in [
            ("'mongodb://h/x y'", "mongodb://h/x y"),
            ("\"a\"", "a"),
            ("it's", "it's"),
            ("'has:tool (app:b", "has:tool (app:b"),
            ("\"it's", "it's"),
            ("'", ""),
            ("'a' 'b", "'a' 'b"),
        ] {
            assert_eq!(unquoted(told.into()), whole);
        }
    }

    #[cfg(unix)]
    #[test]
    fn signs_that_a_shell_escapes_mean_themselves() {
        for (told, whole) in [("\\~/my\\ sessions", "~/my sessions"), ("'a\\b'", "a\\b"), ("a\\", "a\\"), ("-x", "-x")]
        {
            assert_eq!(unescaped(told.into()), whole);
        }
    }

    #[test]
    fn a_part_that_a_shell_completed_is_gone_on_from() {
        for (told, typed) in
            [("ticket\\#7", "ticket#7"), ("in:a\\~", "in:a~"), ("a\\b", "a\\b"), ("ticket#7", "ticket#7")]
        {
            assert_eq!(without_escapes(told), typed);
        }
    }
}
