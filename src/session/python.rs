//! JSON as Python's `json` writes it, and not only as the standard has it: `NaN` and infinities, whole numbers of any
//! length, and halves of surrogate pairs (`"\ud83e"`), which no Rust string can hold.
//!
//! What has no place in a [`Value`] is carried in its strings: a number as its own text after [`NUMBER`], half a pair as
//! [`surrogate`] says. [`read`] puts them there, [`write`] takes them out again, so that a file is written back as it was.

use std::{borrow::Cow, io, ops::Range};

use bson::{Bson, Decimal128};
use serde::de::DeserializeOwned;
use serde_json::{
    Value,
    ser::{CharEscape, Formatter, PrettyFormatter},
};

use super::surrogate;

/// Begins a string that stands for the number behind it. No half of a pair is carried as this character.
const NUMBER: char = '\u{10E000}';

/// Reads JSON as Python does.
///
/// # Errors
/// What is no JSON for Python either.
pub(crate) fn read(bytes: &[u8]) -> serde_json::Result<Value> {
    parse(bytes)
}

/// As [`read`], for a type of one's own.
///
/// # Errors
/// As [`read`], and what the type says.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    match str::from_utf8(bytes) {
        Ok(text) => serde_json::from_str(&with_carriers(text)),
        // Its error tells where.
        Err(_) => serde_json::from_slice(bytes),
    }
}

/// The number that a string carries, as its text: `NaN`, `-Infinity`, or digits.
pub(crate) fn number(text: &str) -> Option<&str> {
    // A stored text may begin with that character too.
    text.strip_prefix(NUMBER).filter(|number| has_no_place(number))
}

/// The value of a number that a string carries. A whole number beyond 64 bits is a decimal where its 34 digits hold it, else
/// a symbol, which nothing else here is: so it is written back as the number it was.
pub(crate) fn bson(number: &str) -> Bson {
    if number.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        // Rust reads the same words, and `1e999` as an infinity too.
        return Bson::Double(number.parse().unwrap_or(f64::NAN));
    }
    match number.parse::<Decimal128>() {
        Ok(decimal) if decimal.to_string() == number => Bson::Decimal128(decimal),
        _ => Bson::Symbol(number.to_owned()),
    }
}

/// Whether a text is a number that has to be carried.
pub(crate) fn is_carried(number: &str) -> bool {
    has_no_place(number)
}

/// A string that carries a number.
pub(crate) fn carry(number: &str) -> Value {
    Value::String(format!("{NUMBER}{number}"))
}

/// Writes it as Python's `json.dump(…, indent=2)` does.
///
/// # Errors
/// What the writer says.
pub(crate) fn write(out: impl io::Write, value: &Value) -> serde_json::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, PythonFormatter::default());
    serde::Serialize::serialize(value, &mut serializer)
}

/// The text with everything carried that `serde_json` cannot read; the text itself where there is nothing of the kind.
fn with_carriers(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut replace = |range: Range<usize>, by: String| {
        out.push_str(&text[copied..range.start]);
        out.push_str(&by);
        copied = range.end;
    };
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b'"' => halves(text, at + 1, &mut replace),
            b'-' | b'0'..=b'9' | b'A'..=b'Z' => {
                let end = at + bytes[at..].iter().take_while(|byte| is_number_part(**byte)).count();
                if has_no_place(&text[at..end]) {
                    replace(at..end, format!("\"{NUMBER}{}\"", &text[at..end]));
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

fn is_number_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

/// Whether a token is a number for Python that a [`Value`] has no place for.
fn has_no_place(token: &str) -> bool {
    if matches!(token, "NaN" | "Infinity" | "-Infinity") {
        return true;
    }
    let digits = token.strip_prefix('-').unwrap_or(token);
    let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    let starts_well = digits.starts_with(|first: char| first.is_ascii_digit()) && !digits.starts_with("00");
    if is_whole {
        // Up to 18 digits always fit.
        return starts_well && !digits.starts_with('0') && digits.len() > 18 && token.parse::<i64>().is_err();
    }
    // `1e999` is an infinity for Python, and an error for everybody else.
    starts_well && token.parse::<f64>().is_ok_and(f64::is_infinite)
}

/// Goes to the end of the string that begins at `start`; names every half of a pair that stands alone in it.
fn halves(text: &str, start: usize, replace: &mut impl FnMut(Range<usize>, String)) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => match escaped_half(text, at) {
                Some(0xD800..=0xDBFF) if matches!(escaped_half(text, at + 6), Some(0xDC00..=0xDFFF)) => at += 12,
                Some(half) => {
                    replace(at..at + 6, surrogate::carrier(half).map(String::from).unwrap_or_default());
                    at += 6;
                }
                None => at += 2,
            },
            _ => at += 1,
        }
    }
    at
}

