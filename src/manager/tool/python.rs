//! Values as Python tells them: what its `json.dumps(…, default=str)` and `repr` give, with pymongo's types.

use std::fmt::Write;

use bson::{Bson, Document};
use jiff::{Timestamp, tz::TimeZone};

use crate::session::{
    StoredDate, python,
    surrogate::{Unit, units},
};

/// `json.dumps` of an object: `", "` and `": "`, non-ASCII escaped, what JSON has no form for as its text.
pub(super) fn dumps(fields: &Document) -> String {
    let mut out = String::new();
    push_object(&mut out, fields);
    out
}

fn push_object(out: &mut String, fields: &Document) {
    out.push('{');
    for (position, (key, value)) in fields.iter().enumerate() {
        out.push_str(if position > 0 { ", " } else { "" });
        push_quoted(out, key);
        out.push_str(": ");
        push_json(out, value);
    }
    out.push('}');
}

fn push_json(out: &mut String, value: &Bson) {
    match value {
        Bson::Null | Bson::Undefined => out.push_str("null"),
        Bson::Boolean(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Bson::Int32(number) => out.push_str(&number.to_string()),
        Bson::Int64(number) => out.push_str(&number.to_string()),
        Bson::Double(number) if number.is_finite() => out.push_str(&python::float(*number)),
        Bson::Double(number) => out.push_str(python::beyond(*number)),
        // What a folder holds beyond BSON stands there bare.
        Bson::Symbol(carried) if python::is_carried(carried) => out.push_str(carried),
        Bson::String(text) | Bson::Symbol(text) | Bson::JavaScriptCode(text) => push_quoted(out, text),
        Bson::JavaScriptCodeWithScope(code) => push_quoted(out, &code.code),
        Bson::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                out.push_str(if position > 0 { ", " } else { "" });
                push_json(out, item);
            }
            out.push(']');
        }
        Bson::Document(fields) => push_object(out, fields),
        other => push_quoted(out, &text(other)),
    }
}

/// A string of JSON in ASCII alone.
fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    for unit in units(text) {
        // Writing to a string cannot fail.
        let _ = match unit {
            Unit::Char('"') => out.write_str("\\\""),
            Unit::Char('\\') => out.write_str("\\\\"),
            Unit::Char('\n') => out.write_str("\\n"),
            Unit::Char('\r') => out.write_str("\\r"),
            Unit::Char('\t') => out.write_str("\\t"),
            Unit::Char('\u{8}') => out.write_str("\\b"),
            Unit::Char('\u{c}') => out.write_str("\\f"),
            Unit::Char(c @ ' '..='~') => out.write_char(c),
            Unit::Char(c) => c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}")),
            Unit::Half(half) => write!(out, "\\u{half:04x}"),
        };
    }
    out.push('"');
}

/// `str` of what JSON has no form for.
fn text(value: &Bson) -> String {
    match value {
        Bson::DateTime(at) => date(*at),
        Bson::ObjectId(id) => id.to_hex(),
        Bson::Binary(binary) => bytes(&binary.bytes),
        Bson::RegularExpression(regex) => {
            format!("Regex({}, {})", repr_text(regex.pattern.as_str()), flags(regex.options.as_str()))
        }
        Bson::MinKey => "MinKey()".to_owned(),
        Bson::MaxKey => "MaxKey()".to_owned(),
        // A decimal is its digits, a timestamp `Timestamp(1, 2)`.
        other => other.to_string(),
    }
}

/// `2026-11-23 14:11:20.900000`: UTC, as pymongo reads dates, with a fraction where there is one. What is beyond Python's years is
/// told as it is stored.
fn date(at: bson::DateTime) -> String {
    let known = Timestamp::from_millisecond(at.timestamp_millis()).ok().map(|at| TimeZone::UTC.to_datetime(at));
    let Some(at) = known.filter(|at| at.year() >= 1) else {
        return StoredDate::from_millis(at.timestamp_millis()).to_string();
    };
    let (date, time) = (at.date(), at.time());
    let mut out = format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day());
    let _ = write!(out, " {:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    let micros = time.subsec_nanosecond() / 1000;
    if micros != 0 {
        let _ = write!(out, ".{micros:06}");
    }
    out
}

/// The options of a regular expression as Python counts them.
fn flags(options: &str) -> u32 {
    let flag = |option: char| match option {
        'i' => 2,
        'l' => 4,
        'm' => 8,
        's' => 16,
        'u' => 32,
        'x' => 64,
        _ => 0,
    };
    options.chars().map(flag).sum()
}

/// `b'\x00a'`.
fn bytes(bytes: &[u8]) -> String {
    let quote = quote(bytes.contains(&b'\''), bytes.contains(&b'"'));
    let mut out = format!("b{quote}");
    for byte in bytes {
        push_plain(&mut out, char::from(*byte), quote, |_| false);
    }
    out.push(quote);
    out
}

/// `repr` of a text.
pub(super) fn repr_text(text: &str) -> String {
    let quote = quote(text.contains('\''), text.contains('"'));
    let mut out = String::from(quote);
    for unit in units(text) {
        match unit {
            Unit::Char(c) => push_plain(&mut out, c, quote, is_printable),
            Unit::Half(half) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{half:04x}");
            }
        }
    }
    out.push(quote);
    out
}

/// Python takes the double ones only where that saves escapes.
fn quote(has_single: bool, has_double: bool) -> char {
    if has_single && !has_double { '"' } else { '\'' }
}

