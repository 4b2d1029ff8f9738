//! The task itself: takes commands, starts each question in a task of its own, keeps the reader.

use std::{future::Future, pin::Pin, sync::Arc};

use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::{
    sync::mpsc,
    task::{JoinHandle, JoinSet},
    time::{Instant, MissedTickBehavior},
};

use super::{
    Command, Event, Lane, Ticket, WriteOrder, Writing,
    bulk::BulkRuns,
    command::BulkCommand,
    crash::crashed,
    lanes::{Lanes, Reply},
    lid::{LOOKS, SleepWatch},
    link::{LinkWatch, MOMENT},
    live,
    opening::{self, Connected, Opener},
    question::Question,
    writer::Writer,
};
use crate::{
    app::{
        place::{self, PasswordRefusal, Place, Store},
        writes::HandWriter,
    },
    hook::HookOutcome,
    repository::{Error, Limits, Opened, Result, WatchView},
};

const COMMANDS: usize = 64;
const EVENTS: usize = 256;

/// The two ends a screen holds.
pub struct Task {
    /// Questions; bounded.
    pub commands: mpsc::Sender<Command>,
    /// Answers; bounded.
    pub events: mpsc::Receiver<Event>,
    /// Ends once `commands` is dropped, everything that was to be written is, and the connections are closed.
    pub done: JoinHandle<()>,
}

/// Starts the task on the current runtime. It ends when `commands` is dropped.
#[must_use]
pub fn spawn(limits: Limits, writing: Writing) -> Task {
    let (outbox, events) = mpsc::channel(EVENTS);
    let notices = outbox.clone();
    let open = move |place: Place, rights| -> Pin<Box<dyn Future<Output = Result<Opened<Store>>> + Send>> {
        let notices = notices.clone();
        // A screen that has so much to do that no notice fits in is not waiting.
        let say = move |said: &str| drop(notices.try_send(Event::Waiting(said.to_owned())));
        Box::pin(async move { place::open(&place, rights, limits, say).await })
    };
    start(Arc::new(open), writing, outbox, events)
}

/// Starts the task with another way to open targets, e.g. a repository of the program's own.
#[must_use]
pub fn spawn_with(opener: Opener, writing: Writing) -> Task {
    let (outbox, events) = mpsc::channel(EVENTS);
    start(opener, writing, outbox, events)
}

fn start(opener: Opener, writing: Writing, outbox: mpsc::Sender<Event>, events: mpsc::Receiver<Event>) -> Task {
    let (commands, inbox) = mpsc::channel(COMMANDS);
    let done = tokio::spawn(Worker::new(opener, writing, outbox).run(inbox));
    Task { commands, events, done }
}

struct Worker {
    opener: Opener,
    events: mpsc::Sender<Event>,
    lanes: Lanes,
    writing: Writing,
    open: Vec<OpenStore>,
    /// The one that is asked, by the ticket of its `Connect`.
    current: Option<Ticket>,
    /// Writes to stores that were closed, and answers to writes that could not be: waited for at the end.
    ending: Vec<JoinHandle<()>>,
    connected: (mpsc::Sender<Connected>, mpsc::Receiver<Connected>),
}

/// A store that is open.
struct OpenStore {
    /// Of its `Connect`.
    ticket: Ticket,
    store: Store,
    /// Stands for the connection: gone once it is closed.
    _user: Arc<()>,
    watch: LinkWatch,
    hand: HandWriter,
    writer: Writer,
    bulk: BulkRuns,
    /// What of it is on the screen.
    view: WatchView,
    /// Tells what changes in it.
    live: JoinSet<()>,
}

impl OpenStore {
    /// Nothing more is told of it; what was to be written still is.
    fn leave(self) -> (Store, JoinHandle<()>) {
        drop(self.live);
        let (writes, bulk) = (self.writer.close(), self.bulk.close());
        let all = tokio::spawn(async move {
            let _ = writes.await;
            bulk.await;
        });
        (self.store, all)
    }
}

