//! What a run does with a batch, and what it keeps from one to the next.

use std::sync::{Arc, OnceLock};

use futures_util::{StreamExt, stream};
use serde_json::Value;
use uuid::Uuid;

use super::{
    BulkEnd, BulkRun, LeftToDo,
    batch::{BegunWrite, OpenSession, outcome_of, write},
};
use crate::{
    app::{
        place::WriteRules,
        writes::{
            HandWriter,
            bulk::{
                BulkFit, BulkOrder, BulkTally, FittedRow, SessionOutcome,
                preview::{AT_ONCE, GONE, fitted},
                report::{self, BulkReport},
                source::{BatchStart, BulkBatch},
            },
        },
    },
    repository::{Error, Result},
    session::{Change, SessionKey},
};

/// So many outcomes are written down at once.
const OUTCOMES: usize = 64;

/// Why one is not deleted by its age when its turn comes.
const NOT_OLD: &str = "it came alive meanwhile, or is gone";

/// How a batch ended.
pub(super) enum BatchEnd {
    /// Each of its sessions had its turn.
    Done,
    /// Somebody stopped the run.
    Stopped,
    /// Each had its turn, and it makes no sense to go on now.
    Failed(Error),
    /// None had its turn, and it makes no sense to go on now.
    Untouched(Error),
}

/// The state of a run.
pub(super) struct BulkWork {
    hand: HandWriter,
    order: Arc<BulkOrder>,
    rules: Arc<WriteRules>,
    group: Uuid,
    report: Option<BulkReport>,
    tally: BulkTally,
    again: Vec<OpenSession>,
    /// What makes it senseless to go on, once something did: what is not sent by then is not.
    senseless: Arc<OnceLock<Error>>,
}

impl BulkWork {
    pub fn new(run: &BulkRun, group: Uuid, report: Option<BulkReport>, tally: BulkTally) -> Self {
        let (hand, order) = (run.hand.clone(), Arc::clone(&run.order));
        let rules = Arc::new(hand.place.rules.clone());
        Self { hand, order, rules, group, report, tally, again: Vec::new(), senseless: Arc::default() }
    }

    pub fn tally(&self) -> &BulkTally {
        &self.tally
    }

    /// These have another turn later.
    pub fn keep(&mut self, open: &[OpenSession]) {
        self.again.extend_from_slice(open);
    }

    /// Writes what is to be written of a batch; what changed, and how it ended. `had`: those of it that had a turn before.
    pub async fn take(&mut self, batch: BulkBatch, had: &[OpenSession]) -> (Vec<Change>, BatchEnd) {
        let reader = self.hand.store.reader();
        let fitted = fitted(&reader, &self.order, &self.rules, batch.rows).await;
        let lost = fitted.iter().find_map(|(_, fit)| fit.as_ref().err().filter(|error| error.is_passing()));
        if let Some(error) = lost {
            return (Vec::new(), BatchEnd::Untouched(error.clone()));
        }
        let begun = match self.begin(fitted, &batch.gone, had).await {
            Ok(begun) => begun,
            Err(error) => return (Vec::new(), BatchEnd::Untouched(error)),
        };
        let changes = self.write_all(begun).await;
        (changes, self.senseless.get().cloned().map_or(BatchEnd::Done, BatchEnd::Failed))
    }

    /// Writes down what is about to be written, in the journal and in the report; then counts what is not.
    async fn begin(
        &mut self,
        fitted: Vec<FittedRow>,
        gone: &[SessionKey],
        had: &[OpenSession],
    ) -> Result<Vec<BegunWrite>> {
        let (mut begun, mut others) = (Vec::new(), Vec::new());
        for (row, fit) in fitted {
            let (outcome, says) = match fit {
                Ok(BulkFit::Change(write)) => {
                    begun.push(BegunWrite::new(row, write));
                    continue;
                }
                Ok(BulkFit::Unchanged) => (SessionOutcome::Unchanged, String::new()),
                Ok(BulkFit::Misfit(why)) => (SessionOutcome::Misfit, why),
                Err(error) => (outcome_of(&error), error.to_string()),
            };
            others.push((row.key.clone(), row.name().to_owned(), outcome, says));
        }
        let is_gone = |key: &SessionKey| (key.clone(), key.text().to_owned(), SessionOutcome::Gone, GONE.to_owned());
        others.extend(gone.iter().map(is_gone));
        let entries = begun.iter().filter_map(|one| one.entry(&self.hand.place.identity, self.group)).collect();
        self.hand.journal.begin(entries).await.map_err(|error| self.hand.refused(&error))?;
        let lines = others.iter().map(|(key, _, outcome, says)| report::ended(key, *outcome, says));
        let lines = lines.chain(begun.iter().map(|one| report::begun(one.key(), one.id))).collect();
        if let Err(error) = self.tell(lines).await {
            let states = begun.iter().filter_map(|one| Some((one.id, one.state(SessionOutcome::Failed)?)));
            self.hand.settle_all(states.collect()).await;
            return Err(error);
        }
        for open in had {
            self.tally.recount(&open.name, open.outcome);
        }
        for (_, name, outcome, says) in others {
            self.tally.count(&name, outcome, || says);
        }
        Ok(begun)
    }

