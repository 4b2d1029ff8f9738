//! Pages of the list, sorted in memory.
//!
//! Sorted by change or by id, only the times of files are read of sessions outside the page: `session.json` is read row by row. The
//! order is kept for the page that follows, so that a list looks at each session once, however many pages it has.

use std::{
    collections::VecDeque,
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
};

use bson::{Bson, DateTime, Document};
use jiff::Timestamp;

use super::{assemble, foreign, layout, layout::SessionDir, read};
use crate::{
    disk,
    repository::{
        Cursor, Error, Filter, ListQuery, PageEnd, Projection, Result, Sort, SortBy, filter::FilterTest,
        page::PlacedSession,
    },
    session::{Details, SessionKey, Summary, id::unspelled},
};

/// A session and where it stands in the list.
struct PlacedDir {
    dir: SessionDir,
    place: PlacedSession,
    /// Its row, where it was read already.
    row: Option<Summary>,
}

/// The sessions that follow the last page that was given.
#[derive(Default)]
pub(super) struct KnownOrder(Mutex<Option<FollowingRows>>);

struct FollowingRows {
    /// What will ask for them.
    query: ListQuery,
    rows: VecDeque<PlacedDir>,
}

impl KnownOrder {
    /// The sessions that this query asks for, where it goes on after the last page.
    fn take(&self, query: &ListQuery) -> Option<VecDeque<PlacedDir>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let follows = |known: &ListQuery| {
            (&known.filter, &known.sort, &known.metadata, &known.after)
                == (&query.filter, &query.sort, &query.metadata, &query.after)
        };
        known.take_if(|known| follows(&known.query)).map(|known| known.rows)
    }

    fn keep(&self, query: ListQuery, rows: VecDeque<PlacedDir>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(FollowingRows { query, rows });
    }
}

/// One page. `looked` is told how many sessions were looked at for it; it says whether to go on, and so does `found`, which is given the
/// rows with the figure that they are sorted by.
pub(super) fn list(
    root: &Path,
    query: &ListQuery,
    known: &KnownOrder,
    looked: &dyn Fn(u64) -> bool,
    found: &mut dyn FnMut(Summary, Option<u64>) -> bool,
) -> Result<PageEnd> {
    if query.limit == 0 {
        return Ok(PageEnd::at(query.after.clone()));
    }
    let mut rows = match known.take(query) {
        Some(rows) => rows,
        None => sorted(root, query, looked)?,
    };
    let mut end = PageEnd::default();
    if query.after.is_none() {
        end.note = foreign::note(root);
    }
    let mut cursor = query.after.clone();
    let mut left = query.limit;
    let mut read = 0;
    while let Some(mut next) = rows.pop_front() {
        if next.row.is_none() {
            // A filter may leave out many before it gives a row.
            if !query.filter.is_empty() && is_told(read) && !looked(read as u64) {
                break;
            }
            read += 1;
        }
        let Some(row) = next.read(query) else { continue };
        if left == 0 {
            next.row = Some(row);
            rows.push_front(next);
            end.next.clone_from(&cursor);
            known.keep(ListQuery { after: cursor, ..query.clone() }, rows);
            break;
        }
        left -= 1;
        cursor = Some(next.cursor_after(cursor, &query.sort));
        if !found(row, next.place.figure(&query.sort.by)) {
            break;
        }
    }
    Ok(end)
}

/// Most entries of a folder whose sessions are counted while a filter is typed.
const FEW: usize = 5000;

/// How many sessions are looked at before that is told.
const TOLD: usize = 20;

/// Whether it is time to tell that so many were looked at.
fn is_told(sessions: usize) -> bool {
    sessions > 0 && sessions.is_multiple_of(TOLD)
}

/// The sessions from the query's place on, in its order; none once nobody waits for them.
fn sorted(root: &Path, query: &ListQuery, looked: &dyn Fn(u64) -> bool) -> Result<VecDeque<PlacedDir>> {
    let now = Timestamp::now();
    // Of such a list the filter looks at the sessions page by page: none is looked at yet.
    let is_looked_at_later = !query.filter.is_empty() && matches!(query.sort.by, SortBy::Updated | SortBy::Id);
    let mut rows: Vec<PlacedDir> = Vec::new();
    for (at, dir) in layout::sessions(root)?.into_iter().enumerate() {
        let so_far = if is_looked_at_later { 0 } else { at as u64 };
        if is_told(at) && !looked(so_far) {
            return Ok(VecDeque::new());
        }
        rows.extend(PlacedDir::new(dir, query, now).filter(|row| row.is_after(query)));
    }
    rows.sort_by(|a, b| query.sort.order(&a.place, &b.place));
    Ok(rows.into())
}

/// Whether what matches is counted within moments: it is told by `session.json`, and there are few of them.
pub(super) fn counts_soon(root: &Path, filter: &Filter) -> bool {
    let reads_more = filter.asks_for_messages() || reads_agents(filter);
    !reads_more && fs::read_dir(root).is_ok_and(|entries| entries.take(FEW + 1).count() <= FEW)
}

/// Whether a filter asks for more than `session.json` tells, and for no messages.
pub(super) fn reads_agents(filter: &Filter) -> bool {
    let is_counted = |test: &&FilterTest| matches!(test, FilterTest::Figure(..));
    filter.asks_for_agents() || filter.tests().iter().any(is_counted)
}

/// How many sessions match.
pub(super) fn count(root: &Path, filter: &Filter) -> Result<u64> {
    let dirs = layout::sessions(root)?;
    if filter.is_empty() {
        return Ok(dirs.len() as u64);
    }
    Ok(dirs.iter().filter(|dir| matching(dir, filter).is_some()).count() as u64)
}

