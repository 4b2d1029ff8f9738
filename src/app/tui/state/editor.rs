//! A text being edited that will be stored: a metadata field, feedback, the id of a session to delete.

mod words;

use bson::Bson;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, TextArea};

use super::typing;
use crate::{
    app::{agreed, task::command::Write, text},
    session::{AgentId, MetadataEdit, Rating, SessionKey, edit, plain, record::NewFeedback},
};

/// What is edited.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// A field that is there: its key and the value on screen.
    Edit {
        /// Its key.
        key: String,
        /// What the edit is guarded by; `None`: it was removed meanwhile.
        shown: Option<Bson>,
        /// Its type is kept.
        kind: Bson,
    },
    /// A new field, typed as `key=value` or `key:=JSON`.
    Add,
    /// Feedback.
    Rate {
        /// The rating.
        rating: Rating,
        /// The message it speaks of.
        about: Option<(AgentId, i64)>,
    },
    /// Deletes the session once its id was typed.
    Delete,
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
    /// The value that is stored now, after a conflict.
    pub stored: Option<Option<Bson>>,
    /// Keys that are there already.
    taken: Vec<String>,
    area: TextArea<'static>,
    original: String,
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
}

impl Editor {
    fn new(purpose: Purpose, session: SessionKey, start: &str) -> Self {
        let lines: Vec<String> = start.split('\n').map(str::to_owned).collect();
        let mut area = TextArea::new(lines);
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        area.set_cursor_line_style(ratatui::style::Style::new());
        let original = start.to_owned();
        let name = session.text().to_owned();
        Self { purpose, session, name, problem: None, stored: None, taken: Vec::new(), area, original, leaving: false }
    }

    /// On a field with the value on screen.
    #[must_use]
    pub fn field(session: SessionKey, key: &str, shown: &Bson) -> Self {
        let purpose = Purpose::Edit { key: key.to_owned(), shown: Some(shown.clone()), kind: shown.clone() };
        Self::new(purpose, session, &start(shown))
    }

    /// On a new field.
    #[must_use]
    pub fn add(session: SessionKey, taken: Vec<String>) -> Self {
        Self { taken, ..Self::new(Purpose::Add, session, "") }
    }

    /// On feedback.
    #[must_use]
    pub fn rate(session: SessionKey, about: Option<(AgentId, i64)>) -> Self {
        Self::new(Purpose::Rate { rating: Rating::Up, about }, session, "")
    }

    /// On the deletion of a session.
    #[must_use]
    pub fn delete(session: SessionKey) -> Self {
        Self::new(Purpose::Delete, session, "")
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
        self.purpose != Purpose::Delete && self.text() != self.original
    }

