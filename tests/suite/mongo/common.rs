//! What the tests of the reader share.

use std::{sync::Arc, time::Duration};

use bson::Document;
use strandscope::{
    Error, Filter, Limits, ListQuery, MongoRepository, Opened, PageEnd, SessionReader, SessionRepository, Summary,
};

use crate::support::{self, Fresh};

pub const FIXTURES: [&str; 3] = ["sessions.jsonl", "odd.jsonl", "counters.jsonl"];

/// Every fixture document that can stand in one collection.
pub fn fixtures() -> Vec<Document> {
    FIXTURES.iter().flat_map(|file| support::load_fixture(file)).collect()
}

pub async fn loaded(name: &str, documents: Vec<Document>) -> (Fresh, Arc<dyn SessionReader>) {
    let fresh = support::fresh_collection(name).await;
    if !documents.is_empty() {
        fresh.load(documents).await;
    }
    let reader = reader(&fresh).await;
    (fresh, reader)
}

pub async fn reader(fresh: &Fresh) -> Arc<dyn SessionReader> {
    reader_with(fresh, Limits::default()).await
}

pub async fn reader_with(fresh: &Fresh, limits: Limits) -> Arc<dyn SessionReader> {
    let collection = fresh.collection.name().to_owned();
    match open(&fresh.uri, Some(&fresh.database), Some(&collection), limits).await.expect("it opens") {
        Opened::Store(reader) => reader,
        _ => panic!("it was named"),
    }
}

pub async fn open(
    uri: &str,
    database: Option<&str>,
    collection: Option<&str>,
    limits: Limits,
) -> Result<Opened<Arc<dyn SessionRepository>>, Error> {
    let found = MongoRepository::discover(&uri.to_owned().into(), database, collection, limits).await?;
    Ok(found.map(|repository| Arc::new(repository) as Arc<dyn SessionRepository>))
}

/// The error of opening, which must come.
pub async fn refused(uri: &str, database: Option<&str>, collection: Option<&str>) -> Error {
    let limits = Limits::default().server_selection(Duration::from_secs(1));
    match open(uri, database, collection, limits).await {
        Ok(_) => panic!("it was expected not to open"),
        Err(error) => error,
    }
}

/// One page's rows and how it ended.
pub async fn page(reader: &dyn SessionReader, query: &ListQuery) -> (Vec<Summary>, PageEnd) {
    reader.list(query).read().await.expect("a page")
}

/// All pages after one another.
pub async fn every_page(reader: &dyn SessionReader, mut query: ListQuery) -> Vec<Summary> {
    let mut all = Vec::new();
    loop {
        let (mut rows, end) = page(reader, &query).await;
        assert!(rows.len() <= query.limit as usize, "a page is not longer than asked for");
        assert!(!end.timed_out);
        all.append(&mut rows);
        query.after = end.next;
        if query.after.is_none() {
            return all;
        }
    }
}

pub fn first_page(limit: u32) -> ListQuery {
    ListQuery::new(limit)
}

pub fn filtered(filter: Filter, limit: u32) -> ListQuery {
    first_page(limit).filter(filter)
}
