//! Edits of metadata: which keys may be written, what an edit is guarded by, and how typed text becomes a value.

mod assign;

pub use assign::{AssignedValue, AssignmentError, assignment};

use bson::{Bson, Document};
use jiff::Timestamp;

use super::{Guard, MetadataEdit};

/// Refuses an agent id or metadata key that cannot be one segment of a path in a document.
///
/// # Errors
/// Why: it is empty, holds NUL or a dot, or starts with `$`.
pub fn check_segment(key: &str) -> Result<(), &'static str> {
    if key.is_empty() {
        Err("it is empty")
    } else if key.contains('\0') {
        Err("it holds a NUL character")
    } else if key.starts_with('$') {
        Err("it starts with $")
    } else if key.contains('.') {
        Err("it holds a dot, which would nest it")
    } else {
        Ok(())
    }
}

/// Refuses a key that a new field of the metadata should not have: what no path can hold, and control characters, which no
/// terminal shows and no person types.
///
/// # Errors
/// Why.
pub fn check_new_key(key: &str) -> Result<(), &'static str> {
    check_segment(key)?;
    if key.chars().any(char::is_control) { Err("it holds a control character") } else { Ok(()) }
}

/// Refuses edits of keys that cannot be one segment of a path, and of the same key twice.
///
/// # Errors
/// The first such edit, and why.
pub fn check_keys(edits: &[MetadataEdit]) -> Result<(), (&MetadataEdit, &'static str)> {
    for (position, edit) in edits.iter().enumerate() {
        check_segment(&edit.key).map_err(|reason| (edit, reason))?;
        if edits[..position].iter().any(|earlier| earlier.key == edit.key) {
            return Err((edit, "it is edited twice at once"));
        }
    }
    Ok(())
}

/// Reads typed text as a value of the BSON type that is stored. `None` where it does not fit.
///
/// Texts for dates are RFC 3339; documents and arrays are JSON, their values of the nearest JSON type.
#[must_use]
pub fn read_as(text: &str, stored: &Bson) -> Option<Bson> {
    let trimmed = text.trim();
    match stored {
        Bson::String(_) => Some(Bson::String(text.to_owned())),
        Bson::Int32(_) => trimmed.parse().ok().map(Bson::Int32),
        Bson::Int64(_) => trimmed.parse().ok().map(Bson::Int64),
        Bson::Double(_) => trimmed.parse().ok().map(Bson::Double),
        Bson::Decimal128(_) => trimmed.parse().ok().map(Bson::Decimal128),
        Bson::Boolean(_) => trimmed.parse().ok().map(Bson::Boolean),
        Bson::Null => (trimmed == "null").then_some(Bson::Null),
        Bson::DateTime(_) => {
            let at: Timestamp = trimmed.parse().ok()?;
            Some(Bson::DateTime(bson::DateTime::from_millis(at.as_millisecond())))
        }
        Bson::ObjectId(_) => trimmed.parse().ok().map(Bson::ObjectId),
        Bson::Document(_) => json(trimmed).filter(|value| matches!(value, Bson::Document(_))),
        Bson::Array(_) => json(trimmed).filter(|value| matches!(value, Bson::Array(_))),
        // The rest is written as its Extended JSON, and only the same type fits.
        other => json(trimmed).filter(|value| value.element_type() == other.element_type()),
    }
}

/// Reads JSON, Extended JSON included (`{"$date": …}`). `None` where it is neither.
#[must_use]
pub fn json(text: &str) -> Option<Bson> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    Bson::try_from(value).ok()
}

/// Reads text typed for a field: as the type it has where that fits, else as JSON, else as a string.
#[must_use]
pub fn read(text: &str, stored: Option<&Bson>) -> Bson {
    stored
        .and_then(|stored| read_as(text, stored))
        .or_else(|| json(text.trim()))
        .unwrap_or_else(|| Bson::String(text.to_owned()))
}

/// The text that [`read_as`] reads back to the same value: what an editor starts with.
#[must_use]
pub fn write(value: &Bson) -> String {
    match value {
        Bson::String(text) => text.clone(),
        Bson::Int32(n) => n.to_string(),
        Bson::Int64(n) => n.to_string(),
        Bson::Double(n) => format!("{n:?}"),
        Bson::Decimal128(n) => n.to_string(),
        Bson::Boolean(flag) => flag.to_string(),
        Bson::Null => "null".to_owned(),
        Bson::ObjectId(oid) => oid.to_hex(),
        Bson::DateTime(date) => {
            Timestamp::from_millisecond(date.timestamp_millis()).map_or_else(|_| extended(value), |at| at.to_string())
        }
        Bson::Document(_) | Bson::Array(_) => {
            serde_json::to_string_pretty(&value.clone().into_relaxed_extjson()).unwrap_or_else(|_| extended(value))
        }
        other => extended(other),
    }
}

