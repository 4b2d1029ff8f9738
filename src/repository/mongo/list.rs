//! Pages of the list, newest first.
//!
//! Two stretches follow each other:
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

mod ranges;

pub(super) use ranges::dated_query;

use std::time::Instant;

use bson::{Bson, DateTime, Document, RawDocument, RawDocumentBuf, doc};
use mongodb::{Cursor as Rows, options::Hint};

use super::{
    MongoRepository,
    errors::{self, Doing},
    filter, findings,
    gate::Heard,
    indexes, rows,
};
use crate::{
    repository::{Cursor, ListQuery, PageEnd, Result, RowSink},
    session::decode::raw::RawValue,
};
use ranges::{IdRange, no_date_by_index};

const DOING: Doing = Doing::new("find", "the list of sessions");

/// Up to so many sessions without a date are fetched by index and sorted; beyond, the `_id` index is followed.
const FEW: i64 = 1000;

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
    let indexed = indexes::serves(reader, date_field(query)).await?;
    let search = Search { reader, query, indexed };
    heard.note();
    let page = Reading { search, found, heard, given: 0, began: Instant::now(), note: None };
    match &query.after {
        Some(Cursor::Undated { after }) => page.undated(after.clone()).await,
        Some(Cursor::Dated { date, shown }) => page.dated(Some((*date, shown.clone()))).await,
        None => page.dated(None).await,
    }
}

/// The date that gives the order.
fn date_field(query: &ListQuery) -> &'static str {
    query.sort.by.date_field().unwrap_or("updated_at")
}

/// A page while it is given away.
struct Reading<'a> {
    search: Search<'a>,
    found: &'a RowSink,
    /// Told of every answer: a page of several stretches may take long, a server that answers nothing may not.
    heard: &'a Heard,
    given: u32,
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

