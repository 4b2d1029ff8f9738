//! Changes of many sessions: each in a task of its own beside the writes, until its end or until it is stopped.

use std::path::PathBuf;

use futures_util::future::join_all;
use tokio::{sync::mpsc, task::JoinHandle};

use super::{Event, Ticket, command::BulkCommand, crash::crashed};
use crate::app::writes::{HandWriter, bulk::BulkRun};

/// Progress that waits for the screen.
const AHEAD: usize = 2;

/// Those of one store.
pub(super) struct BulkRuns {
    hand: HandWriter,
    reports: Option<PathBuf>,
    events: mpsc::Sender<Event>,
    runs: Vec<(Ticket, BulkRun, JoinHandle<()>)>,
}

impl BulkRuns {
    pub(super) fn new(hand: HandWriter, reports: Option<PathBuf>, events: mpsc::Sender<Event>) -> Self {
        Self { hand, reports, events, runs: Vec::new() }
    }

    pub(super) fn start(&mut self, ticket: Ticket, ordered: BulkCommand) {
        self.runs.retain(|(_, _, running)| !running.is_finished());
        let BulkCommand { order, left, .. } = ordered;
        let run = BulkRun::new(self.hand.clone(), order, self.reports.clone());
        let (running, events) = (run.clone(), self.events.clone());
        let task = tokio::spawn(async move {
            let (progress, mut told) = mpsc::channel(AHEAD);
            // A task of its own: a crash in it is an error of that change.
            let written = tokio::spawn(async move { running.run(left, &progress).await });
            while let Some(at) = told.recv().await {
                // Where the screen is gone the report knows.
                let _ = events.send(Event::BulkAt(ticket, Box::new(at))).await;
            }
            let ended = written.await.unwrap_or_else(|join| Err(crashed("changing many sessions", &join)));
            if let Err(error) = &ended {
                tracing::warn!(%error, "a change of many sessions could not begin");
            }
            let _ = events.send(Event::BulkEnded(ticket, ended.map(Box::new))).await;
        });
        self.runs.push((ticket, run, task));
    }

    /// Ends it once what is being written is.
    pub(super) fn stop(&self, ticket: Ticket) {
        self.runs.iter().filter(|(of, ..)| *of == ticket).for_each(|(_, run, _)| run.stop());
    }

    /// Stops all; what is given ends once what is being written is.
    pub(super) fn close(self) -> impl Future<Output = ()> + Send + 'static {
        self.runs.iter().for_each(|(_, run, _)| run.stop());
        let ending = join_all(self.runs.into_iter().map(|(_, _, task)| task));
        async move { drop(ending.await) }
    }
}
