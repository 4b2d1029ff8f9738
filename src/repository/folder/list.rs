//! Pages of the list, sorted in memory.
//!
//! Sorted by change, only the times of files are read of sessions outside the page: `session.json` is read row by row.

use std::path::Path;

use bson::{Bson, DateTime, Document};

use super::{assemble, layout, layout::SessionDir, read};
use crate::{
    repository::{Cursor, Filter, ListQuery, PageEnd, Projection, Result, Sort},
    session::Summary,
};

/// A session and the date it is sorted by.
struct DatedDir {
    dir: SessionDir,
    date: Option<DateTime>,
}

/// One page. `found` says whether to go on.
pub(super) fn list(root: &Path, query: &ListQuery, found: &mut dyn FnMut(Summary) -> bool) -> Result<PageEnd> {
    if query.limit == 0 {
        return Ok(PageEnd::at(query.after.clone()));
    }
    let mut rows: Vec<DatedDir> = layout::sessions(root)?
        .into_iter()
        .map(|dir| DatedDir { date: sort_date(&dir, query.sort), dir })
        .filter(|row| row.is_after(query.after.as_ref()))
        .collect();
    // Newest first, those without a date last, each by id.
    rows.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| a.dir.id.cmp(&b.dir.id)));
    let mut end = PageEnd::default();
    let mut cursor = query.after.clone();
    let mut left = query.limit;
    for row in rows {
        let Some(document) = matching(&row.dir, &query.filter) else { continue };
        if left == 0 {
            end.next = cursor;
            break;
        }
        left -= 1;
        cursor = Some(row.cursor_after(cursor));
        if !found(query.metadata.summary(&document)) {
            break;
        }
    }
    Ok(end)
}

/// How many sessions match.
pub(super) fn count(root: &Path, filter: &Filter) -> Result<u64> {
    let dirs = layout::sessions(root)?;
    if filter.is_empty() {
        return Ok(dirs.len() as u64);
    }
    Ok(dirs.iter().filter(|dir| matching(dir, filter).is_some()).count() as u64)
}

/// The sessions an id may mean: the folder of that name, else those whose `session_id` it is.
pub(super) fn resolve(root: &Path, id: &str) -> Result<Vec<Summary>> {
    let row = |dir: &SessionDir| Projection::Nothing.summary(&assemble::head(dir).0);
    if !id.contains(['/', '\\', '\0'])
        && let Some(dir) = layout::session(root, id)?
    {
        return Ok(vec![row(&dir)]);
    }
    let rows = layout::sessions(root)?.iter().map(row).filter(|row| row.session_id.as_deref() == Some(id)).collect();
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

fn sort_date(dir: &SessionDir, sort: Sort) -> Option<DateTime> {
    match sort {
        Sort::Updated => dir.changed().map(assemble::date),
        Sort::Created => assemble::head(dir).0.get_datetime("created_at").ok().copied(),
    }
}

impl DatedDir {
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
