//! JSON that a person types, and JSON that an editor starts with: Extended JSON, and what Python's `json` writes besides.

use std::{collections::HashSet, fmt};

use bson::{Bson, Document};
use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::session::python;

/// Whole numbers up to this are exact in a double.
const EXACT: u64 = 1 << 53;

/// Why a text is no JSON that can be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// It is no JSON, or names a key twice: what, and where.
    #[error("it is no valid JSON: {0}")]
    Syntax(String),
    /// No BSON type holds this number as it stands there.
    #[error("no BSON type holds the number {0}")]
    Number(String),
    /// It names a BSON type with a value that is none of it.
    #[error("it is no valid Extended JSON: {0}")]
    Extended(String),
}

/// Reads JSON: Extended JSON (`{"$date": …}`), and what Python writes besides (`NaN`, `Infinity`, whole numbers beyond 64
/// bits, which become decimals). A whole number is the smallest type that holds it.
///
/// # Errors
/// Why it is none that can be stored.
pub fn json(text: &str) -> Result<Bson, JsonError> {
    like(text, None)
}

/// As [`json()`]; but a whole number at a place where an int64 or a double is stored becomes one too.
pub(super) fn like(text: &str, stored: Option<&Bson>) -> Result<Bson, JsonError> {
    let syntax = |error: serde_json::Error| JsonError::Syntax(error.to_string());
    python::parse::<KeysOnce>(text.as_bytes()).map_err(syntax)?;
    value(python::read(text.as_bytes()).map_err(syntax)?, stored)
}

fn value(json: Value, stored: Option<&Bson>) -> Result<Bson, JsonError> {
    Ok(match json {
        Value::Null => Bson::Null,
        Value::Bool(flag) => Bson::Boolean(flag),
        Value::Number(number) => whole_or_double(&number, stored),
        Value::String(text) => match python::number(&text) {
            Some(number) => beyond(number)?,
            None => Bson::String(text),
        },
        Value::Array(items) => Bson::Array(array(items, stored)?),
        Value::Object(fields) if fields.keys().any(|key| key.starts_with('$')) => named(fields, stored)?,
        Value::Object(fields) => Bson::Document(document(fields, stored)?),
    })
}

fn whole_or_double(number: &Number, stored: Option<&Bson>) -> Bson {
    let Some(whole) = number.as_i64() else { return Bson::Double(number.as_f64().unwrap_or(f64::NAN)) };
    match stored {
        Some(Bson::Int64(_)) => Bson::Int64(whole),
        Some(Bson::Double(_)) if whole.unsigned_abs() <= EXACT => Bson::Double(whole as f64),
        _ => i32::try_from(whole).map_or(Bson::Int64(whole), Bson::Int32),
    }
}

/// A number that JSON alone has no place for.
fn beyond(number: &str) -> Result<Bson, JsonError> {
    match python::bson(number) {
        Bson::Double(double) if double.is_infinite() && !number.ends_with("Infinity") => {
            Err(JsonError::Number(number.to_owned()))
        }
        Bson::Symbol(digits) => Err(JsonError::Number(digits)),
        held => Ok(held),
    }
}

fn array(items: Vec<Value>, stored: Option<&Bson>) -> Result<Vec<Bson>, JsonError> {
    let stored = stored.and_then(Bson::as_array).map_or(&[][..], Vec::as_slice);
    // Numbers of one type stay of that type, however many there are then.
    let of_all = stored.first().filter(|first| {
        matches!(first, Bson::Int64(_) | Bson::Double(_))
            && stored.iter().all(|item| item.element_type() == first.element_type())
    });
    let as_many = items.len() == stored.len();
    let stored_at = |at: usize| of_all.or_else(|| stored.get(at).filter(|_| as_many));
    items.into_iter().enumerate().map(|(at, item)| value(item, stored_at(at))).collect()
}

fn document(fields: Map<String, Value>, stored: Option<&Bson>) -> Result<Document, JsonError> {
    let stored = stored.and_then(Bson::as_document);
    fields
        .into_iter()
        .map(|(key, field)| {
            let field = value(field, stored.and_then(|stored| stored.get(&key)))?;
            Ok((key, field))
        })
        .collect()
}

