//! The sessions of a change, a batch at a time.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use bson::Bson;

use super::BulkOrder;
use crate::{
    repository::{Cursor, Error, Filter, ListQuery, Projection, Result, SessionReader, SortBy},
    session::{SessionKey, Summary},
};

/// Sessions read at once, by one question.
pub(super) const BATCH: u32 = 500;

/// Which sessions are changed.
#[derive(Debug, Clone)]
pub enum BulkScope {
    /// These.
    Sessions(Arc<[SessionKey]>),
    /// Those that match.
    Matching {
        /// The filter.
        filter: Filter,
        /// Less these.
        except: Arc<HashSet<SessionKey>>,
    },
}

impl BulkScope {
    /// Those that match a filter, without an exception.
    #[must_use]
    pub fn matching(filter: Filter) -> Self {
        Self::Matching { filter, except: Arc::default() }
    }
}

/// Some of the sessions.
#[derive(Debug, Default)]
pub(super) struct BulkBatch {
    /// Those that are there.
    pub rows: Vec<Summary>,
    /// Those that were meant by their keys and are gone.
    pub gone: Vec<SessionKey>,
}

/// Where the next batch begins.
#[derive(Debug, Clone)]
pub(super) enum BatchStart {
    /// Among the keys.
    Key(usize),
    /// In the list.
    Page(Option<Cursor>),
    /// There is none.
    End,
}

/// Reads batch after batch.
pub(super) struct BulkSource {
    reader: Arc<dyn SessionReader>,
    scope: BulkScope,
    wanted: Projection,
    /// Where the next one begins.
    pub next: BatchStart,
}

impl BulkSource {
    /// From there on; `None` from the start.
    pub fn new(reader: Arc<dyn SessionReader>, order: &BulkOrder, start: Option<BatchStart>) -> Self {
        let first = match order.scope {
            BulkScope::Sessions(_) => BatchStart::Key(0),
            BulkScope::Matching { .. } => BatchStart::Page(None),
        };
        let (scope, wanted) = (order.scope.clone(), order.change.wanted());
        Self { reader, scope, wanted, next: start.unwrap_or(first) }
    }

    /// The rows of some sessions anew, in any order.
    pub async fn again(&self, keys: &[SessionKey]) -> Result<BulkBatch> {
        let rows = self.reader.rows(keys, &Filter::default(), &self.wanted).await?;
        let mut found: HashMap<SessionKey, Summary> = rows.into_iter().map(|row| (row.key.clone(), row)).collect();
        let mut batch = BulkBatch::default();
        for key in keys {
            match found.remove(key) {
                Some(row) => batch.rows.push(row),
                None => batch.gone.push(key.clone()),
            }
        }
        self.tell_what_is_no_object(&mut batch.rows).await?;
        Ok(batch)
    }

    /// A database's row with single fields says nothing of metadata that are no object: one question for a batch tells.
    async fn tell_what_is_no_object(&self, rows: &mut [Summary]) -> Result<()> {
        if !matches!(self.wanted, Projection::Fields(_)) {
            return Ok(());
        }
        let silent: Vec<_> = rows.iter().filter(|row| row.metadata.is_none()).map(|row| row.key.clone()).collect();
        if silent.is_empty() {
            return Ok(());
        }
        let whole = self.reader.rows(&silent, &Filter::default(), &Projection::All).await?;
        let odd = whole.into_iter().filter(|row| !matches!(row.metadata, None | Some(Bson::Document(_))));
        let mut odd: HashMap<SessionKey, Summary> = odd.map(|row| (row.key.clone(), row)).collect();
        for row in rows {
            if let Some(whole) = odd.remove(&row.key) {
                *row = whole;
            }
        }
        Ok(())
    }

    /// The next batch; `None` after the last.
    pub async fn read(&mut self) -> Result<Option<BulkBatch>> {
        match (self.scope.clone(), self.next.clone()) {
            (BulkScope::Sessions(keys), BatchStart::Key(from)) if from < keys.len() => {
                let to = keys.len().min(from + BATCH as usize);
                let batch = self.again(&keys[from..to]).await?;
                self.next = BatchStart::Key(to);
                Ok(Some(batch))
            }
            (BulkScope::Matching { filter, except }, BatchStart::Page(after)) => {
                self.page(&filter, &except, after).await
            }
            _ => {
                self.next = BatchStart::End;
                Ok(None)
            }
        }
    }

    /// By `created_at`, which no change moves: a session that is written to meanwhile is neither passed over nor met twice.
    async fn page(
        &mut self,
        filter: &Filter,
        except: &HashSet<SessionKey>,
        mut after: Option<Cursor>,
    ) -> Result<Option<BulkBatch>> {
        loop {
            let metadata = self.wanted.clone();
            let query =
                ListQuery { filter: filter.clone(), sort: SortBy::Created.into(), after, limit: BATCH, metadata };
            let began = Instant::now();
            let (mut rows, end) = self.reader.list(&query).read().await?;
            if end.timed_out && rows.is_empty() {
                // The limit is the store's own and it does not tell it: it is how long the page took.
                let limit = Duration::from_secs(began.elapsed().as_secs().max(1));
                return Err(Error::timed_out("looking for the sessions that match", limit));
            }
            self.next = end.next.clone().map_or(BatchStart::End, |next| BatchStart::Page(Some(next)));
            rows.retain(|row| !except.contains(&row.key));
            match end.next {
                Some(next) if rows.is_empty() => after = Some(next),
                None if rows.is_empty() => return Ok(None),
                _ => {
                    self.tell_what_is_no_object(&mut rows).await?;
                    return Ok(Some(BulkBatch { rows, gone: Vec::new() }));
                }
            }
        }
    }
}
