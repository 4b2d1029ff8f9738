//! Writes of one connection: one after another, each answered, none given up.

use std::{path::PathBuf, time::Duration};

use bson::Document;
use tokio::{sync::mpsc, task::JoinHandle};

use super::{Event, Ticket, command::WriteOrder, crash::crashed, link::LinkWatch};
use crate::{
    app::{
        place::{Origin, Place, Store},
        writes::{HandWriter, Journal, TurnProgress, Write, WritePlace},
    },
    hook::Hooks,
    repository::{Error, ErrorKind},
    session::SessionKey,
};

/// How the task writes.
#[derive(Debug, Clone, Default)]
pub struct Writing {
    /// Around everything that is written.
    pub hooks: Hooks,
    /// Where a deletion keeps a private copy; without it nothing is deleted.
    pub copies: Option<PathBuf>,
    /// Where every change is written down.
    pub journal: Journal,
    /// The folder of reports of changes of many sessions; without it none is written.
    pub reports: Option<PathBuf>,
}

impl Writing {
    /// What writes to a store that is open at a place.
    pub(super) fn at(&self, place: &Place, store: Store) -> HandWriter {
        let Self { hooks, copies, journal, .. } = self.clone();
        // The samples end with the program.
        let journal = if matches!(place.origin, Origin::Demo) { journal.of_samples() } else { journal };
        HandWriter { place: WritePlace::of(place, store.reader().as_ref()), store, hooks, copies, journal }
    }
}

/// After so long without an answer to a write the connection is asked whether it is still there: the write itself may wait much
/// longer.
const DOUBT: Duration = Duration::from_secs(2);

/// How long it is looked for what is stored now, before a write is said to have failed.
const LOOK: Duration = Duration::from_secs(3);

type Queued = (Ticket, Box<WriteOrder>);

/// The queue of one store's writes and the task that works it off: a store that does not answer holds up no other.
pub(super) struct Writer {
    queue: mpsc::UnboundedSender<Queued>,
    task: JoinHandle<()>,
}

impl Writer {
    pub(super) fn start(hand: HandWriter, watch: LinkWatch, events: mpsc::Sender<Event>) -> Self {
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
                let (writer, write) = (hand.clone(), order.write);
                let edited = match &write {
                    Write::Metadata(key, _) => Some(key.clone()),
                    _ => None,
                };
                let (progress, mut told) = mpsc::channel::<TurnProgress>(1);
                let carried = tokio::spawn(async move { writer.carry_out_told(write, &progress).await });
                // This ends with the write, and before what became of it is told.
                while let Some(at) = told.recv().await {
                    let _ = events.send(Event::Turning(ticket, at)).await;
                }
                let done = carried.await;
                doubts.abort();
                let event = match done.unwrap_or_else(|join| Err(crashed("writing", &join))) {
                    Ok(outcome) => Event::Written(ticket, Box::new(outcome)),
                    Err(error) => {
                        tracing::warn!(%error, %id, "a write failed");
                        let stored = now_stored(&hand, edited.as_ref(), &error).await;
                        Event::NotWritten { ticket, error, stored }
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

/// The metadata as they are stored now, where an edit met something else than it was guarded by, or its answer was lost.
async fn now_stored(hand: &HandWriter, edited: Option<&SessionKey>, error: &Error) -> Option<Box<Document>> {
    // Of a lost answer they tell what became of it.
    let refused = matches!(error, Error::Conflict { .. } | Error::NotAnObject { .. });
    let tells = refused || error.kind() == ErrorKind::Unconfirmed;
    let key = edited.filter(|_| tells)?;
    let reader = hand.store.reader();
    let stored = tokio::time::timeout(LOOK, reader.metadata(key)).await;
    stored.ok()?.ok().map(Box::new)
}
