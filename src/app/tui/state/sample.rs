//! A whole screen for tests, and a store that answers what it asks.

use crate::app::keymap::Keymap;
use std::collections::{BTreeMap, VecDeque};

use bson::DateTime;
use crossterm::event::{KeyCode, KeyEvent};
use jiff::{Timestamp, ToSpan};
use ratatui::layout::Size;

use super::{AppState, Effect, Input, Start};
use crate::app::place::{self, Place};
use crate::{
    app::{
        config::{ThemeName, Ui},
        fleet::read::FleetExtent,
        row_figures::RowFigures,
        task::{Command, Event, FleetScope, Link},
        tui::{
            render::look::Theme,
            state::conversation::sample::Desk,
            view::sample::{self, look},
        },
        writes::bulk::{BulkScope, BulkTally, SessionOutcome},
    },
    metrics::Outline,
    repository::{Cursor, ListPlan, ListQuery, News, PageEnd, Target},
    session::{AgentCount, Details, FeedbackTally, SessionKey, Summary, Usage},
};

/// The screen with what it asked that nobody answered yet.
pub struct Screen {
    /// The state.
    pub state: AppState,
    /// Questions in the order they were asked.
    pub asked: VecDeque<Command>,
    /// Whether it wants to leave.
    pub left: bool,
    /// How many sessions the store has.
    pub stored: usize,
}

impl Screen {
    /// The start screen.
    pub fn start(width: u16, height: u16) -> Self {
        Self::with(width, height, None, still())
    }

    /// Connecting to a place called `local`.
    pub fn connecting(width: u16, height: u16) -> Self {
        let uri = "mongodb://me:hunter2@localhost".to_owned().into();
        let target = Target::Mongo { uri, database: None, collection: None };
        let place = Place { colour: Some("green".into()), read_only: true, ..Place::plain("local", target) };
        Self::with(width, height, Some(place), still())
    }

    /// The first page of 4 812 sessions shown.
    pub fn listed(width: u16, height: u16) -> Self {
        let mut screen = Self::connecting(width, height);
        screen.answer_all();
        screen
    }

    /// A session open that may be written, its field `priority` chosen.
    pub fn writable(width: u16, height: u16) -> Self {
        let mut screen = Self::listed(width, height);
        if let Some(place) = &mut screen.state.workspace.connection.place {
            place.read_only = false;
        }
        screen.press("\n");
        screen.answer_all();
        // The first field that is a text.
        screen.press("4jj");
        screen
    }

    /// A screen of its own.
    pub fn with(width: u16, height: u16, place: Option<Place>, ui: Ui) -> Self {
        Self::opening(width, height, place, ui, None)
    }

    /// A screen of its own that opens a session as a person typed its id.
    pub fn opening(width: u16, height: u16, place: Option<Place>, ui: Ui, open_id: Option<String>) -> Self {
        let filters = BTreeMap::from([("support".to_owned(), "app:support".to_owned())]);
        let places = place::all(None, Vec::new(), Some("/somewhere/me".into()));
        let size = Size::new(width, height);
        let (keymap, look) = (Keymap::default(), look());
        let (state, effects) = AppState::new(Start {
            ui,
            look,
            keymap,
            filters,
            reveal: place::Reveal::default(),
            places,
            read_only: false,
            place,
            open_id,
            fleet: None,
            size,
            memory: crate::app::memory::Memory::default(),
            run: uuid::Uuid::nil(),
            alerts: Vec::new(),
        });
        let mut screen = Self { state, asked: VecDeque::new(), left: false, stored: 4812 };
        screen.take(effects);
        screen
    }

    /// Everything in another theme, and with the marks that the look has now: what is laid out already is so again.
    pub fn wear(&mut self, theme: ThemeName) {
        self.state.look.theme = Theme::of(theme);
        self.state.workspace.conversation_inner = None;
        let effects = self.state.settle(false);
        self.take(effects);
    }

