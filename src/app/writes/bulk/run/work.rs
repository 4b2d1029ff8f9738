//! What a run does with a batch, and what it keeps from one to the next.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use serde_json::Value;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    BulkEnd, BulkProgress, BulkRun, LeftToDo,
    batch::{BegunWrite, OpenSession, outcome_of, write},
};
use crate::{
    app::{
        place::WriteRules,
        writes::bulk::{
            BulkFit, BulkTally, FittedRow, SessionOutcome,
            preview::{AT_ONCE, GONE, fitted},
            report::{self, BulkReport},
            source::{BatchStart, BulkBatch},
        },
    },
    repository::{Error, Result},
    session::{Change, SessionKey},
};

/// So many outcomes are written down and told at once, or as many as there are after a while.
const OUTCOMES: usize = 64;
const A_WHILE: Duration = Duration::from_millis(200);

/// Why one is not deleted by its age when its turn comes.
const NOT_OLD: &str = "it came alive meanwhile, or is gone";

/// How a batch ended.
pub(super) enum BatchEnd {
    /// Each of its sessions had its turn.
    Done,
    /// Somebody stopped the run before any had its turn.
    Stopped,
    /// Somebody stopped it meanwhile: those that had no turn are kept.
    Cut,
    /// Each had its turn, and it makes no sense to go on now.
    Failed(Error),
    /// None had its turn, and it makes no sense to go on now.
    Untouched(Error),
}

/// The state of a run.
pub(super) struct BulkWork {
    run: Arc<BulkRun>,
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
        let rules = Arc::new(run.hand.place.rules.clone());
        let run = Arc::new(run.clone());
        Self { run, rules, group, report, tally, again: Vec::new(), senseless: Arc::default() }
    }

    /// These have another turn later.
    pub fn keep(&mut self, open: &[OpenSession]) {
        self.again.extend_from_slice(open);
    }

    /// Writes what is to be written of a batch, and gives how it ended. `had`: those of it that wait for another turn.
    pub async fn take(
        &mut self,
        batch: BulkBatch,
        had: &[OpenSession],
        progress: &mpsc::Sender<BulkProgress>,
    ) -> BatchEnd {
        let reader = self.run.hand.store.reader();
        let fitted = fitted(&reader, &self.run.order, &self.rules, batch.rows).await;
        let lost = fitted.iter().find_map(|(_, fit)| fit.as_ref().err().filter(|error| error.is_passing()));
        if let Some(error) = lost {
            return BatchEnd::Untouched(error.clone());
        }
        let begun = match self.begin(fitted, &batch.gone, had).await {
            Ok(begun) => begun,
            Err(error) => return BatchEnd::Untouched(error),
        };
        let is_cut = self.write_all(begun, progress).await;
        match self.senseless.get() {
            Some(error) => BatchEnd::Failed(error.clone()),
            None if is_cut => BatchEnd::Cut,
            None => BatchEnd::Done,
        }
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
                    begun.push(BegunWrite::new(row, *write));
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
        let entries = begun.iter().filter_map(|one| one.entry(&self.run.hand.place, self.group)).collect();
        self.run.hand.journal.begin(entries).await.map_err(|error| self.run.hand.refused(&error))?;
        let lines = others.iter().map(|(key, _, outcome, says)| report::ended(key, *outcome, says));
        let lines = lines.chain(begun.iter().map(|one| report::begun(one.key(), one.id))).collect();
        if let Err(error) = self.tell(lines).await {
            let states = begun.iter().filter_map(|one| Some((one.id, one.state(SessionOutcome::Failed)?)));
            self.run.hand.settle_all(states.collect()).await;
            return Err(error);
        }
        for open in had {
            if let Some(counted) = open.outcome {
                self.tally.recount(&open.name, counted);
            }
        }
        for (_, name, outcome, says) in others {
            self.tally.count(&name, outcome, || says);
        }
        Ok(begun)
    }

    /// Several at once. Whether it was stopped before all had their turn.
    async fn write_all(&mut self, begun: Vec<BegunWrite>, progress: &mpsc::Sender<BulkProgress>) -> bool {
        let terms = self.run.order.terms();
        let sent = begun.into_iter().map(|one| {
            let (run, order, senseless) = (Arc::clone(&self.run), one.write.clone(), Arc::clone(&self.senseless));
            let deletion = one.deletion(&self.run.hand.place.identity, self.group);
            // A task of its own: a crash in a write is an error of that write.
            async move {
                if let Some(error) = senseless.get() {
                    return (one, Some(Err(error.clone())));
                }
                if run.is_stopped() {
                    return (one, None);
                }
                let written = tokio::spawn(async move { write(&run.hand, order, deletion, terms).await }).await;
                let crashed = |join: tokio::task::JoinError| Err(Error::other("writing", join.to_string()));
                (one, Some(written.unwrap_or_else(crashed)))
            }
        });
        let mut sent = stream::iter(sent.collect::<Vec<_>>()).buffer_unordered(AT_ONCE);
        let (mut changes, mut lines, mut states) = (Vec::new(), Vec::new(), Vec::new());
        let (mut is_cut, mut told_at) = (false, Instant::now());
        while let Some((one, written)) = sent.next().await {
            if let Some(written) = written {
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
            } else {
                is_cut = true;
                lines.push(report::stopped(one.key()));
                states.extend(one.state(SessionOutcome::Failed).map(|state| (one.id, state)));
                self.again.push(OpenSession { key: one.key().clone(), name: one.name().to_owned(), outcome: None });
            }
            if lines.len() >= OUTCOMES || told_at.elapsed() >= A_WHILE {
                self.tell_on(std::mem::take(&mut lines), std::mem::take(&mut changes), progress).await;
                told_at = Instant::now();
            }
        }
        self.tell_on(lines, changes, progress).await;
        self.run.hand.settle_all(states).await;
        is_cut
    }

    /// Writes down what became of some, and shows it.
    async fn tell_on(&self, lines: Vec<Value>, changes: Vec<Change>, progress: &mpsc::Sender<BulkProgress>) {
        // Where the report cannot be written it makes no sense to go on.
        if let Err(error) = self.tell(lines).await {
            self.senseless.get_or_init(|| error);
        }
        // Who does not listen any more needs not know.
        let _ = progress.send(BulkProgress { tally: self.tally.clone(), changes }).await;
    }

    /// What an error makes of a session, and of the run.
    fn failed(&mut self, one: &BegunWrite, error: &Error) -> (SessionOutcome, String) {
        tracing::warn!(%error, session = one.key().text(), "one of many sessions was not changed");
        let outcome = outcome_of(error);
        if OpenSession::may_go_well_later(error) {
            self.again.push(OpenSession {
                key: one.key().clone(),
                name: one.name().to_owned(),
                outcome: Some(outcome),
            });
        }
        if OpenSession::stops_all(error) {
            self.senseless.get_or_init(|| error.clone());
        }
        (outcome, error.to_string())
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
            BatchEnd::Stopped | BatchEnd::Cut => (true, None),
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
