//! A whole screen on the session of the benches, and what a store says at once to what it asks first.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use ratatui::{Terminal, backend::TestBackend, layout::Size};
use strandscope::{
    PageEnd,
    app::{
        config::{Symbols, ThemeName, Ui},
        keymap::Keymap,
        place::{Origin, Place, Reveal},
        task::{Command, Event},
        tui::{
            render::{
                Look,
                look::{Theme, marks},
            },
            state::{AppState, Effect, Input, Start},
            view,
        },
    },
    decode,
};

use crate::data;

/// A screen, and what it asks.
pub struct BenchScreen {
    pub state: AppState,
    /// What is asked of the store and not answered yet.
    pub asked: Vec<Command>,
    terminal: Terminal<TestBackend>,
}

impl BenchScreen {
    /// One of that size.
    pub fn new(size: Size, read_only: bool) -> Self {
        let look = Look {
            theme: Theme::of(ThemeName::Dark),
            marks: marks(Symbols::Unicode),
            zone: TimeZone::UTC,
            now: Timestamp::UNIX_EPOCH,
            links: false,
        };
        let (state, effects) = AppState::new(Start {
            ui: Ui::default(),
            look,
            keymap: Keymap::default(),
            filters: BTreeMap::new(),
            reveal: Reveal::default(),
            places: Vec::new(),
            read_only: false,
            place: Some(Place { read_only, ..Place::plain("bench", Origin::Demo) }),
            open_id: Some(data::id(0)),
            fleet: None,
            size,
            memory: strandscope::app::memory::Memory::default(),
            run: uuid::Uuid::nil(),
            alerts: Vec::new(),
        });
        let terminal = Terminal::new(TestBackend::new(size.width, size.height)).expect("a terminal");
        Self { state, asked: questions(effects).collect(), terminal }
    }

    /// Takes something in, and notes what is asked then.
    pub fn put(&mut self, input: Input) {
        let effects = self.state.update(input);
        self.asked.extend(questions(effects));
    }

    /// Draws a frame.
    pub fn draw(&mut self) {
        self.terminal.draw(|frame| view::draw(frame, &self.state)).expect("a frame");
    }

    /// What the last frame shows.
    pub fn shown(&self) -> String {
        self.terminal.backend().to_string()
    }
}

/// What is asked of the store.
fn questions(effects: Vec<Effect>) -> impl Iterator<Item = Command> {
    effects.into_iter().filter_map(|effect| match effect {
        Effect::Ask(command) => Some(command),
        _ => None,
    })
}

/// What the store says, but for what the session holds.
pub fn answer(command: &Command) -> Option<Event> {
    Some(match command {
        Command::Connect(ticket, ..) => {
            let (location, identity) = ("bench.sessions".into(), "bench".into());
            Event::Connected { ticket: *ticket, location, identity }
        }
        Command::Resolve(ticket, id) => {
            Event::Resolved(*ticket, id.clone(), vec![decode::summary(&data::session(0, 0, 0))])
        }
        Command::List(ticket, _) => Event::ListEnd(*ticket, PageEnd::default()),
        Command::Count(ticket, _) => Event::Count(*ticket, Some(10_000)),
        Command::Details(ticket, _) => Event::Details(*ticket, Vec::new()),
        _ => return None,
    })
}
