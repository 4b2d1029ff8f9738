//! Rows of sessions within a scope. Of a store that is not bound to it each row is looked at once more: a filter may be translated
//! wrongly, or a term of it be left out by a store that does not know it.

use bson::Bson;

use super::GuardedRepository;
use crate::{
    repository::{
        Filter, ListQuery, Page, PageEnd, Projection, Result, Scope, SessionReader,
        filter::{FilterTerm, FilterTest},
        scope::ScopeRule,
    },
    session::{SessionKey, Summary, id::id_meanings},
};

/// Sessions listed for an ambiguous id.
const MOST_MATCHES: u32 = 100;

/// Rows that are counted at once.
const COUNTED: u32 = 500;

/// Those that an ID may mean.
pub(super) fn named(id: &str) -> ListQuery {
    let term = FilterTerm::new(FilterTest::In(vec![id.to_owned()]));
    ListQuery::new(MOST_MATCHES).filter(Filter { source: String::new(), terms: vec![term] })
}

/// Of rows that an ID may mean those that it most likely does.
pub(super) fn likeliest(id: &str, rows: Vec<Summary>) -> Vec<Summary> {
    let mut left = rows;
    for meaning in id_meanings(id) {
        let is_meant = |row: &Summary| {
            let name = row.session_id.as_deref().map(Bson::from);
            meaning.holds(Some(row.key.bson()), name.as_ref())
        };
        let (meant, others): (Vec<Summary>, Vec<Summary>) = left.into_iter().partition(is_meant);
        if !meant.is_empty() {
            return meant;
        }
        left = others;
    }
    left
}

/// Looks at rows once more, and leaves of their metadata what was asked for.
struct RowCheck {
    scope: Scope,
    /// A row brings the field that tells.
    by_metadata: bool,
    wanted: Projection,
}

impl RowCheck {
    /// The row, where it lies within.
    fn passed(&self, mut row: Summary) -> Option<Summary> {
        if !self.scope.admits(&row.key) {
            return None;
        }
        let ScopeRule::Field(path, _) = self.scope.rule() else { return Some(row) };
        if !self.by_metadata {
            return Some(row);
        }
        if !self.scope.holds_metadata(row.metadata.as_ref().and_then(Bson::as_document)) {
            return None;
        }
        match &self.wanted {
            Projection::Nothing => row.metadata = None,
            Projection::Fields(keys) if !keys.iter().any(|key| key == path.top()) => {
                if let Some(Bson::Document(fields)) = &mut row.metadata {
                    fields.remove(path.top());
                }
            }
            Projection::Fields(_) | Projection::All => {}
        }
        Some(row)
    }
}

impl GuardedRepository {
    fn row_check(&self, wanted: &Projection) -> RowCheck {
        RowCheck { scope: self.scope.clone(), by_metadata: self.must_look(), wanted: wanted.clone() }
    }

    /// The filter with the scope, where the store does not have it by itself.
    fn narrowed(&self, filter: &Filter) -> Filter {
        let mut filter = filter.clone();
        if !self.is_bound {
            filter.terms.push(FilterTerm::new(FilterTest::Within(self.scope.clone())));
        }
        filter
    }

    /// What is wanted of the metadata, and what tells.
    fn widened(&self, wanted: &Projection) -> Projection {
        let ScopeRule::Field(path, _) = self.scope.rule() else { return wanted.clone() };
        if !self.must_look() {
            return wanted.clone();
        }
        // By its top key: below it a name with dots may be read as another one.
        let top = path.top().to_owned();
        match wanted {
            Projection::All => Projection::All,
            Projection::Nothing => Projection::Fields(vec![top]),
            Projection::Fields(keys) if keys.contains(&top) => wanted.clone(),
            Projection::Fields(keys) => Projection::Fields(keys.iter().cloned().chain([top]).collect()),
        }
    }

    /// The query as the store is asked it. Where a page starts is the caller's: it only moves within what the filter leaves.
    pub(super) fn narrowed_query(&self, query: &ListQuery) -> ListQuery {
        let (filter, metadata) = (self.narrowed(&query.filter), self.widened(&query.metadata));
        ListQuery { filter, metadata, ..query.clone() }
    }

    pub(super) fn listed(&self, query: &ListQuery) -> Page {
        let found = self.inner.list(&self.narrowed_query(query));
        let check = self.row_check(&query.metadata);
        Page::found_by(|rows| async move {
            let looked = rows.clone();
            let (told, figures) = std::sync::mpsc::channel();
            // A page that is given up is dropped with what finds its rows.
            let found = found.on_looked(move |count| {
                looked.looked(count);
            });
            let mut found = found.on_ranked(move |key, figure| drop(told.send((key.clone(), figure))));
            while let Some(row) = found.next_row().await? {
                // Of a row that is left out nothing is told.
                let figure = figures.try_iter().last().filter(|(key, _): &(SessionKey, u64)| *key == row.key);
                let Some(row) = check.passed(row) else { continue };
                if !rows.push_ranked(row, figure.map(|(_, figure)| figure)) {
                    break;
                }
            }
            // What else is there is not told.
            Ok(found.end().cloned().unwrap_or_default().noting(None))
        })
    }

    pub(super) async fn rows_within(
        &self,
        keys: &[SessionKey],
        filter: &Filter,
        wanted: &Projection,
    ) -> Result<Vec<Summary>> {
        let keys: Vec<SessionKey> = keys.iter().filter(|key| self.scope.admits(key)).cloned().collect();
        let rows = self.inner.rows(&keys, &self.narrowed(filter), &self.widened(wanted)).await?;
        let check = self.row_check(wanted);
        Ok(rows.into_iter().filter_map(|row| check.passed(row)).collect())
    }

    pub(super) async fn count_within(&self, filter: &Filter) -> Result<Option<u64>> {
        if self.is_bound {
            return self.inner.count(filter).await;
        }
        let mut query = ListQuery::new(COUNTED).filter(filter.clone());
        let mut count = 0;
        loop {
            let (rows, end): (Vec<Summary>, PageEnd) = self.list(&query).read().await?;
            count += rows.len() as u64;
            match end.next {
                _ if end.timed_out => return Ok(None),
                Some(next) => query.after = Some(next),
                None => return Ok(Some(count)),
            }
        }
    }
}