/// The half of a surrogate pair that is escaped at this place, `\ud83e`.
fn escaped_half(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    let half = digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())??;
    (0xD800..=0xDFFF).contains(&half).then_some(half)
}

/// Indents by two, and writes what strings carry as what it is.
#[derive(Default)]
struct PythonFormatter {
    pretty: PrettyFormatter<'static>,
    /// A string was begun and nothing of it is written yet, its quote neither.
    begun: bool,
    /// The string is a number.
    number: bool,
}

impl PythonFormatter {
    fn open<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if std::mem::take(&mut self.begun) { writer.write_all(b"\"") } else { Ok(()) }
    }
}

impl Formatter for PythonFormatter {
    fn begin_string<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        (self.begun, self.number) = (true, false);
        Ok(())
    }

    fn end_string<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer)?;
        if self.number { Ok(()) } else { writer.write_all(b"\"") }
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if self.begun
            && let Some(number) = number(fragment)
        {
            (self.begun, self.number) = (false, true);
            return writer.write_all(number.as_bytes());
        }
        self.open(writer)?;
        let mut rest = fragment;
        let half = |(at, carrier): (usize, char)| Some((at, carrier, surrogate::carried(carrier)?));
        while let Some((at, carrier, half)) = rest.char_indices().find_map(half) {
            write!(writer, "{}\\u{half:04x}", &rest[..at])?;
            rest = &rest[at + carrier.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + io::Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        self.open(writer)?;
        self.pretty.write_char_escape(writer, escape)
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &Value) -> String {
        let mut out = Vec::new();
        write(&mut out, value).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_python_writes_is_written_back_as_it_was() {
        let text = concat!(
            "{\n  \"mean\": NaN,\n  \"top\": Infinity,\n  \"bottom\": -Infinity,\n  \"ids\": [\n",
            "    17293822569102704641,\n    -123456789012345678901234567890,\n    9223372036854775807,\n    1.5,\n    0\n",
            "  ],\n  \"half\": \"a\\ud83e b\\udd14\\\\ud83e\",\n  \"\\udfff\": \"\",\n  \"whole\": \"🤔\"\n}",
        );
        let value = read(text.as_bytes()).unwrap();
        assert_eq!(number(value["mean"].as_str().unwrap()), Some("NaN"));
        assert_eq!(value["ids"][2], i64::MAX);
        assert_eq!(value["half"], "a\u{10D83E} b\u{10DD14}\\ud83e");
        assert_eq!(written(&value), text);
    }

    #[test]
    fn pairs_stay_pairs_and_plain_texts_are_not_copied() {
        assert_eq!(read(br#""\ud83e\udd14""#).unwrap(), "🤔");
        assert_eq!(read(br#""\ud83e\ud83e\udd14""#).unwrap(), "\u{10D83E}🤔");
        assert!(matches!(with_carriers(r#"{"a": [1, -2.5e3, true, "NaN, 99999999999999999999"]}"#), Cow::Borrowed(_)));
    }

    #[test]
    fn a_number_without_a_place_is_a_double_a_decimal_or_a_symbol() {
        assert!(matches!(bson("NaN"), Bson::Double(number) if number.is_nan()));
        assert_eq!(bson("-Infinity"), Bson::Double(f64::NEG_INFINITY));
        assert!(matches!(bson("17293822569102704641"), Bson::Decimal128(_)));
        assert!(matches!(bson(&"9".repeat(40)), Bson::Symbol(_)));
    }

    #[test]
    fn a_number_beyond_every_double_is_an_infinity() {
        assert_eq!(number(read(b"-1e999").unwrap().as_str().unwrap()), Some("-1e999"));
    }

    #[test]
    fn what_is_no_json_for_python_is_none_here() {
        for text in ["nan", "+1", "01", "00000000000000000000001", "NaNa", "-NaN", "\"\\ud83\"", "[1", "\"\\"] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(b"\"\xff\"").is_err());
    }
}