impl Reading<'_> {
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
                // Few sessions have a date, or none: perhaps because it is no collection of sessions.
                if self.search.query.after.is_none() && !self.search.reader.is_bound() {
                    self.note = self.search.reader.foreign_note().await.ok().flatten();
                    self.heard.note();
                }
                self.undated(None).await
            }
            Stretch::Full => Ok(PageEnd::at(next)),
            Stretch::TimedOut => Ok(PageEnd::timed_out(next)),
        }
    }

    async fn undated(mut self, after: Option<Bson>) -> Result<PageEnd> {
        let mut last = after.clone();
        let mut end = Stretch::Exhausted;
        for part in IdRange::after(after) {
            let left = self.left();
            let opened = match self.search.undated(&part, left).await {
                Ok(None) => continue,
                Ok(Some(rows)) => Ok(rows),
                Err(error) => Err(error),
            };
            end = self.take(opened, |row| last = rows::field(row, "_id").map(super::decoded_value)).await?;
            if !matches!(end, Stretch::Exhausted) {
                break;
            }
        }
        let next = Some(Cursor::Undated { after: last });
        Ok(match end {
            Stretch::Exhausted => PageEnd::default(),
            Stretch::Full => PageEnd::at(next),
            Stretch::TimedOut => PageEnd::timed_out(next),
        }
        .noting(self.note))
    }

    /// Gives rows away until they end. A time limit ends the page where it has something to tell, a lost connection after
    /// some rows; else either is an error.
    async fn take(
        &mut self,
        opened: mongodb::error::Result<Rows<RawDocumentBuf>>,
        mut note: impl FnMut(&RawDocument) + Send,
    ) -> Result<Stretch> {
        let query = self.search.query;
        let reader = self.search.reader;
        let noted = self.note.is_some();
        let failed = |given: u32, error: &mongodb::error::Error| {
            if (given > 0 || noted) && errors::is_timed_out(error) {
                Ok(Stretch::TimedOut)
            } else if given > 0 && errors::is_lost(error) {
                // The rest is asked for anew, as the next page.
                Ok(Stretch::Full)
            } else {
                Err(reader.failure(error, DOING))
            }
        };
        let mut rows = match opened {
            Ok(rows) => rows,
            Err(error) => return failed(self.given, &error),
        };
        self.heard.note();
        while self.given < query.limit {
            let advanced = rows.advance().await;
            self.heard.note();
            match advanced {
                Ok(true) => {
                    let row = rows.current();
                    note(row);
                    let row = rows::summary(row, &query.metadata);
                    if !findings::let_through(reader, &row, &query.filter).await? {
                        // The server's limit is on each of its questions, and here every row asks some.
                        if self.began.elapsed() >= reader.limits().read {
                            return Ok(Stretch::TimedOut);
                        }
                        continue;
                    }
                    self.given += 1;
                    if !self.found.push(row) {
                        // Nobody reads on: the search ends, and with it the cursor on the server.
                        return Ok(Stretch::Full);
                    }
                }
                Ok(false) => return Ok(Stretch::Exhausted),
                Err(error) => return failed(self.given, &error),
            }
        }
        Ok(Stretch::Full)
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
    fn field(&self) -> &'static str {
        date_field(self.query)
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
    /// trade some of that for fewer round trips.
    fn batch_size(&self) -> u32 {
        match (self.query.filter.is_empty(), self.query.limit) {
            (true, limit) => limit.saturating_add(1),
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

    /// Sessions whose date is no date, by `_id`; `None` where an index tells that there are none.
    async fn undated(&self, part: &IdRange, limit: u32) -> mongodb::error::Result<Option<Rows<RawDocumentBuf>>> {
        let mut undated = filter::is_no_date(self.field());
        match part {
            IdRange::All => {}
            // A view has no index to start within.
            IdRange::After(id) if !self.is_plain() => {
                undated.insert("$expr", doc! { "$gt": [ "$_id", { "$literal": id.clone() } ] });
            }
            IdRange::Greatest if !self.is_plain() => return Ok(None),
            IdRange::After(id) => {
                undated.insert("_id", doc! { "$ne": id.clone() });
            }
            IdRange::Greatest => {
                undated.insert("_id", Bson::MaxKey);
            }
        }
        if self.indexed
            && let Some(few) = self.few_undated().await?
        {
            if few.is_empty() {
                return Ok(None);
            }
            undated = doc! { "$and": [ { "_id": { "$in": few } }, undated ] };
        }
        self.by_id(undated, part, limit).await.map(Some)
    }

    async fn by_id(&self, query: Document, part: &IdRange, limit: u32) -> FoundRows {
        let (query, projection) = (self.narrowed(query), rows::projection(&self.query.metadata));
        let (batch, time) = (self.batch_size(), self.reader.limits().read);
        let (plain, most) = (self.is_plain(), self.most(limit));
        let min = match part {
            IdRange::After(id) if plain => Some(doc! { "_id": id.clone() }),
            _ => None,
        };
        let find = || {
            let (collection, min) = (self.reader.collection(), min.clone());
            let (query, projection) = (query.clone(), projection.clone());
            async move {
                let find = collection
                    .find(query)
                    .projection(projection)
                    .sort(doc! { "_id": 1 })
                    .limit(most)
                    .batch_size(batch)
                    .max_time(time);
                let find = if plain { find.hint(Hint::Keys(doc! { "_id": 1 })) } else { find };
                match min {
                    Some(min) => find.min(min).await,
                    None => find.await,
                }
            }
        };
        self.reader.ask(find).await
    }

    /// The `_id`s of the sessions without a date where the index on it shows that they are few. `None`: many.
    async fn few_undated(&self) -> mongodb::error::Result<Option<Vec<Bson>>> {
        let time = self.reader.limits().read;
        let find = || {
            let collection = self.reader.collection();
            let query = doc! { "$and": [ no_date_by_index(self.field()), self.reader.is_session() ] };
            async move {
                let find = collection.find(query).projection(doc! { "_id": 1 }).limit(FEW + 1);
                let mut rows = find.max_time(time).await?;
                let mut ids = Vec::new();
                while rows.advance().await? {
                    ids.extend(rows::field(rows.current(), "_id").map(super::decoded_value));
                }
                Ok(ids)
            }
        };
        let ids = self.reader.ask(find).await?;
        Ok((ids.len() as i64 <= FEW).then_some(ids))
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
