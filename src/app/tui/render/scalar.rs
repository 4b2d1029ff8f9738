//! A value that holds no others, as a person reads it: on a row of a pane, in a column of the list, in a table of the command line.

use bson::Bson;

use super::format;
use crate::session::{StoredDate, edit, id::uuid_text, plain};

/// A value without the signs of Extended JSON: a date in RFC 3339, an id by its digits, a number as an editor starts with it, a text as
/// it is, of binary without such a form the size. `None`: a document or an array, which has no other form than JSON.
///
/// Of each text in it at most so many bytes. Stored text: make it safe before it reaches a terminal.
#[must_use]
pub fn scalar(value: &Bson, most: usize) -> Option<String> {
    let head = |text: &str| text.get(..text.floor_char_boundary(most)).unwrap_or(text).to_owned();
    match value {
        Bson::Document(_) | Bson::Array(_) => None,
        Bson::String(text) | Bson::JavaScriptCode(text) | Bson::Symbol(text) => Some(head(text)),
        Bson::JavaScriptCodeWithScope(code) => Some(head(&code.code)),
        Bson::RegularExpression(regex) => {
            Some(format!("/{}/{}", head(regex.pattern.as_str()), head(regex.options.as_str())))
        }
        Bson::Int32(_)
        | Bson::Int64(_)
        | Bson::Double(_)
        | Bson::Decimal128(_)
        | Bson::Boolean(_)
        | Bson::ObjectId(_) => edit::write(value),
        Bson::DateTime(at) => Some(StoredDate::from(*at).to_string()),
        Bson::Timestamp(at) => Some(format!("{} #{}", at.time, at.increment)),
        Bson::Binary(binary) => Some(uuid_text(binary).unwrap_or_else(|| {
            let size = format::bytes(binary.bytes.len() as u64);
            let kind = u8::from(binary.subtype);
            if kind == 0 { size } else { format!("{size}, subtype {kind}") }
        })),
        Bson::Null | Bson::Undefined | Bson::MaxKey | Bson::MinKey => Some(plain::type_word(value).to_owned()),
        Bson::DbPointer(_) => Some(plain::compact(value)),
    }
}

#[cfg(test)]
mod tests {
    use bson::{Binary, Timestamp, bson, oid::ObjectId, spec::BinarySubtype};

    use super::*;

    #[test]
    fn a_plain_value_has_no_sign_of_extended_json() {
        let decimal = |text: &str| Bson::Decimal128(text.parse().unwrap());
        let binary = |subtype, bytes: usize| Bson::Binary(Binary { subtype, bytes: vec![7; bytes] });
        for (value, says) in [
            (bson::DateTime::from_millis(1_767_268_800_000).into(), "2026-01-01T12:00:00Z"),
            (bson::DateTime::from_millis(253_402_300_800_000).into(), "253402300800000 ms"),
            (ObjectId::from_bytes([7; 12]).into(), "070707070707070707070707"),
            (decimal("5.00"), "5.00"),
            (decimal("-Infinity"), "-Infinity"),
            (bson!(f64::NEG_INFINITY), "-Infinity"),
            (bson!(f64::INFINITY), "Infinity"),
            (bson!(f64::NAN), "NaN"),
            (bson!(2.0), "2.0"),
            (bson!(5_i64), "5"),
            (bson!(true), "true"),
            (Bson::Null, "null"),
            (Bson::MaxKey, "max"),
            (bson!("5"), "5"),
            (Bson::Symbol("s".to_owned()), "s"),
            (Bson::Timestamp(Timestamp { time: 7, increment: 2 }), "7 #2"),
            (binary(BinarySubtype::Generic, 1200), "1.2 kB"),
            (binary(BinarySubtype::Md5, 16), "16 B, subtype 5"),
            (binary(BinarySubtype::Uuid, 16), "07070707-0707-0707-0707-070707070707"),
        ] {
            assert_eq!(scalar(&value, usize::MAX).as_deref(), Some(says), "{value:?}");
        }
        assert_eq!(scalar(&bson!([1]), usize::MAX), None);
        assert_eq!(scalar(&bson!({ "a": 1 }), usize::MAX), None);
    }

    #[test]
    fn of_a_long_text_only_the_start_is_taken() {
        assert_eq!(scalar(&"aä".repeat(9).into(), 3).as_deref(), Some("aä"));
        assert_eq!(scalar(&"aä".repeat(9).into(), 2).as_deref(), Some("a"));
    }
}
