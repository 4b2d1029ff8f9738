//! Thin rows: what is asked for, and how an answer becomes a [`Summary`].

use bson::{Bson, Document, RawDocument, doc, raw::RawBsonRef};

use super::expr;
use crate::{repository::Projection, session::Summary};

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
pub(super) fn projection(projection: &Projection) -> Document {
    let mut fields = doc! {
        "_id": 1, "session_id": 1, "application_name": 1, "session_type": 1, "created_at": 1, "updated_at": 1,
    };
    match projection {
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
pub(super) fn summary(row: &RawDocument, projection: &Projection) -> Summary {
    projection.summary(&decoded(row))
}

/// A field of a row, where it can be read.
pub(super) fn field<'a>(row: &'a RawDocument, name: &str) -> Option<RawBsonRef<'a>> {
    row.get(name).ok().flatten()
}
