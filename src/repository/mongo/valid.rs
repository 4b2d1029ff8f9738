//! Names that no database or collection can have.

use crate::repository::{Error, Result};

/// Names that the server would refuse with a riddle.
pub(super) fn names(database: &str, collection: &str) -> Result<()> {
    let wrong_database =
        database.is_empty() || database.len() > 63 || database.contains(['/', '\\', '.', ' ', '"', '$', '\0']);
    let wrong_collection = collection.is_empty() || collection.contains(['$', '\0']) || collection.starts_with('.');
    let wrong = match (wrong_database, wrong_collection) {
        (true, _) => database,
        (_, true) => collection,
        _ => return Ok(()),
    };
    let what = if wrong_database { "database" } else { "collection" };
    Err(Error::Name { name: wrong.to_owned(), what })
}
