//! Pages of the list, sorted in memory.
//!
//! Sorted by change, only the times of files are read of sessions outside the page: `session.json` is read row by row. The
//! order is kept for the page that follows, so that a list looks at each session once, however many pages it has.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{Mutex, PoisonError},
};

use bson::{Bson, DateTime, Document};

use super::{assemble, foreign, layout, layout::SessionDir, read};
use crate::{
    disk,
    repository::{Cursor, Error, Filter, ListQuery, PageEnd, Projection, Result, SortBy},
    session::{SessionKey, Summary, id::unspelled},
};

/// A session and the date it is sorted by.
struct DatedDir {
    dir: SessionDir,
    date: Option<DateTime>,
    /// Its row, where it was read already.
    row: Option<Summary>,
}

/// The sessions that follow the last page that was given.
#[derive(Default)]
pub(super) struct KnownOrder(Mutex<Option<FollowingRows>>);

struct FollowingRows {
    /// What will ask for them.
    query: ListQuery,
    rows: VecDeque<DatedDir>,
}

impl KnownOrder {
    /// The sessions that this query asks for, where it goes on after the last page.
    fn take(&self, query: &ListQuery) -> Option<VecDeque<DatedDir>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let follows = |known: &ListQuery| {
            (&known.filter, &known.sort, &known.metadata, &known.after)
                == (&query.filter, &query.sort, &query.metadata, &query.after)
        };
        known.take_if(|known| follows(&known.query)).map(|known| known.rows)
    }

    fn keep(&self, query: ListQuery, rows: VecDeque<DatedDir>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(FollowingRows { query, rows });
    }
}

/// One page. `found` says whether to go on.
pub(super) fn list(
    root: &Path,
    query: &ListQuery,
    known: &KnownOrder,
    found: &mut dyn FnMut(Summary) -> bool,
) -> Result<PageEnd> {
    if query.limit == 0 {
        return Ok(PageEnd::at(query.after.clone()));
    }
    let mut rows = match known.take(query) {
        Some(rows) => rows,
        None => sorted(root, query)?,
    };
    let mut end = PageEnd::default();
    if query.after.is_none() {
        end.note = foreign::note(root);
    }
    let mut cursor = query.after.clone();
    let mut left = query.limit;
    while let Some(mut next) = rows.pop_front() {
        let Some(row) = next.read(query) else { continue };
        if left == 0 {
            next.row = Some(row);
            rows.push_front(next);
            end.next.clone_from(&cursor);
            known.keep(ListQuery { after: cursor, ..query.clone() }, rows);
            break;
        }
        left -= 1;
        cursor = Some(next.cursor_after(cursor));
        if !found(row) {
            break;
        }
    }
    Ok(end)
}

/// The sessions from the query's place on. Newest first, those without a date last, each by id.
fn sorted(root: &Path, query: &ListQuery) -> Result<VecDeque<DatedDir>> {
    let dirs = layout::sessions(root)?.into_iter();
    let mut rows: Vec<DatedDir> =
        dirs.filter_map(|dir| DatedDir::new(dir, query)).filter(|row| row.is_after(query.after.as_ref())).collect();
    rows.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| a.dir.id.cmp(&b.dir.id)));
    Ok(rows.into())
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
    if filter.asks_for_messages() {
        return Some(read::document(dir)).filter(|document| filter.matches(document));
    }
    let (mut document, _) = assemble::head(dir);
    if filter.asks_for_agents() {
        let agents = assemble::agents(dir).0.into_iter().map(|agent| (agent.dir.id, Bson::Document(agent.value)));
        document.insert("agents", agents.collect::<Document>());
    }
    filter.matches(&document).then_some(document)
}