impl Worker {
    fn new(opener: Opener, writing: Writing, events: mpsc::Sender<Event>) -> Self {
        let connected = mpsc::channel(4);
        Self {
            opener,
            events,
            lanes: Lanes::default(),
            writing,
            open: Vec::new(),
            current: None,
            ending: Vec::new(),
            connected,
        }
    }

    async fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        let mut sleep = SleepWatch::default();
        let mut looks = tokio::time::interval(LOOKS);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            // Channels, and news that are kept until they are told: nothing is lost where another one wins.
            tokio::select! {
                command = inbox.recv() => match command {
                    Some(command) => self.take(command),
                    None => break,
                },
                Some((reply, place, opened)) = self.connected.1.recv() => self.connected(reply, &place, opened).await,
                _ = looks.tick() => if sleep.slept(Timestamp::now()) {
                    self.check_link();
                },
                told = self.writing.hooks.told() => {
                    let event = match told.outcome {
                        HookOutcome::GivenUp(_) => Event::Undelivered(told.to_string()),
                        _ => Event::Hook(Box::new(told)),
                    };
                    // Where the screen is gone, the log knows.
                    let _ = self.events.send(event).await;
                }
            }
        }
        // Nobody waits for a place that is being opened.
        self.lanes.begin(&Command::Cancel(Lane::Connection));
        let last: Vec<_> = self.open.into_iter().map(OpenStore::leave).collect();
        for writes in self.ending {
            let _ = writes.await;
        }
        let closing = last.into_iter().map(|(store, writes)| async move {
            let _ = writes.await;
            store.close().await;
        });
        join_all(closing).await;
    }

    /// Asks at once whether the connection still answers, beside everything else.
    fn check_link(&self) {
        for open in &self.open {
            tracing::info!("the machine slept: the connection is looked at");
            let watch = open.watch.clone();
            tokio::spawn(async move { watch.check().await });
        }
    }

    fn take(&mut self, command: Command) {
        if let Command::Write(ticket, order) = command {
            return self.write(ticket, order);
        }
        if let Command::Bulk(ticket, ordered) = command {
            return self.bulk(ticket, *ordered);
        }
        if let Command::BulkStop(ticket) = command {
            return self.open.iter().for_each(|open| open.bulk.stop(ticket));
        }
        if let Command::Look(ticket, in_view) = command {
            if let Some(open) = self.of(ticket) {
                open.view.show(*in_view);
            }
            return;
        }
        if let Command::Close(ticket) = command {
            return self.close(ticket);
        }
        let reply = self.lanes.begin(&command);
        match command {
            Command::Cancel(_) => {}
            Command::Use(ticket) => self.current = Some(ticket),
            Command::Connect(_, place) => self.connect(reply, *place),
            command => self.ask(reply, command),
        }
    }

    /// Hands a write to the store it was ordered for, and to no other: an id may be another session's there.
    fn write(&mut self, ticket: Ticket, order: Box<WriteOrder>) {
        if let Some(open) = self.of(order.connection) {
            return open.writer.order(ticket, order);
        }
        self.answer(Event::NotWritten { ticket, error: not_there(), stored: None });
    }

    /// The same for a change of many sessions.
    fn bulk(&mut self, ticket: Ticket, ordered: BulkCommand) {
        match self.open.iter_mut().find(|open| open.ticket == ordered.connection) {
            Some(open) => open.bulk.start(ticket, ordered),
            None => self.answer(Event::BulkEnded(ticket, Err(not_there()))),
        }
    }

    /// Answers beside the loop.
    fn answer(&mut self, event: Event) {
        let events = self.events.clone();
        self.ending.push(tokio::spawn(async move {
            let _ = events.send(event).await;
        }));
    }

    /// Opens the place beside the loop.
    fn connect(&mut self, reply: Reply, place: Place) {
        self.current = None;
        let (opener, done) = (Arc::clone(&self.opener), self.connected.0.clone());
        opening::begin(opener, place, reply, done, self.events.clone());
    }

    /// The store that was opened with that ticket.
    fn of(&self, ticket: Ticket) -> Option<&OpenStore> {
        self.open.iter().find(|open| open.ticket == ticket)
    }

    /// Nothing more is told of it; what was to be written still is, and then its connections end.
    fn close(&mut self, ticket: Ticket) {
        self.ending.retain(|writes| !writes.is_finished());
        self.current.take_if(|current| *current == ticket);
        let left = self.open.extract_if(.., |open| open.ticket == ticket).map(OpenStore::leave);
        self.ending.extend(left.map(|(store, writes)| {
            tokio::spawn(async move {
                let _ = writes.await;
                store.close().await;
            })
        }));
    }

    async fn connected(&mut self, reply: Reply, place: &Place, opened: Result<Opened<Store>, PasswordRefusal>) {
        if !reply.is_awaited() {
            return;
        }
        let ticket = reply.ticket;
        let event = match opened {
            Ok(Opened::Store(store)) => {
                let (location, identity) = (store.reader().location(), store.reader().identity());
                let user = Arc::default();
                let watch = LinkWatch::new(ticket, store.reader(), self.events.clone(), &user);
                let hand = self.writing.at(place, store.clone());
                let bulk = BulkRuns::new(hand.clone(), self.writing.reports.clone(), self.events.clone());
                let writer = Writer::start(hand.clone(), watch.clone(), self.events.clone());
                let (view, live) = (WatchView::default(), JoinSet::new());
                self.open.push(OpenStore { ticket, store, _user: user, watch, hand, writer, bulk, view, live });
                self.current = Some(ticket);
                Event::Connected { ticket, location, identity }
            }
            Ok(Opened::Choose(candidates)) => Event::Choose { ticket, candidates },
            Err(PasswordRefusal::Wanted { user, hosts }) => Event::PasswordWanted { ticket, user, hosts },
            Err(PasswordRefusal::Failed(error)) => reply.failure(error),
        };
        reply.send(&self.events, event).await;
        // Only now: the screen knows of the connection before it hears of its changes.
        if let Some(open) = self.open.iter_mut().find(|open| open.ticket == ticket) {
            let link = open.watch.clone();
            let (reader, view, events) = (open.store.reader(), open.view.clone(), self.events.clone());
            open.live = live::follow(ticket, reader, view, events, move |stands| match stands {
                Ok(()) => link.heard(),
                Err(error) => link.noticed(error),
            });
        }
    }

    fn ask(&self, reply: Reply, command: Command) {
        let (asked, command) = match command {
            Command::At(ticket, command) => (Some(ticket), *command),
            command => (self.current, command),
        };
        let Some(OpenStore { store, watch, hand, .. }) = asked.and_then(|asked| self.of(asked)) else {
            // Nothing is open (any more): whoever asked will ask again once it is.
            return;
        };
        let (reader, watch, hand) = (store.reader(), watch.clone(), hand.clone());
        // Of what is kept here the connection is not asked.
        let is_asked = !matches!(command, Command::OwnFeedback(..));
        let events = self.events.clone();
        tokio::spawn(async move {
            let question = Question { reader, hand, events: events.clone(), reply: reply.clone() };
            let mut answered = tokio::spawn(async move { question.answer(command).await });
            let asked = Instant::now();
            let outcome = tokio::select! {
                outcome = &mut answered => outcome.unwrap_or_else(|join| Err(crashed("reading", &join))),
                () = reply.given_up() => {
                    // Nothing more is asked for it.
                    answered.abort();
                    if asked.elapsed() > MOMENT {
                        // It may be that nothing answers any more, which its failure would have told.
                        watch.check().await;
                    }
                    return;
                }
            };
            match outcome {
                Ok(()) if !is_asked => {}
                Ok(()) => watch.heard(),
                Err(error) => {
                    tracing::warn!(%error, "a read failed");
                    // The failure comes first: news that the connection is back must find it, to ask again.
                    reply.send(&events, reply.failure(error.clone())).await;
                    watch.noticed(&error);
                }
            }
        });
    }
}

/// What was ordered for a connection that is not open.
fn not_there() -> Error {
    Error::other("writing", "the connection it was typed for is not open; nothing was written")
        .with_hint("connect there and repeat it")
}
