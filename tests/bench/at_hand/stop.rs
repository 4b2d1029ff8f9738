//! From the key that moves the cursor on to the end of what is asked for the preview of where it was: the screen over the real task,
//! sessions of 12 MB being read. Sessions that the cursor only passes are counted: nothing is read of them.

use std::{
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

use bson::Document;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Size;
use strandscope::{
    AgentId, Details, Filter, Limits, ListQuery, Message, Opened, Outline, Page, Result, Session, SessionKey,
    SessionReader, Summary, Target,
    app::{
        place::Store,
        task::{Command, Event, Opener, Task, Writing, spawn_with},
        tui::state::Input,
    },
    open,
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::timeout,
};

use crate::{
    answers::BenchScreen,
    measure::{median, ms, report},
};

const SIZE: Size = Size { width: 160, height: 50 };

/// Sessions that are passed without a rest.
const PASSED: usize = 10;

/// Nothing more is told after so long.
const QUIET: Duration = Duration::from_millis(400);

/// The store, in which a preview is read for as long as it is not given up.
#[derive(Debug)]
struct Reading {
    inner: Arc<dyn SessionReader>,
    begun: UnboundedSender<()>,
    ended: UnboundedSender<Instant>,
}

/// What is read. It notes when it ends.
struct Underway(UnboundedSender<Instant>);

impl Drop for Underway {
    fn drop(&mut self) {
        let _ = self.0.send(Instant::now());
    }
}

#[async_trait::async_trait]
impl SessionReader for Reading {
    fn location(&self) -> String {
        self.inner.location()
    }

    async fn ping(&self) -> Result<()> {
        self.inner.ping().await
    }

    fn list(&self, query: &ListQuery) -> Page {
        self.inner.list(query)
    }

    async fn count(&self, filter: &Filter) -> Result<Option<u64>> {
        self.inner.count(filter).await
    }

    async fn details(&self, keys: &[SessionKey]) -> Result<Vec<(SessionKey, Details)>> {
        self.inner.details(keys).await
    }

    async fn resolve(&self, id: &str) -> Result<Vec<Summary>> {
        self.inner.resolve(id).await
    }

    async fn open(&self, key: &SessionKey, last: u64) -> Result<Session> {
        // What is opened by its id is no preview.
        if *key == *crate::data::id(0).as_str() {
            return self.inner.open(key, last).await;
        }
        let _underway = Underway(self.ended.clone());
        let _ = self.begun.send(());
        loop {
            self.inner.document(key).await?;
        }
    }

    async fn outline(&self, key: &SessionKey) -> Result<Outline> {
        self.inner.outline(key).await
    }

    async fn messages(&self, key: &SessionKey, agent: &AgentId, range: Range<u64>) -> Result<Vec<Message>> {
        self.inner.messages(key, agent, range).await
    }

    async fn document(&self, key: &SessionKey) -> Result<Document> {
        self.inner.document(key).await
    }
}

/// A screen with its task.
struct Watching {
    screen: BenchScreen,
    task: Task,
    /// Previews that were asked for.
    opened: usize,
}

pub async fn run(uri: &str, rounds: usize) {
    let target = Target::Mongo { uri: uri.into(), database: Some("bench".into()), collection: Some("sessions".into()) };
    let Ok(Opened::Store(inner)) = open(&target, Limits::default()).await else { panic!("the collection opens") };
    let (begun, mut begins) = unbounded_channel();
    let (ended, mut ends) = unbounded_channel();
    let reading: Arc<dyn SessionReader> = Arc::new(Reading { inner, begun, ended });
    let mut watching = Watching::start(&reading).await;
    watching.settle().await;
    watching.key(KeyCode::Char('1')).await;
    watching.settle().await;

    watching.opened = 0;
    for key in [KeyCode::Down, KeyCode::Up] {
        for _ in 0..PASSED {
            watching.key(key).await;
        }
    }
    assert_eq!(watching.opened, 0, "nothing is read of sessions that are only passed");

    let mut seconds = Vec::new();
    for round in 0..rounds {
        watching.key(KeyCode::Down).await;
        watching.rest().await;
        begins.recv().await.expect("a preview is read");
        // In the middle of it.
        tokio::time::sleep(Duration::from_millis(20 + round as u64 % 17)).await;
        seconds.push(watching.give_up(&mut ends).await);
    }
    assert_eq!(watching.opened, rounds, "each is asked for once");
    seconds.sort_by(f64::total_cmp);
    let slowest = seconds.last().copied().unwrap_or_default();
    report(
        "a preview given up, from the key on, ms",
        median(seconds) * 1e3,
        "< 5",
        &format!("slowest {}", ms(slowest)),
    );
}

impl Watching {
    async fn start(reading: &Arc<dyn SessionReader>) -> Self {
        let reading = Arc::clone(reading);
        let opener: Opener = Arc::new(move |_, _| {
            let opened: Result<Opened<Store>> = Ok(Opened::Store(Store::Reader(Arc::clone(&reading))));
            Box::pin(async move { opened })
        });
        let screen = BenchScreen::new(SIZE, true);
        let mut watching = Self { screen, task: spawn_with(opener, Writing::default()), opened: 0 };
        watching.send().await;
        watching
    }

    /// Hands over what is asked.
    async fn send(&mut self) {
        for command in self.screen.asked.drain(..) {
            self.opened += usize::from(matches!(command, Command::Open(..)));
            self.task.commands.send(command).await.expect("the task runs");
        }
    }

    async fn put(&mut self, input: Input) {
        self.screen.put(input);
        self.send().await;
    }

    async fn key(&mut self, key: KeyCode) {
        self.put(Input::Key(KeyEvent::from(key))).await;
        self.screen.draw();
    }

    /// The cursor rests.
    async fn rest(&mut self) {
        let now = self.screen.state.look.now.checked_add(QUIET).expect("a time");
        self.put(Input::Tick(now)).await;
        self.put(Input::Resize(SIZE)).await;
    }

    /// Takes in what is told until nothing is.
    async fn settle(&mut self) {
        while let Ok(Some(event)) = timeout(QUIET, self.task.events.recv()).await {
            self.take_in(event).await;
        }
        self.screen.draw();
    }

    async fn take_in(&mut self, event: Event) {
        self.put(Input::Task(Box::new(event))).await;
    }

    /// Seconds from a key to the end of what is read.
    async fn give_up(&mut self, ends: &mut UnboundedReceiver<Instant>) -> f64 {
        // What was told before is no part of it.
        while let Ok(event) = self.task.events.try_recv() {
            self.take_in(event).await;
        }
        let start = Instant::now();
        self.key(KeyCode::Up).await;
        let ended = ends.recv().await.expect("it ends");
        ended.saturating_duration_since(start).as_secs_f64()
    }
}
