//! A text being edited: a value, a key or a new field for the form on the metadata; or what will be stored: feedback, the id of a
//! session to delete.

mod bytes;
mod draft;
mod paste;
mod rated;
mod returned;
mod steps;
mod typed;
mod value;
mod words;

pub use draft::EditorDraft;
pub use rated::changed_feedback;
use returned::Returned;
use steps::RowSteps;
pub use value::local_date;

use bson::Bson;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, TextArea};

use super::{connection::HomePlace, typing::Prefilled};
use crate::{
    app::writes::Write,
    session::{AgentId, Rating, SessionKey, edit::DateContext},
};

/// What is edited.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// A field that is there: its key and the value on screen.
    Edit {
        /// Its key.
        key: String,
        /// What it holds. Its type is kept.
        kind: Bson,
    },
    /// A new field, typed as `key=value` or `key:=JSON`.
    Add,
    /// A value without a key: JSON where it is some, else a text.
    Item,
    /// The key of a field that has that one now.
    Rename {
        /// The key.
        key: String,
    },
    /// Feedback.
    Rate {
        /// The rating.
        rating: Rating,
        /// The message it speaks of.
        about: Option<(AgentId, i64)>,
    },
}

/// A text being edited.
#[derive(Debug, Clone)]
pub struct Editor {
    /// What is edited.
    pub purpose: Purpose,
    /// The session.
    pub session: SessionKey,
    /// What a person knows it by, as stored.
    name: String,
    /// What is wrong, or what has to be known before it is stored.
    pub problem: Option<String>,
    /// The value that is stored now, where another writer made it so while it was typed.
    pub stored: Option<Option<Bson>>,
    /// The place it was opened at: there alone it is stored.
    pub home: Option<HomePlace>,
    /// The name of that place, while it is not the one that is open. Safe text.
    pub elsewhere: Option<String>,
    /// It came back, because it could not be stored.
    returned: Option<Returned>,
    /// Keys that are there already.
    taken: Vec<String>,
    /// The feedback that it changes, as it is stored.
    changes: Option<Bson>,
    area: TextArea<'static>,
    prefilled: Prefilled,
    steps: RowSteps,
    original: String,
    /// The text is JSON of the string that is edited.
    is_json: bool,
    /// Leaving was asked for once.
    leaving: bool,
}

/// What came of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Edited {
    /// Taken.
    Taken,
    /// Leave it.
    Close,
    /// Store this.
    Save(Box<Write>),
    /// This was typed for the form.
    Typed(Box<TypedField>),
}

/// What was typed for a field.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedField {
    /// Its key, where that was typed.
    pub key: Option<String>,
    /// Its value, where that was typed.
    pub value: Option<Bson>,
}

impl Editor {
    fn new(purpose: Purpose, session: SessionKey, start: &str) -> Self {
        let name = session.text().to_owned();
        Self {
            purpose,
            session,
            name,
            problem: None,
            stored: None,
            home: None,
            elsewhere: None,
            returned: None,
            taken: Vec::new(),
            changes: None,
            area: area(start),
            prefilled: Prefilled::default(),
            steps: RowSteps::default(),
            original: start.to_owned(),
            is_json: false,
            leaving: false,
        }
    }

    /// On a field with the value on screen. `None` where no text gives that value back.
    #[must_use]
    pub fn field(session: SessionKey, key: &str, shown: &Bson) -> Option<Self> {
        let (start, is_json) = value::start(shown)?;
        let purpose = Purpose::Edit { key: key.to_owned(), kind: shown.clone() };
        Some(Self { is_json, ..Self::new(purpose, session, &start) }.selected())
    }

    /// On a new field.
    #[must_use]
    pub fn add(session: SessionKey, taken: Vec<String>) -> Self {
        Self { taken, ..Self::new(Purpose::Add, session, "") }
    }

    /// On a value without a key.
    #[must_use]
    pub fn item(session: SessionKey) -> Self {
        Self::new(Purpose::Item, session, "")
    }

    /// On the key of a field, of which the others are taken.
    #[must_use]
    pub fn rename(session: SessionKey, key: &str, taken: Vec<String>) -> Self {
        // A key that cannot be shown is typed anew.
        let start = if value::is_safe(key) { key } else { "" };
        Self { taken, ..Self::new(Purpose::Rename { key: key.to_owned() }, session, start) }.selected()
    }

