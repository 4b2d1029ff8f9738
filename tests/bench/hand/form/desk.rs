//! The whole screen with a form open on a session's metadata, over a store in memory; and another writer.

use std::time::Instant;

use bson::{Bson, DateTime, Document, doc, oid::ObjectId};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;
use strandscope::{
    Change, ChangeKind, News, Outline, Session, SessionKey,
    app::{
        task::{Command, Event, Ticket},
        tui::state::{Input, form::MetadataForm, modal::Modal},
    },
    decode,
};

use crate::{
    answers::{self, BenchScreen},
    data,
};

/// Something that happens.
#[derive(Debug, Clone, Copy)]
pub enum Happening {
    /// A key.
    Key(KeyCode),
    /// A key with `Ctrl`.
    Control(char),
    /// Another writer gives a field another value.
    Theirs,
}

/// The screen.
pub struct Desk {
    screen: BenchScreen,
    opened: Ticket,
    others: i64,
}

/// Fields of all types, some of them objects and arrays; the first is a text, the second an object.
pub fn fields(count: usize) -> Document {
    let value = |at: usize| -> Bson {
        match at % 10 {
            0 => format!("text {at}").into(),
            1 => doc! { "tier": "gold", "visits": at as i32, "address": { "city": "Bern", "zip": "3011" } }.into(),
            2 => Bson::Int32(at as i32),
            3 => Bson::Int64(at as i64),
            4 => Bson::Double(at as f64 / 3.0),
            5 => Bson::DateTime(DateTime::from_millis(data::NEWEST_MS + at as i64 * 60_000)),
            6 => Bson::Boolean(at.is_multiple_of(20)),
            7 => vec![Bson::from("a"), Bson::Int32(at as i32), Bson::Null].into(),
            8 => Bson::ObjectId(ObjectId::from_bytes([at as u8; 12])),
            _ => "a sentence that is longer than its row. ".repeat(15).into(),
        }
    };
    (0..count).map(|at| (field(at), value(at))).collect()
}

/// The key of a field.
fn field(at: usize) -> String {
    format!("field_{at:04}")
}

impl Desk {
    /// A screen of that size on a session with this metadata, its form open.
    pub fn new(size: Size, metadata: &Document) -> Self {
        let screen = BenchScreen::new(size, false);
        let opened = screen.asked.iter().find_map(|command| match command {
            Command::Connect(ticket, ..) => Some(*ticket),
            _ => None,
        });
        let mut desk = Self { screen, opened: opened.expect("it connects"), others: 0 };
        desk.answer_all(&session(metadata));
        // To the metadata, where its form is opened with the first field being typed in.
        for key in [KeyCode::Char('4'), KeyCode::Char('e'), KeyCode::Esc] {
            desk.happen(Happening::Key(key));
        }
        desk.draw();
        let shown = desk.screen.shown();
        assert!(shown.contains("Metadata of") && shown.contains("field_0000"), "the form is open:\n{shown}");
        desk
    }

    /// The form that is open.
    pub fn form(&self) -> &MetadataForm {
        let form = self.screen.state.modals.iter().rev().find_map(|modal| match modal {
            Modal::Form(form) => Some(&**form),
            _ => None,
        });
        form.expect("a form")
    }

    /// With this changed in the form and not saved.
    pub fn change(&mut self, mine: Document) {
        let form = self.form();
        let (home, rules, stored) = (form.home, form.rules.clone(), form.theirs.clone());
        let mut draft = form.draft(None);
        draft.mine = mine;
        let (form, _) = MetadataForm::from_draft(draft, home, rules, &stored);
        self.screen.state.modals.clear();
        self.screen.state.modals.push(Modal::Form(Box::new(form)));
    }

    /// Another writer makes this of the metadata.
    pub fn store(&mut self, metadata: Document) {
        self.tell(ChangeKind::MetadataWhole(Some(metadata.into())));
    }

    /// Every object and array is unfolded.
    pub fn unfold_all(&mut self) {
        self.happen(Happening::Key(KeyCode::Home));
        while self.form().selected() + 1 < self.form().rows().len() {
            self.happen(Happening::Key(KeyCode::Right));
            self.happen(Happening::Key(KeyCode::Down));
        }
        self.happen(Happening::Key(KeyCode::Home));
    }

    /// Seconds from something that happens to the state behind it, and of the frame that follows.
    pub fn measured(&mut self, what: Option<Happening>) -> (f64, f64) {
        let start = Instant::now();
        if let Some(what) = what {
            self.happen(what);
        }
        let behind = start.elapsed().as_secs_f64();
        let start = Instant::now();
        self.draw();
        (behind, start.elapsed().as_secs_f64())
    }

    /// Something happens.
    pub fn happen(&mut self, what: Happening) {
        let key = match what {
            Happening::Key(code) => KeyEvent::from(code),
            Happening::Control(c) => KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL),
            Happening::Theirs => {
                self.others += 1;
                return self.tell(ChangeKind::Metadata(vec![(field(3), Some(Bson::Int64(self.others)))]));
            }
        };
        // What it asks of the store is not answered: offers are what a save does not wait for.
        self.screen.state.update(Input::Key(key));
    }

    /// Draws what is to be seen.
    pub fn draw(&mut self) {
        self.screen.draw();
    }

    /// Seconds that it takes to give what is kept of it as a draft.
    pub fn draft(&self) -> f64 {
        let start = Instant::now();
        std::hint::black_box(self.screen.state.drafts());
        start.elapsed().as_secs_f64()
    }

    fn tell(&mut self, kind: ChangeKind) {
        let change = Change::new(SessionKey::from(data::id(0).as_str()), kind);
        let event = Event::News(self.opened, News::Changes(vec![change]));
        self.screen.state.update(Input::Task(Box::new(event)));
    }

    fn answer_all(&mut self, session: &Session) {
        while !self.screen.asked.is_empty() {
            let Some(event) = answer(&self.screen.asked.remove(0), session) else { continue };
            self.screen.put(Input::Task(Box::new(event)));
        }
    }
}

/// What the store says.
fn answer(command: &Command, session: &Session) -> Option<Event> {
    Some(match command {
        Command::Open(ticket, ..) => Event::Opened(*ticket, Box::new(session.clone())),
        Command::Outline(ticket, _) => Event::Outline(*ticket, Box::new(Outline::from(session))),
        other => return answers::answer(other),
    })
}

fn session(metadata: &Document) -> Session {
    let mut stored = data::session(0, 20, 400);
    stored.insert("metadata", metadata.clone());
    decode::session(stored)
}