/// The rows of those of some sessions that the filter leaves; what is no session's folder (any more) is left out.
pub(super) fn rows(root: &Path, keys: &[SessionKey], filter: &Filter, metadata: &Projection) -> Result<Vec<Summary>> {
    let mut rows = Vec::new();
    for id in keys.iter().filter_map(|key| key.bson().as_str()) {
        let Some(dir) = layout::session(root, id)?.filter(SessionDir::is_there) else { continue };
        rows.extend(matching(&dir, filter).map(|document| metadata.summary(&document)));
    }
    Ok(rows)
}

/// The sessions an id may mean: the folder of that name, else those whose `session_id` it is. What is kept in another layout is
/// an error that says so.
pub(super) fn resolve(root: &Path, id: &str) -> Result<Vec<Summary>> {
    let row = |dir: &SessionDir| Projection::Nothing.summary(&assemble::head(dir).0);
    if !id.contains(['/', '\\', '\0'])
        && let Some(dir) = layout::session(root, id)?
    {
        return Ok(vec![row(&dir)]);
    }
    let rows: Vec<Summary> =
        layout::sessions(root)?.iter().map(row).filter(|row| row.session_id.as_deref() == Some(id)).collect();
    if rows.is_empty()
        && let Some(text) = unspelled(id).filter(|text| text != id)
    {
        return resolve(root, &text);
    }
    if rows.is_empty() && foreign::has_snapshot(root, id) {
        return Err(Error::foreign(id, disk::shorten_home(root), foreign::SNAPSHOT));
    }
    Ok(rows)
}

/// The session's document without messages, if the filter lets it through.
fn matching(dir: &SessionDir, filter: &Filter) -> Option<Document> {
    let details = || read::details(dir);
    if filter.asks_for_messages() {
        return Some(read::document(dir)).filter(|document| filter.matches_with(document, &details));
    }
    let (mut document, _) = assemble::head(dir);
    if filter.asks_for_agents() {
        let agents = assemble::agents(dir).0.into_iter().map(|agent| (agent.dir.id, Bson::Document(agent.value)));
        document.insert("agents", agents.collect::<Document>());
    }
    filter.matches_with(&document, &details).then_some(document)
}

impl PlacedDir {
    /// `None`: the filter leaves it out, where that is known already.
    fn new(dir: SessionDir, query: &ListQuery, now: Timestamp) -> Option<Self> {
        let by = &query.sort.by;
        let key = SessionKey::from(dir.id.as_str());
        // These need no file read.
        let known = match by {
            SortBy::Updated => Some(dir.changed().map(|at| Bson::DateTime(assemble::date(at)))),
            SortBy::Id => Some(Some(key.bson().clone())),
            _ => None,
        };
        if let Some(value) = known {
            return Some(Self { dir, place: PlacedSession { value, key }, row: None });
        }
        let document = matching(&dir, &query.filter)?;
        let value = if let Some(field) = by.date_field() {
            document.get_datetime(field).ok().copied().map(Bson::DateTime)
        } else {
            let details = if by.needs_details() { read::details(&dir) } else { Details::default() };
            let outline = by.needs_messages().then(|| read::outline(&dir));
            by.value(&by.metadata().summary(&document), &details, outline.as_ref(), now)
        };
        Some(Self { dir, place: PlacedSession { value, key }, row: Some(query.metadata.summary(&document)) })
    }

    /// Its row, unless the filter leaves it out or it is gone.
    fn read(&mut self, query: &ListQuery) -> Option<Summary> {
        if !self.dir.is_there() {
            return None;
        }
        self.row.take().or_else(|| Some(query.metadata.summary(&matching(&self.dir, &query.filter)?)))
    }

    fn id(&self) -> Bson {
        Bson::String(self.dir.id.clone())
    }

    /// The date that it is sorted by.
    fn date(&self) -> Option<DateTime> {
        self.place.value.as_ref().and_then(Bson::as_datetime).copied()
    }

    fn is_after(&self, query: &ListQuery) -> bool {
        let sort = &query.sort;
        if !sort.is_by_date() {
            let last = PlacedSession::of_cursor(query.after.as_ref());
            return last.is_none_or(|last| sort.order(&self.place, &last).is_gt());
        }
        match (query.after.as_ref(), self.date()) {
            (None | Some(Cursor::Placed { .. }), _)
            | (Some(Cursor::Dated { .. } | Cursor::Undated { after: None }), None) => true,
            (Some(Cursor::Dated { date, shown }), Some(own)) => {
                let follows = if sort.ascending { own > *date } else { own < *date };
                follows || (own == *date && !shown.contains(&self.id()))
            }
            (Some(Cursor::Undated { after: Some(after) }), None) => {
                after.as_str().is_none_or(|after| self.dir.id.as_str() > after)
            }
            (Some(Cursor::Undated { .. }), Some(_)) => false,
        }
    }

    /// Where a page starts that follows this row, when the page before it followed `before`.
    fn cursor_after(&self, before: Option<Cursor>, sort: &Sort) -> Cursor {
        if !sort.is_by_date() {
            return self.place.cursor();
        }
        let Some(own) = self.date() else { return Cursor::Undated { after: Some(self.id()) } };
        let mut shown = match before {
            Some(Cursor::Dated { date, shown }) if date == own => shown,
            _ => Vec::new(),
        };
        shown.push(self.id());
        Cursor::Dated { date: own, shown }
    }
}

#[cfg(test)]
mod tests;
