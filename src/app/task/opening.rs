//! Opening a place beside the loop: a host, a server, or a command that prints a password may take long. Given up, with the command,
//! once nobody waits for it.

use std::{future::Future, pin::Pin, sync::Arc};

use tokio::{sync::mpsc, task::AbortHandle};

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

/// A place that is being opened; dropping it gives that up.
pub(super) struct PlaceOpening {
    reply: Reply,
    work: AbortHandle,
}

impl PlaceOpening {
    pub fn begin(
        opener: Opener,
        place: Place,
        reply: Reply,
        done: mpsc::Sender<Connected>,
        events: mpsc::Sender<Event>,
    ) -> Self {
        let ticket = reply.ticket;
        // A screen that has so much to do that no notice fits in is not waiting.
        let waiting = move |what: &str| drop(events.try_send(Event::Fetching(ticket, what.to_owned())));
        let work = tokio::spawn(opened(opener, place.clone(), waiting));
        let opening = Self { reply: reply.clone(), work: work.abort_handle() };
        tokio::spawn(async move {
            let opened = match work.await {
                Ok(opened) => opened,
                Err(join) if join.is_cancelled() => return,
                Err(join) => Err(PasswordRefusal::Failed(crashed("opening the connection", &join))),
            };
            let _ = done.send((reply, place, opened)).await;
        });
        opening
    }

    /// Whether somebody still waits for it.
    pub fn is_awaited(&self) -> bool {
        self.reply.is_awaited()
    }
}

impl Drop for PlaceOpening {
    fn drop(&mut self) {
        self.work.abort();
    }
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
    use crate::app::task::{Command, Lane, Ticket, lanes::Lanes};

    #[tokio::test]
    async fn what_nobody_waits_for_is_given_up() {
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
        let opener: Opener = Arc::new(open);
        let lanes = Lanes::default();
        let place = Place::plain("demo", Origin::Demo);
        let reply = lanes.begin(&Command::Connect(Ticket(1), Box::new(place.clone())));
        let (done, mut opened) = mpsc::channel(1);
        let opening = PlaceOpening::begin(opener, place, reply, done, mpsc::channel(1).0);
        assert!(opening.is_awaited());
        lanes.begin(&Command::Cancel(Lane::Connection));
        assert!(!opening.is_awaited());
        drop(opening);
        assert!(dropped.await.is_err(), "with all that it waited for");
        assert!(opened.recv().await.is_none());
    }
}
