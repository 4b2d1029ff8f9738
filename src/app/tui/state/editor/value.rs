//! The text of a value: what an editor starts with, how it is read back, and what is pasted into it.

use bson::Bson;
use jiff::tz::{Offset, TimeZone};
use serde_json::Value;

use super::{Editor, Purpose, bytes};
use crate::{
    app::text,
    session::{
        StoredDate,
        edit::{self, DateContext},
    },
};

/// What is said of a text that is written as JSON.
const IS_JSON: &str = r"a text as JSON, in quotes: \t is a tab, \n a line break, \r a carriage return";

impl Editor {
    /// What the field takes, or which date is meant. Safe text.
    #[must_use]
    pub fn takes(&self, dates: &DateContext) -> Option<String> {
        let Purpose::Edit { kind, .. } = &self.purpose else { return None };
        match kind {
            Bson::String(_) => return self.is_json.then(|| IS_JSON.to_owned()),
            Bson::Binary(binary) => return Some(bytes::takes(binary, &self.text())),
            Bson::DateTime(_) if self.is_unsaved() => {
                if let Ok(Bson::DateTime(meant)) = edit::read_as(&self.text(), kind, dates)
                    && let Some(written) = edit::write(&Bson::DateTime(meant))
                {
                    let at = StoredDate::from(meant);
                    let is_utc = at.timestamp().is_none_or(|at| dates.zone.to_offset(at) == Offset::UTC);
                    let local = local_date(at, &dates.zone).filter(|_| !is_utc);
                    let local = local.map_or_else(String::new, |local| format!(", {local}"));
                    return Some(format!("will be {written}{local}"));
                }
            }
            _ => {}
        }
        Some(format!("takes {}", edit::forms(kind.element_type())))
    }
}

/// A date as the clocks of a zone show it; `None` where they have none for it.
#[must_use]
pub fn local_date(at: StoredDate, zone: &TimeZone) -> Option<String> {
    Some(at.timestamp()?.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M:%S %Z").to_string())
}

/// What an editor starts with, and whether it is a string written as JSON: one with characters that a terminal must not be
/// given is, since JSON escapes them. `None` where no text gives the value back.
pub(super) fn start(shown: &Bson) -> Option<(String, bool)> {
    if let Bson::Binary(binary) = shown
        && let Some(typed) = bytes::text(binary)
    {
        return Some((typed, false));
    }
    let plain = edit::write(shown)?;
    Some(match shown {
        Bson::String(_) if is_safe(&plain) => (plain, false),
        Bson::String(_) => (quoted(&plain), true),
        _ => (text::escaped(&plain), false),
    })
}

/// Reads it back as the type of `kind`.
///
/// # Errors
/// What is wrong, and what is accepted.
pub(super) fn read(typed: &str, kind: &Bson, is_json: bool, dates: &DateContext) -> Result<Bson, String> {
    if let Bson::Binary(binary) = kind
        && !typed.trim_start().starts_with('{')
    {
        return bytes::read(typed, binary.subtype).map(Bson::Binary);
    }
    if !is_json {
        return edit::read_as(typed, kind, dates).map_err(|misfit| format!("{misfit}; its type is kept"));
    }
    match edit::json(typed) {
        Ok(value @ Bson::String(_)) => Ok(value),
        Ok(_) => Err("that is no text in quotes; its type is kept".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether an editor can hold a text as it is, and a terminal show it.
pub(super) fn is_safe(text: &str) -> bool {
    text::block(text) == text
}

/// A text as JSON that is safe to show.
pub(super) fn quoted(text: &str) -> String {
    text::escaped(&Value::from(text).to_string())
}

/// Terminals send a line break as a carriage return. Where both stand in what is pasted, each is what it is.
pub(super) fn line_breaks(pasted: &str) -> String {
    if pasted.contains('\n') { pasted.to_owned() } else { pasted.replace('\r', "\n") }
}

/// A new field as it was typed and pasted, in a form that keeps every character: as it is, as JSON with nothing in it that
/// cannot be shown, or turned from a text into JSON. `None` where its key cannot be shown.
pub(super) fn new_field(typed: &str) -> Option<String> {
    if is_safe(typed) {
        return Some(typed.to_owned());
    }
    let (key, value) = typed.split_once('=')?;
    if !is_safe(key) {
        None
    } else if key.ends_with(':') || edit::json(value).is_ok() {
        Some(format!("{key}={}", JsonCaret::default().safe(value)))
    } else {
        Some(format!("{key}:={}", quoted(value)))
    }
}

/// The same of a value without a key.
pub(super) fn new_item(typed: &str) -> String {
    if edit::json(typed).is_ok() { JsonCaret::default().safe(typed) } else { quoted(typed) }
}

/// Where in JSON a caret is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct JsonCaret {
    /// Between quotes.
    in_text: bool,
    /// Behind a backslash.
    escaped: bool,
}

impl JsonCaret {
    /// Behind this JSON.
    pub(super) fn behind(json: &str) -> Self {
        json.chars().fold(Self::default(), Self::passed)
    }

    fn passed(self, c: char) -> Self {
        match c {
            _ if self.in_text && self.escaped => Self { in_text: true, escaped: false },
            '\\' if self.in_text => Self { in_text: true, escaped: true },
            '"' => Self { in_text: !self.in_text, escaped: false },
            _ => self,
        }
    }

    /// JSON that goes on here, with nothing in it that cannot be shown: within a text that is escaped; between texts, where
    /// blanks mean nothing, a tab is four of them.
    pub(super) fn safe(mut self, json: &str) -> String {
        let mut out = String::with_capacity(json.len());
        for c in json.chars() {
            match c {
                '\t' if !self.in_text => out.push_str("    "),
                '\r' if !self.in_text => {}
                '\t' => out.push_str(r"\t"),
                '\n' if self.in_text => out.push_str(r"\n"),
                '\r' => out.push_str(r"\r"),
                c => out.push_str(&text::escaped(c.encode_utf8(&mut [0; 4]))),
            }
            self = self.passed(c);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_json_keeps_its_texts_and_loses_only_blanks() {
        let pasted = "{\r\n\t\"a\tb\": \"c\\\"\td\r\ne\u{202e}\"\r\n}";
        let safe = JsonCaret::default().safe(pasted);
        assert_eq!(safe, "{\n    \"a\\tb\": \"c\\\"\\td\\r\\ne\\u202e\"\n}");
        let within = JsonCaret::behind("{\"a\": \"b");
        assert_eq!(within.safe("\t\n"), r"\t\n");
        assert_eq!(JsonCaret::behind(r#"{"a\"": 1"#).safe("\t"), "    ");
    }

    #[test]
    fn a_new_field_keeps_every_character() {
        for (typed, kept) in [
            ("a=b\nc", Some("a=b\nc")),
            ("a=b\tc", Some(r#"a:="b\tc""#)),
            ("a=b\r\nc", Some(r#"a:="b\r\nc""#)),
            ("a=[\t1]", Some("a=[    1]")),
            ("a:=\"\t\"", Some(r#"a:="\t""#)),
            ("a\tb=1", None),
            ("a\tb", None),
        ] {
            assert_eq!(new_field(typed).as_deref(), kept, "{typed:?}");
        }
    }
}