fn extended(value: &Bson) -> String {
    value.clone().into_canonical_extjson().to_string()
}

/// Whether two stored values are the same for a guard: type and value, documents with their fields in the same order.
#[must_use]
pub fn same(a: Option<&Bson>, b: Option<&Bson>) -> bool {
    // By their bytes: Extended JSON writes an ObjectId like a document that only looks like one, and NaN is itself here.
    let bytes = |value: &Bson| bson::serialize_to_vec(&bson::doc! { "": value.clone() }).ok();
    match (a, b) {
        (Some(a), Some(b)) => bytes(a).map_or_else(|| a == b, |of_a| Some(of_a) == bytes(b)),
        (None, None) => true,
        _ => false,
    }
}

/// Applies edits to a metadata document: what a store without such an operation of its own does under its lock.
///
/// # Errors
/// The first edit whose guard does not hold, by its position. Nothing is changed then.
pub fn apply(metadata: &mut Document, edits: &[MetadataEdit]) -> Result<(), usize> {
    let conflicts = |edit: &MetadataEdit| match &edit.guard {
        Guard::None => false,
        Guard::Stored(expected) => !same(metadata.get(&edit.key), expected.as_ref()),
    };
    if let Some(first) = edits.iter().position(conflicts) {
        return Err(first);
    }
    for edit in edits {
        match &edit.value {
            Some(value) => metadata.insert(&edit.key, value.clone()),
            None => metadata.remove(&edit.key),
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn text_is_read_as_the_stored_type_else_as_json_else_as_text() {
        assert_eq!(read("3", Some(&Bson::Int64(1))), Bson::Int64(3));
        assert_eq!(read("3", Some(&Bson::String("x".into()))), Bson::String("3".into()));
        assert_eq!(read("3.5", Some(&Bson::Int32(1))), Bson::Double(3.5));
        assert_eq!(read("high", Some(&Bson::Int32(1))), Bson::String("high".into()));
        assert_eq!(read("true", None), Bson::Boolean(true));
        assert_eq!(read(r#"{"a": [1]}"#, None), Bson::Document(doc! { "a": [1] }));
        assert_eq!(read("two words", None), Bson::String("two words".into()));
    }

    #[test]
    fn what_an_editor_starts_with_reads_back_to_the_same() {
        let values = [
            Bson::String(" spaced ".into()),
            Bson::Int32(-5),
            Bson::Int64(1 << 40),
            Bson::Double(1.0),
            Bson::Boolean(false),
            Bson::Null,
            Bson::DateTime(bson::DateTime::from_millis(1_764_000_000_123)),
            Bson::ObjectId(bson::oid::ObjectId::from_bytes([7; 12])),
            Bson::Document(doc! { "a": [1, "x"], "b": { "c": true } }),
        ];
        for value in values {
            assert_eq!(read_as(&write(&value), &value), Some(value));
        }
    }

    #[test]
    fn a_guard_tells_types_apart_and_nothing_is_half_applied() {
        let mut metadata = doc! { "a": 5, "b": "x" };
        let edits = [
            MetadataEdit::set("b", "y").only_if(Some("x".into())),
            MetadataEdit::set("a", 6).only_if(Some(Bson::Int64(5))),
        ];
        assert_eq!(apply(&mut metadata, &edits), Err(1));
        assert_eq!(metadata, doc! { "a": 5, "b": "x" });
        assert_eq!(apply(&mut metadata, &[MetadataEdit::unset("a").only_if(Some(Bson::Int32(5)))]), Ok(()));
        assert_eq!(apply(&mut metadata, &[MetadataEdit::set("a", 1).only_if(None)]), Ok(()));
        assert_eq!(metadata, doc! { "b": "x", "a": 1 });
        let oid = bson::oid::ObjectId::from_bytes([7; 12]);
        let looks_like_it = Bson::Document(doc! { "$oid": oid.to_hex() });
        assert!(!same(Some(&Bson::ObjectId(oid)), Some(&looks_like_it)));
        assert!(same(Some(&Bson::Double(f64::NAN)), Some(&Bson::Double(f64::NAN))));
    }

    #[test]
    fn a_new_key_holds_no_control_characters() {
        for key in ["a\tb", "a\u{1b}[2J", "a\n", "a\u{9b}", "a\0", "", "a.b"] {
            assert!(check_new_key(key).is_err(), "{key:?}");
        }
        assert_eq!(check_new_key("prioridad 漢字"), Ok(()));
    }

    #[test]
    fn keys_that_would_nest_are_refused() {
        for key in ["", "a.b", "$set", "a\0"] {
            assert!(check_segment(key).is_err(), "{key:?}");
        }
        assert!(check_segment("prix €").is_ok());
    }
}
