//! Pages of the list.
//!
//! ```text
//! ids ------- by `_id`                        values -- by a field that an index leads with
//! ranking --- in any other order
//! ```
//!
//! Sorted by date two stretches follow each other:
//!
//! 1. Sessions with a date, sorted by that date alone, so that a single-field index serves it (`_id` in the sort would
//!    make it a full sort). The next page asks for dates `$lte` the last one, less the `_id`s already shown at that
//!    instant. `$lte` with a date compares dates only, which is just right here; an array that holds dates would match
//!    as well and is kept out.
//! 2. Sessions without one, by `_id`. `_id`s may be of several types, and `{_id: {$gt: x}}` compares within x's type
//!    only; so the scan of the `_id` index starts at x by `min`, which goes by the order of the index over all types,
//!    the same order that the sort has. Where an index tells that such sessions are few, they alone are sorted.
//!
//! Without an index on the date, the rows are made thin before they are sorted: whole documents would soon hit the
//! server's memory limit for sorts.

mod ids;
mod ranges;
mod ranking;
mod settled;
mod values;

pub(super) use ranges::dated_query;
pub(super) use ranking::KnownRankings;
pub(super) use values::ValueField;

use std::time::Instant;

use bson::{Bson, DateTime, Document, RawDocument, RawDocumentBuf, doc};
use mongodb::Cursor as Rows;

use super::{
    MongoRepository,
    errors::{self, Doing},
    filter,
    gate::Heard,
    indexes, rows,
};
use crate::{
    repository::{Cursor, ListQuery, PageEnd, Result, RowSink, SortBy, page::PlacedSession},
    session::decode::raw::RawValue,
};

const DOING: Doing = Doing::new("find", "the list of sessions");

/// One page; see [`crate::repository::SessionReader::list`].
pub(super) async fn page(
    reader: &MongoRepository,
    query: &ListQuery,
    found: &RowSink,
    heard: &Heard,
) -> Result<PageEnd> {
    if query.limit == 0 {
        return Ok(PageEnd::at(query.after.clone()));
    }
    if query.sort.is_by_date() || query.sort.by == SortBy::Id {
        return walk(reader, query, found, heard).await;
    }
    let field = ValueField::serving(reader, query).await?;
    heard.note();
    match field {
        Some(field) => values::page(Reading::new(reader, query, found, heard, true), field).await,
        None => ranking::page(reader, query, found, heard).await,
    }
}

/// A page by date or by `_id`.
pub(super) async fn walk(
    reader: &MongoRepository,
    query: &ListQuery,
    found: &RowSink,
    heard: &Heard,
) -> Result<PageEnd> {
    let Some(field) = query.sort.by.date_field() else {
        let after = PlacedSession::of_cursor(query.after.as_ref()).map(|last| last.key.bson().clone());
        let page = Reading::new(reader, query, found, heard, true);
        let placed = |last: Option<Bson>| last.map(|id| Cursor::Placed { value: Some(id.clone()), id });
        return page.by_id(Document::new(), after, query.sort.ascending, placed).await;
    };
    let indexed = indexes::serves(reader, field).await?;
    heard.note();
    let page = Reading::new(reader, query, found, heard, indexed);
    match &query.after {
        Some(Cursor::Undated { after }) => page.undated(after.clone()).await,
        Some(Cursor::Dated { date, shown }) => page.dated(Some((*date, shown.clone()))).await,
        Some(Cursor::Placed { .. }) | None => page.dated(None).await,
    }
}

/// A page while it is given away.
struct Reading<'a> {
    search: Search<'a>,
    found: &'a RowSink,
    /// Told of every answer: a page of several stretches may take long, a server that answers nothing may not.
    heard: &'a Heard,
    given: u32,
    /// How many rows were looked at whose messages decide.
    looked: u64,
    /// How many of those are settled together.
    at_once: usize,
    began: Instant,
    /// What else than sessions is there, once it was looked for.
    note: Option<String>,
}

/// How a stretch of rows ended.
enum Stretch {
    /// No more rows.
    Exhausted,
    /// The page is full.
    Full,
    /// The time limit ended it.
    TimedOut,
}

impl Stretch {
    /// The page that ends so; the next one starts there.
    fn page(&self, next: Option<Cursor>) -> PageEnd {
        match self {
            Self::Exhausted => PageEnd::default(),
            Self::Full => PageEnd::at(next),
            Self::TimedOut => PageEnd::timed_out(next),
        }
    }
}

impl<'a> Reading<'a> {
    fn new(
        reader: &'a MongoRepository,
        query: &'a ListQuery,
        found: &'a RowSink,
        heard: &'a Heard,
        indexed: bool,
    ) -> Self {
        let search = Search { reader, query, indexed };
        let (looked, at_once, began) = (0, settled::FIRST, Instant::now());
        Self { search, found, heard, given: 0, looked, at_once, began, note: None }
    }

    /// Few sessions are there, or none: perhaps because it is no collection of sessions.
    async fn note_foreign(&mut self) {
        if self.search.query.after.is_none() && !self.search.reader.is_bound() {
            self.note = self.search.reader.foreign_note().await.ok().flatten();
            self.heard.note();
        }
    }

    fn left(&self) -> u32 {
        self.search.query.limit - self.given
    }