    /// What stands there is replaced by the first character that is typed, where it is short and begins like any other.
    fn selected(mut self) -> Self {
        if !self.is_json && !self.has_lines() {
            self.prefilled = Prefilled::of(&mut self.area);
        }
        self
    }

    /// On feedback.
    #[must_use]
    pub fn rate(session: SessionKey, about: Option<(AgentId, i64)>) -> Self {
        Self::new(Purpose::Rate { rating: Rating::Up, about }, session, "")
    }

    /// The same, of a session that a person knows by that name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// What a person knows the session by, as stored.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is typed so far.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether leaving would lose something.
    #[must_use]
    pub fn is_unsaved(&self) -> bool {
        self.returned.is_some() || self.text() != self.original
    }

    /// The widget that draws the text.
    #[must_use]
    pub fn area(&self) -> &TextArea<'static> {
        &self.area
    }

    /// Whether `Enter` is a line break, and storing takes `Ctrl-S`.
    #[must_use]
    pub fn has_lines(&self) -> bool {
        let has_some = self.area.lines().len() > 1;
        match &self.purpose {
            Purpose::Edit { kind, .. } => match kind {
                Bson::Document(_) | Bson::Array(_) => true,
                Bson::String(_) if self.is_json => false,
                Bson::String(stored) => has_some || stored.contains('\n') || stored.len() > 200,
                _ => has_some,
            },
            Purpose::Rate { .. } => true,
            Purpose::Add | Purpose::Item => has_some,
            Purpose::Rename { .. } => false,
        }
    }

    /// Whether a key would store it.
    #[must_use]
    pub fn is_stored_by(&self, key: KeyEvent) -> bool {
        match key.code {
            KeyCode::Char('s') => key.modifiers.contains(KeyModifiers::CONTROL),
            KeyCode::Enter => key.modifiers.contains(KeyModifiers::ALT) || !self.has_lines(),
            _ => false,
        }
    }

    /// Takes a key.
    pub fn on_key(&mut self, key: KeyEvent, dates: &DateContext) -> Edited {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let saves = self.is_stored_by(key);
        self.prefilled.before(&mut self.area, key);
        match key.code {
            _ if self.waits_for(key) => return Edited::Taken,
            KeyCode::Enter if saves && (self.leaving || self.returned.is_some()) => {
                // A person was about to leave it, or never opened it: that is no key to store it by.
                self.leaving = false;
                let by = if self.returned.is_some() { "Ctrl-S" } else { "Enter" };
                self.problem = Some(format!("this is not stored; {by} stores it, Esc leaves it"));
                return Edited::Taken;
            }
            _ if saves => return self.save(dates),
            KeyCode::Esc if !self.is_unsaved() || self.leaving => return Edited::Close,
            KeyCode::Esc => {
                self.leaving = true;
                self.problem = Some("this is not stored; Esc again gives it up".to_owned());
                return Edited::Taken;
            }
            KeyCode::Tab if matches!(self.purpose, Purpose::Rate { .. }) => self.turn(),
            // A tab and a line break of what is pasted as if it were typed.
            KeyCode::Tab => {
                self.paste("\t");
                return Edited::Taken;
            }
            KeyCode::Char('j') if control => {
                self.paste("\n");
                return Edited::Taken;
            }
            _ if self.step(key) => {}
            _ => {
                self.prefilled.take(&mut self.area, key);
            }
        }
        (self.problem, self.leaving) = (None, false);
        Edited::Taken
    }

    /// The next rating.
    fn turn(&mut self) {
        if let Purpose::Rate { rating, .. } = &mut self.purpose {
            *rating = match rating {
                Rating::Up => Rating::Down,
                Rating::Down => Rating::Neutral,
                _ => Rating::Up,
            };
        }
    }

    fn save(&mut self, dates: &DateContext) -> Edited {
        match self.done(dates) {
            Ok(done) => done,
            Err(problem) => {
                self.problem = Some(problem);
                Edited::Taken
            }
        }
    }
}

/// A text being typed, the caret at its end.
fn area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area.set_cursor_line_style(ratatui::style::Style::new());
    area
}

#[cfg(test)]
mod tests;
