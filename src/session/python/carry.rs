//! The text of JSON with everything carried that `serde_json` cannot read.

use std::{borrow::Cow, ops::Range};

use serde::de::IgnoredAny;

use super::{OPEN, has_no_place};
use crate::session::surrogate::{self, MARK};

/// Arrays and objects are read so deep, as a document of MongoDB is; what lies deeper is carried as its text. Each level
/// costs every walk through a value some of its stack, and Python reads about a thousand.
const DEEPEST: usize = 100;

/// The text itself where there is nothing of the kind.
pub(super) fn with_carriers(text: &str) -> Cow<'_, str> {
    carried(text, DEEPEST, has_no_place)
}

/// The same with every number that has a fraction or an exponent.
pub(super) fn with_tokens(text: &str) -> Cow<'_, str> {
    let is_fraction = |token: &str| {
        token.starts_with(|first: char| first == '-' || first.is_ascii_digit())
            && token.contains(['.', 'e', 'E'])
            && serde_json::from_str::<IgnoredAny>(token).is_ok()
    };
    carried(text, DEEPEST, |token| has_no_place(token) || is_fraction(token))
}

/// Whether it is JSON for Python, however deep. Looked through without going down.
pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(&carried(text, usize::MAX, has_no_place)).is_ok()
}

/// Behind `deepest` levels an array or an object is carried whole; a number where it is `odd`.
fn carried(text: &str, deepest: usize, odd: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut replace = |range: Range<usize>, by: String| {
        out.push_str(&text[copied..range.start]);
        out.push_str(&by);
        copied = range.end;
    };
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b'"' => string(text, at + 1, &mut replace),
            b'[' | b'{' => {
                let whole = (depth == deepest).then(|| end(text, at)).flatten();
                if let Some(end) = whole.filter(|end| is_json(&text[at..*end])) {
                    replace(at..end, quoted(&text[at..end]));
                    end
                } else {
                    depth += 1;
                    at + 1
                }
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                at + 1
            }
            b'-' | b'0'..=b'9' | b'A'..=b'Z' => {
                let end = at + bytes[at..].iter().take_while(|byte| is_number_part(**byte)).count();
                if odd(&text[at..end]) {
                    replace(at..end, quoted(&text[at..end]));
                }
                end
            }
            _ => at + 1,
        };
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// A string that carries this.
fn quoted(text: &str) -> String {
    serde_json::Value::from(format!("{OPEN}{text}")).to_string()
}

/// Behind the array or object that begins at `start`.
fn end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (start, 0_usize);
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = string(text, at + 1, &mut |_, _| {});
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

fn is_number_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

/// Goes to the end of the string that begins at `start`; names every half of a pair that stands alone in it, and every mark
/// that would be taken for more.
fn string(text: &str, start: usize, replace: &mut impl FnMut(Range<usize>, String)) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => match (escaped_half(text, at), escaped_half(text, at + 6)) {
                (Some(high @ 0xD800..=0xDBFF), Some(low @ 0xDC00..=0xDFFF)) => {
                    if (high, low) == ESCAPED_MARK && is_taken_before(text, at + 12, at == start) {
                        replace(at..at + 12, String::from_iter([MARK, MARK]));
                    }
                    at += 12;
                }
                (Some(half), _) => {
                    replace(at..at + 6, surrogate::carrier(half));
                    at += 6;
                }
                (None, _) => at += 2,
            },
            // The mark begins with it, and so do other characters.
            0xF4 if text.get(at..).is_some_and(|rest| rest.starts_with(MARK)) => {
                let end = at + MARK.len_utf8();
                if is_taken_before(text, end, at == start) {
                    replace(at..end, String::from_iter([MARK, MARK]));
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    at
}

/// The mark as a pair of escapes.
const ESCAPED_MARK: (u32, u32) = (0xDBFF, 0xDFFF);

/// Whether a mark that ends here would be taken for more.
fn is_taken_before(text: &str, at: usize, at_start: bool) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    // Whatever is escaped there.
    rest.starts_with("\\u") || rest.starts_with(surrogate::is_taken) || (at_start && rest.starts_with(surrogate::OTHER))
}

/// The half of a surrogate pair that is escaped at this place, `\ud83e`.
fn escaped_half(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    let half = digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())??;
    (0xD800..=0xDFFF).contains(&half).then_some(half)
}
