//! Sessions in MongoDB, one document each.

use secrecy::SecretString;

use super::{Limits, Opened, Result};

/// Connects; without a database or collection, looks for collections whose documents look like sessions.
///
/// # Errors
/// [`super::Error::Uri`], [`super::Error::Unreachable`] and what else a connection can meet.
pub async fn open(
    uri: &SecretString,
    database: Option<&str>,
    collection: Option<&str>,
    limits: Limits,
) -> Result<Opened> {
    let _ = (uri, database, collection, limits);
    todo!()
}

/// Creates the indexes that lists and filters use, where they are missing; gives the names of those it created.
///
/// # Errors
/// What a connection can meet, and a user without the right to create indexes.
pub async fn create_indexes(
    uri: &SecretString,
    database: Option<&str>,
    collection: Option<&str>,
    limits: Limits,
) -> Result<Vec<String>> {
    let _ = (uri, database, collection, limits);
    todo!()
}
