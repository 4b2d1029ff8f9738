//! Counting sessions, and finding those that an ID means.

use bson::{Document, doc, oid::ObjectId};

use super::{
    MongoRepository,
    errors::{self, Doing},
    filter, rows,
};
use crate::{
    repository::{Error, Filter, Result},
    session::Summary,
};

/// Sessions listed for an ambiguous id.
const MOST_MATCHES: i64 = 100;

/// How many sessions match; `None` when the time limit ended the count, or every message would have to be read for it.
pub(super) async fn count(reader: &MongoRepository, filter: &Filter) -> Result<Option<u64>> {
    if filter.asks_for_messages() {
        return Ok(None);
    }
    let limit = reader.limits().read;
    let counted = if filter.is_empty() {
        reader.collection.estimated_document_count().max_time(limit).await
    } else {
        reader.collection.count_documents(filter::query(filter)).max_time(limit).await
    };
    match counted {
        Ok(count) => Ok(Some(count)),
        Err(error) if errors::is_timed_out(&error) => Ok(None),
        Err(error) => Err(reader.failure(&error, Doing::new("count", "the number of sessions"))),
    }
}

/// The sessions that an ID may mean; see [`crate::repository::SessionReader::resolve`].
pub(super) async fn resolve(reader: &MongoRepository, id: &str) -> Result<Vec<Summary>> {
    let mut questions =
        vec![doc! { "_id": { "$eq": id } }, doc! { "session_id": { "$eq": id, "$not": { "$type": "array" } } }];
    questions.extend(ObjectId::parse_str(id).ok().map(|oid| doc! { "_id": oid }));
    for question in questions {
        let matches = thin_rows(reader, question).await?;
        if !matches.is_empty() {
            return Ok(matches);
        }
    }
    Ok(Vec::new())
}

async fn thin_rows(reader: &MongoRepository, query: Document) -> Result<Vec<Summary>> {
    let wanted = crate::repository::Projection::Nothing;
    let failure = |error| -> Error { reader.failure(&error, Doing::new("find", "the search for that id")) };
    let find = reader.collection.find(query).projection(rows::projection(&wanted)).limit(MOST_MATCHES);
    let mut found = find.max_time(reader.limits().read).await.map_err(failure)?;
    let mut summaries = Vec::new();
    while found.advance().await.map_err(failure)? {
        summaries.push(rows::summary(found.current(), &wanted));
    }
    Ok(summaries)
}
