//! What a value becomes as another type.

use bson::{Bson, DateTime, Uuid, spec::ElementType};

use super::{DateContext, Misfit, digits::whole_digits, read_type, write};
use crate::session::{python, value_text};

/// What a value becomes as another BSON type; itself, where it is of that type.
///
/// | from | to | what it becomes |
/// | --- | --- | --- |
/// | any | null | null |
/// | any | text | what an editor of it starts with; JSON on one line for an object or array, nothing for null |
/// | text | any | what [`read_type`] reads from it; a UUID for binary |
/// | number | number | the same number, or it is refused |
/// | 0, 1 | bool | false, true; and back |
/// | whole number | date | milliseconds since 1970; and back |
/// | ObjectId, timestamp | date | the time that it holds |
/// | array of one value | any | what that becomes |
/// | any | array | an array with it alone; of a text that is a JSON array, that; of null, an empty one |
/// | null | object | an empty one |
///
/// # Errors
/// Why it becomes none: nothing is rounded, cut off or made up.
pub fn retyped(value: &Bson, kind: ElementType, dates: &DateContext) -> Result<Bson, Misfit> {
    if value.element_type() == kind {
        return Ok(value.clone());
    }
    match (value, kind) {
        (_, ElementType::Null) => Ok(Bson::Null),
        (_, ElementType::String) => text(value).map(Bson::String).ok_or_else(|| misfit(kind, None)),
        (Bson::String(text), ElementType::Array) => {
            Ok(read_type(text, kind, dates).unwrap_or_else(|_| Bson::Array(vec![value.clone()])))
        }
        (Bson::Null, ElementType::Array) => Ok(Bson::Array(Vec::new())),
        (Bson::Null, ElementType::EmbeddedDocument) => Ok(Bson::Document(bson::Document::new())),
        (_, ElementType::Array) => Ok(Bson::Array(vec![value.clone()])),
        (Bson::Array(items), _) => match items.as_slice() {
            [only] => retyped(only, kind, dates),
            _ => Err(misfit(kind, Some(format!("it holds {} values, not one", items.len())))),
        },
        (Bson::String(text), _) => read(text, kind, dates),
        (_, ElementType::DateTime) => date(value),
        (_, ElementType::Boolean) => flag(value),
        (_, ElementType::Int32 | ElementType::Int64) => whole(value, kind, dates),
        (_, ElementType::Double | ElementType::Decimal128) => number(value, kind, dates),
        _ => Err(misfit(kind, None)),
    }
}

fn misfit(kind: ElementType, why: Option<String>) -> Misfit {
    Misfit { kind, why }
}

/// The value as the text that it becomes.
fn text(value: &Bson) -> Option<String> {
    match value {
        Bson::Null => Some(String::new()),
        Bson::Symbol(carried) if python::is_carried(carried) && !python::is_long(carried) => {
            Some(value_text::compact(value))
        }
        Bson::Symbol(text) | Bson::JavaScriptCode(text) => Some(text.clone()),
        Bson::Binary(binary) => binary.to_uuid().map_or_else(|_| write(value), |uuid| Some(uuid.to_string())),
        Bson::Document(_) | Bson::Array(_) => Some(value_text::compact(value)),
        other => write(other),
    }
}

fn read(text: &str, kind: ElementType, dates: &DateContext) -> Result<Bson, Misfit> {
    match Uuid::parse_str(text.trim()) {
        Ok(uuid) if kind == ElementType::Binary => Ok(uuid.into()),
        _ => read_type(text, kind, dates),
    }
}

fn date(value: &Bson) -> Result<Bson, Misfit> {
    let millis = match value {
        Bson::ObjectId(id) => Some(id.timestamp().timestamp_millis()),
        Bson::Timestamp(at) => Some(i64::from(at.time) * 1000),
        number => digits(number).and_then(|digits| digits.parse().ok()),
    };
    let refused = || misfit(ElementType::DateTime, Some("it is no whole number of milliseconds".to_owned()));
    millis.map(|millis| DateTime::from_millis(millis).into()).ok_or_else(refused)
}

fn flag(value: &Bson) -> Result<Bson, Misfit> {
    match digits(value).as_deref() {
        Some("0") => Ok(Bson::Boolean(false)),
        Some("1") => Ok(Bson::Boolean(true)),
        _ => Err(misfit(ElementType::Boolean, Some("only 0 and 1 stand for one".to_owned()))),
    }
}

fn whole(value: &Bson, kind: ElementType, dates: &DateContext) -> Result<Bson, Misfit> {
    match digits(value).or_else(|| counted(value)) {
        Some(digits) => read_type(&digits, kind, dates),
        None => Err(misfit(kind, Some("it is no whole number".to_owned()))),
    }
}

fn number(value: &Bson, kind: ElementType, dates: &DateContext) -> Result<Bson, Misfit> {
    let text = match value {
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => write(value),
        other => digits(other).or_else(|| counted(other)),
    };
    text.map_or_else(|| Err(misfit(kind, None)), |text| read_type(&text, kind, dates))
}

