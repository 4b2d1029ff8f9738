//! What is told of metadata: the chosen fields, as JSON.

use bson::{Bson, spec::BinarySubtype};
use jiff::Timestamp;
use serde_json::{Map, Number, Value, json};

use crate::{
    hook::{HookOperation, HookPayload},
    session::{MetadataEdit, MetadataPath, StoredDate, plain},
};

/// What is told of a change of metadata: `{session_id, event, operation, metadata, timestamp}`, once of what is set and once of what is
/// removed, so that a null that was set is not taken for a field that is gone. None: it changes no metadata, or nothing that was chosen.
pub(super) fn notices(operation: &HookOperation, chosen: &[MetadataPath], hidden: Option<&str>) -> Vec<Value> {
    let (HookPayload::MetadataUpdate(edits) | HookPayload::MetadataDelete(edits)) = &operation.payload else {
        return Vec::new();
    };
    let mut changed = ChangedFields::default();
    for edit in edits.iter().filter(|edit| hidden.is_none_or(|key| edit.path.top() != key)) {
        changed.note(edit, chosen);
    }
    let words = [("update", changed.set), ("delete", changed.removed)];
    let told = words.into_iter().filter(|(_, metadata)| !metadata.is_empty());
    let notice = |(word, metadata): (&str, Map<String, Value>)| {
        json!({
            "session_id": operation.session.text(),
            "event": EVENT,
            "operation": word,
            "metadata": Value::Object(metadata),
            "timestamp": Timestamp::now().to_string(),
        })
    };
    told.map(notice).collect()
}

/// The event's name, in the body and the attributes.
pub(super) const EVENT: &str = "metadata_update";

/// What of a change is chosen, by the paths of the fields.
#[derive(Default)]
struct ChangedFields {
    set: Map<String, Value>,
    /// Each null.
    removed: Map<String, Value>,
}

impl ChangedFields {
    /// What of an edit is chosen; everything where nothing is.
    fn note(&mut self, edit: &MetadataEdit, chosen: &[MetadataPath]) {
        if chosen.is_empty() || chosen.iter().any(|field| edit.path.is_within(field)) {
            self.insert(&edit.path, edit.value.as_ref());
            return;
        }
        // An object was set or removed: of what stood in it only the chosen fields are told, those that it no longer has as removed.
        for field in chosen.iter().filter(|field| field.is_within(&edit.path)) {
            let rest = &field.keys()[edit.path.keys().len()..];
            let inner = rest.iter().try_fold(edit.value.as_ref(), |at, key| Some(at?.as_document()?.get(key)));
            self.insert(field, inner.flatten());
        }
    }

    fn insert(&mut self, path: &MetadataPath, value: Option<&Bson>) {
        match value {
            Some(value) => self.set.insert(path.to_string(), value_json(value)),
            None => self.removed.insert(path.to_string(), Value::Null),
        };
    }
}

/// A value as JSON. What JSON has no type for is a text: dates in RFC 3339, ids in hex, UUIDs in their usual form, other bytes in
/// base64, decimals in digits, `NaN` and `Infinity` by name, what is rarer as its relaxed Extended JSON.
fn value_json(value: &Bson) -> Value {
    match value {
        Bson::Null => Value::Null,
        Bson::Boolean(is) => Value::Bool(*is),
        Bson::Int32(number) => Value::from(*number),
        Bson::Int64(number) => Value::from(*number),
        Bson::Double(number) => Number::from_f64(*number).map_or_else(|| by_name(*number), Value::Number),
        Bson::String(text) | Bson::JavaScriptCode(text) => Value::String(text.clone()),
        Bson::Array(items) => Value::Array(items.iter().map(value_json).collect()),
        Bson::Document(fields) => {
            Value::Object(fields.iter().map(|(key, field)| (key.clone(), value_json(field))).collect())
        }
        Bson::DateTime(date) => Value::String(date_text(date.timestamp_millis())),
        Bson::Timestamp(at) => Value::String(date_text(i64::from(at.time) * 1000)),
        Bson::ObjectId(id) => Value::String(id.to_hex()),
        Bson::Decimal128(number) => Value::String(number.to_string()),
        Bson::Binary(binary) => Value::String(match binary.subtype {
            BinarySubtype::Uuid if binary.bytes.len() == 16 => {
                binary.to_uuid().map_or_else(|_| base64_text(&binary.bytes), |uuid| uuid.to_string())
            }
            _ => base64_text(&binary.bytes),
        }),
        other => Value::String(plain::compact(other)),
    }
}

fn by_name(number: f64) -> Value {
    let name = if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    Value::from(name)
}

/// RFC 3339; milliseconds since 1970 outside the years that it has.
fn date_text(millis: i64) -> String {
    StoredDate::from_millis(millis).rfc3339().unwrap_or_else(|| millis.to_string())
}

