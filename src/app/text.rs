//! Stored text is untrusted: nothing of it reaches a terminal before it went through here.
//!
//! Control characters, escape sequences and bidi overrides become visible marks; nothing is dropped silently.

use std::{borrow::Cow, fmt::Write};

use crate::session::surrogate::{self, Unit, units};

/// One line for a terminal: line breaks and tabs become marks too (`␊`, `␉`).
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    make_visible(text, false)
}

/// Several lines for a terminal: `\n` stays, `\r\n` becomes `\n`, a tab becomes four spaces, the rest as in [`line()`].
#[must_use]
pub fn block(text: &str) -> Cow<'_, str> {
    make_visible(text, true)
}

/// A text for the clipboard, from which it may be pasted into a shell: line breaks and tabs stay, and whatever else could act there,
/// such as the sequence that ends a paste, becomes a mark.
#[must_use]
pub fn copied(text: &str) -> Cow<'_, str> {
    let acts = |c: char| needs_mark(c) && !matches!(c, '\n' | '\t');
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut units = units(text).peekable();
    while let Some(unit) = units.next() {
        match unit {
            Unit::Char('\r') if units.peek() == Some(&Unit::Char('\n')) => {}
            Unit::Char(c) if !acts(c) => out.push(c),
            unit => out.push_str(&mark(unit)),
        }
    }
    Cow::Owned(out)
}

/// JSON in which whatever could move a terminal's cursor or reorder its text is escaped: a parser reads the same. Line
/// breaks between its parts stay.
#[must_use]
pub fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for unit in units(json) {
        match unit {
            // As Python wrote it. Writing to a string cannot fail.
            Unit::Half(half) => {
                let _ = write!(out, "\\u{half:04x}");
            }
            Unit::Char(c) if c != '\n' && needs_mark(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            Unit::Char(c) => out.push(c),
        }
    }
    out
}

/// A Markdown code block whose fence is longer than any in the text.
#[must_use]
pub fn fenced(text: &str, language: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

/// How many backticks stand in a row in a text.
#[must_use]
pub fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Characters of a notification at most.
const NOTIFIED: usize = 200;

/// The sequence that has a terminal show a notification (OSC 9). Nothing of the text can end it or begin another, and it never
/// begins with the number by which some terminals tell other orders.
#[must_use]
pub fn notification(text: &str) -> String {
    let safe: String = line(text).chars().take(NOTIFIED).collect();
    format!("\u{1b}]9;strandscope: {safe}\u{7}")
}

fn make_visible(text: &str, multiline: bool) -> Cow<'_, str> {
    if !text.chars().any(needs_mark) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut units = units(text).peekable();
    while let Some(unit) = units.next() {
        match unit {
            Unit::Char('\n') if multiline => out.push('\n'),
            Unit::Char('\r') if multiline && units.peek() == Some(&Unit::Char('\n')) => {}
            Unit::Char('\t') if multiline => out.push_str("    "),
            Unit::Char(c) if !needs_mark(c) => out.push(c),
            unit => out.push_str(&mark(unit)),
        }
    }
    Cow::Owned(out)
}

/// Characters that move the cursor, start an escape sequence, reorder text or hide in it.
fn needs_mark(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' // C0, DEL, C1
        | '\u{ad}' // soft hyphen: terminals disagree on its width
        | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' // marks without width; U+200D joins emoji and stays
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' // separators, bidi embeddings and isolates, invisible operators
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' // tags
        | surrogate::MARK
    )
}

fn mark(unit: Unit) -> String {
    match unit {
        Unit::Char(c @ '\u{0}'..='\u{1f}') => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}').to_string(),
        Unit::Char('\u{7f}') => '\u{2421}'.to_string(),
        Unit::Char(c) => format!("<{:04X}>", c as u32),
        Unit::Half(half) => format!("<{half:04X}>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_any_in_the_text() {
        assert_eq!(fenced("a ```` b", "text"), "`````text\na ```` b\n`````\n");
    }

    #[test]
    fn escape_sequences_and_overrides_become_marks() {
        assert_eq!(line("\u{1b}[2Jred\u{7}"), "␛[2Jred␇");
        assert_eq!(line("a\u{202e}b"), "a<202E>b");
        assert_eq!(line("a\u{10ffff}\u{10d83e}b"), "a<D83E>b");
        assert_eq!(escaped("\"a\u{10ffff}\u{10d83e}b\""), r#""a\ud83eb""#);
        assert_eq!(line("\u{10d83e}\u{10ffff}"), "\u{10d83e}<10FFFF>", "a private character is itself");
        assert_eq!(line("a\r\nb\tc"), "a␍␊b␉c");
        assert_eq!(block("a\r\nb\tc\rd"), "a\nb    c␍d");
    }

    #[test]
    fn nothing_that_is_copied_acts_where_it_is_pasted() {
        assert_eq!(copied("a\u{1b}[201~\u{9b}201~\rb"), "a␛[201~<009B>201~␍b");
        assert_eq!(copied("fn x() {\r\n\ty\n}"), "fn x() {\n\ty\n}");
        assert!(matches!(copied("a\n\tb"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_notification_holds_no_control_character_but_its_own() {
        let sequence = notification("4;1\u{7}\u{1b}\\\u{9c}\n");
        assert_eq!(sequence, "\u{1b}]9;strandscope: 4;1␇␛\\<009C>␊\u{7}");
        assert!(notification(&"x".repeat(5000)).len() < 300);
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(line("漢字 👩‍👩‍👧‍👦 é"), Cow::Borrowed(_)));
    }
}
