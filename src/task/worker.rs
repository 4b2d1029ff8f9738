//! The task itself: takes commands, starts each question in a task of its own, keeps the reader.

use std::{future::Future, pin::Pin, sync::Arc};

use tokio::sync::mpsc;

use super::{
    Command, Event,
    lanes::{Lanes, Reply},
    link::Watch,
    question::Question,
};
use crate::repository::{self, Error, Limits, Opened, SessionReader, Target};

const COMMANDS: usize = 64;
const EVENTS: usize = 256;

/// The two ends a screen holds.
pub struct Task {
    /// Questions; bounded.
    pub commands: mpsc::Sender<Command>,
    /// Answers; bounded.
    pub events: mpsc::Receiver<Event>,
}

/// Opens targets: [`repository::open`], or what a program puts in its place.
pub type Opener = Arc<dyn Fn(Target) -> Pin<Box<dyn Future<Output = repository::Result<Opened>> + Send>> + Send + Sync>;

/// Starts the task on the current runtime. It ends when `commands` is dropped.
#[must_use]
pub fn spawn(limits: Limits) -> Task {
    spawn_with(Arc::new(move |target| Box::pin(async move { repository::open(&target, limits).await })))
}

/// Starts the task with another way to open targets, e.g. a repository of the program's own.
#[must_use]
pub fn spawn_with(opener: Opener) -> Task {
    let (commands, inbox) = mpsc::channel(COMMANDS);
    let (outbox, events) = mpsc::channel(EVENTS);
    tokio::spawn(Worker::new(opener, outbox).run(inbox));
    Task { commands, events }
}

/// A connection that was opened in a task of its own.
type Connected = (Reply, repository::Result<Opened>);

struct Worker {
    opener: Opener,
    events: mpsc::Sender<Event>,
    lanes: Lanes,
    watch: Option<Watch>,
    reader: Option<Arc<dyn SessionReader>>,
    connected: (mpsc::Sender<Connected>, mpsc::Receiver<Connected>),
}

impl Worker {
    fn new(opener: Opener, events: mpsc::Sender<Event>) -> Self {
        Self { opener, events, lanes: Lanes::default(), watch: None, reader: None, connected: mpsc::channel(4) }
    }

    async fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        loop {
            // Both are channels: nothing is lost where the other one wins.
            tokio::select! {
                command = inbox.recv() => match command {
                    Some(command) => self.take(command),
                    None => return,
                },
                Some((reply, opened)) = self.connected.1.recv() => self.connected(reply, opened).await,
            }
        }
    }

    fn take(&mut self, command: Command) {
        let reply = self.lanes.begin(&command);
        match command {
            Command::Cancel(_) => {}
            Command::Connect(_, target) => self.connect(reply, target),
            command => self.ask(reply, command),
        }
    }

    /// Opens the target beside the loop: looking up a host or a server may take long.
    fn connect(&mut self, reply: Reply, target: Target) {
        self.reader = None;
        self.watch = None;
        let opening = (self.opener)(target);
        let done = self.connected.0.clone();
        tokio::spawn(async move {
            let opened =
                tokio::spawn(opening).await.unwrap_or_else(|join| Err(crashed("opening the connection", &join)));
            let _ = done.send((reply, opened)).await;
        });
    }

    async fn connected(&mut self, reply: Reply, opened: repository::Result<Opened>) {
        if !reply.is_awaited() {
            return;
        }
        let ticket = reply.ticket;
        let event = match opened {
            Ok(Opened::Reader(reader)) => {
                let location = reader.location();
                self.watch = Some(Watch::new(reader.clone(), self.events.clone()));
                self.reader = Some(reader);
                Event::Connected { ticket, location }
            }
            Ok(Opened::Choose(candidates)) => Event::Choose { ticket, candidates },
            Err(error) => reply.failure(error),
        };
        reply.send(&self.events, event).await;
    }

    fn ask(&self, reply: Reply, command: Command) {
        let (Some(reader), Some(watch)) = (self.reader.clone(), self.watch.clone()) else {
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
fn crashed(doing: &str, join: &tokio::task::JoinError) -> Error {
    tracing::error!(%join, "crash while {doing}");
    Error::Other { doing: doing.to_owned(), reason: "it crashed; please report this, with the log".to_owned() }
}
