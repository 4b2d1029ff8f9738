//! Thin rows: what is asked for, and how an answer becomes a [`Summary`].

use bson::{Bson, Document, RawDocument, doc};

use super::expr;
use crate::{
    repository::Projection,
    session::{
        Summary,
        decode::raw::{self, RawReader, RawValue},
    },
};

/// A document decoded; what of its bytes cannot be read hides nothing else.
pub(super) fn decoded(raw: &RawDocument) -> Document {
    raw::document(raw).0
}

/// One value decoded, as tolerantly as [`decoded`].
pub(super) fn decoded_value(value: RawValue<'_>) -> Bson {
    RawReader::default().read(value, "")
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

/// A field of a row, where there is one.
pub(super) fn field<'a>(row: &'a RawDocument, name: &str) -> Option<RawValue<'a>> {
    RawValue::from(row).get(name)
}
