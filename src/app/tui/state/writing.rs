//! Changes: asked for, pending until stored, and back in the editor where they could not be.

mod of_form;
mod pending;

pub use pending::{Draft, MAY_BE_DONE, Pending};
pub(super) use pending::{NO_ANSWER, SLOW_S};

use crossterm::event::KeyEvent;

use super::{
    AppState, Effect,
    areas::Pane,
    editor::{Edited, Editor, Purpose},
    metadata,
    modal::{Confirm, Modal},
    named::ChosenSession,
};
use crate::{
    app::{
        keymap::Action,
        task::{
            Command, Ticket,
            command::{WriteId, WriteOrder},
        },
        text,
        told::Told,
        writes::{HandOutcome, Write},
    },
    repository::{Error, ErrorKind},
    session::{Change, MetadataEdit, Session, edit},
};
use bson::Bson;

/// Why nothing is changed here.
const READ_ONLY: &str = "this connection is read-only: nothing can be changed";

impl AppState {
    /// A key that would change something. `None`: it is none of those.
    pub(super) fn change(&mut self, action: Action) -> Option<Vec<Effect>> {
        let is_of_form = self.is_of_the_form(action);
        if !is_of_form && !matches!(action, Action::Rate | Action::DeleteSession) {
            return None;
        }
        if self.read_only() {
            return Some(self.say(READ_ONLY));
        }
        let begun = match action {
            _ if is_of_form => self.on_field(action),
            Action::Rate => self.rate(),
            _ => self.delete(),
        };
        match begun {
            Ok(effects) => Some(effects),
            Err(why) => Some(self.say(why)),
        }
    }

    /// The open session.
    fn open_session(&self) -> Result<(ChosenSession, &Session), String> {
        let open = self.workspace.conversation.session().zip(self.workspace.conversation.name());
        let (session, name) = open.ok_or("open a session first")?;
        Ok((ChosenSession { key: session.key.clone(), name: name.to_owned() }, session))
    }

    /// The field of the metadata pane that can be edited or removed, with the value on screen.
    ///
    /// # Errors
    /// Why there is none, in a sentence.
    pub(super) fn field(&self) -> Result<(ChosenSession, &str, &Bson), String> {
        let (chosen, session) = self.open_session()?;
        if self.focus != Pane::Metadata {
            return Err(self.with_key("choose a field of the metadata first", Action::PaneMetadata));
        }
        metadata::refusal(session).map_or(Ok(()), Err)?;
        let nothing = || self.with_key("there is no field here; add one", Action::Add);
        let name = self.workspace.metadata.field(Some(session)).ok_or_else(nothing)?;
        let stored = session.metadata_fields().and_then(|fields| fields.iter().find(|(key, _)| **key == name));
        let (key, shown) = stored.ok_or_else(nothing)?;
        edit::check_segment(key).map_err(|_| "this key holds a dot, a $ or nothing, and cannot be written")?;
        self.refuse_underway(&chosen.key, key)?;
        Ok((chosen, key.as_str(), shown))
    }

    /// A sentence with the key of an action behind it, where it has one: `there is no field here; add one: a`.
    pub(super) fn with_key(&self, sentence: &str, action: Action) -> String {
        self.keymap.label(action).map_or_else(|| sentence.to_owned(), |key| format!("{sentence}: {key}"))
    }

    fn rate(&mut self) -> Result<Vec<Effect>, String> {
        let chosen = self.chosen().ok_or("choose a session first")?;
        let selected = self.workspace.conversation.selected().filter(|_| self.focus == Pane::Conversation);
        let about = selected.and_then(|(agent, message)| Some((agent.clone(), message.message_id?)));
        let editor = Editor::rate(chosen.key, about).named(chosen.name);
        Ok(self.begin(Modal::Editor(Box::new(editor))))
    }

    fn delete(&mut self) -> Result<Vec<Effect>, String> {
        let chosen = self.chosen().ok_or("choose a session first")?;
        let editor = Editor::delete(chosen.key).named(chosen.name);
        Ok(self.begin(Modal::Editor(Box::new(editor))))
    }

