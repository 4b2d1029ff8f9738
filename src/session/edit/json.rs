//! JSON that a person types, and JSON that an editor starts with: Extended JSON, and what Python's `json` writes besides.

use bson::{Bson, Document};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value};

use super::{
    date::{DateContext, LEAP, date},
    digits, same,
};
use crate::session::{number, python, value_text};

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
    /// A double would not be the number that stands there; a decimal is.
    #[error("{why} ({number}); as a decimal it is {{\"$numberDecimal\": \"{number}\"}}")]
    Digits {
        /// As it was typed.
        number: String,
        /// What a double lacks.
        why: &'static str,
    },
    /// It names a BSON type with a value that is none of it.
    #[error("it is no valid Extended JSON: {0}")]
    Extended(String),
    /// A text stands in it where a type is stored that JSON has no form for, and is none.
    #[error("at {place}: {why}")]
    Place {
        /// The keys that lead there, joined by dots.
        place: String,
        /// What is stored there, and what was typed.
        why: String,
    },
}

impl JsonError {
    /// The same, seen from one level up.
    fn below(self, key: &str) -> Self {
        match self {
            Self::Place { place, why } if place.is_empty() => Self::Place { place: key.to_owned(), why },
            Self::Place { place, why } => Self::Place { place: format!("{key}.{place}"), why },
            other => other,
        }
    }
}

/// Reads JSON: Extended JSON (`{"$date": …}`), and what Python writes besides (`NaN`, `Infinity`, whole numbers beyond 64
/// bits, which become decimals, and symbols where they have more than 34 digits: a folder holds those, a database does not).
/// A whole number is the smallest type that holds it; no digit of any gets lost.
///
/// # Errors
/// Why it is none that can be stored.
pub fn json(text: &str) -> Result<Bson, JsonError> {
    like(text, None, &DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC))
}

/// As [`json()`]; but what JSON cannot tell apart is of the type that is stored at its place: a number an int64, a double or
/// a decimal, a text a date, a decimal or an ObjectId.
///
/// In an array as long as the stored one, places are counted from its start. In a longer or shorter one, what is still the
/// same at its start and at its end is of the types stored there, and what stands between of the one type that all stored
/// elements have, if it is one; an object has its types from the one at its place, or from the last.
pub(super) fn like(text: &str, stored: Option<&Bson>, dates: &DateContext) -> Result<Bson, JsonError> {
    let syntax = |error: serde_json::Error| JsonError::Syntax(error.to_string());
    python::keys_once(text).map_err(syntax)?;
    value(python::tokens(text).map_err(syntax)?, stored, dates)
}

fn value(json: Value, stored: Option<&Bson>, dates: &DateContext) -> Result<Bson, JsonError> {
    Ok(match json {
        Value::Null => Bson::Null,
        Value::Bool(flag) => Bson::Boolean(flag),
        Value::Number(number) => read_number(&number.to_string(), stored)?,
        Value::String(text) => match python::token(&text) {
            Some(token) => read_number(token, stored)?,
            None => read_text(text, stored, dates)?,
        },
        Value::Array(items) => Bson::Array(array(items, stored, dates)?),
        Value::Object(fields) if fields.keys().any(|key| key.starts_with('$')) => named(fields, stored, dates)?,
        Value::Object(fields) => Bson::Document(document(fields, stored, dates)?),
    })
}

/// A number by its digits, or what lies too deep to be read.
fn read_number(token: &str, stored: Option<&Bson>) -> Result<Bson, JsonError> {
    if token.starts_with(['[', '{']) {
        return Ok(python::bson(token));
    }
    match stored {
        Some(Bson::Decimal128(_)) => {
            if let Ok(decimal) = digits::decimal(token) {
                return Ok(Bson::Decimal128(decimal));
            }
        }
        Some(Bson::Double(_)) => {
            if let Ok(double) = digits::double(token) {
                return Ok(Bson::Double(double));
            }
        }
        _ => {}
    }
    if digits::is_whole(token) {
        return Ok(match (token.parse(), stored) {
            (Ok(whole), Some(Bson::Int64(_))) => Bson::Int64(whole),
            (Ok(whole), _) => number::integer(whole),
            (Err(_), _) => digits::any_whole(token),
        });
    }
    digits::double(token).map(Bson::Double).map_err(|why| match why {
        Some(why) if digits::decimal(token).is_ok() => JsonError::Digits { number: token.to_owned(), why },
        _ => JsonError::Number(token.to_owned()),
    })
}

