//! Changes: asked for, pending until stored, and back in the editor where they could not be.

mod drafted;
mod forms;
mod of_form;
mod pending;
mod rated;
mod turning;

pub(super) use forms::UnsureSave;
use pending::words_of;
pub use pending::{MAY_BE_DONE, Pending};
pub(super) use pending::{NO_ANSWER, SLOW_S};
pub use rated::RatedHere;

use crossterm::event::KeyEvent;

use super::{
    AppState, Effect,
    agreement::AgreedTo,
    areas::Pane,
    editor::{Edited, Editor},
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
        writes::{HandOutcome, Write, in_the_way},
    },
    repository::{Error, ErrorKind},
    session::{Change, MetadataEdit, Session, edit},
};
use bson::{Bson, Document};

/// Why nothing is changed here.
pub(super) const READ_ONLY: &str = "this connection is read-only: nothing can be changed";

impl AppState {
    /// A key that would change something. `None`: it is none of those.
    pub(super) fn change(&mut self, action: Action) -> Option<Vec<Effect>> {
        let is_of_form = self.is_of_the_form(action);
        let is_another =
            matches!(action, Action::Rate | Action::DeleteSession | Action::Bulk | Action::Undo | Action::Redo);
        if !is_of_form && !is_another {
            return None;
        }
        if self.read_only() {
            return Some(self.say(READ_ONLY));
        }
        let begun = match action {
            _ if is_of_form => self.on_field(action),
            Action::Rate => self.rate(),
            Action::Bulk => self.bulk(),
            Action::Undo => self.undo(),
            Action::Redo => self.redo(),
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

    /// Feedback with a comment.
    pub(super) fn rate(&mut self) -> Result<Vec<Effect>, String> {
        let (chosen, about) = self.rating_target()?;
        let editor = Editor::rate(chosen.key, about).named(chosen.name);
        Ok(self.begin(Modal::Editor(Box::new(editor))))
    }

    /// A key while something is edited.
    pub(super) fn on_editor_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        if self.keymap.form_action(key) == Some(Action::EditOutside)
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
                let gone_on = write.clone();
                let effects = self.store(*write, editor.name().to_owned(), Some(editor));
                effects.into_iter().chain(self.go_on_after_comment(&gone_on)).collect()
            }
            Edited::Typed(typed) => {
                let Some(Modal::Editor(editor)) = self.modals.pop() else { return Vec::new() };
                self.take_from_editor(editor, *typed)
            }
        }
    }

    /// Has it written, once the words are typed that its place may ask for. What it was typed in waits beneath.
    pub(super) fn store(&mut self, write: Write, name: String, editor: Option<Box<Editor>>) -> Vec<Effect> {
        if self.is_agreed_in_review(&write) {
            return self.order(write, name, editor);
        }
        let (what, done) = words_of(&write, &name);
        let typed = editor.is_some();
        self.modals.extend(editor.map(Modal::Editor));
        self.once_agreed(&format!("{what} is {done}"), AgreedTo::Write { write: Box::new(write), name, typed })
    }

    /// Has it written.
    pub(super) fn order(&mut self, mut write: Write, name: String, editor: Option<Box<Editor>>) -> Vec<Effect> {
        if let Write::Feedback(session, feedback) = &mut write {
            // One that may be stored already is known again by its time.
            let given_at = editor.as_deref().and_then(Editor::given_at);
            let given_at = given_at.or_else(|| self.unsure_since(session, feedback));
            (feedback.at, feedback.again) = (given_at.unwrap_or(self.look.now), given_at.is_some());
        }
        if let Write::ChangeFeedback(_, change) = &mut write {
            change.at = self.look.now;
        }
        let ticket = self.tickets.take();
        let id = WriteId { run: self.run, number: ticket.0 };
        let order = Box::new(WriteOrder { id, connection: self.workspace.ticket, write });
        let (home, since) = (self.workspace.home, self.look.now);
        let from_form = self.send_from_form(&order.write);
        let turned = None;
        self.pending.push(Pending { ticket, order: order.clone(), home, name, since, turned, editor, from_form });
        vec![Effect::Ask(Command::Write(ticket, order))]
    }

    /// An answer to a question with y or n.
    pub(super) fn answer(&mut self, yes: bool) -> Vec<Effect> {
        let Some(Modal::Confirm(ask)) = self.modals.pop() else { return Vec::new() };
        match *ask {
            Confirm::Quit if yes => vec![Effect::Quit],
            Confirm::Quit => Vec::new(),
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
        self.note_given(&pending, &changes);
        let place = self.at_place(&pending);
        self.said = Some(says.unwrap_or_else(|| format!("{what} is {done}{place}")));
        if let Some(copy) = copy {
            let copy = text::line(&copy.display().to_string()).into_owned();
            self.say_and_keep(format!("{what} is {done}{place}; a private copy is kept in {copy}"));
        }
        for note in notes {
            self.say_and_keep(note);
        }
        if pending.from_form {
            self.form_is_saved(&pending);
        }
        if self.is_elsewhere(&pending) {
            // Another session may have that id here.
            return Vec::new();
        }
        self.workspace.last_error = None;
        self.workspace.deletions.note(&changes);
        self.take_back_undone(&pending.order.write, &changes);
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

    /// A change could not be stored; `now`: the metadata as they are stored, where that was told.
    pub(super) fn on_not_written(&mut self, ticket: Ticket, error: &Error, now: Option<&Document>) -> Vec<Effect> {
        let Some(pending) = self.take_pending(ticket) else { return Vec::new() };
        let turns = matches!(pending.order.write, Write::Undo(_) | Write::Redo(_));
        let told = in_the_way(error).filter(|_| turns).unwrap_or_else(|| Told::on_screen(error));
        let (what, done) = self.words(&pending);
        let elsewhere = self.is_elsewhere(&pending);
        // Of what may have been carried out nobody can say that it is not.
        let unsure = error.kind() == ErrorKind::Unconfirmed;
        let says = match (unsure, elsewhere) {
            (true, false) => told.to_string(),
            (true, true) => format!("{what}: {told}"),
            (false, _) => format!("{what} is not {done}{}: {told}", self.at_place(&pending)),
        };
        self.tell_error(says);
        self.workspace.not_written = true;
        let mut effects = Vec::new();
        if unsure {
            self.note_unsure(&pending);
        }
        if error.kind() == ErrorKind::Conflict {
            self.forget_given(&pending.order.write);
        }
        if !unsure && !elsewhere {
            self.take_back_reviewed(&pending.order.write);
        }
        if !elsewhere && error.kind() == ErrorKind::NotFound {
            pending.session().into_iter().for_each(|gone| self.mark_gone(gone.clone()));
        }
        if pending.from_form {
            return self.form_is_not_saved(&pending, error, now);
        }
        if let (Error::Conflict { stored: now, .. }, Write::Metadata(key, edits)) = (error, &pending.order.write)
            && let [edit] = edits.as_slice()
            && !elsewhere
        {
            let now = now.as_deref().cloned();
            effects = self.apply(&Change::edited(key.clone(), &[MetadataEdit::new(&edit.path, now)]));
        }
        let Some(mut editor) = pending.editor else {
            return effects;
        };
        let problem = if error.is_connection_lost() {
            format!("the connection is lost, this is not {done}: {}", told.message)
        } else {
            told.message
        };
        editor.refused(problem);
        if unsure {
            let given_at = match &pending.order.write {
                Write::Feedback(_, feedback) => Some(feedback.at),
                _ => None,
            };
            editor.may_be_done(given_at);
        }
        // What a person is typing or answering now stays on top; this one waits beneath it.
        let is_busy = self.modals.last().is_some_and(Modal::takes_keys);
        let place = if is_busy { 0 } else { self.modals.len() };
        self.modals.insert(place, Modal::Editor(editor));
        effects
    }
}
