//! Writes: one after another, each answered, none given up.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    Event, Ticket,
    command::{Write, WriteOrder},
    crash::crashed,
    link::Watch,
};
use crate::{
    app::{copy::PrivateCopy, place::Store},
    hook::Hooks,
    manager::SessionManager,
    repository::{Error, Result},
};

/// How the task writes.
#[derive(Debug, Clone, Default)]
pub struct Writing {
    /// Around metadata and feedback.
    pub hooks: Hooks,
    /// Where a deletion keeps a private copy; without it nothing is deleted.
    pub copies: Option<PathBuf>,
}

/// After so long without an answer to a write the connection is asked whether it is still there: the write itself may wait much
/// longer.
const DOUBT: Duration = Duration::from_secs(2);

type Queued = (Ticket, Option<Store>, Option<Watch>, Box<WriteOrder>);

/// The queue of writes and the task that works it off.
pub(super) struct Writer {
    queue: mpsc::UnboundedSender<Queued>,
    task: JoinHandle<()>,
}

impl Writer {
    pub(super) fn start(writing: Writing, events: mpsc::Sender<Event>) -> Self {
        let (queue, mut orders) = mpsc::unbounded_channel::<Queued>();
        let task = tokio::spawn(async move {
            while let Some((ticket, store, watch, order)) = orders.recv().await {
                let id = order.id;
                let doubts = watch.map(|watch| {
                    tokio::spawn(async move {
                        tokio::time::sleep(DOUBT).await;
                        watch.check().await;
                    })
                });
                // A task of its own: a crash in a write is an error of that write.
                let done = tokio::spawn(carry_out(writing.clone(), store, order.write)).await;
                if let Some(doubts) = doubts {
                    doubts.abort();
                }
                let event = match done.unwrap_or_else(|join| Err(crashed("writing", &join))) {
                    Ok(()) => Event::Written(ticket),
                    Err(error) => {
                        tracing::warn!(%error, %id, "a write failed");
                        Event::NotWritten { ticket, error }
                    }
                };
                let _ = events.send(event).await;
            }
        });
        Self { queue, task }
    }

    pub(super) fn order(&self, ticket: Ticket, store: Option<Store>, watch: Option<Watch>, order: Box<WriteOrder>) {
        // The task ends only after this queue is closed.
        let _ = self.queue.send((ticket, store, watch, order));
    }

    /// Waits until everything that was ordered is done.
    pub(super) async fn finish(self) {
        drop(self.queue);
        let _ = self.task.await;
    }
}

async fn carry_out(writing: Writing, store: Option<Store>, write: Write) -> Result<()> {
    let Some(store) = store else {
        return Err(Error::other("writing", "no connection is open").with_hint("choose one and repeat it"));
    };
    let repository = store.repository()?;
    let manager = |key| SessionManager::builder(Arc::clone(&repository), key).hooks(writing.hooks.clone()).build();
    match write {
        Write::Metadata(key, edits) => manager(key).edit_metadata(edits).await,
        Write::Feedback(key, feedback) => manager(key).add_feedback(feedback).await,
        Write::Delete(key) => {
            let mut copy = PrivateCopy::new(&key, writing.copies.clone());
            manager(key).delete_session_kept(&mut copy).await
        }
    }
}