    async fn dated(mut self, start: Option<(DateTime, Vec<Bson>)>) -> Result<PageEnd> {
        let mut last = start;
        let left = self.left();
        let opened = self.search.dated(last.as_ref(), left).await;
        let field = self.search.field();
        let end = self.take(opened, |row| note_date(&mut last, row, field)).await?;
        let next = last.map(|(date, shown)| Cursor::Dated { date, shown });
        match end {
            Stretch::Exhausted => {
                self.note_foreign().await;
                self.undated(None).await
            }
            ended => Ok(ended.page(next)),
        }
    }

    /// Gives rows away until they end. A time limit ends the page where it has something to tell, a lost connection after
    /// some rows; else either is an error.
    async fn take(
        &mut self,
        opened: mongodb::error::Result<Rows<RawDocumentBuf>>,
        mut note: impl FnMut(&RawDocument) + Send,
    ) -> Result<Stretch> {
        let query = self.search.query;
        let mut rows = match opened {
            Ok(rows) => rows,
            Err(error) => return self.failed(&error),
        };
        self.heard.note();
        if query.filter.asks_for_messages() {
            return self.take_settled(rows, note).await;
        }
        while self.given < query.limit {
            let advanced = rows.advance().await;
            self.heard.note();
            match advanced {
                Ok(true) => {
                    let row = rows.current();
                    note(row);
                    let row = rows::summary(row, &query.metadata);
                    self.given += 1;
                    if !self.found.push(row) {
                        // Nobody reads on: the search ends, and with it the cursor on the server.
                        return Ok(Stretch::Full);
                    }
                }
                Ok(false) => return Ok(Stretch::Exhausted),
                Err(error) => return self.failed(&error),
            }
        }
        Ok(Stretch::Full)
    }

    /// What an error makes of the page.
    fn failed(&self, error: &mongodb::error::Error) -> Result<Stretch> {
        let told = self.given > 0 || self.note.is_some() || self.looked > 0;
        if told && errors::is_timed_out(error) {
            Ok(Stretch::TimedOut)
        } else if self.given > 0 && errors::is_lost(error) {
            // The rest is asked for anew, as the next page.
            Ok(Stretch::Full)
        } else {
            Err(self.search.reader.failure(error, DOING))
        }
    }
}

/// The questions a page asks.
struct Search<'a> {
    reader: &'a MongoRepository,
    query: &'a ListQuery,
    /// Whether an index gives the order.
    indexed: bool,
}

type FoundRows = mongodb::error::Result<Rows<RawDocumentBuf>>;

impl Search<'_> {
    /// The date that gives the order.
    fn field(&self) -> &'static str {
        self.query.sort.by.date_field().unwrap_or("updated_at")
    }

    /// Whether it is a collection with indexes of its own.
    fn is_plain(&self) -> bool {
        self.reader.written_never().is_none()
    }

    fn narrowed(&self, condition: Document) -> Document {
        let mut all = vec![condition, self.reader.is_session()];
        if !self.query.filter.is_empty() {
            all.push(filter::query(&self.query.filter));
        }
        doc! { "$and": all }
    }

    /// With a filter, each row is sent as soon as it is found: a search may take long between two of them. Long pages
    /// trade some of that for fewer round trips, and where nothing but messages decides the next row is never far.
    fn batch_size(&self) -> u32 {
        let filter = &self.query.filter;
        match (filter.is_empty(), self.query.limit) {
            (true, limit) => limit.saturating_add(1),
            (false, limit) if filter.asks_for_messages() && !filter::is_searched_for(filter) => (limit / 50).max(16),
            (false, 0..=100) => 1,
            (false, limit) => limit / 50,
        }
    }

    /// How many rows the server is asked for; 0 for all, where messages decide which of them are given.
    fn most(&self, limit: u32) -> i64 {
        if self.query.filter.asks_for_messages() { 0 } else { i64::from(limit) }
    }

    /// Sessions with a date, in its order.
    async fn dated(&self, start: Option<&(DateTime, Vec<Bson>)>, limit: u32) -> FoundRows {
        let ascending = self.query.sort.ascending;
        let query = self.narrowed(dated_query(self.field(), ascending, start));
        let projection = rows::projection(&self.query.metadata);
        let sort = doc! { self.field(): if ascending { 1 } else { -1 } };
        if self.indexed {
            let (batch, time, most) = (self.batch_size(), self.reader.limits().read, self.most(limit));
            let find = || {
                let (collection, query) = (self.reader.collection(), query.clone());
                let (projection, sort) = (projection.clone(), sort.clone());
                async move {
                    let find = collection.find(query).projection(projection).sort(sort).limit(most);
                    find.batch_size(batch).max_time(time).allow_disk_use(true).await
                }
            };
            return self.reader.ask(find).await;
        }
        let mut thin_first = vec![doc! { "$match": query }, doc! { "$project": projection }, doc! { "$sort": sort }];
        thin_first.extend(Some(self.most(limit)).filter(|most| *most > 0).map(|most| doc! { "$limit": most }));
        self.reader.ask(|| self.reader.aggregate(thin_first.clone())).await
    }
}

/// Remembers the last date, and every `_id` given at that instant.
fn note_date(last: &mut Option<(DateTime, Vec<Bson>)>, row: &RawDocument, field: &str) {
    let Some(date) = rows::field(row, field).and_then(RawValue::date) else { return };
    let id = rows::field(row, "_id").map_or(Bson::Null, super::decoded_value);
    match last {
        Some((same, shown)) if *same == date => shown.push(id),
        _ => *last = Some((date, vec![id])),
    }
}
