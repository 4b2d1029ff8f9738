//! The screen over the real task: keys go in, and what the task says is taken in event by event.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::layout::Size;
use strandscope::{
    app::config::Symbols, app::config::ThemeName, app::config::Ui, app::keymap::Keymap, app::place::Origin,
    app::place::Place, app::place::Reveal, app::task::Command, app::task::Event, app::task::Lane, app::task::Link,
    app::task::Opener, app::task::Task, app::task::Ticket, app::task::Writing, app::task::spawn_with,
    app::tui::render::Look, app::tui::render::look::Theme, app::tui::render::look::marks, app::tui::state::AppState,
    app::tui::state::Effect, app::tui::state::Input, app::tui::state::Start, app::writes::Journal,
};
use tokio::time::timeout;

use super::store::{Faulty, Held};

/// So low that the end of a conversation asks for no page before the last.
const SIZE: Size = Size::new(120, 24);
/// More than any of these tests needs.
const MOST_EVENTS: usize = 10_000;
/// A task that says nothing at all ends the test instead of holding it up for ever. Nothing is measured by it.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct Screen {
    pub state: Box<AppState>,
    pub store: Faulty,
    /// How often the connection came back.
    pub ups: usize,
    /// What became of each write: whether it was stored.
    pub written: Vec<bool>,
    /// What was asked of the task.
    pub asked: Vec<Command>,
    /// What is written down of what it changes.
    pub journal: Journal,
    task: Task,
    /// Each lane's newest question that is not answered to its end, with how many tokens of rows are to come.
    unanswered: HashMap<Lane, (Ticket, usize)>,
}

impl Screen {
    /// A screen that connects; what the store was told before counts from the first question on.
    pub async fn start(store: &Faulty, open_id: Option<&str>) -> Self {
        let opened = store.clone();
        let opener: Opener = Arc::new(move |_, _| Box::pin(opened.clone().connect()));
        let writing = Writing::default();
        let journal = writing.journal.of_samples();
        let task = spawn_with(opener, writing);
        let place = Place::plain("here", Origin::Demo);
        let look = Look {
            theme: Theme::of(ThemeName::None),
            marks: marks(Symbols::Ascii),
            zone: TimeZone::UTC,
            now: Timestamp::UNIX_EPOCH,
            links: false,
        };
        let (state, effects) = AppState::new(Start {
            // Nothing shows itself: what a test does not do does not happen.
            ui: Ui { preview: false, ..Ui::default() },
            look,
            keymap: Keymap::default(),
            filters: BTreeMap::new(),
            reveal: Reveal::default(),
            places: vec![place.clone()],
            read_only: false,
            place: Some(place),
            open_id: open_id.map(str::to_owned),
            fleet: None,
            size: SIZE,
            memory: strandscope::app::memory::Memory::default(),
            run: uuid::Uuid::nil(),
            alerts: Vec::new(),
        });
        let mut screen = Self {
            state: Box::new(state),
            store: store.clone(),
            ups: 0,
            written: Vec::new(),
            asked: Vec::new(),
            journal,
            task,
            unanswered: HashMap::new(),
        };
        screen.carry_out(effects).await;
        screen
    }

    /// All sessions listed with their details, `long` chosen.
    pub async fn listed(store: &Faulty) -> Self {
        let mut screen = Self::start(store, None).await;
        screen.quiet().await;
        screen.choose("long");
        screen
    }

    /// `long` open at its end.
    pub async fn opened(store: &Faulty) -> Self {
        let mut screen = Self::listed(store).await;
        screen.press("\n").await;
        screen.quiet().await;
        screen
    }

    pub fn choose(&mut self, id: &str) {
        let at = self.state.workspace.list.rows.iter().position(|row| row.name() == id).expect("it is listed");
        self.state.workspace.list.select(at);
    }

    /// The `_id` of the open session.
    pub fn open_session(&self) -> Option<&str> {
        self.state.workspace.conversation.session().map(|session| session.key.text())
    }

