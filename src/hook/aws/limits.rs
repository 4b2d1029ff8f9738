//! What SNS, SQS and API Gateway take: sizes, characters, names of groups.

use std::{borrow::Cow, collections::BTreeMap, fmt::Write};

use sha2::{Digest, Sha256};

/// Bytes of a message of SNS or SQS, with its attributes: 256 KiB.
pub(super) const MESSAGE_BYTES: usize = 256 * 1024;

/// Bytes of a message to a WebSocket: 128 KiB.
pub(super) const SOCKET_BYTES: usize = 128 * 1024;

/// Characters of a subject.
const SUBJECT: usize = 100;

/// Characters of the name of a group.
const GROUP: usize = 128;

/// What every attribute is.
pub(super) const ATTRIBUTE_TYPE: &str = "String";

/// A subject as SNS takes it: ASCII in one line, that begins with something to see and ends after 100 characters. Letters that are no
/// ASCII are question marks, other signs are left out.
pub(super) fn subject(text: &str) -> String {
    let plain = text.chars().filter_map(|c| match c {
        ' '..='~' => Some(c),
        c if c.is_whitespace() || c.is_control() => Some(' '),
        c if c.is_alphanumeric() => Some('?'),
        _ => None,
    });
    let plain: String = plain.collect();
    // What was left out may have stood between two blanks.
    let words: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
    let mut subject = words.join(" ");
    subject.truncate(SUBJECT);
    subject.truncate(subject.trim_end().len());
    subject
}

/// A text as SNS and SQS take it: what cannot stand in XML is U+FFFD.
pub(super) fn readable(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_readable) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if is_readable(c) { c } else { char::REPLACEMENT_CHARACTER }).collect())
}

/// JSON as SQS takes it, with nothing lost: what cannot stand in a message is escaped.
pub(super) fn readable_json(json: &str) -> Cow<'_, str> {
    if json.chars().all(is_readable) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_readable(c) {
            out.push(c);
        } else {
            // Only within a string: JSON has no such characters elsewhere. Writing to a string cannot fail.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        }
    }
    Cow::Owned(out)
}

fn is_readable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Attributes of a message; one with an empty value is left out, for none may be.
pub(super) fn attributes<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    let filled = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    filled.map(|(name, value)| (name.to_owned(), readable(value).into_owned())).collect()
}

/// Bytes that attributes take of a message.
pub(super) fn attribute_bytes(attributes: &BTreeMap<String, String>) -> usize {
    attributes.iter().map(|(name, value)| name.len() + ATTRIBUTE_TYPE.len() + value.len()).sum()
}

/// The group of a session in a FIFO queue: its id, where that can be one, else the SHA-256 of it in hex.
pub(super) fn group(session: &str) -> String {
    if (1..=GROUP).contains(&session.len()) && session.bytes().all(|byte| byte.is_ascii_graphic()) {
        return session.to_owned();
    }
    let mut group = String::from("sha256-");
    for byte in Sha256::digest(session.as_bytes()) {
        let _ = write!(group, "{byte:02x}");
    }
    group
}

/// A text in so many bytes; one that is longer is cut, and says so.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let note = format!("\n[cut: it has {} bytes in all]", text.len());
    let kept = &text[..text.floor_char_boundary(most.saturating_sub(note.len()))];
    Cow::Owned(format!("{kept}{note}"))
}

/// Why a message is never sent, where it is too large.
pub(super) fn too_large(bytes: usize, most: usize) -> Option<String> {
    (bytes > most).then(|| format!("the message has {bytes} bytes, more than the {most} that can be sent"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_subject_is_a_line_of_ascii() {
        assert_eq!(subject("[PROD] \u{26a0}\u{fe0f} URGENT: on session s-1"), "[PROD] URGENT: on session s-1");
        assert_eq!(subject("\u{2705} caf\u{e9}\r\non session s-1"), "caf? on session s-1");
        assert_eq!(subject(&"a".repeat(300)).len(), 100);
        assert_eq!(subject(&format!("{} b", "a".repeat(99))), "a".repeat(99));
    }

    #[test]
    fn a_group_is_the_session_or_its_hash() {
        assert_eq!(group("user-7/chat:1"), "user-7/chat:1");
        // Test vectors of SHA-256.
        assert_eq!(group(""), "sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let long = "x".repeat(129);
        assert!(group(&long).len() <= GROUP && group(&long) != group(&"x".repeat(130)));
        assert!(group("a b").starts_with("sha256-"));
    }

    #[test]
    fn a_long_comment_is_cut_and_says_so() {
        assert_eq!(cut("short", 5), "short");
        let text = "\u{e9}".repeat(100);
        let cut = cut(&text, 101);
        assert!(cut.len() <= 101 && cut.ends_with("\n[cut: it has 200 bytes in all]"), "{cut}");
    }

    #[test]
    fn an_empty_attribute_is_left_out() {
        let attributes = attributes([("session_id", ""), ("rating", "neutral"), ("odd", "a\u{1}\u{ffff}b")]);
        let pairs: Vec<(&str, &str)> = attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("odd", "a\u{fffd}\u{fffd}b"), ("rating", "neutral")]);
        // Names, `String` twice, values: a U+FFFD has three bytes.
        assert_eq!(attribute_bytes(&attributes), 3 + 6 + 8 + 6 + 6 + 7);
    }

    proptest! {
        #[test]
        fn any_text_is_a_subject(text in proptest::collection::vec(any::<char>(), 0..150)) {
            let subject = subject(&text.into_iter().chain("  x".chars()).collect::<String>());
            prop_assert!(subject.len() <= SUBJECT && subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            prop_assert!(!subject.starts_with(' ') && !subject.ends_with(' '));
        }

        #[test]
        fn any_id_has_a_group(id in ".{0,200}") {
            let group = group(&id);
            prop_assert!((1..=GROUP).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_graphic()));
        }

        #[test]
        fn escaped_json_says_the_same(text in proptest::collection::vec(any::<char>(), 0..40)) {
            let value = serde_json::Value::String(text.into_iter().chain(['\u{ffff}', '\u{fffe}']).collect());
            let json = value.to_string();
            let escaped = readable_json(&json);
            prop_assert!(escaped.chars().all(is_readable));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
        }

        #[test]
        fn a_cut_text_fits(text in ".{0,300}", most in 40_usize..400) {
            prop_assert!(cut(&text, most).len() <= most);
        }
    }
}
