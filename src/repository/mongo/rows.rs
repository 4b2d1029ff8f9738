//! Thin rows: what is asked for, and how an answer becomes a [`Summary`].

use bson::{Bson, Document, RawDocument, doc, raw::RawBsonRef};
use jiff::Timestamp;

use super::expr;
use crate::{
    repository::Projection,
    session::{SessionKey, Summary, decode},
};

/// A document decoded; text that is not UTF-8 gets replacement marks rather than failing the rest.
pub(super) fn decoded(raw: &RawDocument) -> Document {
    Document::try_from(raw)
        .or_else(|_| bson::Utf8Lossy::<Document>::try_from(raw).map(|lossy| lossy.0))
        .unwrap_or_else(|_| Document::new())
}

/// One value decoded, as tolerantly as [`decoded`].
pub(super) fn decoded_value(raw: RawBsonRef<'_>) -> Bson {
    match raw {
        RawBsonRef::Document(document) => Bson::Document(decoded(document)),
        RawBsonRef::Array(array) => {
            Bson::Array(array.into_iter().map(|item| item.map_or(Bson::Null, decoded_value)).collect())
        }
        other => Bson::try_from(other).unwrap_or(Bson::Null),
    }
}

/// The fields of a row: never `agents`, which may be 12 MB.
pub(super) fn projection(wanted: &Projection) -> Document {
    let mut fields = doc! {
        "_id": 1, "session_id": 1, "application_name": 1, "session_type": 1, "created_at": 1, "updated_at": 1,
    };
    match wanted {
        Projection::Nothing => {}
        Projection::Fields(keys) if keys.iter().all(|key| is_one_segment(key)) => {
            for key in keys {
                fields.insert(format!("metadata.{key}"), 1);
            }
        }
        // A path with dots may mean a key that holds them, and odd keys cannot be named at all: those are picked here.
        Projection::Fields(_) | Projection::All => {
            fields.insert("metadata", 1);
        }
    }
    fields
}

fn is_one_segment(key: &str) -> bool {
    expr::is_plain_path(key) && !key.contains('.')
}

/// Reads a row. Whatever is of another type than expected is left out.
pub(super) fn summary(row: &RawDocument, wanted: &Projection) -> Summary {
    Summary {
        key: SessionKey::new(field(row, "_id").map_or(Bson::Null, decoded_value)),
        session_id: text(row, "session_id"),
        application_name: text(row, "application_name"),
        session_type: text(row, "session_type"),
        created_at: date(row, "created_at"),
        updated_at: date(row, "updated_at"),
        metadata: metadata(row, wanted),
    }
}

/// A field of a row, where it can be read.
pub(super) fn field<'a>(row: &'a RawDocument, name: &str) -> Option<RawBsonRef<'a>> {
    row.get(name).ok().flatten()
}

fn text(row: &RawDocument, name: &str) -> Option<String> {
    match decoded_value(field(row, name)?) {
        Bson::String(text) => Some(text),
        _ => None,
    }
}

/// A date, also one stored as text or milliseconds: the order of the list goes by real dates alone, what is shown need
/// not.
fn date(row: &RawDocument, name: &str) -> Option<Timestamp> {
    decode::timestamp(&decoded_value(field(row, name)?))
}

fn metadata(row: &RawDocument, wanted: &Projection) -> Option<Bson> {
    let stored = || field(row, "metadata").map(decoded_value);
    match wanted {
        Projection::Nothing => None,
        Projection::All => stored(),
        Projection::Fields(keys) => match stored()? {
            Bson::Document(fields) => Some(Bson::Document(picked(&fields, keys))),
            other => Some(other),
        },
    }
}

/// The wanted fields under the names they were asked for; a name with dots may also reach into nested documents.
fn picked(fields: &Document, keys: &[String]) -> Document {
    keys.iter().filter_map(|key| Some((key.clone(), fields.get(key).or_else(|| reach(fields, key))?.clone()))).collect()
}

fn reach<'a>(fields: &'a Document, path: &str) -> Option<&'a Bson> {
    let (first, rest) = path.split_once('.')?;
    let inner = fields.get(first)?.as_document()?;
    inner.get(rest).or_else(|| reach(inner, rest))
}
