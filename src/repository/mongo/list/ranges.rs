//! Which part of the sessions a question of the list means.

use bson::{Bson, DateTime, Document, doc};

use crate::repository::mongo::filter;

/// A part of the `_id`s.
pub(super) enum IdRange {
    /// All of them.
    All,
    /// Those after that one, but for the greatest value there is: without `max`, a scan from `min` leaves it out.
    After(Bson),
    /// That greatest value.
    Greatest,
}

impl IdRange {
    /// The parts that make up everything after that `_id`.
    pub(super) fn after(id: Option<Bson>) -> Vec<Self> {
        match id {
            None => vec![Self::All],
            Some(Bson::MaxKey) => Vec::new(),
            Some(id) => vec![Self::After(id), Self::Greatest],
        }
    }
}

/// The sessions with a date, from the place on.
pub(in crate::repository::mongo) fn dated_query(field: &str, start: Option<&(DateTime, Vec<Bson>)>) -> Document {
    match start {
        None => doc! { field: filter::is_date() },
        Some((date, shown)) => {
            doc! { field: { "$lte": *date, "$not": { "$type": "array" } }, "_id": { "$nin": shown.clone() } }
        }
    }
}

/// Everything but dates, so worded that the index on the field is read at those types only.
///
/// An array's elements are what an index holds, so one that holds dates alone is found only by asking for arrays;
/// that part is served where no document has an array there, which is what an index knows of itself.
pub(super) fn no_date_by_index(field: &str) -> Document {
    const TYPES: [&str; 19] = [
        "minKey",
        "double",
        "string",
        "object",
        "array",
        "binData",
        "undefined",
        "objectId",
        "bool",
        "regex",
        "dbPointer",
        "javascript",
        "symbol",
        "javascriptWithScope",
        "int",
        "timestamp",
        "long",
        "decimal",
        "maxKey",
    ];
    doc! { "$or": [ { field: Bson::Null }, { field: { "$type": TYPES.as_slice() } } ] }
}
