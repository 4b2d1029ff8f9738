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

mod search;

pub(super) use search::dated_query;

use bson::{Bson, DateTime, RawDocument, RawDocumentBuf, raw::RawBsonRef};
use mongodb::Cursor as Rows;

use super::{
    MongoRepository,
    errors::{self, Doing},
    gate::Heard,
    indexes, rows,
};
use crate::repository::{Cursor, ListQuery, PageEnd, Result, RowSink};
use search::{IdRange, Search};

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
    let indexed = indexes::serves(reader, query.sort.field()).await?;
    let search = Search { reader, query, indexed };
    heard.note();
    let page = Reading { search, found, heard, given: 0 };
    match &query.after {
        Some(Cursor::Undated { after }) => page.undated(after.clone()).await,
        Some(Cursor::Dated { date, shown }) => page.dated(Some((*date, shown.clone()))).await,
        None => page.dated(None).await,
    }
}

/// A page while it is given away.
struct Reading<'a> {
    search: Search<'a>,
    found: &'a RowSink,
    /// Told of every answer: a page of several stretches may take long, a server that answers nothing may not.
    heard: &'a Heard,
    given: u32,
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
            Stretch::Exhausted => self.undated(None).await,
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
        })
    }

    /// Gives rows away until they end. A time limit or a lost connection after some rows ends the page, before any it is an
    /// error.
    async fn take(
        &mut self,
        opened: mongodb::error::Result<Rows<RawDocumentBuf>>,
        mut note: impl FnMut(&RawDocument) + Send,
    ) -> Result<Stretch> {
        let query = self.search.query;
        let reader = self.search.reader;
        let failed = |given: u32, error: &mongodb::error::Error| {
            if given > 0 && errors::is_timed_out(error) {
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
                    self.given += 1;
                    if !self.found.push(rows::summary(row, &query.metadata)) {
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

/// Remembers the last date, and every `_id` given at that instant.
fn note_date(last: &mut Option<(DateTime, Vec<Bson>)>, row: &RawDocument, field: &str) {
    let Some(date) = rows::field(row, field).and_then(RawBsonRef::as_datetime) else { return };
    let id = rows::field(row, "_id").map_or(Bson::Null, super::decoded_value);
    match last {
        Some((same, shown)) if *same == date => shown.push(id),
        _ => *last = Some((date, vec![id])),
    }
}
