//! JSON as Python's `json` writes it, and not only as the standard has it: `NaN` and infinities, whole numbers of any
//! length, halves of surrogate pairs (`"\ud83e"`), which no Rust string can hold, and arrays in arrays a thousand deep.
//!
//! What has no place in a [`Value`] is carried in its strings: a number as its own text after [`OPEN`], and so what lies too
//! deep; half a pair as [`surrogate`] says. [`read`] puts them there, [`write`] takes them out again, so that a file is
//! written back as it was. A text that comes from elsewhere goes through [`text`] first.

mod carry;
mod format;
mod keys;

use std::io;

use bson::{Bson, Decimal128};
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};

pub(crate) use self::keys::keys_once;

use self::carry::{is_json, with_carriers};
use super::surrogate;

/// Begins a string that stands for what is behind it: [`surrogate::MARK`] and [`surrogate::OTHER`].
const OPEN: &str = "\u{10FFFF}\u{10E000}";

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

/// As [`read`], but every number that is no int64 is carried: see [`token`].
///
/// # Errors
/// As [`read`].
pub(crate) fn tokens(text: &str) -> serde_json::Result<Value> {
    serde_json::from_str(&carry::with_tokens(text))
}

/// The text of a number, or of what lies too deep, in what [`tokens`] read.
pub(crate) fn token(text: &str) -> Option<&str> {
    text.strip_prefix(OPEN)
}

/// What a string carries, as its text: `NaN`, `-Infinity`, digits, or the JSON of what lies too deep.
pub(crate) fn number(text: &str) -> Option<&str> {
    text.strip_prefix(OPEN).filter(|number| is_carried(number))
}

/// The value of what a string carries. A whole number beyond 64 bits is a decimal where its 34 digits hold it, else a symbol,
/// which nothing else here is, and so is what lies too deep: so it is written back as it was.
pub(crate) fn bson(number: &str) -> Bson {
    if has_no_place(number) && number.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        // Rust reads the same words, and `1e999` as an infinity too.
        return Bson::Double(number.parse().unwrap_or(f64::NAN));
    }
    match number.parse::<Decimal128>() {
        Ok(decimal) if decimal.to_string() == number => Bson::Decimal128(decimal),
        _ => Bson::Symbol(number.to_owned()),
    }
}

/// Whether a text is JSON that has to be carried.
pub(crate) fn is_carried(number: &str) -> bool {
    has_no_place(number) || (number.starts_with(['[', '{']) && is_json(number))
}

/// Whether a text is the digits of a whole number beyond 64 bits.
pub(crate) fn is_long(number: &str) -> bool {
    has_no_place(number) && !number.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// A string that carries that.
pub(crate) fn carry(number: &str) -> Value {
    Value::String(format!("{OPEN}{number}"))
}

/// A double as Python writes it.
pub(crate) fn double(number: f64) -> Value {
    Number::from_f64(number).map_or_else(|| carry(beyond(number)), Value::Number)
}

/// A double as Python's `str` tells it: `0.3`, `1.0`, `1e-05`, `nan`. Rust and Python print the same digits and turn to exponents
/// at the same sizes.
pub(crate) fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    let shown = format!("{number:?}");
    match shown.split_once('e').and_then(|(digits, exponent)| Some((digits, exponent.parse::<i32>().ok()?))) {
        Some((digits, exponent)) => format!("{digits}e{exponent:+03}"),
        None => shown,
    }
}

/// Python's words for what is no number, and for what is beyond all of them.
pub(crate) fn beyond(number: f64) -> &'static str {
    match number {
        _ if number.is_nan() => "NaN",
        _ if number > 0.0 => "Infinity",
        _ => "-Infinity",
    }
}

/// A string that is a text, whatever it looks like.
pub(crate) fn text(text: &str) -> String {
    if text.starts_with(OPEN) { format!("{}{text}", surrogate::MARK) } else { text.to_owned() }
}

/// Writes it as Python's `json.dump(…, indent=2)` does.
///
/// # Errors
/// What the writer says.
pub(crate) fn write(out: impl io::Write, value: &Value) -> serde_json::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, format::indented());
    serde::Serialize::serialize(value, &mut serializer)
}

/// The same as a text.
pub(crate) fn indented(value: &Value) -> String {
    let mut out = Vec::new();
    // Memory takes all of it.
    let _ = write(&mut out, value);
    String::from_utf8(out).unwrap_or_default()
}