    /// Keys are pressed: characters, `\n` for Enter, `\u{1b}` for Esc, `\u{13}` for Ctrl-S.
    pub async fn press(&mut self, keys: &str) {
        for c in keys.chars() {
            let key: KeyEvent = match c {
                '\n' => KeyCode::Enter.into(),
                '\u{1b}' => KeyCode::Esc.into(),
                '\u{5}' => KeyCode::End.into(),
                '\u{13}' => KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL),
                c => KeyCode::Char(c).into(),
            };
            self.put(Input::Key(key)).await;
        }
    }

    /// So much time goes by, and the screen is drawn.
    pub async fn later(&mut self, ms: i64) {
        let now = self.state.look.now.checked_add(SignedDuration::from_millis(ms)).expect("a time");
        self.put(Input::Tick(now)).await;
        self.put(Input::Resize(SIZE)).await;
    }

    async fn put(&mut self, input: Input) {
        let effects = self.state.update(input);
        self.carry_out(effects).await;
    }

    async fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Ask(command) = effect {
                self.note(&command);
                self.asked.push(command.clone());
                self.task.commands.send(command).await.expect("the task runs");
            }
        }
    }

    fn note(&mut self, command: &Command) {
        let tokens = if let Command::Details(_, keys) = command { keys.len() } else { 0 };
        self.unanswered.retain(|lane, _| !command.overtakes(*lane));
        if let (lane, Some(ticket)) = command.lane()
            && lane != Lane::Write
        {
            self.unanswered.insert(lane, (ticket, tokens));
        }
    }

    fn note_answer(&mut self, event: &Event) {
        let Some((lane, ticket)) = event.answers() else { return };
        let Some((_, tokens)) = self.unanswered.get_mut(&lane).filter(|(asked, _)| *asked == ticket) else { return };
        let last = match event {
            Event::Plan(..)
            | Event::Empty(..)
            | Event::Rows(..)
            | Event::Looked(..)
            | Event::Ranked(..)
            | Event::Details(..)
            | Event::FleetRows(..)
            | Event::FleetSeed(..)
            | Event::Found { done: false, .. } => false,
            Event::Usage(..) => {
                *tokens -= 1;
                *tokens == 0
            }
            _ => true,
        };
        if last {
            self.unanswered.remove(&lane);
        }
    }

    async fn take(&mut self, event: Event) {
        self.note_answer(&event);
        match event {
            Event::Link(_, Link::Up) => self.ups += 1,
            Event::Written(..) => self.written.push(true),
            Event::NotWritten { .. } => self.written.push(false),
            _ => {}
        }
        self.put(Input::Task(Box::new(event))).await;
    }

    async fn next(&mut self, waiting_for: &str) -> Event {
        let Ok(event) = timeout(PATIENCE, self.task.events.recv()).await else {
            panic!("nothing more comes, and this did not: {waiting_for}\n{}", self.face());
        };
        event.expect("the task runs")
    }

    /// Takes in what comes until it is so.
    pub async fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        self.until_or(what, is_so, Self::face).await;
    }

    /// The same with other words for what is there instead.
    pub async fn until_or(&mut self, what: &str, is_so: impl Fn(&Self) -> bool, instead: impl Fn(&Self) -> String) {
        for _ in 0..MOST_EVENTS {
            if is_so(self) {
                return;
            }
            let Ok(event) = timeout(PATIENCE, self.task.events.recv()).await else {
                panic!("nothing more comes, and this did not: {what}\n{}", instead(self));
            };
            self.take(event.expect("the task runs")).await;
        }
        panic!("{MOST_EVENTS} events, and this did not come: {what}\n{}", instead(self));
    }

    /// Takes in what comes until every question is answered, well or badly.
    pub async fn quiet(&mut self) {
        self.until("every question is answered", |screen| screen.unanswered.is_empty()).await;
    }

    pub async fn until_lost(&mut self) {
        self.until("the connection is lost", |screen| screen.state.workspace.connection.lost.is_some()).await;
        self.quiet().await;
    }

    /// The store answers again: waits until that was noticed, and what was asked then is answered.
    pub async fn until_back(&mut self) {
        self.store.mend();
        let before = self.ups;
        self.until("the connection is back", |screen| screen.ups > before).await;
        self.quiet().await;
    }

    /// Takes in what comes until a call is held.
    pub async fn until_caught(&mut self, held: &Held) {
        loop {
            tokio::select! {
                biased;
                () = held.caught() => return,
                event = self.next("a call is held") => self.take(event).await,
            }
        }
    }

    /// Waits until what is held ends, though it was not let go: it is read for nobody.
    pub async fn until_left(&self, held: &Held) {
        timeout(PATIENCE, held.left()).await.unwrap_or_else(|_| panic!("it is read on:\n{}", self.face()));
    }

    /// Lets go what is held and takes in what comes of it: how many events that were.
    pub async fn let_go(&mut self, held: &Held) -> usize {
        held.let_go();
        // On a current-thread runtime each yield gives every other task a turn.
        for _ in 0..64 {
            tokio::task::yield_now().await;
        }
        let mut events = 0;
        while let Ok(event) = self.task.events.try_recv() {
            events += 1;
            self.take(event).await;
        }
        events
    }

    /// All that can be seen of it, to be compared.
    pub fn face(&self) -> String {
        let state = &self.state;
        let (list, conversation) = (&state.workspace.list, &state.workspace.conversation);
        let rows: Vec<_> = list.rows.iter().map(|row| (row.name(), list.details(row))).collect();
        let session = conversation.session().map(|session| (&session.key, &session.metadata));
        let selected = conversation.selected().map(|(agent, message)| (agent, message.index));
        let figures = conversation.metrics().is_some();
        [
            format!("{:?} {:?} {:?}", state.workspace.connection, state.focus, state.modals),
            format!("{rows:?} {} {:?} {:?} {:?}", list.selected(), list.count, list.notice, list.error),
            format!("{session:?} {selected:?} {:?} figures {figures}", conversation.find_status()),
            format!("{:?} {:?} {:?}", state.loading(), state.said, state.workspace.last_error),
        ]
        .join("\n")
    }
}
