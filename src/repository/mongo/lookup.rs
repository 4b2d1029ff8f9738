//! Counting sessions, and finding those that an ID means.

use bson::{Bson, Document, doc};

use super::{
    MongoRepository,
    errors::{self, Doing},
    filter, findings, foreign, indexes, rows,
};
use crate::{
    repository::{Error, Filter, Projection, Result},
    session::{SessionKey, Summary, id::id_meanings},
};

/// Sessions listed for an ambiguous id.
const MOST_MATCHES: i64 = 100;

/// Rows whose messages are looked at together.
const SETTLED: usize = 32;

/// How many sessions match; `None` when the time limit ended the count, or every message would have to be read for it.
pub(super) async fn count(reader: &MongoRepository, filter: &Filter) -> Result<Option<u64>> {
    if filter.asks_for_messages() {
        return Ok(None);
    }
    if filter.is_empty() && !reader.is_bound() {
        // Counting what is no session takes a look at every document.
        match reader.foreign_records().await {
            Ok(records) if records.is_empty() => return estimate(reader).await,
            Err(Error::TimedOut { .. }) => return Ok(None),
            looked => looked.map(drop)?,
        }
    }
    let limit = reader.limits().read;
    let count = || {
        let collection = reader.collection_to_read();
        let sessions = doc! { "$and": [ reader.is_session(), filter::query(filter) ] };
        async move { collection.count_documents(sessions).max_time(limit).await }
    };
    counted(reader, reader.ask(count).await)
}

/// How many documents there are, as the server knows without looking; `None` when the time limit ended it.
pub(super) async fn estimate(reader: &MongoRepository) -> Result<Option<u64>> {
    let limit = reader.limits().read;
    let estimate = || {
        let collection = reader.collection();
        async move { collection.estimated_document_count().max_time(limit).await }
    };
    counted(reader, reader.ask(estimate).await)
}

fn counted(reader: &MongoRepository, answer: mongodb::error::Result<u64>) -> Result<Option<u64>> {
    match answer {
        Ok(count) => Ok(Some(count)),
        Err(error) if errors::is_timed_out(&error) => Ok(None),
        Err(error) => Err(reader.failure(&error, Doing::new("count", "the number of sessions"))),
    }
}

/// The sessions that an ID may mean; see [`crate::repository::SessionReader::resolve`]. What is no session is an error that says
/// what it is.
pub(super) async fn resolve(reader: &MongoRepository, id: &str) -> Result<Vec<Summary>> {
    let questions: Vec<Document> = id_meanings(id).iter().map(filter::meant).collect();
    for question in &questions {
        let matches = thin_rows(reader, doc! { "$and": [ question.clone(), reader.is_session() ] }).await?;
        if !matches.is_empty() {
            return Ok(matches);
        }
    }
    let doing = Doing::new("find", "the search for that id");
    let mut any = doc! { "$or": questions };
    any.extend(reader.within());
    match reader.find_first(any, doc! {}, doing).await? {
        Some(row) => foreign::of(&row).map_or(Ok(Vec::new()), |record| Err(reader.foreign(id, record))),
        None => Ok(Vec::new()),
    }
}

/// See [`crate::repository::SessionReader::namesakes`].
pub(super) async fn namesakes(reader: &MongoRepository, names: Vec<String>) -> Result<Vec<Summary>> {
    let within = |field: &str| {
        let mut named = doc! { field: { "$in": names.clone() } };
        named.extend(reader.within());
        named
    };
    let mut found = thin_rows(reader, within("_id")).await?;
    if indexes::serves(reader, "session_id").await? {
        found.extend(thin_rows(reader, within("session_id")).await?);
    }
    Ok(found)
}

/// See [`crate::repository::SessionReader::rows`].
pub(super) async fn rows_of(
    reader: &MongoRepository,
    keys: &[SessionKey],
    filter: &Filter,
    wanted: &Projection,
) -> Result<Vec<Summary>> {
    let ids: Vec<Bson> = keys.iter().map(|key| key.bson().clone()).collect();
    let query = doc! { "$and": [ { "_id": { "$in": ids } }, reader.is_session(), filter::query(filter) ] };
    let rows = rows_at(reader, query, wanted, 0, Doing::new("find", "rows of the list")).await?;
    if !filter.asks_for_messages() {
        return Ok(rows);
    }
    let mut matching = Vec::new();
    for rows in rows.chunks(SETTLED) {
        let through = findings::let_through(reader, rows, filter).await?;
        matching.extend(rows.iter().filter(|row| through.contains(&row.key)).cloned());
    }
    Ok(matching)
}

async fn thin_rows(reader: &MongoRepository, query: Document) -> Result<Vec<Summary>> {
    let doing = Doing::new("find", "the search for that id");
    rows_at(reader, query, &Projection::Nothing, MOST_MATCHES, doing).await
}

/// At most `most` rows, all of them for 0.
async fn rows_at(
    reader: &MongoRepository,
    query: Document,
    wanted: &Projection,
    most: i64,
    doing: Doing,
) -> Result<Vec<Summary>> {
    let failure = |error| -> Error { reader.failure(&error, doing) };
    let (limit, projection) = (reader.limits().read, rows::projection(wanted));
    let find = || {
        let (collection, query, projection) = (reader.collection(), query.clone(), projection.clone());
        async move {
            let mut found = collection.find(query).projection(projection).limit(most).max_time(limit).await?;
            let mut rows = Vec::new();
            while found.advance().await? {
                rows.push(found.current().to_owned());
            }
            Ok(rows)
        }
    };
    let found = reader.ask(find).await.map_err(failure)?;
    Ok(found.iter().map(|row| rows::summary(row, wanted)).collect())
}