    /// Several at once; what changed.
    async fn write_all(&mut self, begun: Vec<BegunWrite>) -> Vec<Change> {
        let terms = self.order.terms();
        let sent = begun.into_iter().map(|one| {
            let (hand, order, senseless) = (self.hand.clone(), one.write.clone(), Arc::clone(&self.senseless));
            let deletion = one.deletion(&self.hand.place.identity, self.group);
            // A task of its own: a crash in a write is an error of that write.
            async move {
                if let Some(error) = senseless.get() {
                    return (one, Err(error.clone()));
                }
                let written = tokio::spawn(async move { write(&hand, order, deletion, terms).await }).await;
                let crashed = |join: tokio::task::JoinError| Err(Error::other("writing", join.to_string()));
                (one, written.unwrap_or_else(crashed))
            }
        });
        let mut sent = stream::iter(sent.collect::<Vec<_>>()).buffer_unordered(AT_ONCE);
        let (mut changes, mut lines, mut states) = (Vec::new(), Vec::new(), Vec::new());
        while let Some((one, written)) = sent.next().await {
            let (outcome, says) = match written {
                Ok(Some(change)) => {
                    changes.push(change);
                    (SessionOutcome::Done, String::new())
                }
                Ok(None) => (SessionOutcome::Unchanged, NOT_OLD.to_owned()),
                Err(error) => self.failed(&one, &error),
            };
            lines.push(report::ended(one.key(), outcome, &says));
            states.extend(one.state(outcome).map(|state| (one.id, state)));
            self.tally.count(one.name(), outcome, || if says.is_empty() { one.says() } else { says });
            if lines.len() >= OUTCOMES {
                let told = self.tell(std::mem::take(&mut lines)).await;
                self.doubt(told);
            }
        }
        let told = self.tell(lines).await;
        self.doubt(told);
        self.hand.settle_all(states).await;
        changes
    }

    /// What an error makes of a session, and of the run.
    fn failed(&mut self, one: &BegunWrite, error: &Error) -> (SessionOutcome, String) {
        tracing::warn!(%error, session = one.key().text(), "one of many sessions was not changed");
        let outcome = outcome_of(error);
        if OpenSession::may_go_well_later(error) {
            self.again.push(OpenSession { key: one.key().clone(), name: one.name().to_owned(), outcome });
        }
        if OpenSession::stops_all(error) {
            self.senseless.get_or_init(|| error.clone());
        }
        (outcome, error.to_string())
    }

    /// Where the report cannot be written it makes no sense to go on.
    fn doubt(&mut self, told: Result<()>) {
        if let Err(error) = told {
            self.senseless.get_or_init(|| error);
        }
    }

    async fn tell(&self, lines: Vec<Value>) -> Result<()> {
        match &self.report {
            Some(report) if !lines.is_empty() => report.add(lines).await,
            _ => Ok(()),
        }
    }

    /// The end, for now or for good; `start`: where it would go on.
    pub async fn end(self, ended: BatchEnd, start: BatchStart) -> BulkEnd {
        let (stopped, mut error) = match ended {
            BatchEnd::Done => (false, None),
            BatchEnd::Stopped => (true, None),
            BatchEnd::Failed(error) | BatchEnd::Untouched(error) => (false, Some(error)),
        };
        let goes_on = stopped || error.is_some() || !self.again.is_empty();
        if let Some(report) = &self.report {
            let why = error.as_ref().map(ToString::to_string);
            if let Err(unwritten) = report.end(&self.tally, stopped, why).await {
                error.get_or_insert(unwritten);
            }
        }
        let Self { group, report, tally, again, .. } = self;
        let path = report.as_ref().map(|report| report.path().to_owned());
        let left = goes_on.then(|| LeftToDo { group, report, tally: tally.clone(), start, again });
        BulkEnd { tally, report: path, error, left }
    }
}
