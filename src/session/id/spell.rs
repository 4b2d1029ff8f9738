//! Names that a person could not tell from others, or not type, as JSON strings.

#[cfg(any(feature = "app", test))]
use std::{borrow::Cow, fmt::Write};

use bson::Bson;

use crate::session::edit;
#[cfg(any(feature = "app", test))]
use crate::session::surrogate::{Unit, units};

/// A stored text as it is shown where it is typed back: itself, or a JSON string in which nothing is hidden. That is so where
/// it is empty, begins or ends with a blank, holds what cannot be seen, or looks like such a string or a missing one.
#[cfg(any(feature = "app", test))]
pub(crate) fn spelled(text: &str) -> Cow<'_, str> {
    let is_odd = text.is_empty() || text == "-" || text.starts_with('"') || text.trim() != text;
    if is_odd || text.chars().any(is_hidden) {
        Cow::Owned(unhidden(&serde_json::Value::from(text).to_string()))
    } else {
        Cow::Borrowed(text)
    }
}

/// JSON in which nothing is hidden: it is read as the same.
#[cfg(any(feature = "app", test))]
pub(crate) fn unhidden(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for unit in units(json) {
        match unit {
            Unit::Char(c) if !is_hidden(c) => out.push(c),
            Unit::Char(c) => {
                for half in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "\\u{half:04x}");
                }
            }
            Unit::Half(half) => {
                let _ = write!(out, "\\u{half:04x}");
            }
        }
    }
    out
}

/// The text that a JSON string stands for; `None` for what is none.
pub(crate) fn unspelled(typed: &str) -> Option<String> {
    match edit::json(typed) {
        Ok(Bson::String(text)) => Some(text),
        _ => None,
    }
}

/// What has no shape of its own: controls, marks without width, blanks but the usual one, accents that stand apart from their
/// letter, fillers.
#[cfg(any(feature = "app", test))]
fn is_hidden(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}' | '\u{10fffe}' | '\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_nobody_could_type_is_a_json_string() {
        for (name, shown) in [
            ("", r#""""#),
            ("-", r#""-""#),
            ("trail ", r#""trail ""#),
            ("a\nb", r#""a\nb""#),
            ("a\u{200b}b", r#""a\u200bb""#),
            ("e\u{301}", r#""e\u0301""#),
            ("\u{3164}", r#""\u3164""#),
            ("a\u{fe0f}b", r#""a\ufe0fb""#),
            ("a\u{e0041}", r#""a\udb40\udc41""#),
            ("a\u{10ffff}\u{10d83e}", r#""a\ud83e""#),
            ("\"null\"", r#""\"null\"""#),
        ] {
            assert_eq!(spelled(name), shown);
            assert_eq!(unspelled(shown).as_deref(), Some(name));
        }
        for name in ["support-1042", "a b", "é", "漢字", "a␊b", "a<200B>b", "null", "{x}"] {
            assert!(matches!(spelled(name), Cow::Borrowed(_)), "{name}");
        }
        assert_eq!(unspelled("5"), None);
    }
}