/// A text, or where a type is stored that JSON has no form for, a value of that type.
fn read_text(text: String, stored: Option<&Bson>, dates: &DateContext) -> Result<Bson, JsonError> {
    let read = match stored {
        None
        | Some(
            Bson::String(_)
            | Bson::Int32(_)
            | Bson::Int64(_)
            | Bson::Double(_)
            | Bson::Boolean(_)
            | Bson::Null
            | Bson::Undefined
            | Bson::Array(_)
            | Bson::Document(_),
        ) => return Ok(Bson::String(text)),
        // So Python's numbers beyond 64 bits look.
        Some(long) if digits::is_long(long) => return Ok(Bson::String(text)),
        Some(Bson::DateTime(_)) => date(&text, dates).map(Bson::DateTime),
        Some(Bson::Decimal128(_)) => digits::decimal(&text).map(Bson::Decimal128),
        Some(Bson::ObjectId(_)) => text.parse().map(Bson::ObjectId).map_err(|_| None),
        Some(_) => Err(None),
    };
    read.map_err(|why: Option<&str>| {
        let word = stored.map(value_text::type_word).unwrap_or_default();
        let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
        JsonError::Place { place: String::new(), why: format!("{text:?} is no {word}, which is stored there{why}") }
    })
}

fn array(items: Vec<Value>, stored: Option<&Bson>, dates: &DateContext) -> Result<Vec<Bson>, JsonError> {
    let stored = stored.and_then(Bson::as_array).map_or(&[][..], Vec::as_slice);
    let models = models(&items, stored, dates);
    let each = items.into_iter().zip(models).enumerate();
    each.map(|(at, (item, model))| value(item, model, dates).map_err(|error| error.below(&at.to_string()))).collect()
}

/// What each item is to be like: see [`like`].
fn models<'a>(items: &[Value], stored: &'a [Bson], dates: &DateContext) -> Vec<Option<&'a Bson>> {
    if items.len() == stored.len() {
        return stored.iter().map(Some).collect();
    }
    let is_as_stored = |item: &Value, stored: &Bson| {
        value(item.clone(), Some(stored), dates).is_ok_and(|read| same(Some(&read), Some(stored)))
    };
    let at_start = items.iter().zip(stored).take_while(|&(item, stored)| is_as_stored(item, stored)).count();
    let (others, left) = (&items[at_start..], &stored[at_start..]);
    let from_end = others.iter().rev().zip(left.iter().rev());
    let at_end = from_end.take_while(|&(item, stored)| is_as_stored(item, stored)).count();
    let is_plain = |first: &&Bson| !matches!(first, Bson::Document(_) | Bson::Array(_));
    let of_all = stored
        .first()
        .filter(is_plain)
        .filter(|first| stored.iter().all(|item| item.element_type() == first.element_type()));
    let between = others.len() - at_end;
    let (start, end) = (&stored[..at_start], &stored[stored.len() - at_end..]);
    // An object is like the one at its place, else like the last: they mostly have the same fields.
    let object = |at: usize| stored.get(at).or(stored.last()).filter(|item| matches!(item, Bson::Document(_)));
    let middle = (at_start..at_start + between).map(|at| of_all.or_else(|| object(at)));
    start.iter().map(Some).chain(middle).chain(end.iter().map(Some)).collect()
}

fn document(fields: Map<String, Value>, stored: Option<&Bson>, dates: &DateContext) -> Result<Document, JsonError> {
    let stored = stored.and_then(Bson::as_document);
    fields
        .into_iter()
        .map(|(key, field)| {
            let field = value(field, stored.and_then(|stored| stored.get(&key)), dates);
            field.map_err(|error| error.below(&key)).map(|field| (key, field))
        })
        .collect()
}

/// An object whose keys may name a type.
fn named(fields: Map<String, Value>, stored: Option<&Bson>, dates: &DateContext) -> Result<Bson, JsonError> {
    if fields.get("$date").and_then(Value::as_str).is_some_and(|text| date(text, dates) == Err(Some(LEAP))) {
        return Err(JsonError::Extended(LEAP.to_owned()));
    }
    let plain = fields.iter().map(|(key, field)| Ok((key.clone(), uncarried(field)?)));
    match Bson::try_from(plain.collect::<Result<Map<String, Value>, JsonError>>()?) {
        Ok(Bson::Document(_)) => document(fields, stored, dates).map(Bson::Document),
        Ok(value) => Ok(value),
        Err(error) => Err(JsonError::Extended(error.to_string())),
    }
}

/// With its numbers as Extended JSON has them.
fn uncarried(json: &Value) -> Result<Value, JsonError> {
    Ok(match json {
        Value::String(text) => match python::token(text) {
            Some(token) => read_number(token, None)?.into_relaxed_extjson(),
            None => json.clone(),
        },
        Value::Array(items) => Value::Array(items.iter().map(uncarried).collect::<Result<_, _>>()?),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, field)| Ok((key.clone(), uncarried(field)?)));
            Value::Object(fields.collect::<Result<_, JsonError>>()?)
        }
        other => other.clone(),
    })
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
        Bson::String(text) => Value::String(python::text(text)),
        Bson::Symbol(carried) if python::is_carried(carried) => python::carry(carried),
        other => other.clone().into_relaxed_extjson(),
    }
}

#[cfg(test)]
mod tests;
