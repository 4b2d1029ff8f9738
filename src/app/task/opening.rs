//! Opening a place beside the loop: a host, a server, or a command that prints a password may take long. Given up, with the command,
//! once nobody waits for it, as every question is.

use std::{future::Future, pin::Pin, sync::Arc};

use tokio::sync::mpsc;

use super::{Event, crash::crashed, lanes::Reply};
use crate::{
    app::place::{Origin, PasswordRefusal, Place, Rights, Store},
    repository::{Opened, Result},
};

/// Opens places: [`place::open`](crate::app::place::open), or what a test puts in its stead.
pub type Opener =
    Arc<dyn Fn(Place, Rights) -> Pin<Box<dyn Future<Output = Result<Opened<Store>>> + Send>> + Send + Sync>;

/// A connection that was opened in a task of its own.
pub(super) type Connected = (Reply, Place, Result<Opened<Store>, PasswordRefusal>);

/// Begins to open a place; what came of it goes to `done`, as long as it is awaited.
pub(super) fn begin(
    opener: Opener,
    place: Place,
    reply: Reply,
    done: mpsc::Sender<Connected>,
    events: mpsc::Sender<Event>,
) {
    let ticket = reply.ticket;
    // A screen that has so much to do that no notice fits in is not waiting.
    let waiting = move |what: &str| drop(events.try_send(Event::Fetching(ticket, what.to_owned())));
    tokio::spawn(async move {
        let mut work = tokio::spawn(opened(opener, place.clone(), waiting));
        let opened = tokio::select! {
            opened = &mut work => opened.unwrap_or_else(|join| {
                Err(PasswordRefusal::Failed(crashed("opening the connection", &join)))
            }),
            () = reply.given_up() => {
                work.abort();
                return;
            }
        };
        let _ = done.send((reply, place, opened)).await;
    });
}

/// Opens a place; what is kept elsewhere of it is read first.
async fn opened(
    opener: Opener,
    mut place: Place,
    waiting: impl Fn(&str) + Sync,
) -> Result<Opened<Store>, PasswordRefusal> {
    if let Origin::Kept(kept) = &place.origin {
        place.origin = kept.in_browser(&waiting).await?.into();
    }
    let rights = place.rights();
    opener(place, rights).await.map_err(PasswordRefusal::Failed)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::sync::oneshot;

    use super::*;
    use crate::app::task::{Command, Lane, Ticket, Writing, lanes::Lanes, spawn_with};

    /// Opens nothing, for ever; the other end tells once that is given up.
    fn stuck() -> (Opener, oneshot::Receiver<()>) {
        let (held, dropped) = oneshot::channel::<()>();
        let held = Mutex::new(Some(held));
        let open = move |_: Place, _: Rights| -> Pin<Box<dyn Future<Output = Result<Opened<Store>>> + Send>> {
            let held = held.lock().unwrap().take();
            Box::pin(async move {
                let opened: Result<Opened<Store>> = std::future::pending().await;
                drop(held);
                opened
            })
        };
        (Arc::new(open), dropped)
    }

    fn connect() -> Command {
        Command::Connect(Ticket(1), Box::new(Place::plain("demo", Origin::Demo)))
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_given_up() {
        let (opener, dropped) = stuck();
        let lanes = Lanes::default();
        let reply = lanes.begin(&connect());
        let (done, mut opened) = mpsc::channel(1);
        begin(opener, Place::plain("demo", Origin::Demo), reply, done, mpsc::channel(1).0);
        tokio::task::yield_now().await;
        assert!(opened.try_recv().is_err());
        lanes.begin(&Command::Cancel(Lane::Connection));
        assert!(dropped.await.is_err(), "with all that it waited for");
        assert!(opened.recv().await.is_none());
    }

    #[tokio::test]
    async fn what_is_being_opened_at_the_end_is_given_up() {
        let (opener, dropped) = stuck();
        let task = spawn_with(opener, Writing::default());
        task.commands.send(connect()).await.unwrap();
        drop(task.commands);
        task.done.await.unwrap();
        assert!(dropped.await.is_err());
    }
}