/// An object whose keys may name a type.
fn named(fields: Map<String, Value>, stored: Option<&Bson>) -> Result<Bson, JsonError> {
    match Bson::try_from(fields.clone()) {
        Ok(Bson::Document(_)) => document(fields, stored).map(Bson::Document),
        Ok(value) => Ok(value),
        Err(error) => Err(JsonError::Extended(error.to_string())),
    }
}

/// JSON in which every type can be told from the others: plain where a plain number or text is read as that type, else
/// Extended JSON.
pub(super) fn exact(value: &Bson) -> Value {
    match value {
        Bson::Int64(number) if i32::try_from(*number).is_ok() => {
            serde_json::json!({ "$numberLong": number.to_string() })
        }
        Bson::Array(items) => Value::Array(items.iter().map(exact).collect()),
        Bson::Document(fields) => {
            Value::Object(fields.iter().map(|(key, field)| (key.clone(), exact(field))).collect())
        }
        // As text it would be another instant.
        Bson::DateTime(date) if Timestamp::from_millisecond(date.timestamp_millis()).is_err() => {
            value.clone().into_canonical_extjson()
        }
        Bson::JavaScriptCodeWithScope(_) => value.clone().into_canonical_extjson(),
        other => other.clone().into_relaxed_extjson(),
    }
}

/// JSON whose objects name no key twice. Read as a [`Value`], the last would win in silence.
struct KeysOnce;

impl<'de> Deserialize<'de> for KeysOnce {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeysVisitor)
    }
}

struct KeysVisitor;

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = KeysOnce;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_bool<E>(self, _: bool) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_i64<E>(self, _: i64) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_u64<E>(self, _: u64) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_f64<E>(self, _: f64) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_str<E>(self, _: &str) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<KeysOnce, A::Error> {
        while items.next_element::<KeysOnce>()?.is_some() {}
        Ok(KeysOnce)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<KeysOnce, A::Error> {
        let mut keys = HashSet::new();
        while let Some(key) = fields.next_key::<String>()? {
            fields.next_value::<KeysOnce>()?;
            if let Some(twice) = keys.replace(key) {
                return Err(A::Error::custom(format!("the key {twice:?} stands twice")));
            }
        }
        Ok(KeysOnce)
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn json_is_read_as_python_writes_it() {
        assert!(matches!(json("NaN"), Ok(Bson::Double(number)) if number.is_nan()));
        assert_eq!(json("[-Infinity]"), Ok(Bson::from(vec![f64::NEG_INFINITY])));
        let decimal = Bson::Decimal128("17293822569102704641".parse().unwrap());
        assert_eq!(json(r#"{"id": 17293822569102704641}"#), Ok(Bson::Document(doc! { "id": decimal })));
        assert_eq!(json("9223372036854775807"), Ok(Bson::Int64(i64::MAX)));
        assert_eq!(json(r#""\ud83e""#), Ok(Bson::from("\u{10FFFF}\u{10D83E}")));
    }

    #[test]
    fn what_would_be_stored_as_something_else_is_refused() {
        assert!(matches!(json(&"9".repeat(35)), Err(JsonError::Number(_))));
        assert!(matches!(json("[1e999]"), Err(JsonError::Number(_))));
        assert!(matches!(json(r#"{"$date": "yesterday"}"#), Err(JsonError::Extended(_))));
        let twice = json(r#"[{"a": 1, "b": {"a": 2}, "a": 3}]"#).unwrap_err().to_string();
        assert!(twice.contains("\"a\" stands twice"), "{twice}");
        assert!(json(r#"{"a": {"b": 1}, "b": {"a": 1}}"#).is_ok());
    }

    #[test]
    fn a_whole_number_typed_where_another_type_is_stored_becomes_one() {
        let stored = doc! { "long": 5_000_000_000_i64, "double": 1.5, "rates": [0.5, 1.5], "all": [1_i64, 2.0] };
        let stored = Bson::Document(stored);
        let typed = r#"{"long": 5, "double": 2, "rates": [1, 2, 3], "all": [1, 2], "new": 1}"#;
        let meant = doc! { "long": 5_i64, "double": 2.0, "rates": [1.0, 2.0, 3.0], "all": [1_i64, 2.0], "new": 1 };
        assert_eq!(like(typed, Some(&stored)), Ok(Bson::Document(meant)));
        let told = like(r#"{"double": {"$numberInt": "2"}}"#, Some(&stored));
        assert_eq!(told, Ok(Bson::Document(doc! { "double": 2 })), "what names its type has it");
    }
}