/// The digits of a number that is whole.
fn digits(value: &Bson) -> Option<String> {
    match value {
        Bson::Int32(number) => Some(number.to_string()),
        Bson::Int64(number) => Some(number.to_string()),
        Bson::Double(number) => whole_digits(&format!("{number:e}")),
        Bson::Decimal128(number) => whole_digits(&number.to_string()),
        Bson::Symbol(digits) if python::is_long(digits) => Some(digits.clone()),
        _ => None,
    }
}

/// What is no number, and counts as one.
fn counted(value: &Bson) -> Option<String> {
    match value {
        Bson::Boolean(flag) => Some(i32::from(*flag).to_string()),
        Bson::DateTime(date) => Some(date.timestamp_millis().to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bson::{Binary, doc, oid::ObjectId, spec::BinarySubtype};
    use jiff::{Timestamp, tz::TimeZone};
    use proptest::prelude::*;

    use super::*;
    use crate::session::edit::same;

    fn as_type(value: &Bson, kind: ElementType) -> Result<Bson, Misfit> {
        retyped(value, kind, &DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC))
    }

    fn decimal(text: &str) -> Bson {
        Bson::Decimal128(text.parse().unwrap())
    }

    #[test]
    fn a_value_becomes_the_same_of_another_type() {
        let uuid = Uuid::from_bytes([9; 16]);
        let old = Bson::Binary(Binary { subtype: BinarySubtype::Uuid, bytes: vec![9; 16] });
        let cases: &[(Bson, ElementType, Bson)] = &[
            (5.into(), ElementType::Int64, 5_i64.into()),
            (5_i64.into(), ElementType::Double, 5.0.into()),
            (5.0.into(), ElementType::Int32, 5.into()),
            (1e3.into(), ElementType::Int64, 1000_i64.into()),
            (decimal("5.00"), ElementType::Int32, 5.into()),
            (decimal("19.90"), ElementType::Double, 19.9.into()),
            (0.1.into(), ElementType::Decimal128, decimal("0.1")),
            ("7".into(), ElementType::Int32, 7.into()),
            (" 2026-03-29 ".into(), ElementType::DateTime, DateTime::from_millis(1_774_742_400_000).into()),
            ("[1]".into(), ElementType::Array, vec![1].into()),
            ("x".into(), ElementType::Array, vec!["x"].into()),
            (r#"{"a": 1}"#.into(), ElementType::EmbeddedDocument, doc! { "a": 1 }.into()),
            (7.into(), ElementType::String, "7".into()),
            (true.into(), ElementType::String, "true".into()),
            (true.into(), ElementType::Int32, 1.into()),
            (0_i64.into(), ElementType::Boolean, false.into()),
            (Bson::Null, ElementType::String, "".into()),
            (Bson::Null, ElementType::EmbeddedDocument, doc! {}.into()),
            ("x".into(), ElementType::Null, Bson::Null),
            (doc! { "a": [1] }.into(), ElementType::String, r#"{"a":[1]}"#.into()),
            (vec!["5"].into(), ElementType::Int32, 5.into()),
            (5.into(), ElementType::Array, vec![5].into()),
            (1000_i64.into(), ElementType::DateTime, DateTime::from_millis(1000).into()),
            (DateTime::from_millis(1000).into(), ElementType::Int64, 1000_i64.into()),
            (DateTime::from_millis(1000).into(), ElementType::String, "1970-01-01T00:00:01Z".into()),
            (ObjectId::from_bytes([0; 12]).into(), ElementType::DateTime, DateTime::from_millis(0).into()),
            (old.clone(), ElementType::String, uuid.to_string().into()),
            (uuid.to_string().into(), ElementType::Binary, old.clone()),
        ];
        for (value, kind, meant) in cases {
            let became = as_type(value, *kind);
            assert!(same(became.as_ref().ok(), Some(meant)), "{value} as {kind:?} became {became:?}");
        }
    }

    #[test]
    fn nothing_is_rounded_cut_off_or_made_up() {
        for (value, kind) in [
            (5.5.into(), ElementType::Int32),
            (f64::NAN.into(), ElementType::Int64),
            (i64::MAX.into(), ElementType::Int32),
            (9_007_199_254_740_993_i64.into(), ElementType::Double),
            (decimal("12345678901234567890.123456789"), ElementType::Double),
            ("x".into(), ElementType::Int32),
            (2.into(), ElementType::Boolean),
            (Bson::Null, ElementType::Int32),
            (vec![1, 2].into(), ElementType::Int32),
            (doc! { "a": 1 }.into(), ElementType::Int32),
            (1.5.into(), ElementType::DateTime),
            (5.into(), ElementType::ObjectId),
            (5.into(), ElementType::EmbeddedDocument),
        ] {
            assert!(as_type(&value, kind).is_err(), "{value} as {kind:?}");
        }
        let refused = as_type(&5.5.into(), ElementType::Int32).unwrap_err();
        assert!(refused.to_string().contains("it is no whole number"), "{refused}");
    }

    proptest! {
        #[test]
        fn a_number_that_became_another_type_comes_back(number: i64) {
            for kind in [ElementType::String, ElementType::Int32, ElementType::Double, ElementType::Decimal128] {
                let value = Bson::Int64(number);
                if let Ok(became) = as_type(&value, kind) {
                    prop_assert!(same(as_type(&became, ElementType::Int64).ok().as_ref(), Some(&value)));
                }
            }
        }
    }
}
