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

/// How many sessions match; `None` when the time limit ended the count.
pub(super) async fn count(reader: &MongoRepository, filter: &Filter) -> Result<Option<u64>> {
    let limit = reader.limits().read;
    let count = || {
        let (collection, query) = (reader.collection(), filter::query(filter));
        let all = filter.is_empty();
        async move {
            if all {
                collection.estimated_document_count().max_time(limit).await
            } else {
                collection.count_documents(query).max_time(limit).await
            }
        }
    };
    let counted = reader.ask(count).await;
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
    let (limit, projection) = (reader.limits().read, rows::projection(&wanted));
    let find = || {
        let (collection, query, projection) = (reader.collection(), query.clone(), projection.clone());
        async move {
            let mut found = collection.find(query).projection(projection).limit(MOST_MATCHES).max_time(limit).await?;
            let mut rows = Vec::new();
            while found.advance().await? {
                rows.push(found.current().to_owned());
            }
            Ok(rows)
        }
    };
    let found = reader.ask(find).await.map_err(failure)?;
    Ok(found.iter().map(|row| rows::summary(row, &wanted)).collect())
}
