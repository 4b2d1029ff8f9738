//! The part of a filter that no query can ask: what is read from a session's messages, such as what is wrong with its histories.

use bson::doc;

use super::{MongoRepository, details, errors::Doing, filter, outline};
use crate::{
    repository::{Error, Filter, Result, filter::MessagesRead},
    session::Summary,
};

/// Whether the messages of a row that the query for the filter has found let it through. One that is gone by now is not.
pub(super) async fn let_through(reader: &MongoRepository, row: &Summary, wanted: &Filter) -> Result<bool> {
    if !wanted.asks_for_messages() {
        return Ok(true);
    }
    let details = details::read(reader, std::slice::from_ref(&row.key)).await?;
    let Some((_, details)) = details.first() else { return Ok(false) };
    let outline = match outline::read(reader, &row.key).await {
        Ok(outline) => outline,
        Err(Error::NotFound { .. }) => return Ok(false),
        Err(error) => return Err(error),
    };
    let Some(rest) = wanted.settled(MessagesRead { row, details, outline: &outline }) else { return Ok(false) };
    if rest.is_empty() {
        return Ok(true);
    }
    // Beside what is known of the messages by now, something else decides: of this row alone it is quickly asked.
    let query = doc! { "$and": [ reader.by_key(&row.key), filter::query(&rest) ] };
    let doing = Doing::new("find", "what a filter asks of the session");
    Ok(reader.find_first(query, doc! { "_id": 1 }, doing).await?.is_some())
}