    /// The widget that draws the text.
    #[must_use]
    pub fn area(&self) -> &TextArea<'static> {
        &self.area
    }

    /// Whether `Enter` is a line break, and storing takes `Ctrl-S`.
    #[must_use]
    pub fn has_lines(&self) -> bool {
        match &self.purpose {
            Purpose::Edit { kind, .. } => match kind {
                Bson::Document(_) | Bson::Array(_) => true,
                Bson::String(stored) => stored.contains('\n') || stored.len() > 200,
                _ => false,
            },
            Purpose::Rate { .. } => true,
            Purpose::Add | Purpose::Delete => false,
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, pasted: &str) {
        let text = pasted.replace("\r\n", "\n").replace('\r', "\n");
        let text = if self.has_lines() { text } else { text.trim_end().replace('\n', " ") };
        self.area.insert_str(text.replace('\t', "    "));
        (self.problem, self.leaving) = (None, false);
    }

    /// Takes a key.
    pub fn on_key(&mut self, key: KeyEvent) -> Edited {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let saves = match key.code {
            KeyCode::Char('s') => control,
            KeyCode::Enter => alt || !self.has_lines(),
            _ => false,
        };
        match key.code {
            _ if saves => return self.save(),
            KeyCode::Esc if !self.is_unsaved() || self.leaving => return Edited::Close,
            KeyCode::Esc => {
                self.leaving = true;
                self.problem = Some("this is not stored; Esc again gives it up".to_owned());
                return Edited::Taken;
            }
            KeyCode::Tab => self.turn(),
            // A line break of what is pasted as if it were typed.
            KeyCode::Char('j') if control && self.has_lines() => self.area.insert_newline(),
            KeyCode::Char('j') if control => self.area.insert_char(' '),
            _ => {
                typing::take(&mut self.area, key);
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

    fn save(&mut self) -> Edited {
        match self.write() {
            Ok(Some(write)) => Edited::Save(Box::new(write)),
            Ok(None) => Edited::Close,
            Err(problem) => {
                self.problem = Some(problem);
                Edited::Taken
            }
        }
    }

    /// What is to be stored; `None` where nothing changed.
    fn write(&self) -> Result<Option<Write>, String> {
        let typed = self.text();
        let session = self.session.clone();
        let edit = match &self.purpose {
            Purpose::Delete if agreed::is_agreed(&typed, session.text()) => return Ok(Some(Write::Delete(session))),
            Purpose::Delete => {
                return Err(format!("that is not {}; nothing is deleted", agreed::what(session.text())));
            }
            Purpose::Rate { rating, about } => {
                return Ok(Some(Write::Feedback(session, feedback(rating, about.as_ref(), &typed))));
            }
            Purpose::Edit { key, shown, kind } => {
                let value = read(&typed, kind)
                    .ok_or_else(|| format!("that is no {}; its type is kept", plain::type_word(kind)))?;
                if edit::same(Some(&value), shown.as_ref()) {
                    return Ok(None);
                }
                MetadataEdit::set(key, value).only_if(shown.clone())
            }
            Purpose::Add => {
                let (key, value) = self.added()?;
                MetadataEdit::set(&key, value).only_if(None)
            }
        };
        Ok(Some(Write::Metadata(session, vec![edit])))
    }

    /// Key and value of a field to add.
    ///
    /// # Errors
    /// What is wrong with what was typed.
    pub fn added(&self) -> Result<(String, Bson), String> {
        let (key, typed) = edit::assignment(&self.text()).map_err(|problem| match problem {
            edit::AssignmentError::NoEquals => "type a key, = and a value".to_owned(),
            other => other.to_string(),
        })?;
        edit::check_new_key(&key).map_err(|reason| format!("that cannot be a key: {reason}"))?;
        if self.taken.contains(&key) {
            return Err(format!("{key} is there already; choose it to change it"));
        }
        Ok((key, typed.value(None)))
    }

    /// Comes back after it could not be stored.
    pub fn refused(&mut self, problem: String, stored: Option<Option<Bson>>) {
        self.problem = Some(problem);
        self.leaving = false;
        if let (Purpose::Edit { shown, .. }, Some(stored)) = (&mut self.purpose, &stored) {
            // Stored again it replaces what was just shown, and nothing else.
            shown.clone_from(stored);
        }
        self.stored = stored;
    }
}

fn feedback(rating: &Rating, about: Option<&(AgentId, i64)>, typed: &str) -> NewFeedback {
    let comment = typed.trim_end();
    NewFeedback {
        rating: rating.clone(),
        comment: (!comment.is_empty()).then(|| comment.to_owned()),
        agent_id: about.map(|(agent, _)| agent.clone()),
        message_id: about.map(|(_, id)| *id),
        extra: bson::Document::new(),
        at: jiff::Timestamp::UNIX_EPOCH,
    }
}

/// What an editor starts with. A text with characters that a terminal must not be given is written as JSON, which escapes
/// them.
fn start(shown: &Bson) -> String {
    let plain = edit::write(shown);
    match shown {
        Bson::String(_) if is_safe(&plain) => plain,
        Bson::String(_) => text::escaped(&serde_json::Value::from(plain).to_string()),
        _ => text::escaped(&plain),
    }
}

fn is_safe(stored: &str) -> bool {
    !stored.contains('\t') && text::block(stored) == stored
}

/// Reads it back.
fn read(typed: &str, kind: &Bson) -> Option<Bson> {
    match kind {
        Bson::String(stored) if !is_safe(stored) => edit::json(typed.trim()).filter(|value| value.as_str().is_some()),
        _ => edit::read_as(typed, kind),
    }
}

#[cfg(test)]
mod tests;
