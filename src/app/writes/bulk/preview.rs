//! What a run would do now. It changes nothing.

use std::sync::Arc;

use futures_util::{StreamExt, stream};

use super::{
    BulkFit, BulkOrder, BulkTally, SessionOutcome,
    source::{BulkBatch, BulkSource},
};
use crate::{
    app::place::WriteRules,
    repository::{Error, Result, SessionReader},
    session::Summary,
};

/// Sessions that are looked at, or written, at once.
pub(super) const AT_ONCE: usize = 16;

/// What the change comes to for a session that is there, or why that is not known.
pub type FittedRow = (Summary, Result<BulkFit>);

/// A preview, made batch by batch.
pub struct BulkPreview {
    reader: Arc<dyn SessionReader>,
    order: Arc<BulkOrder>,
    rules: Arc<WriteRules>,
    source: BulkSource,
    tally: BulkTally,
}

impl BulkPreview {
    /// Of a change, by the rules of the place that is read.
    #[must_use]
    pub fn new(reader: Arc<dyn SessionReader>, order: BulkOrder, rules: WriteRules) -> Self {
        let source = BulkSource::new(Arc::clone(&reader), &order, None);
        Self { reader, order: Arc::new(order), rules: Arc::new(rules), source, tally: BulkTally::default() }
    }

    /// How many sessions would come to what, of those looked at so far: [`SessionOutcome::Done`] are those that would be changed.
    #[must_use]
    pub fn tally(&self) -> &BulkTally {
        &self.tally
    }

    /// Looks at the next sessions, and gives what it comes to for each that is there; `None` after the last.
    ///
    /// # Errors
    /// What reading them can meet.
    pub async fn look_further(&mut self) -> Result<Option<Vec<FittedRow>>> {
        let Some(batch) = self.source.read().await? else { return Ok(None) };
        let BulkBatch { rows, gone } = batch;
        for key in gone {
            self.tally.count(key.text(), SessionOutcome::Gone, || GONE.to_owned());
        }
        let fitted = fitted(&self.reader, &self.order, &self.rules, rows).await;
        for (row, fit) in &fitted {
            let name = row.name();
            match fit {
                Ok(fit) => self.tally.count(name, fit.outcome(), || fit.says()),
                Err(Error::NotFound { .. }) => self.tally.count(name, SessionOutcome::Gone, || GONE.to_owned()),
                Err(error) if error.is_passing() => return Err(error.clone()),
                Err(error) => self.tally.count(name, SessionOutcome::Failed, || error.to_string()),
            }
        }
        Ok(Some(fitted))
    }
}

/// What is said of a session that is gone.
pub(super) const GONE: &str = "it is not there any more";

/// What the change comes to for each, in the order they came.
pub(super) async fn fitted(
    reader: &Arc<dyn SessionReader>,
    order: &Arc<BulkOrder>,
    rules: &Arc<WriteRules>,
    rows: Vec<Summary>,
) -> Vec<FittedRow> {
    let asked = rows.into_iter().map(|row| {
        let (reader, order, rules) = (Arc::clone(reader), Arc::clone(order), Arc::clone(rules));
        async move {
            let fit = order.fit(reader.as_ref(), &row, &rules).await;
            (row, fit)
        }
    });
    stream::iter(asked).buffered(AT_ONCE).collect().await
}
