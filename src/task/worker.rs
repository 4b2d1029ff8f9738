//! The task itself: takes commands, starts each question in a task of its own, keeps the reader.

use std::{future::Future, pin::Pin, sync::Arc};

use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    Access, Command, Event, Rights, Writing,
    lanes::{Lanes, Reply},
    link::Watch,
    question::Question,
    writer::Writer,
};
use crate::repository::{self, Candidate, Error, Limits, Opened, Target};

const COMMANDS: usize = 64;
const EVENTS: usize = 256;

/// The two ends a screen holds.
pub struct Task {
    /// Questions; bounded.
    pub commands: mpsc::Sender<Command>,
    /// Answers; bounded.
    pub events: mpsc::Receiver<Event>,
    /// Ends once `commands` is dropped and everything that was to be written is.
    pub done: JoinHandle<()>,
}

/// What opening a target gave.
pub enum Opening {
    /// A store.
    Store(Access),
    /// Several collections look like sessions.
    Choose(Vec<Candidate>),
}

/// Opens targets: [`repository::open`] and [`repository::open_writable`], or what a program puts in their place.
pub type Opener =
    Arc<dyn Fn(Target, Rights) -> Pin<Box<dyn Future<Output = repository::Result<Opening>> + Send>> + Send + Sync>;

/// Starts the task on the current runtime. It ends when `commands` is dropped.
#[must_use]
pub fn spawn(limits: Limits, writing: Writing) -> Task {
    spawn_with(Arc::new(move |target, rights| Box::pin(async move { open(&target, rights, limits).await })), writing)
}

async fn open(target: &Target, rights: Rights, limits: Limits) -> repository::Result<Opening> {
    Ok(match rights {
        Rights::Read => match repository::open(target, limits).await? {
            Opened::Reader(reader) => Opening::Store(Access::Read(reader)),
            Opened::Choose(candidates) => Opening::Choose(candidates),
        },
        Rights::Write => match repository::open_writable(target, limits).await? {
            Opened::Reader(repository) => Opening::Store(Access::Write(repository)),
            Opened::Choose(candidates) => Opening::Choose(candidates),
        },
    })
}

/// Starts the task with another way to open targets, e.g. a repository of the program's own.
#[must_use]
pub fn spawn_with(opener: Opener, writing: Writing) -> Task {
    let (commands, inbox) = mpsc::channel(COMMANDS);
    let (outbox, events) = mpsc::channel(EVENTS);
    let done = tokio::spawn(Worker::new(opener, writing, outbox).run(inbox));
    Task { commands, events, done }
}

/// A connection that was opened in a task of its own.
type Connected = (Reply, repository::Result<Opening>);

struct Worker {
    opener: Opener,
    events: mpsc::Sender<Event>,
    lanes: Lanes,
    watch: Option<Watch>,
    store: Option<Access>,
    writer: Writer,
    connected: (mpsc::Sender<Connected>, mpsc::Receiver<Connected>),
}

impl Worker {
    fn new(opener: Opener, writing: Writing, events: mpsc::Sender<Event>) -> Self {
        let writer = Writer::start(writing, events.clone());
        let connected = mpsc::channel(4);
        Self { opener, events, lanes: Lanes::default(), watch: None, store: None, writer, connected }
    }

    async fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        loop {
            // Both are channels: nothing is lost where the other one wins.
            tokio::select! {
                command = inbox.recv() => match command {
                    Some(command) => self.take(command),
                    None => return self.writer.finish().await,
                },
                Some((reply, opened)) = self.connected.1.recv() => self.connected(reply, opened).await,
            }
        }
    }

    fn take(&mut self, command: Command) {
        if let Command::Write(ticket, write) = command {
            return self.writer.order(ticket, self.store.clone(), write);
        }
        let reply = self.lanes.begin(&command);
        match command {
            Command::Cancel(_) => {}
            Command::Connect(_, target, rights) => self.connect(reply, target, rights),
            command => self.ask(reply, command),
        }
    }

    /// Opens the target beside the loop: looking up a host or a server may take long.
    fn connect(&mut self, reply: Reply, target: Target, rights: Rights) {
        self.store = None;
        self.watch = None;
        let opening = (self.opener)(target, rights);
        let done = self.connected.0.clone();
        tokio::spawn(async move {
            let opened =
                tokio::spawn(opening).await.unwrap_or_else(|join| Err(crashed("opening the connection", &join)));
            let _ = done.send((reply, opened)).await;
        });
    }

    async fn connected(&mut self, reply: Reply, opened: repository::Result<Opening>) {
        if !reply.is_awaited() {
            return;
        }
        let ticket = reply.ticket;
        let event = match opened {
            Ok(Opening::Store(store)) => {
                let location = store.reader().location();
                self.watch = Some(Watch::new(store.reader(), self.events.clone()));
                self.store = Some(store);
                Event::Connected { ticket, location }
            }
            Ok(Opening::Choose(candidates)) => Event::Choose { ticket, candidates },
            Err(error) => reply.failure(error),
        };
        reply.send(&self.events, event).await;
    }

    fn ask(&self, reply: Reply, command: Command) {
        let (Some(reader), Some(watch)) = (self.store.as_ref().map(Access::reader), self.watch.clone()) else {
            // Nothing is open (any more): whoever asked will ask again once it is.
            return;
        };
        let events = self.events.clone();
        tokio::spawn(async move {
            let question = Question { reader, events: events.clone(), reply: reply.clone() };
            let answered = tokio::spawn(async move { question.answer(command).await });
            let outcome = answered.await.unwrap_or_else(|join| Err(crashed("reading", &join)));
            if let Err(error) = outcome {
                watch.noticed(&error);
                tracing::warn!(%error, "a read failed");
                reply.send(&events, reply.failure(error)).await;
            }
        });
    }
}

/// A panic in a read is an error of that read, not the end of the program.
pub(super) fn crashed(doing: &str, join: &tokio::task::JoinError) -> Error {
    tracing::error!(%join, "crash while {doing}");
    Error::Other { doing: doing.to_owned(), reason: "it crashed; please report this, with the log".to_owned() }
}
