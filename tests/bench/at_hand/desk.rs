//! The whole screen over a store in memory: answers come at once, and the clock stands until it is moved.

use std::time::{Duration, Instant};

use bson::doc;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Size;
use strandscope::{
    ListPlan, Outline, PageEnd, SessionKey, StoredDate, Summary,
    app::{
        task::{Command, Event},
        tui::state::Input,
    },
    decode,
};

use crate::{
    answers::{self, BenchScreen},
    data,
};

const SIZE: Size = Size { width: 200, height: 60 };

/// Messages of each session.
const MESSAGES: usize = 40;

/// A screen, and the store it reads.
pub struct Desk {
    screen: BenchScreen,
    rows: Vec<Summary>,
}

impl Desk {
    /// With so many rows of a million sessions read, and the cursor in the list.
    pub fn with_rows(rows: i64) -> Self {
        let mut desk = Self { screen: BenchScreen::new(SIZE, false), rows: (0..rows).map(row).collect() };
        desk.answer();
        desk.press(KeyCode::Char('1'));
        desk.rest();
        assert_eq!(desk.screen.state.workspace.list.rows.len(), rows as usize, "all of them are read");
        desk
    }

    /// Seconds that a key and the frame after it take. What it asks for is answered afterwards.
    pub fn press(&mut self, key: KeyCode) -> f64 {
        let start = Instant::now();
        self.screen.put(Input::Key(KeyEvent::from(key)));
        self.screen.draw();
        let seconds = start.elapsed().as_secs_f64();
        self.answer();
        seconds
    }

    /// Seconds that a frame takes.
    pub fn draw(&mut self) -> f64 {
        let start = Instant::now();
        self.screen.draw();
        start.elapsed().as_secs_f64()
    }

    /// Keys one after another.
    pub fn type_text(&mut self, text: &str) {
        for letter in text.chars() {
            self.press(KeyCode::Char(letter));
        }
    }

    /// The hands rest, and what was waited for is asked and answered.
    pub fn rest(&mut self) {
        let now = self.screen.state.look.now.checked_add(Duration::from_millis(500)).expect("a time");
        self.screen.put(Input::Tick(now));
        self.screen.put(Input::Resize(SIZE));
        self.answer();
        self.screen.draw();
    }

    /// Everything that lies over the panes is left.
    pub fn leave(&mut self) {
        for _ in 0..8 {
            if self.screen.state.modals.is_empty() {
                break;
            }
            self.press(KeyCode::Esc);
        }
        assert!(self.screen.state.modals.is_empty(), "Esc leaves all of it");
        self.press(KeyCode::Char('1'));
        self.rest();
    }

    /// What the last frame shows.
    pub fn shown(&self) -> String {
        self.screen.shown()
    }

    fn answer(&mut self) {
        while !self.screen.asked.is_empty() {
            let command = self.screen.asked.remove(0);
            for event in self.answers(&command) {
                self.screen.put(Input::Task(Box::new(event)));
            }
        }
    }

    /// What the store says.
    fn answers(&self, command: &Command) -> Vec<Event> {
        match command {
            Command::List(ticket, query) => {
                // What a filter leaves is not what is measured.
                let rows = if query.filter.is_empty() { self.rows.clone() } else { self.rows[..20].to_vec() };
                vec![Event::Rows(*ticket, rows), Event::ListEnd(*ticket, PageEnd::default())]
            }
            Command::Count(ticket, _) => vec![Event::Count(*ticket, Some(1_000_000))],
            Command::Foresee(ticket, _) => vec![
                Event::Foreseen(*ticket, ListPlan::served("an index serves it")),
                Event::ForeseenCount(*ticket, Some(1_000_000)),
            ],
            Command::FilterValues(ticket, of) => {
                let values = (0..200).map(|number| format!("value-{number:03}")).collect();
                vec![Event::FilterValues(*ticket, *of, Some(values))]
            }
            Command::Open(ticket, key, _) => {
                vec![Event::Opened(*ticket, Box::new(decode::session(stored(key))))]
            }
            Command::Outline(ticket, key) => {
                let outline = Outline::from(&decode::session(stored(key)));
                vec![Event::Outline(*ticket, Box::new(outline))]
            }
            other => answers::answer(other).into_iter().collect(),
        }
    }
}

/// A session of the list as it is stored.
fn stored(key: &SessionKey) -> bson::Document {
    let mut document = data::session(0, MESSAGES, 1_500);
    document.extend(doc! { "_id": key.bson().clone(), "session_id": key.text() });
    document
}

/// A row of the list.
fn row(number: i64) -> Summary {
    let mut row = Summary::new(data::id(number).as_str());
    row.application_name = Some("customer-support".to_owned());
    row.updated_at = Some(StoredDate::from_millis(data::NEWEST_MS - number * 60_000));
    row.created_at = row.updated_at;
    row
}
