//! BSON to the JSON of the files, in the forms that Strands reads.

use base64::Engine;
use bson::{Bson, DateTime, Document, spec::BinarySubtype};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::session::python;

/// Python's `isoformat` of a time in UTC.
pub(super) fn time(at: Timestamp) -> Value {
    let millis = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
    Value::String(format!("{millis:.3}").replace('Z', "+00:00"))
}

/// A value as Strands has it: plain JSON, bytes as `{"__bytes_encoded__": true, "data": base64}`, dates as ISO text.
pub(super) fn plain(value: &Bson) -> Value {
    encode(value, false)
}

/// A value that is read back as the same BSON type: what plain JSON cannot tell apart is Extended JSON.
pub(super) fn exact(value: &Bson) -> Value {
    encode(value, true)
}

pub(super) fn object(document: &Document) -> Value {
    fields(document, false)
}

fn fields(document: &Document, exact: bool) -> Value {
    Value::Object(document.iter().map(|(key, value)| (key.clone(), encode(value, exact))).collect())
}

fn encode(value: &Bson, exact: bool) -> Value {
    match value {
        Bson::Null => Value::Null,
        Bson::Boolean(flag) => Value::Bool(*flag),
        Bson::Int32(n) => Value::from(*n),
        // A small number is read as an int32.
        Bson::Int64(n) if !exact || i32::try_from(*n).is_err() => Value::from(*n),
        Bson::Double(n) => python::double(*n),
        Bson::String(text) => Value::String(python::text(text)),
        Bson::Array(items) => Value::Array(items.iter().map(|item| encode(item, exact)).collect()),
        Bson::Document(document) => fields(document, exact),
        Bson::Binary(binary) if !exact || binary.subtype == BinarySubtype::Generic => {
            let data = base64::engine::general_purpose::STANDARD.encode(&binary.bytes);
            json!({ "__bytes_encoded__": true, "data": data })
        }
        Bson::Symbol(number) if python::is_carried(number) => python::carry(number),
        Bson::Decimal128(decimal) if reads_back(&decimal.to_string(), value) => python::carry(&decimal.to_string()),
        Bson::DateTime(date) if !exact => iso(*date),
        Bson::ObjectId(oid) if !exact => Value::String(oid.to_hex()),
        Bson::Decimal128(decimal) if !exact => Value::String(decimal.to_string()),
        other => other.clone().into_canonical_extjson(),
    }
}

/// Whether a number stands bare in JSON and is read as this value. `NaN` and what has an exponent is a double there.
fn reads_back(number: &str, value: &Bson) -> bool {
    python::is_carried(number) && python::bson(number) == *value
}

fn iso(date: DateTime) -> Value {
    Timestamp::from_millisecond(date.timestamp_millis())
        .map_or_else(|_| Bson::DateTime(date).into_canonical_extjson(), time)
}