    /// Keeps what is asked.
    pub fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(command) => self.asked.push_back(command),
                Effect::Quit => self.left = true,
                _ => {}
            }
        }
    }

    /// Something happens.
    pub fn put(&mut self, input: Input) {
        let effects = self.state.update(input);
        self.take(effects);
    }

    /// Keys are pressed: characters, `\n` for Enter, `\u{1b}` for Esc, `\t` for Tab.
    pub fn press(&mut self, keys: &str) {
        for c in keys.chars() {
            let code = match c {
                '\n' => KeyCode::Enter,
                '\t' => KeyCode::Tab,
                '\u{1b}' => KeyCode::Esc,
                '\u{5}' => KeyCode::End,
                c => KeyCode::Char(c),
            };
            self.put(Input::Key(KeyEvent::from(code)));
        }
    }

    /// The task says something.
    pub fn tell(&mut self, event: Event) {
        self.put(Input::Task(Box::new(event)));
    }

    /// What becomes of the connection that is shown.
    pub fn link(&mut self, link: Link) {
        let ticket = self.state.workspace.ticket;
        self.tell(Event::Link(ticket, link));
    }

    /// The store that is open tells something.
    pub fn news(&mut self, news: News) {
        let ticket = self.state.workspace.ticket;
        self.tell(Event::News(ticket, news));
    }

    /// Answers what was asked until nothing more is.
    pub fn answer_all(&mut self) {
        while let Some(command) = self.asked.pop_front() {
            for event in self.answers(&command) {
                self.tell(event);
            }
        }
    }

    /// What the store says to a question.
    pub fn answers(&self, command: &Command) -> Vec<Event> {
        match command {
            Command::Connect(ticket, ..) => {
                vec![Event::Connected {
                    ticket: *ticket,
                    location: "agents.sessions".into(),
                    identity: "localhost:27017/agents.sessions".into(),
                }]
            }
            Command::List(ticket, query) => {
                let (rows, end) = self.page(query);
                vec![Event::Rows(*ticket, rows), Event::ListEnd(*ticket, end)]
            }
            // Names hold the filter's words.
            Command::RowsOf(ticket, keys, filter, _) => {
                let matching = keys.iter().filter(|key| key.text().contains(&filter.source));
                vec![Event::RowsOf(*ticket, matching.map(|key| row(0, key.text())).collect())]
            }
            Command::Count(ticket, filter) => vec![Event::Count(*ticket, Some(self.matching(&filter.source) as u64))],
            Command::Details(ticket, keys) => {
                let mut events =
                    vec![Event::Details(*ticket, keys.iter().map(|key| (key.clone(), details(key))).collect())];
                events.extend(keys.iter().map(|key| Event::Usage(*ticket, key.clone(), figures())));
                events
            }
            Command::Resolve(ticket, id) => vec![Event::Resolved(*ticket, id.clone(), vec![row(0, id)])],
            Command::Open(_, key, _)
            | Command::Outline(_, key)
            | Command::Messages(_, key, ..)
            | Command::Find(_, key, ..) => {
                let mut session = sample::session("support-1042");
                session.key = key.clone();
                Desk::new(vec![session], 40, 10).answer(command).into_iter().collect()
            }
            Command::Peek(ticket, key) => {
                let mut session = sample::session("support-1042");
                session.key = key.clone();
                vec![Event::Peeked(*ticket, Box::new(session))]
            }
            Command::Weigh(ticket, order) => {
                let found = match &order.scope {
                    BulkScope::Sessions(keys) => keys.iter().map(|key| (key.clone(), details(key))).collect(),
                    BulkScope::Matching { .. } => Vec::new(),
                };
                vec![Event::Weighed { ticket: *ticket, found, undated: 0, done: true }]
            }
            Command::OwnFeedback(ticket, _) => vec![Event::OwnFeedback(*ticket, Vec::new())],
            Command::Document(ticket, _) => {
                vec![Event::Document(*ticket, Box::new(sample::inspection(sample::document("support-1042"))))]
            }
            Command::At(_, asked) => self.answers(asked),
            Command::Match(ticket, ..) => vec![Event::Matched(*ticket, true)],
            Command::Sizes(ticket, keys) => {
                vec![Event::Sized(*ticket, keys.iter().map(|key| (key.clone(), details(key))).collect())]
            }
            Command::Fleet(ticket, scope) => {
                let now = look().now;
                let mut rows: Vec<Summary> = (1..4).map(|at| row(at, &format!("agent-{at}"))).collect();
                if let FleetScope::Sessions(keys) | FleetScope::Again(keys) = scope {
                    rows.retain(|row| keys.contains(&row.key));
                }
                let seeds = rows.clone().into_iter().map(|row| {
                    let mut session = sample::session("support-1042");
                    (session.key, session.session_id, session.updated_at) = (row.key, None, Some(now.into()));
                    Event::FleetSeed(*ticket, Box::new((session, Outline::default())))
                });
                let listed = matches!(scope, FleetScope::Window(..)).then(|| Event::FleetRows(*ticket, rows.clone()));
                listed.into_iter().chain(seeds).chain([Event::FleetEnd(*ticket, FleetExtent::All)]).collect()
            }
            Command::BulkPreview(ticket, order, _) => {
                let mut tally = BulkTally::default();
                let says = || order.change.to_string();
                (0..12).for_each(|at| tally.count(&format!("support-{at}"), SessionOutcome::Done, says));
                tally.count("resumed-7", SessionOutcome::Misfit, || "\"x\" does not fit".to_owned());
                vec![Event::BulkSeen { ticket: *ticket, tally: Box::new(tally), done: true }]
            }
            Command::Foresee(ticket, query) => {
                let served = ListPlan::served("the index on _id serves this filter");
                let count = self.matching(&query.filter.source) as u64;
                vec![Event::Foreseen(*ticket, served), Event::ForeseenCount(*ticket, Some(count))]
            }
            Command::Use(_)
            | Command::Close(_)
            | Command::MetadataKeys(..)
            | Command::MetadataValues(..)
            | Command::FilterValues(..)
            | Command::Cancel(_)
            | Command::Look(..)
            | Command::Write(..)
            | Command::Bulk(..)
            | Command::BulkStop(_) => Vec::new(),
        }
    }

    fn matching(&self, source: &str) -> usize {
        if source.is_empty() { self.stored } else { self.stored.min(30) }
    }

    fn page(&self, query: &ListQuery) -> (Vec<Summary>, PageEnd) {
        let from = match &query.after {
            Some(Cursor::Dated { shown, .. }) => shown.first().and_then(bson::Bson::as_i64).unwrap_or(0) as usize,
            _ => 0,
        };
        let to = (from + query.limit as usize).min(self.matching(&query.filter.source));
        let name = if query.filter.is_empty() { "support".to_owned() } else { query.filter.source.clone() };
        let next = Cursor::Dated { date: DateTime::from_millis(0), shown: vec![bson::Bson::Int64(to as i64)] };
        let more = to < self.matching(&query.filter.source);
        let rows = (from..to).map(|at| row(at, &format!("{name}-{}-{at}", query.sort).to_lowercase())).collect();
        (rows, PageEnd::at(more.then_some(next)))
    }
}