/// It on one line, without spaces.
pub(crate) fn line(value: &Value) -> String {
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, format::on_one_line());
    let _ = serde::Serialize::serialize(value, &mut serializer);
    String::from_utf8(out).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
        assert_eq!(value["half"], "a\u{10FFFF}\u{10D83E} b\u{10FFFF}\u{10DD14}\\ud83e");
        assert_eq!(written(&value), text);
    }

    #[test]
    fn pairs_stay_pairs_and_plain_texts_are_not_copied() {
        assert_eq!(read(br#""\ud83e\udd14""#).unwrap(), "🤔");
        assert_eq!(read(br#""\ud83e\ud83e\udd14""#).unwrap(), "\u{10FFFF}\u{10D83E}🤔");
        let plain = r#"{"a": [1, -2.5e3, true, "NaN, 99999999999999999999"]}"#;
        assert!(matches!(with_carriers(plain), std::borrow::Cow::Borrowed(_)));
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

    #[test]
    fn a_text_is_never_written_as_a_number() {
        let number = "\u{10FFFF}\u{10E000}NaN";
        for stored in ["\u{10E000}NaN", "\u{10E000}NaN\nnice", number, "\u{10FFFF}\u{10E000}1e999\n\""] {
            let (key, value) = (text(stored), Value::from(text(stored)));
            let object = Value::Object([(key, value)].into_iter().collect());
            let back: Value = serde_json::from_str(&written(&object)).unwrap();
            assert_eq!(back[stored], stored, "{stored:?}");
        }
        let unprepared = Value::from(format!("{number}\nnice"));
        assert_eq!(serde_json::from_str::<Value>(&written(&unprepared)).unwrap(), unprepared);
        let key = Value::Object([(number.to_owned(), Value::Null)].into_iter().collect());
        assert_eq!(serde_json::from_str::<Value>(&written(&key)).unwrap(), key);
    }

    #[test]
    fn every_number_can_be_read_by_its_digits() {
        let value = tokens(r#"[1, 1.50, -2e3, NaN, 99999999999999999999, "1.5"]"#).unwrap();
        let read = value.as_array().unwrap();
        let read: Vec<Option<&str>> = read.iter().map(|item| item.as_str().and_then(token)).collect();
        assert_eq!(read, [None, Some("1.50"), Some("-2e3"), Some("NaN"), Some("99999999999999999999"), None]);
        for wrong in ["1.", "[.5]", "1.5.5", "01.5", "1e"] {
            assert!(tokens(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_lies_too_deep_is_carried_whole_and_written_back() {
        for depth in [99, 100, 101, 150, 1000, 20_000] {
            let deep = format!("{}\"a]\\\"\", NaN, \"\\ud83e\"{}", "[".repeat(depth), "]".repeat(depth));
            let text = format!("{{\"role\": \"user\", \"input\": {deep}}}");
            let value = read(text.as_bytes()).unwrap();
            assert_eq!(value["role"], "user");
            let squeezed = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(squeezed(&line(&value)), squeezed(&text), "{depth}");
            assert_eq!(read(written(&value).as_bytes()).unwrap(), value);
            // Python would refuse it, too.
            assert!(read(text.replace("]}", "}").as_bytes()).is_err());
        }
        let carried = carry("[[NaN]]");
        assert_eq!(carried.as_str().and_then(number).map(bson), Some(Bson::Symbol("[[NaN]]".into())));
        assert!(!is_carried("[oops") && !is_carried("[1] x"));
    }

    /// The text of a string as Python writes it, character by character.
    fn characters() -> impl Strategy<Value = String> {
        let unit = prop_oneof![
            Just("\\ud83ex".to_owned()),
            Just("\\udd14".to_owned()),
            Just("\\n".to_owned()),
            Just("\\\"".to_owned()),
            Just("\\\\".to_owned()),
            Just("NaN".to_owned()),
            Just("1e999".to_owned()),
            Just("\u{10FFFF}".to_owned()),
            Just("\u{10E000}".to_owned()),
            Just("\u{10FFFF}\u{10E000}NaN".to_owned()),
            (0x10_D7FE_u32..=0x10_E002).prop_map(|code| char::from_u32(code).map(String::from).unwrap_or_default()),
            "[a-z é漢\u{e000}\u{f0000}]",
        ];
        prop::collection::vec(unit, 0..6).prop_map(|units| units.concat())
    }

    /// JSON as Python lays it out.
    fn layouts(indent: usize) -> BoxedStrategy<String> {
        let leaf = prop_oneof![
            characters().prop_map(|text| format!("\"{text}\"")),
            prop_oneof![Just("NaN"), Just("-Infinity"), Just("12345678901234567890123"), Just("-7"), Just("1.5")]
                .prop_map(str::to_owned),
            Just("[]".to_owned()),
            Just("{}".to_owned()),
        ];
        if indent == 3 {
            return leaf.boxed();
        }
        let (inner, outer) = ("  ".repeat(indent + 1), "  ".repeat(indent));
        let (inner_too, outer_too) = (inner.clone(), outer.clone());
        let items = prop::collection::vec(layouts(indent + 1), 1..4).prop_map(move |items| {
            let lines: Vec<String> = items.iter().map(|item| format!("{inner}{item}")).collect();
            format!("[\n{}\n{outer}]", lines.join(",\n"))
        });
        let fields = prop::collection::vec((characters(), layouts(indent + 1)), 1..4).prop_map(move |fields| {
            let field = |(at, (key, value)): (usize, &(String, String))| format!("{inner_too}\"{at}{key}\": {value}");
            let lines: Vec<String> = fields.iter().enumerate().map(field).collect();
            format!("{{\n{}\n{outer_too}}}", lines.join(",\n"))
        });
        prop_oneof![leaf, items, fields].boxed()
    }

    proptest! {
        #[test]
        fn any_text_of_python_is_written_back_byte_for_byte(text in layouts(0)) {
            let value = read(text.as_bytes()).unwrap();
            prop_assert_eq!(written(&value), text);
        }
    }
}
