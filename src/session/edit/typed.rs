//! Typed text as a value of a type, and values as the text that an editor starts with.

use std::fmt;

use bson::{Bson, spec::ElementType};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    JsonError,
    date::{DateContext, date},
    digits::{any_whole, decimal, double, is_long, is_whole, whole},
    json, same,
};
use crate::session::{python, value_text};

/// Why a text is no value of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Misfit {
    /// The type it should have.
    pub kind: ElementType,
    /// What is wrong with it, where it is more than its form.
    pub why: Option<String>,
}

impl fmt::Display for Misfit {
    /// What it is none of, why, and what is accepted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "that is no {}", value_text::element_word(self.kind))?;
        if let Some(why) = &self.why {
            write!(f, " ({why})")?;
        }
        write!(f, "; it takes {}", forms(self.kind))
    }
}

impl std::error::Error for Misfit {}

/// The forms that a text may have for a type, in words.
#[must_use]
pub fn forms(kind: ElementType) -> &'static str {
    match kind {
        ElementType::String => "any text",
        ElementType::Int32 => "a whole number from -2147483648 to 2147483647",
        ElementType::Int64 => "a whole number from -9223372036854775808 to 9223372036854775807",
        ElementType::Double => "a number such as 2.5 or 1e-3, NaN, Infinity or -Infinity",
        ElementType::Decimal128 => "a number of at most 34 digits such as 19.90, NaN, Infinity or -Infinity",
        ElementType::Boolean => "true or false",
        ElementType::Null => "null",
        ElementType::DateTime => {
            "2026-03-29T14:00:00Z, 2026-03-29, 2026-03-29 14:00, now, +3d or -2h (units s m h d w)"
        }
        ElementType::ObjectId => "24 hexadecimal digits",
        ElementType::EmbeddedDocument => "a JSON object",
        ElementType::Array => "a JSON array",
        ElementType::Binary => r#"{"$binary": {"base64": "…", "subType": "00"}} or {"$uuid": "…"}"#,
        ElementType::RegularExpression => r#"{"$regularExpression": {"pattern": "…", "options": ""}}"#,
        ElementType::Timestamp => r#"{"$timestamp": {"t": 1, "i": 1}}"#,
        ElementType::Symbol => r#"{"$symbol": "…"}"#,
        ElementType::JavaScriptCode => r#"{"$code": "…"}"#,
        ElementType::JavaScriptCodeWithScope => r#"{"$code": "…", "$scope": {}}"#,
        ElementType::DbPointer => r#"{"$dbPointer": {"$ref": "…", "$id": {"$oid": "…"}}}"#,
        ElementType::Undefined => r#"{"$undefined": true}"#,
        ElementType::MaxKey => r#"{"$maxKey": 1}"#,
        ElementType::MinKey => r#"{"$minKey": 1}"#,
    }
}

/// Reads typed text as a value of the BSON type that is stored: see [`forms`]. Any type but a string may be Extended JSON
/// too. What JSON cannot tell apart, inside of documents and arrays, keeps the type that is stored at its place.
///
/// # Errors
/// Why it does not fit.
pub fn read_as(text: &str, stored: &Bson, dates: &DateContext) -> Result<Bson, Misfit> {
    read(text, stored.element_type(), Some(stored), dates)
}

/// Reads typed text as a value of this BSON type, as [`read_as`] does.
///
/// # Errors
/// Why it does not fit.
pub fn read_type(text: &str, kind: ElementType, dates: &DateContext) -> Result<Bson, Misfit> {
    read(text, kind, None, dates)
}

/// Reads text typed for a new field: JSON where it is some, else a string.
///
/// # Errors
/// Why JSON cannot be stored as it was typed; and what is wrong with a text that starts like an array or an object and is none,
/// since nobody means that text.
pub fn read_new(text: &str) -> Result<Bson, JsonError> {
    match json(text) {
        Err(JsonError::Syntax(_)) if !looks_like_json(text) => Ok(Bson::String(text.to_owned())),
        read => read,
    }
}