    /// A key while something is edited.
    pub(super) fn on_editor_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        if self.keymap.action(key) == Some(Action::EditOutside)
            && let Some(effects) = self.editor_outside()
        {
            return effects;
        }
        let dates = self.look.dates();
        let Some(Modal::Editor(editor)) = self.modals.last_mut() else { return Vec::new() };
        match editor.on_key(key, &dates) {
            Edited::Taken => Vec::new(),
            Edited::Close => {
                self.modals.pop();
                if let Some(Modal::Form(form)) = self.modals.last_mut() {
                    form.forget_large();
                }
                Vec::new()
            }
            Edited::Save(_) if editor.home.is_some_and(|home| self.workspace.home != Some(home)) => {
                let place = editor.home.map(|home| self.homes.name(home)).unwrap_or_default();
                editor.problem = Some(format!("typed for {place}: connect there first; it is stored nowhere else"));
                Vec::new()
            }
            Edited::Save(write) => {
                let Some(Modal::Editor(editor)) = self.modals.pop() else { return Vec::new() };
                self.store(*write, editor.name().to_owned(), Some(editor))
            }
            Edited::Typed(typed) => {
                let Some(Modal::Editor(editor)) = self.modals.pop() else { return Vec::new() };
                self.take_from_editor(editor, *typed)
            }
        }
    }

    fn store(&mut self, mut write: Write, name: String, editor: Option<Box<Editor>>) -> Vec<Effect> {
        if let Write::Feedback(_, feedback) = &mut write {
            // One that may be stored already is known again by its time.
            let given_at = editor.as_deref().and_then(Editor::given_at);
            (feedback.at, feedback.again) = (given_at.unwrap_or(self.look.now), given_at.is_some());
        }
        let ticket = self.tickets.take();
        let id = WriteId { run: self.run, number: ticket.0 };
        let order = Box::new(WriteOrder { id, connection: self.workspace.ticket, write });
        let home = self.workspace.home;
        self.pending.push(Pending { ticket, order: order.clone(), home, name, since: self.look.now, editor });
        vec![Effect::Ask(Command::Write(ticket, order))]
    }

    /// An answer to a question with y or n.
    pub(super) fn answer(&mut self, yes: bool) -> Vec<Effect> {
        let Some(Modal::Confirm(ask)) = self.modals.pop() else { return Vec::new() };
        match *ask {
            Confirm::Quit if yes => vec![Effect::Quit],
            _ => Vec::new(),
        }
    }

    /// Leaves, or asks first where something typed is not stored or is on its way.
    pub(super) fn leave(&mut self) -> Vec<Effect> {
        let asked = matches!(self.modals.last(), Some(Modal::Confirm(ask)) if **ask == Confirm::Quit);
        if asked || !self.holds_back() {
            return vec![Effect::Quit];
        }
        self.modals.push(Modal::Confirm(Box::new(Confirm::Quit)));
        Vec::new()
    }

    fn take_pending(&mut self, ticket: Ticket) -> Option<Pending> {
        let position = self.pending.iter().position(|pending| pending.ticket == ticket)?;
        Some(self.pending.remove(position))
    }

    /// A change is stored.
    pub(super) fn on_written(&mut self, ticket: Ticket, outcome: HandOutcome) -> Vec<Effect> {
        let Some(pending) = self.take_pending(ticket) else { return Vec::new() };
        let (what, done) = self.words(&pending);
        let HandOutcome { changes, copy, says, notes } = outcome;
        self.said = Some(says.unwrap_or_else(|| format!("{what} is {done}")));
        if let Some(copy) = copy {
            let copy = text::line(&copy.display().to_string()).into_owned();
            self.say_and_keep(format!("{what} is {done}; a private copy is kept in {copy}"));
        }
        for note in notes {
            self.say_and_keep(note);
        }
        if self.is_elsewhere(&pending) {
            // Another session may have that id here.
            return Vec::new();
        }
        self.workspace.last_error = None;
        let effects = changes.iter().flat_map(|change| self.apply(change)).collect();
        if let Write::Metadata(key, edits) = &pending.order.write {
            let open = self.workspace.conversation.session().is_some_and(|session| session.key == *key);
            if let Some(edit) = edits.iter().find(|edit| open && edit.value.is_some()) {
                let page = self.page(Pane::Metadata);
                self.workspace.metadata.choose(edit.path.top(), self.workspace.conversation.session(), page);
            }
        }
        effects
    }

    pub(super) fn on_not_written(&mut self, ticket: Ticket, error: &Error) -> Vec<Effect> {
        let Some(pending) = self.take_pending(ticket) else { return Vec::new() };
        let told = Told::on_screen(error);
        let (what, done) = self.words(&pending);
        let elsewhere = self.is_elsewhere(&pending);
        // Of what may have been carried out nobody can say that it is not.
        let unsure = error.kind() == ErrorKind::Unconfirmed;
        let says = match (unsure, elsewhere) {
            (true, false) => told.to_string(),
            (true, true) => format!("{what}: {told}"),
            (false, _) => format!("{what} is not {done}: {told}"),
        };
        self.tell_error(says);
        self.workspace.not_written = true;
        let mut stored = None;
        let mut effects = Vec::new();
        if !elsewhere && error.kind() == ErrorKind::NotFound {
            pending.session().into_iter().for_each(|gone| self.mark_gone(gone.clone()));
        }
        if let (Error::Conflict { stored: now, .. }, Write::Metadata(key, edits)) = (error, &pending.order.write)
            && let [edit] = edits.as_slice()
        {
            let now = now.as_deref().cloned();
            if !elsewhere {
                effects = self.apply(&Change::edited(key.clone(), &[MetadataEdit::new(&edit.path, now.clone())]));
            }
            stored = Some(now);
        }
        // An id that was typed once does not wait for a stray key: a deletion is asked for anew.
        let Some(mut editor) = pending.editor.filter(|editor| editor.purpose != Purpose::Delete) else {
            return effects;
        };
        if editor.purpose == Purpose::Add && stored.is_some() {
            stored = None;
        }
        let problem = if error.is_connection_lost() {
            format!("the connection is lost, this is not {done}: {}", told.message)
        } else {
            told.message
        };
        editor.refused(problem, stored);
        if unsure {
            let given_at = match &pending.order.write {
                Write::Feedback(_, feedback) => Some(feedback.at),
                _ => None,
            };
            editor.may_be_done(given_at);
        }
        // What a person is typing or answering now stays on top; this one waits beneath it.
        let is_busy = matches!(self.modals.last(), Some(Modal::Editor(_) | Modal::Prompt(_) | Modal::Confirm(_)));
        let place = if is_busy { 0 } else { self.modals.len() };
        self.modals.insert(place, Modal::Editor(editor));
        effects
    }
}
