//! The order that no index gives: the sessions are looked at, newest first, by what they are sorted by, until the read limit ends it.
//!
//! Those that change while the others are looked at go to the front, which was walked by then: they are looked at once more at the
//! end. What was found is kept for the pages that follow, so that each session is on one of them however they change meanwhile.
//! A page whose ranking is not kept any more ranks anew and goes on after the session that it was told.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use bson::DateTime;
use jiff::Timestamp;

use super::walk;
use crate::{
    metrics::Outline,
    repository::{
        Cursor, Error, Filter, ListQuery, PageEnd, Result, RowSink, Sort, SortBy,
        mongo::{MongoRepository, details, gate::Heard, indexes, lookup, outline},
        page::PlacedSession,
    },
    session::{Details, SessionKey, StoredDate, Summary},
};

/// So many sessions of a ranking are kept at most: the first.
const MOST_KEPT: usize = 100_000;
/// Rankings that are kept.
const KEPT: usize = 2;

/// Sessions whose messages are read by one question.
const OUTLINES: usize = 16;
/// Sessions that are counted by one question.
const COUNTED: usize = 250;
/// Sessions that are looked at before that is told.
const ROWS: usize = 1000;

/// Rankings, as they were found last.
#[derive(Clone, Default)]
pub(in crate::repository::mongo) struct KnownRankings(Arc<Mutex<Vec<Arc<Ranking>>>>);

/// Sessions in an order.
struct Ranking {
    filter: Filter,
    sort: Sort,
    sessions: Vec<PlacedSession>,
    /// What is to be known of it: how it ended before all were looked at, or what else than sessions is there.
    note: Option<String>,
    /// The time limit ended it.
    timed_out: bool,
}

impl KnownRankings {
    fn get(&self, query: &ListQuery) -> Option<Arc<Ranking>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().rev().find(|known| known.sort == query.sort && known.filter == query.filter).cloned()
    }

    fn keep(&self, ranking: &Arc<Ranking>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|known| known.sort != ranking.sort || known.filter != ranking.filter);
        if known.len() >= KEPT {
            known.remove(0);
        }
        known.push(Arc::clone(ranking));
    }
}

/// One page.
pub(super) async fn page(
    reader: &MongoRepository,
    query: &ListQuery,
    found: &RowSink,
    heard: &Heard,
) -> Result<PageEnd> {
    let last = PlacedSession::of_cursor(query.after.as_ref());
    let known = last.as_ref().and_then(|_| reader.rankings.get(query));
    let ranking = if let Some(known) = known {
        known
    } else {
        let Some(made) = Looking::new(reader, query, found, heard).rank().await? else {
            return Ok(PageEnd::default());
        };
        let made = Arc::new(made);
        reader.rankings.keep(&made);
        made
    };
    let next = ranking.give(reader, query, last.as_ref(), found, heard).await?;
    let is_first = query.after.is_none();
    let note = ranking.note.clone().filter(|_| is_first);
    Ok(PageEnd { next, timed_out: ranking.timed_out && is_first, note })
}

impl Ranking {
    /// Gives the rows that follow the last one, and says where the next page goes on. Those of sessions that are gone are left out.
    async fn give(
        &self,
        reader: &MongoRepository,
        query: &ListQuery,
        last: Option<&PlacedSession>,
        found: &RowSink,
        heard: &Heard,
    ) -> Result<Option<Cursor>> {
        let from = last.map_or(0, |last| self.sessions.partition_point(|known| self.sort.order(known, last).is_le()));
        let mut rest = &self.sessions[from..];
        let mut left = query.limit as usize;
        let mut given = last;
        while left > 0 && !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(left));
            let keys: Vec<SessionKey> = now.iter().map(|known| known.key.clone()).collect();
            // That they match was found when they were ranked.
            let rows = lookup::rows_of(reader, &keys, &Filter::default(), &query.metadata).await?;
            heard.note();
            let mut rows: HashMap<SessionKey, Summary> = rows.into_iter().map(|row| (row.key.clone(), row)).collect();
            for known in now {
                given = Some(known);
                let Some(row) = rows.remove(&known.key) else { continue };
                left -= 1;
                if !found.push_ranked(row, known.figure(&self.sort.by)) {
                    return Ok(given.map(PlacedSession::cursor));
                }
            }
            rest = later;
        }
        Ok(given.filter(|_| !rest.is_empty()).map(PlacedSession::cursor))
    }
}