/// `{"…`, or `[1…]`: not `[draft] text`, and not `{name}`.
fn looks_like_json(text: &str) -> bool {
    let inner = |open: char| text.trim().strip_prefix(open).map(str::trim_start);
    let is_item = |c: char| c.is_ascii_digit() || matches!(c, '"' | '{' | '[' | '-');
    inner('{').is_some_and(|inner| inner.starts_with('"'))
        || inner('[').is_some_and(|inner| inner.starts_with(is_item) && inner.ends_with(']'))
}

/// The type that stores a text which does not fit another one.
#[must_use]
pub fn fitting(text: &str) -> ElementType {
    match read_new(text) {
        Ok(value) if value.element_type() != ElementType::Symbol => value.element_type(),
        _ if decimal(text.trim()).is_ok() => ElementType::Decimal128,
        _ => ElementType::String,
    }
}

fn read(text: &str, kind: ElementType, stored: Option<&Bson>, dates: &DateContext) -> Result<Bson, Misfit> {
    if kind == ElementType::String {
        return Ok(Bson::String(text.to_owned()));
    }
    let text = text.trim();
    if matches!(kind, ElementType::EmbeddedDocument | ElementType::Array) || text.starts_with('{') {
        let value = json::like(text, stored, dates).map_err(|error| Misfit { kind, why: Some(error.to_string()) })?;
        return if value.element_type() == kind { Ok(value) } else { Err(Misfit { kind, why: None }) };
    }
    let value = match kind {
        ElementType::Int32 => whole(text, "it is beyond 32 bits").map(Bson::Int32),
        ElementType::Int64 => whole(text, "it is beyond 64 bits").map(Bson::Int64),
        ElementType::Double => double(text).map(Bson::Double),
        ElementType::Decimal128 => match decimal(text) {
            // A folder holds more digits than a decimal does.
            Err(Some(_)) if stored.is_some_and(is_long) && is_whole(text) => Ok(any_whole(text)),
            read => read.map(Bson::Decimal128),
        },
        ElementType::Boolean => text.parse().map(Bson::Boolean).map_err(|_| None),
        ElementType::Null if text == "null" => Ok(Bson::Null),
        ElementType::DateTime => date(text, dates).map(Bson::DateTime),
        ElementType::ObjectId => text.parse().map(Bson::ObjectId).map_err(|_| None),
        ElementType::Symbol if stored.is_some_and(is_long) && is_whole(text) => Ok(any_whole(text)),
        _ => Err(None),
    };
    value.map_err(|why: Option<&str>| Misfit { kind, why: why.map(str::to_owned) })
}

/// The text that [`read_as`] reads back to the same value: what an editor starts with. `None` where no text does, as for a
/// document that holds a document which looks like an ObjectId in Extended JSON.
#[must_use]
pub fn write(value: &Bson) -> Option<String> {
    Some(match value {
        Bson::String(text) => text.clone(),
        Bson::Int32(number) => number.to_string(),
        Bson::Int64(number) => number.to_string(),
        Bson::Double(number) => double_text(*number),
        Bson::Decimal128(number) => number.to_string(),
        Bson::Boolean(flag) => flag.to_string(),
        Bson::Null => "null".to_owned(),
        Bson::ObjectId(oid) => oid.to_hex(),
        Bson::DateTime(date) => {
            Timestamp::from_millisecond(date.timestamp_millis()).map_or_else(|_| extended(value), |at| at.to_string())
        }
        Bson::Symbol(digits) if is_long(value) => digits.clone(),
        Bson::Document(_) | Bson::Array(_) => {
            let text = python::indented(&json::exact(value));
            // No date stands there as a text.
            let dates = DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
            let read_back = json::like(&text, Some(value), &dates).ok();
            return same(read_back.as_ref(), Some(value)).then_some(text);
        }
        other => extended(other),
    })
}

fn double_text(number: f64) -> String {
    match (number.is_nan(), number.is_infinite(), number.is_sign_negative()) {
        (true, _, false) => "NaN".to_owned(),
        (true, _, true) => "-NaN".to_owned(),
        (_, true, false) => "Infinity".to_owned(),
        (_, true, true) => "-Infinity".to_owned(),
        _ => format!("{number:?}"),
    }
}

fn extended(value: &Bson) -> String {
    value.clone().into_canonical_extjson().to_string()
}

#[cfg(test)]
mod tests;