impl DatedDir {
    /// `None`: the filter leaves it out, where that is known already.
    fn new(dir: SessionDir, query: &ListQuery) -> Option<Self> {
        match query.sort.by {
            SortBy::Updated => Some(Self { date: dir.changed().map(assemble::date), dir, row: None }),
            _ => {
                let document = matching(&dir, &query.filter)?;
                let date = document.get_datetime("created_at").ok().copied();
                Some(Self { dir, date, row: Some(query.metadata.summary(&document)) })
            }
        }
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

    fn is_after(&self, cursor: Option<&Cursor>) -> bool {
        match (cursor, self.date) {
            (None, _) | (Some(Cursor::Dated { .. } | Cursor::Undated { after: None }), None) => true,
            (Some(Cursor::Dated { date, shown }), Some(own)) => {
                own < *date || (own == *date && !shown.contains(&self.id()))
            }
            (Some(Cursor::Undated { after: Some(after) }), None) => {
                after.as_str().is_none_or(|after| self.dir.id.as_str() > after)
            }
            (Some(Cursor::Undated { .. }), Some(_)) => false,
        }
    }

    /// Where a page starts that follows this row, when the page before it followed `before`.
    fn cursor_after(&self, before: Option<Cursor>) -> Cursor {
        let Some(own) = self.date else { return Cursor::Undated { after: Some(self.id()) } };
        let mut shown = match before {
            Some(Cursor::Dated { date, shown }) if date == own => shown,
            _ => Vec::new(),
        };
        shown.push(self.id());
        Cursor::Dated { date: own, shown }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder(sessions: usize) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for number in 0..sessions {
            session(root.path(), number);
        }
        root
    }

    fn session(root: &Path, number: usize) {
        let dir = root.join(format!("session_{number}"));
        fs::create_dir(&dir).unwrap();
        let stored = format!(r#"{{"session_id": "{number}", "created_at": "2026-11-{:02}T10:00:00Z"}}"#, number + 1);
        fs::write(dir.join("session.json"), stored).unwrap();
    }

    /// The ids of all pages, and how often a `session.json` was read for them.
    fn listed(root: &Path, mut query: ListQuery) -> (Vec<String>, usize) {
        let (known, mut ids) = (KnownOrder::default(), Vec::new());
        let before = assemble::HEADS_READ.get();
        loop {
            let mut take = |row: Summary| {
                ids.push(row.name().to_owned());
                true
            };
            query.after = list(root, &query, &known, &mut take).unwrap().next;
            if query.after.is_none() {
                return (ids, assemble::HEADS_READ.get() - before);
            }
        }
    }

    #[test]
    fn every_session_is_read_once_however_many_pages_there_are() {
        let root = folder(20);
        for sort in [SortBy::Updated, SortBy::Created] {
            for filter in ["", "-=7"] {
                let filter = Filter::parse(filter, jiff::Timestamp::UNIX_EPOCH).unwrap();
                let left_out = usize::from(!filter.is_empty());
                let (mut ids, reads) = listed(root.path(), ListQuery::new(3).sort(sort.clone()).filter(filter));
                ids.sort();
                ids.dedup();
                assert_eq!((ids.len(), reads), (20 - left_out, 20), "{sort:?}");
            }
        }
    }

    #[test]
    fn a_page_that_follows_another_list_is_found_all_the_same() {
        let (root, known) = (folder(4), KnownOrder::default());
        let page = |query: &ListQuery| {
            let mut ids = Vec::new();
            let mut take = |row: Summary| {
                ids.push(row.name().to_owned());
                true
            };
            let end = list(root.path(), query, &known, &mut take).unwrap();
            (ids, end.next)
        };
        let by_creation = ListQuery::new(2).sort(SortBy::Created);
        let (first, next) = page(&by_creation);
        assert_eq!(first, ["3", "2"]);
        page(&ListQuery::new(1));
        assert_eq!(page(&by_creation.after(next.unwrap())).0, ["1", "0"]);
    }

    #[test]
    fn what_is_gone_before_its_page_comes_is_left_out() {
        let (root, known) = (folder(3), KnownOrder::default());
        let query = ListQuery::new(1).sort(SortBy::Created);
        let next = list(root.path(), &query, &known, &mut |_| true).unwrap().next.unwrap();
        fs::remove_dir_all(root.path().join("session_1")).unwrap();
        let mut ids = Vec::new();
        let mut take = |row: Summary| {
            ids.push(row.name().to_owned());
            true
        };
        list(root.path(), &query.after(next), &known, &mut take).unwrap();
        assert_eq!(ids, ["0"]);
    }
}