/// A ranking while it is made.
struct Looking<'a> {
    reader: &'a MongoRepository,
    query: &'a ListQuery,
    found: &'a RowSink,
    heard: &'a Heard,
    began: Instant,
    now: Timestamp,
    looked: usize,
    sessions: Vec<PlacedSession>,
    /// There were more than are kept.
    is_full: bool,
    /// What else than sessions is there.
    foreign: Option<String>,
}

/// Whether to look on.
#[derive(PartialEq, Eq)]
enum LookOn {
    Yes,
    /// The time limit is reached.
    TimedOut,
    /// Nobody waits for it.
    GivenUp,
}

impl<'a> Looking<'a> {
    fn new(reader: &'a MongoRepository, query: &'a ListQuery, found: &'a RowSink, heard: &'a Heard) -> Self {
        let (began, now) = (Instant::now(), Timestamp::now());
        Self { reader, query, found, heard, began, now, looked: 0, sessions: Vec::new(), is_full: false, foreign: None }
    }

    /// `None`: nobody waits for it any more.
    async fn rank(mut self) -> Result<Option<Ranking>> {
        // Without an index by age each page of a walk by age would sort all that there is.
        let by_age = indexes::serves(self.reader, "updated_at").await?;
        let walked_by = if by_age { SortBy::Updated } else { SortBy::Id };
        let (at_once, batches) = self.at_once();
        let mut pages = ListQuery::new((at_once * batches) as u32)
            .filter(self.query.filter.clone())
            .sort(walked_by)
            .metadata(self.query.sort.by.metadata());
        let (mut timed_out, mut newest) = (false, None);
        loop {
            let (sink, mut rows) = RowSink::collecting();
            let end = match walk(self.reader, &pages, &sink, self.heard).await {
                Ok(end) => end,
                Err(Error::TimedOut { .. }) if self.looked > 0 => PageEnd::timed_out(None),
                Err(error) => return Err(error),
            };
            self.foreign = self.foreign.or(end.note);
            let rows = rows.take();
            newest = newest.or_else(|| rows.first().and_then(|row| row.updated_at));
            match self.look_at(rows).await {
                Ok(LookOn::GivenUp) => return Ok(None),
                Ok(LookOn::TimedOut) => timed_out = true,
                Ok(LookOn::Yes) => timed_out |= end.timed_out,
                Err(Error::TimedOut { .. }) if self.looked > 0 => timed_out = true,
                Err(error) => return Err(error),
            }
            match end.next {
                Some(next) if !timed_out => pages.after = Some(next),
                _ => break,
            }
        }
        if let Some(newest) = newest.filter(|_| by_age && !timed_out) {
            match self.look_again(pages, newest).await {
                Ok(LookOn::GivenUp) => return Ok(None),
                Ok(LookOn::TimedOut) | Err(Error::TimedOut { .. }) => timed_out = true,
                Ok(LookOn::Yes) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(self.done(timed_out, by_age)))
    }

    /// Looks at those that changed since the walk began, which was at the newest then.
    async fn look_again(&mut self, mut pages: ListQuery, newest: StoredDate) -> Result<LookOn> {
        pages.sort = Sort::new(SortBy::Updated).ascending(true);
        // All sessions may have been written at that instant: they are not walked once more.
        let following = DateTime::from_millis(DateTime::from(newest).timestamp_millis().saturating_add(1));
        pages.after = Some(Cursor::Dated { date: following, shown: Vec::new() });
        loop {
            let (sink, mut rows) = RowSink::collecting();
            let end = walk(self.reader, &pages, &sink, self.heard).await?;
            let mut rows = rows.take();
            rows.retain(|row| row.updated_at.is_some_and(|at| at > newest));
            let on = self.look_at(rows).await?;
            match end.next {
                Some(next @ Cursor::Dated { .. }) if on == LookOn::Yes && !end.timed_out => pages.after = Some(next),
                _ => return Ok(on),
            }
        }
    }

    /// How many sessions are looked at by one question, and how often before more of them are found.
    fn at_once(&self) -> (usize, usize) {
        match &self.query.sort.by {
            by if by.needs_messages() => (OUTLINES, 4),
            by if by.needs_details() => (COUNTED, 2),
            _ => (ROWS, 1),
        }
    }

    /// Looks at some sessions, a few at a time.
    async fn look_at(&mut self, rows: Vec<Summary>) -> Result<LookOn> {
        let by = &self.query.sort.by;
        for rows in rows.chunks(self.at_once().0) {
            let keys: Vec<SessionKey> = rows.iter().map(|row| row.key.clone()).collect();
            let counted = if by.needs_details() { Some(self.counted(&keys).await?) } else { None };
            let outlines = if by.needs_messages() { Some(outline::many(self.reader, &keys).await?) } else { None };
            self.heard.note();
            for row in rows {
                self.place(row, counted.as_ref(), outlines.as_ref());
            }
            self.looked += rows.len();
            if !self.found.looked(self.looked as u64) {
                return Ok(LookOn::GivenUp);
            }
            if self.began.elapsed() >= self.reader.limits().read {
                return Ok(LookOn::TimedOut);
            }
        }
        self.keep_the_first();
        Ok(LookOn::Yes)
    }

    async fn counted(&self, keys: &[SessionKey]) -> Result<HashMap<SessionKey, Details>> {
        let counted = details::read(self.reader, keys).await?;
        self.heard.note();
        Ok(counted.into_iter().collect())
    }

    /// One that went meanwhile has no place.
    fn place(
        &mut self,
        row: &Summary,
        counted: Option<&HashMap<SessionKey, Details>>,
        outlines: Option<&HashMap<SessionKey, Outline>>,
    ) {
        let none = Details::default();
        let details = match counted {
            Some(counted) => counted.get(&row.key),
            None => Some(&none),
        };
        let outline = outlines.map(|outlines| outlines.get(&row.key));
        let (Some(details), None | Some(Some(_))) = (details, outline) else { return };
        let value = self.query.sort.by.value(row, details, outline.flatten(), self.now);
        self.sessions.push(PlacedSession { value, key: row.key.clone() });
    }

    fn keep_the_first(&mut self) {
        if self.sessions.len() >= 2 * MOST_KEPT {
            // Sorted, nothing tells any more which look was the last.
            self.keep_the_last_looks();
            let sort = &self.query.sort;
            self.sessions.sort_by(|a, b| sort.order(a, b));
            self.is_full |= self.sessions.len() > MOST_KEPT;
            self.sessions.truncate(MOST_KEPT);
        }
    }

    /// Of a session that was looked at twice, the value that it had then counts.
    fn keep_the_last_looks(&mut self) {
        let mut seen = HashSet::with_capacity(self.sessions.len());
        let before = self.sessions.len();
        self.sessions.reverse();
        self.sessions.retain(|known| seen.insert(known.key.clone()));
        self.looked -= before - self.sessions.len();
    }

    fn done(mut self, timed_out: bool, by_age: bool) -> Ranking {
        let sort = self.query.sort.clone();
        self.keep_the_last_looks();
        self.sessions.sort_by(|a, b| sort.order(a, b));
        self.is_full |= self.sessions.len() > MOST_KEPT;
        self.sessions.truncate(MOST_KEPT);
        let newest = if by_age { "newest sessions" } else { "sessions" };
        let seconds = self.reader.limits().read.as_secs_f64();
        let note = match (timed_out, self.is_full) {
            (true, _) => Some(format!("sorted among the {} {newest} looked at within {seconds} s", self.looked)),
            (false, true) => Some(format!("the first {MOST_KEPT} of {} sessions by {}", self.looked, sort.by)),
            (false, false) => self.foreign,
        };
        Ranking { filter: self.query.filter.clone(), sort, sessions: self.sessions, note, timed_out }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranking(sort: &str, filter: &str) -> Arc<Ranking> {
        let filter = Filter::parse(filter, Timestamp::UNIX_EPOCH).unwrap();
        let sort = Sort::parse(sort).unwrap();
        Arc::new(Ranking { filter, sort, sessions: Vec::new(), note: None, timed_out: false })
    }

    #[test]
    fn the_last_rankings_are_kept_each_for_its_own_question() {
        let known = KnownRankings::default();
        let asked = |sort: &str, filter: &str| {
            let wanted = ranking(sort, filter);
            let query = ListQuery::new(5).filter(wanted.filter.clone()).sort(wanted.sort.clone());
            known.get(&query).is_some()
        };
        known.keep(&ranking("tokens", ""));
        known.keep(&ranking("tokens", "app:x"));
        assert!(asked("tokens", "") && asked("tokens", "app:x") && !asked("tokens:asc", ""));
        known.keep(&ranking("tokens", "app:x"));
        assert!(asked("tokens", ""), "one that was made anew takes no other's place");
        known.keep(&ranking("size", ""));
        assert!(!asked("tokens", "") && asked("tokens", "app:x") && asked("size", ""));
    }
}
