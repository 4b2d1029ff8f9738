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

/// The sessions with a date, from the place on, the oldest first or the newest.
pub(in crate::repository::mongo) fn dated_query(
    field: &str,
    ascending: bool,
    start: Option<&(DateTime, Vec<Bson>)>,
) -> Document {
    match start {
        None => doc! { field: filter::is_date() },
        Some((date, shown)) => {
            let from = if ascending { "$gte" } else { "$lte" };
            doc! { field: { from: *date, "$not": { "$type": "array" } }, "_id": { "$nin": shown.clone() } }
        }
    }
}

/// Everything but dates, so worded that the index on the field is read at its two ends only.
///
/// An expression compares in the server's order of all values: null, what is absent and each array as a whole lie outside
/// of the dates. Only where an array was ever stored there since the index was made, and before MongoDB 5.0, every document
/// is looked at; asking for arrays by `$type` would do so everywhere, as an index holds their elements.
pub(super) fn no_date_by_index(field: &str) -> Document {
    let value = format!("${field}");
    doc! { "$expr": { "$or": [
        { "$lt": [ value.as_str(), DateTime::MIN ] },
        { "$gt": [ value.as_str(), DateTime::MAX ] },
    ] } }
}