fn base64_text(bytes: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use bson::{DateTime, Decimal128, Uuid, bson, doc, oid::ObjectId};

    use super::*;

    /// The one notice of it.
    fn metadata(payload: HookPayload, chosen: &[&str]) -> Option<Value> {
        let paths: Vec<MetadataPath> = chosen.iter().map(|field| path(field)).collect();
        let notices = notices(&HookOperation::new("s-1", payload), &paths, Some("connection_id"));
        assert!(notices.len() <= 1, "{notices:?}");
        Some(notices.first()?["metadata"].clone())
    }

    fn path(text: &str) -> MetadataPath {
        MetadataPath::new(text.split('.').map(str::to_owned).collect()).unwrap()
    }

    #[test]
    fn deleted_fields_are_null_and_what_was_not_chosen_is_left_out() {
        let deleted = HookPayload::MetadataDelete(vec![MetadataEdit::unset("status"), MetadataEdit::unset("other")]);
        assert_eq!(metadata(deleted.clone(), &["status"]), Some(json!({ "status": null })));
        assert_eq!(metadata(deleted.clone(), &[]), Some(json!({ "status": null, "other": null })));
        assert_eq!(metadata(deleted, &["nothing"]), None);
        let hidden = HookPayload::MetadataUpdate(vec![MetadataEdit::set("connection_id", "c")]);
        assert_eq!(metadata(hidden, &[]), None);
        assert_eq!(metadata(HookPayload::MetadataGet, &[]), None);
    }

    #[test]
    fn a_field_in_an_object_is_told_alone() {
        let customer = doc! { "tier": "gold", "ssn": "1" };
        let set = HookPayload::MetadataUpdate(vec![MetadataEdit::set("customer", customer)]);
        assert_eq!(metadata(set.clone(), &["customer.tier"]), Some(json!({ "customer.tier": "gold" })));
        assert_eq!(metadata(set.clone(), &["customer.age"]), Some(json!({ "customer.age": null })), "it is gone");
        assert_eq!(metadata(set, &["customer"]).unwrap()["customer"]["ssn"], json!("1"));
        let inner = HookPayload::MetadataUpdate(vec![MetadataEdit::set(path("customer.tier"), "gold")]);
        assert_eq!(metadata(inner, &["customer"]), Some(json!({ "customer.tier": "gold" })));
        let no_object = HookPayload::MetadataUpdate(vec![MetadataEdit::set("customer", 5)]);
        assert_eq!(metadata(no_object, &["customer.tier"]), Some(json!({ "customer.tier": null })));
        let removed = HookPayload::MetadataDelete(vec![MetadataEdit::unset("customer")]);
        assert_eq!(metadata(removed, &["customer.tier"]), Some(json!({ "customer.tier": null })));
    }

    #[test]
    fn the_notice_says_what_happened_to_which_session() {
        let set = HookPayload::MetadataUpdate(vec![MetadataEdit::set("a", 1)]);
        let said = notices(&HookOperation::new("s-1", set), &[], None).remove(0);
        assert_eq!(
            (&said["session_id"], &said["event"], &said["operation"]),
            (&json!("s-1"), &json!("metadata_update"), &json!("update"))
        );
        assert!(said["timestamp"].as_str().unwrap().parse::<Timestamp>().is_ok());
    }

    #[test]
    fn a_null_that_is_set_is_told_apart_from_a_field_that_is_removed() {
        let edits = vec![
            MetadataEdit::set("a", Bson::Null),
            MetadataEdit::unset("b"),
            MetadataEdit::set("customer", doc! { "tier": "gold" }),
        ];
        let chosen = [path("a"), path("b"), path("customer.tier"), path("customer.name")];
        let said = notices(&HookOperation::new("s-1", HookPayload::MetadataUpdate(edits)), &chosen, None);
        let told: Vec<(&Value, &Value)> = said.iter().map(|said| (&said["operation"], &said["metadata"])).collect();
        let (set, removed) =
            (json!({ "a": null, "customer.tier": "gold" }), json!({ "b": null, "customer.name": null }));
        assert_eq!(told, [(&json!("update"), &set), (&json!("delete"), &removed)]);
    }

    #[test]
    fn what_json_has_no_type_for_is_a_text() {
        let id = ObjectId::from_bytes([7; 12]);
        for (value, text) in [
            (DateTime::from_millis(1_700_000_000_123).into(), "2023-11-14T22:13:20.123Z"),
            (DateTime::MAX.into(), "9223372036854775807"),
            (id.into(), "070707070707070707070707"),
            ("1.50".parse::<Decimal128>().unwrap().into(), "1.50"),
            (Uuid::from_bytes([1; 16]).into(), "01010101-0101-0101-0101-010101010101"),
            (bson::Binary { subtype: BinarySubtype::Generic, bytes: vec![1, 2] }.into(), "AQI="),
            (f64::NAN.into(), "NaN"),
            (f64::NEG_INFINITY.into(), "-Infinity"),
            (Bson::Timestamp(bson::Timestamp { time: 0, increment: 1 }), "1970-01-01T00:00:00Z"),
            (Bson::MaxKey, r#"{"$maxKey":1}"#),
        ] {
            let value: Bson = value;
            assert_eq!(value_json(&value), json!(text), "{value:?}");
        }
        let nested = bson!({ "at": [DateTime::from_millis(0)], "n": 5_i64, "f": 0.5 });
        assert_eq!(value_json(&nested), json!({ "at": ["1970-01-01T00:00:00Z"], "n": 5, "f": 0.5 }));
    }
}
