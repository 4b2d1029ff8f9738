//! Files of JSON to BSON values, as MongoDB would hold them.

use std::path::Path;

use base64::Engine;
use bson::{Binary, Bson, Document, spec::BinarySubtype};
use serde_json::Value;

use super::{
    layout::file_name,
    open::{self, Unopened},
};
use crate::session::{decode, python};

/// Why a file gave no value.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// There is none.
    Missing,
    /// It is there; one sentence why it cannot be read, and its text where it has one.
    Broken(String, Option<String>),
}

impl Unreadable {
    fn unopened(unopened: &Unopened, path: &Path) -> Self {
        match unopened {
            Unopened::Missing => Self::Missing,
            other => Self::Broken(other.problem(path), None),
        }
    }
}

/// Reads a file as Python does.
pub(super) fn read(path: &Path) -> Result<Bson, Unreadable> {
    let bytes = open::bytes(path).map_err(|unopened| Unreadable::unopened(&unopened, path))?;
    match python::read(&bytes) {
        Ok(json) => {
            // A large text is held twice as it is.
            drop(bytes);
            Ok(value(json))
        }
        Err(error) => {
            let what = if error.is_eof() { "ends in the middle of its JSON" } else { "is not valid JSON" };
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Err(Unreadable::Broken(format!("{} {what} ({error})", file_name(path)), Some(text)))
        }
    }
}

/// JSON to BSON: whole numbers to the smallest type that holds them, Strands' encoded bytes to binary. What lies deeper than
/// MongoDB nests is a symbol of its own JSON.
fn value(json: Value) -> Bson {
    match json {
        Value::Null => Bson::Null,
        Value::Bool(flag) => Bson::Boolean(flag),
        Value::Number(number) => match number.as_i64() {
            Some(n) => i32::try_from(n).map_or(Bson::Int64(n), Bson::Int32),
            None => Bson::Double(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => python::number(&text).map(python::bson).unwrap_or(Bson::String(text)),
        Value::Array(items) => Bson::Array(items.into_iter().map(value).collect()),
        Value::Object(fields) => {
            let document: Document = fields.into_iter().map(|(key, field)| (key, value(field))).collect();
            bytes(&document).unwrap_or(Bson::Document(document))
        }
    }
}

/// A value of `metadata`: as any other, and what stands there as Extended JSON is read as the type it names.
pub(super) fn exact(json: Value) -> Bson {
    typed(value(json))
}

/// The types that Extended JSON names, wherever they stand in a value.
pub(super) fn typed(value: Bson) -> Bson {
    match value {
        Bson::Array(items) => Bson::Array(items.into_iter().map(typed).collect()),
        Bson::Document(fields) if fields.keys().next().is_some_and(|key| key.starts_with('$')) => {
            let json = Bson::Document(fields.clone()).into_relaxed_extjson();
            match Bson::try_from(json) {
                Ok(Bson::Document(_)) | Err(_) => Bson::Document(each_typed(fields)),
                Ok(named) => named,
            }
        }
        Bson::Document(fields) => Bson::Document(each_typed(fields)),
        other => other,
    }
}

fn each_typed(fields: Document) -> Document {
    fields.into_iter().map(|(key, value)| (key, typed(value))).collect()
}

/// `{"__bytes_encoded__": true, "data": base64}`.
fn bytes(document: &Document) -> Option<Bson> {
    let (Some(Bson::Boolean(true)), Some(Bson::String(data))) =
        (document.get("__bytes_encoded__"), document.get("data"))
    else {
        return None;
    };
    let bytes = base64::engine::general_purpose::STANDARD.decode(data).ok()?;
    Some(Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes }))
}

/// Turns the ISO strings of those fields into dates; what is no clear date stays as it is.
pub(super) fn dates(document: &mut Document, fields: &[&str]) {
    for field in fields {
        if let Some(value) = document.get_mut(field)
            && let Some(at) = value.as_str().and_then(decode::clear_text)
        {
            *value = Bson::DateTime(at.into());
        }
    }
}

/// An element of `feedbacks`, as it is read.
pub(super) fn feedback(json: Value) -> Bson {
    let mut read = value(json);
    if let Bson::Document(fields) = &mut read {
        dates(fields, &["created_at"]);
    }
    read
}

/// The same in each document of an array.
pub(super) fn dates_of_each(document: &mut Document, array: &str, field: &str) {
    if let Some(Bson::Array(items)) = document.get_mut(array) {
        for item in items.iter_mut().filter_map(Bson::as_document_mut) {
            dates(item, &[field]);
        }
    }
}
