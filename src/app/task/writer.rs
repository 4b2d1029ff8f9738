//! Writes of one connection: one after another, each answered, none given up.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    Event, Ticket,
    command::{Write, WriteOrder},
    crash::crashed,
    link::LinkWatch,
};
use crate::{
    app::{copy::PrivateCopy, place::Store},
    hook::Hooks,
    manager::SessionManager,
    repository::Result,
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

type Queued = (Ticket, Box<WriteOrder>);

/// The queue of one store's writes and the task that works it off: a store that does not answer holds up no other.
pub(super) struct Writer {
    queue: mpsc::UnboundedSender<Queued>,
    task: JoinHandle<()>,
}

impl Writer {
    pub(super) fn start(store: Store, watch: LinkWatch, writing: Writing, events: mpsc::Sender<Event>) -> Self {
        let (queue, mut orders) = mpsc::unbounded_channel::<Queued>();
        let task = tokio::spawn(async move {
            while let Some((ticket, order)) = orders.recv().await {
                let id = order.id;
                let doubting = watch.clone();
                let doubts = tokio::spawn(async move {
                    tokio::time::sleep(DOUBT).await;
                    doubting.check().await;
                });
                // A task of its own: a crash in a write is an error of that write.
                let done = tokio::spawn(carry_out(writing.clone(), store.clone(), order.write)).await;
                doubts.abort();
                let event = match done.unwrap_or_else(|join| Err(crashed("writing", &join))) {
                    Ok(copy) => Event::Written(ticket, copy),
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

    pub(super) fn order(&self, ticket: Ticket, order: Box<WriteOrder>) {
        // The task ends only after this queue is closed.
        let _ = self.queue.send((ticket, order));
    }

    /// Takes no more orders. What is given ends once everything that was ordered is done.
    pub(super) fn close(self) -> JoinHandle<()> {
        let Self { queue, task } = self;
        drop(queue);
        task
    }
}

/// Where the private copy of what was deleted is.
async fn carry_out(writing: Writing, store: Store, write: Write) -> Result<Option<PathBuf>> {
    let repository = store.repository()?;
    let manager = |key| SessionManager::builder(Arc::clone(&repository), key).hooks(writing.hooks.clone()).build();
    match write {
        Write::Metadata(key, edits) => manager(key).edit_metadata(edits).await.map(|()| None),
        Write::Feedback(key, feedback) => manager(key).add_feedback(feedback).await.map(|()| None),
        Write::Delete(key) => {
            let mut copy = PrivateCopy::new(&key, writing.copies.clone());
            manager(key).delete_session_kept(&mut copy).await?;
            Ok(copy.paths().last().cloned())
        }
    }
}
