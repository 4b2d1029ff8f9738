//! The session that a key acts on: in the list the one under the cursor, open or not. Of one that is not open, what the key needs is
//! read first.

use bson::Bson;

use super::{
    AppState, Effect,
    areas::Pane,
    editor::Editor,
    inspector::{Inspector, Subject},
    metadata,
    modal::{FieldMenu, Menu, Modal},
    named::ChosenSession,
};
use crate::{
    app::{
        keymap::Action,
        task::{Command, Ticket},
        text,
    },
    session::{Session, edit},
};

/// What opens once a session was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// An editor on a field of its metadata.
    Edit,
    /// An editor on a new field.
    Add,
    /// The inspector.
    Inspect,
}

/// A session of the list that is being read for a key.
#[derive(Debug)]
pub(super) struct Peek {
    pub ticket: Ticket,
    pub session: ChosenSession,
    pub then: Then,
}

impl AppState {
    /// The session that a key acts on.
    #[must_use]
    pub fn chosen(&self) -> Option<ChosenSession> {
        let workspace = &self.workspace;
        if self.focus == Pane::Sessions {
            let row = workspace.list.selected_row()?;
            return Some(ChosenSession { key: row.key.clone(), name: workspace.list.called(row).to_owned() });
        }
        let (open, name) = workspace.conversation.session().zip(workspace.conversation.name())?;
        Some(ChosenSession { key: open.key.clone(), name: name.to_owned() })
    }

    /// Opens something on the chosen session, at once where it is open, else once it was read.
    ///
    /// # Errors
    /// Why it cannot be.
    pub(super) fn on_chosen(&mut self, then: Then) -> Result<Vec<Effect>, String> {
        let chosen = self.chosen().ok_or("choose a session first")?;
        let open = self.workspace.conversation.session().filter(|open| open.key == chosen.key);
        if let Some(session) = open {
            let modal = self.modal_of(&chosen, session, then)?;
            return Ok(self.begin(modal));
        }
        let ticket = self.tickets.take();
        let key = chosen.key.clone();
        self.workspace.peek = Some(Peek { ticket, session: chosen, then });
        Ok(vec![Effect::Ask(Command::Peek(ticket, key))])
    }

    /// A session was read for a key. Nobody who went on meanwhile is interrupted.
    pub(super) fn on_peeked(&mut self, ticket: Ticket, session: &Session) -> Vec<Effect> {
        let Some(peek) = self.workspace.peek.take_if(|peek| peek.ticket == ticket) else { return Vec::new() };
        let stays = self.focus == Pane::Sessions && self.modals.is_empty();
        if !stays || self.chosen().is_none_or(|now| now.key != peek.session.key) {
            return Vec::new();
        }
        match self.modal_of(&peek.session, session, peek.then) {
            Ok(modal) => self.begin(modal),
            Err(why) => self.say(why),
        }
    }

    pub(super) fn begin(&mut self, mut modal: Modal) -> Vec<Effect> {
        let effects = match &mut modal {
            Modal::Inspector(inspector) => inspector.ask_again(&mut self.tickets),
            Modal::Editor(editor) => {
                editor.home = self.workspace.home;
                Vec::new()
            }
            _ => Vec::new(),
        };
        self.modals.push(modal);
        effects
    }

    fn modal_of(&self, chosen: &ChosenSession, session: &Session, then: Then) -> Result<Modal, String> {
        match then {
            Then::Inspect => Ok(Modal::Inspector(Box::new(Inspector::on(&Subject::Session, Some(session), None)))),
            Then::Add => adding(chosen, session),
            Then::Edit => {
                refuse_other_than_object(session)?;
                let fields = session.metadata_fields().into_iter().flatten();
                let fields = fields.filter(|(key, _)| edit::check_segment(key).is_ok());
                let menu = Menu::new(fields.map(|(key, value)| (key.clone(), value.clone())).collect());
                match menu.items.as_slice() {
                    [] => Err(self.with_key(
                        &format!("{} has no metadata field to edit; add one", text::line(&chosen.name)),
                        Action::Add,
                    )),
                    [(key, value)] => self.editing(chosen, key, value),
                    _ => Ok(Modal::Fields(Box::new(FieldMenu { session: chosen.clone(), menu }))),
                }
            }
        }
    }

    /// An editor on a field with the value that is shown.
    pub(super) fn editing(&self, chosen: &ChosenSession, key: &str, shown: &Bson) -> Result<Modal, String> {
        self.refuse_underway(&chosen.key, key)?;
        let editor = Editor::field(chosen.key.clone(), key, shown)
            .ok_or("it holds an object that reads like another type in JSON, so no text would give it back")?;
        Ok(Modal::Editor(Box::new(editor.named(chosen.name.as_str()))))
    }

    /// The field that was chosen from several is edited.
    pub(super) fn edit_chosen_field(&mut self) -> Vec<Effect> {
        let Some(Modal::Fields(fields)) = self.modals.pop() else { return Vec::new() };
        let Some((key, value)) = fields.menu.chosen() else { return Vec::new() };
        match self.editing(&fields.session, key, value) {
            Ok(modal) => self.begin(modal),
            Err(why) => self.say(why),
        }
    }
}

/// An editor on a new field.
pub(super) fn adding(chosen: &ChosenSession, session: &Session) -> Result<Modal, String> {
    refuse_other_than_object(session)?;
    let taken = session.metadata_fields().into_iter().flatten().map(|(key, _)| key.clone()).collect();
    Ok(Modal::Editor(Box::new(Editor::add(chosen.key.clone(), taken).named(chosen.name.as_str()))))
}

/// Metadata that is no object can be read alone.
pub(super) fn refuse_other_than_object(session: &Session) -> Result<(), String> {
    metadata::refusal(session).map_or(Ok(()), Err)
}