fn push_plain(out: &mut String, c: char, quote: char, shows: impl Fn(char) -> bool) {
    // Writing to a string cannot fail.
    let _ = match c {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        _ if c == quote || c == '\\' => write!(out, "\\{c}"),
        ' '..='~' => out.write_char(c),
        _ if !c.is_ascii() && shows(c) => out.write_char(c),
        '\0'..='\u{ff}' => write!(out, "\\x{:02x}", u32::from(c)),
        '\u{100}'..='\u{ffff}' => write!(out, "\\u{:04x}", u32::from(c)),
        _ => write!(out, "\\U{:08x}", u32::from(c)),
    };
}

/// Whether Python shows a character that is not ASCII as it is: Rust goes by the same categories of Unicode, but escapes a combining
/// mark at the start of a text.
fn is_printable(c: char) -> bool {
    String::from_iter(['a', c]).escape_debug().nth(1) == Some(c)
}

/// `repr` of a value that came as JSON: `['a', 1, True, None]`.
pub(super) fn repr(value: &Bson) -> String {
    let list = |items: Vec<String>| items.join(", ");
    match value {
        Bson::Null => "None".to_owned(),
        Bson::Boolean(true) => "True".to_owned(),
        Bson::Boolean(false) => "False".to_owned(),
        Bson::Int32(number) => number.to_string(),
        Bson::Int64(number) => number.to_string(),
        Bson::Double(number) => python::float(*number),
        Bson::String(text) => repr_text(text),
        Bson::Array(items) => format!("[{}]", list(items.iter().map(repr).collect())),
        Bson::Document(fields) => {
            let field = |(key, value): (&String, &Bson)| format!("{}: {}", repr_text(key), repr(value));
            format!("{{{}}}", list(fields.iter().map(field).collect()))
        }
        other => text(other),
    }
}

#[cfg(test)]
mod tests {
    use bson::{Binary, Timestamp as Stamp, doc, oid::ObjectId, spec::BinarySubtype};

    use super::*;

    /// Each as Python 3.11 with pymongo 4.15 printed it.
    #[test]
    fn values_are_told_as_python_tells_them() {
        let id = ObjectId::from_bytes([0x65; 12]);
        let binary = |bytes: &[u8], subtype| Binary { subtype, bytes: bytes.to_vec() };
        let fields = doc! {
            "d": bson::DateTime::from_millis(1_795_443_080_900),
            "d2": bson::DateTime::from_millis(1_795_443_080_000),
            "oid": id,
            "dec": Bson::Decimal128("19.90".parse().unwrap()),
            "b": binary(b"\x00a'\xff", BinarySubtype::Generic),
            "u": binary(b"\x01\"'", BinarySubtype::Uuid),
            "nan": f64::NAN,
            "inf": f64::NEG_INFINITY,
            "f": 1e16,
            "f2": 1e-5,
            "f3": 1.0,
            "i": 1_i64 << 62,
            "ts": Stamp { time: 1, increment: 2 },
            "min": Bson::MinKey,
            "code": Bson::JavaScriptCode("x=1".into()),
            "s": "é\u{7f}\u{2028}\u{1f914}\"\\/\n\u{1}",
            "e": {},
            "l": [1, true, Bson::Null],
        };
        let told = concat!(
            r#"{"d": "2026-11-23 14:11:20.900000", "d2": "2026-11-23 14:11:20", "#,
            r#""oid": "656565656565656565656565", "dec": "19.90", "b": "b\"\\x00a'\\xff\"", "u": "b'\\x01\"\\''", "#,
            r#""nan": NaN, "inf": -Infinity, "f": 1e+16, "f2": 1e-05, "f3": 1.0, "i": 4611686018427387904, "#,
            r#""ts": "Timestamp(1, 2)", "min": "MinKey()", "code": "x=1", "#,
            r#""s": "\u00e9\u007f\u2028\ud83e\udd14\"\\/\n\u0001", "e": {}, "l": [1, true, null]}"#,
        );
        assert_eq!(dumps(&fields), told);
    }

    #[test]
    fn a_regular_expression_has_its_flags_as_a_number() {
        let regex = bson::Regex { pattern: c("a.b"), options: c("im") };
        assert_eq!(text(&Bson::RegularExpression(regex)), "Regex('a.b', 10)");
    }

    fn c(text: &str) -> bson::raw::CString {
        text.to_owned().try_into().unwrap()
    }

    #[test]
    fn a_date_beyond_pythons_years_is_told_all_the_same() {
        let far = bson::DateTime::from_millis(253_402_300_800_000);
        assert_eq!(date(far), StoredDate::from_millis(253_402_300_800_000).to_string());
    }

    #[test]
    fn lists_are_told_as_python_tells_them() {
        let items = bson::bson!(["a", "a'b", "a\"b", "a'\"b", 1, 1.0, true, Bson::Null, { "a": [1] }, 1e22, -5_i64]);
        let told = r#"['a', "a'b", 'a"b', 'a\'"b', 1, 1.0, True, None, {'a': [1]}, 1e+22, -5]"#;
        assert_eq!(repr(&items), told);
        let odd = "é\u{200b}\u{7f}\n\t\\ \u{301}\u{1f914}\u{e000}\u{e0041}\u{85}";
        assert_eq!(repr_text(odd), "'é\\u200b\\x7f\\n\\t\\\\ \u{301}\u{1f914}\\ue000\\U000e0041\\x85'");
        assert_eq!(repr_text("\u{301}"), "'\u{301}'");
        // Half a pair of surrogates, as it is carried.
        assert_eq!(repr_text("a\u{10FFFF}\u{10D83E}"), "'a\\ud83e'");
    }
}
