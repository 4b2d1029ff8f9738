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