/// Nothing shows itself: what a test does not do does not happen.
fn still() -> Ui {
    Ui { preview: false, ..Ui::default() }
}

fn row(at: usize, id: &str) -> Summary {
    let now: Timestamp = look().now;
    let minutes = (at * at) as i64;
    Summary {
        key: SessionKey::from(id),
        session_id: None,
        application_name: Some("shop".into()),
        session_type: Some("AGENT".into()),
        created_at: now.checked_sub((minutes + 5).minutes()).ok().map(Into::into),
        updated_at: now.checked_sub(minutes.minutes()).ok().map(Into::into),
        unclear_dates: Vec::new(),
        metadata: None,
    }
}

fn figures() -> RowFigures {
    RowFigures {
        usage: Usage { total: Some(1572), ..Usage::default() },
        findings: Some(0),
        calls: Some(3),
        errors: Some(1),
        latency_p95_ms: Some(2400),
    }
}

fn details(key: &SessionKey) -> Details {
    let seed = key.text().len() as u64 + u64::from(key.text().bytes().last().unwrap_or(b'0') - b'0');
    Details {
        agents: vec![AgentCount {
            id: "support".into(),
            model: Some("claude".into()),
            messages: seed,
            created_at: None,
            updated_at: None,
            waiting: None,
        }],
        messages: seed,
        feedbacks: FeedbackTally { up: seed % 3, down: seed % 2, ..FeedbackTally::default() },
        guardrail_events: u64::from(seed.is_multiple_of(5)),
        bytes: Some(seed * 1000),
        ..Details::default()
    }
}
