//! The part of a filter that no query can ask: what is wrong with a session's histories is read from its messages.

use super::{MongoRepository, details, outline};
use crate::{
    metrics::row_has_finding,
    repository::{Error, Filter, Result},
    session::Summary,
};

/// Whether the messages of a row let it through. One that is gone by now is not.
pub(super) async fn let_through(reader: &MongoRepository, row: &Summary, filter: &Filter) -> Result<bool> {
    if !filter.asks_for_messages() {
        return Ok(true);
    }
    let details = details::read(reader, std::slice::from_ref(&row.key)).await?;
    let Some((_, details)) = details.first() else { return Ok(false) };
    let outline = match outline::read(reader, &row.key).await {
        Ok(outline) => outline,
        Err(Error::NotFound { .. }) => return Ok(false),
        Err(error) => return Err(error),
    };
    Ok(filter.findings().all(|(now, left_out)| row_has_finding(row, details, &outline, now) != left_out))
}
