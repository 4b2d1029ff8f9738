//! Changes: asked for, pending until stored, and back in the editor where they could not be.

use crossterm::event::KeyEvent;

use super::{
    AppState, Effect,
    areas::Pane,
    editor::{Edited, Editor, Purpose},
    modal::{Confirm, Modal},
};
use crate::{
    app::{
        keymap::Action,
        task::{
            Command, Ticket,
            command::{Write, WriteId, WriteOrder},
        },
        text,
        told::Told,
    },
    repository::Error,
    session::{Change, MetadataEdit, SessionKey, decode, edit, encode},
};
use bson::Bson;

/// A change that is on its way.
#[derive(Debug)]
pub struct Pending {
    ticket: Ticket,
    order: Box<WriteOrder>,
    /// What it was typed in.
    editor: Option<Box<Editor>>,
}

/// Text that was typed and not stored, when the program ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The session's `_id`.
    pub session: String,
    /// What it was for.
    pub what: String,
    /// The text.
    pub text: String,
}

impl AppState {
    /// What is on its way, for the status line. Safe text.
    #[must_use]
    pub fn storing(&self) -> Option<String> {
        let pending = self.pending.first()?;
        Some(match &pending.order.write {
            Write::Metadata(_, edits) => {
                let keys: Vec<_> = edits.iter().map(|edit| text::line(&edit.key)).collect();
                format!("storing {}", keys.join(", "))
            }
            Write::Feedback(..) => "storing feedback".to_owned(),
            Write::Delete(key) => format!("deleting {}", text::line(key.text())),
        })
    }

    /// Fields of the open session's metadata that are on their way: key and new value.
    pub fn pending_fields(&self) -> impl Iterator<Item = (&str, Option<&Bson>)> {
        let open = self.workspace.conversation.session().map(|session| &session.key);
        let edits = self.pending.iter().filter_map(move |pending| match &pending.order.write {
            Write::Metadata(key, edits) if Some(key) == open => Some(edits),
            _ => None,
        });
        edits.flatten().map(|edit| (edit.key.as_str(), edit.value.as_ref()))
    }

    /// What was typed and is not stored.
    #[must_use]
    pub fn drafts(&self) -> Vec<Draft> {
        let open = self.modals.iter().filter_map(|modal| match modal {
            Modal::Editor(editor) if editor.is_unsaved() => Some(editor),
            _ => None,
        });
        let pending = self.pending.iter().filter_map(|pending| pending.editor.as_ref());
        open.chain(pending)
            .map(|editor| Draft {
                session: editor.session.text().to_owned(),
                what: editor.title(),
                text: editor.text(),
            })
            .collect()
    }

    /// Whether there may be something typed that is not stored.
    #[must_use]
    pub fn is_typed_in(&self) -> bool {
        !self.pending.is_empty() || self.modals.iter().any(|modal| matches!(modal, Modal::Editor(_)))
    }

    /// A key that would change something. `None`: it is none of those.
    pub(super) fn change(&mut self, action: Action) -> Option<Vec<Effect>> {
        let opens: fn(&Self) -> Result<Modal, String> = match action {
            Action::Edit => Self::edit_editor,
            Action::Add => Self::add_editor,
            Action::Remove => Self::remove_question,
            Action::Rate => Self::rate_editor,
            Action::DeleteSession => Self::delete_editor,
            Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::Top
            | Action::Bottom
            | Action::Left
            | Action::Right
            | Action::NextPane
            | Action::PreviousPane
            | Action::PaneSessions
            | Action::PaneConversation
            | Action::PaneMetrics
            | Action::PaneMetadata
            | Action::PaneFeedback
            | Action::PreviousAgent
            | Action::NextAgent
            | Action::Open
            | Action::Back
            | Action::Filter
            | Action::NextMatch
            | Action::PreviousMatch
            | Action::Sort
            | Action::Reload
            | Action::Copy
            | Action::Reasoning
            | Action::Tools
            | Action::Inspect
            | Action::Explain
            | Action::LastError
            | Action::Mouse
            | Action::Connections
            | Action::CommandLine
            | Action::Help
            | Action::Quit
            | Action::QuitNow => return None,
        };
        if self.read_only() {
            return Some(self.say("this connection is read-only: nothing can be changed"));
        }
        match opens(self) {
            Ok(modal) => {
                self.modals.push(modal);
                Some(Vec::new())
            }
            Err(why) => Some(self.say(why)),
        }
    }

    fn edit_editor(&self) -> Result<Modal, String> {
        let (key, name, value) = self.field()?;
        Ok(Modal::Editor(Box::new(Editor::field(key, &name, &value))))
    }

    fn remove_question(&self) -> Result<Modal, String> {
        let (key, name, value) = self.field()?;
        Ok(Modal::Confirm(Box::new(Confirm::Remove(key, name, Box::new(value)))))
    }

    /// The chosen field of the metadata, with the value on screen.
    fn field(&self) -> Result<(SessionKey, String, Bson), String> {
        let session = self.workspace.conversation.session().ok_or("open a session first")?;
        if self.focus != Pane::Metadata {
            return Err(self.with_key("choose a field of the metadata first", Action::PaneMetadata));
        }
        let name = self
            .workspace
            .metadata
            .field(self.workspace.conversation.session())
            .ok_or_else(|| self.with_key("there is no field here; add one", Action::Add))?;
        let fields = session.metadata_fields().ok_or("the metadata is not an object, so it cannot be edited here")?;
        let value = fields.get(&name).ok_or("there is no field here")?;
        edit::check_segment(&name).map_err(|_| "this key holds a dot, a $ or nothing, and cannot be written")?;
        if self.pending_fields().any(|(key, _)| key == name) {
            return Err("this field is just being stored".into());
        }
        Ok((session.key.clone(), name, value.clone()))
    }

    /// A sentence with the key of an action behind it, where it has one: `there is no field here; add one: a`.
    fn with_key(&self, sentence: &str, action: Action) -> String {
        self.keymap.label(action).map_or_else(|| sentence.to_owned(), |key| format!("{sentence}: {key}"))
    }

    fn add_editor(&self) -> Result<Modal, String> {
        let session = self.workspace.conversation.session().ok_or("open a session first")?;
        let taken = match &session.metadata {
            None => Vec::new(),
            Some(Bson::Document(fields)) => fields.keys().cloned().collect(),
            Some(_) => return Err("the metadata is not an object, so nothing can be added".into()),
        };
        Ok(Modal::Editor(Box::new(Editor::add(session.key.clone(), taken))))
    }

    fn rate_editor(&self) -> Result<Modal, String> {
        let session = self.workspace.conversation.session().ok_or("open a session first")?;
        let selected = self.workspace.conversation.selected().filter(|_| self.focus == Pane::Conversation);
        let about = selected.and_then(|(agent, message)| Some((agent.clone(), message.message_id?)));
        Ok(Modal::Editor(Box::new(Editor::rate(session.key.clone(), about))))
    }

    fn delete_editor(&self) -> Result<Modal, String> {
        let chosen = match self.focus {
            Pane::Sessions => self.workspace.list.selected_row().map(|row| row.key.clone()),
            _ => self.workspace.conversation.session().map(|session| session.key.clone()),
        };
        chosen.map(|key| Modal::Editor(Box::new(Editor::delete(key)))).ok_or_else(|| "choose a session first".into())
    }

    /// A key while something is edited.
    pub(super) fn on_editor_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let Some(Modal::Editor(editor)) = self.modals.last_mut() else { return Vec::new() };
        match editor.on_key(key) {
            Edited::Taken => Vec::new(),
            Edited::Close => {
                self.modals.pop();
                Vec::new()
            }
            Edited::Save(write) => {
                let editor = match self.modals.pop() {
                    Some(Modal::Editor(editor)) => Some(editor),
                    _ => None,
                };
                self.store(*write, editor)
            }
        }
    }

    fn store(&mut self, mut write: Write, editor: Option<Box<Editor>>) -> Vec<Effect> {
        if let Write::Feedback(_, feedback) = &mut write {
            feedback.at = self.look.now;
        }
        let ticket = self.tickets.take();
        let order = Box::new(WriteOrder { id: WriteId { run: self.run, number: ticket.0 }, write });
        self.pending.push(Pending { ticket, order: order.clone(), editor });
        vec![Effect::Ask(Command::Write(ticket, order))]
    }

    /// An answer to a question with y or n.
    pub(super) fn answer(&mut self, yes: bool) -> Vec<Effect> {
        let Some(Modal::Confirm(ask)) = self.modals.pop() else { return Vec::new() };
        match *ask {
            Confirm::Remove(key, name, shown) if yes => {
                let edit = MetadataEdit::unset(&name).only_if(Some(*shown));
                self.store(Write::Metadata(key, vec![edit]), None)
            }
            Confirm::Quit if yes => vec![Effect::Quit],
            _ => Vec::new(),
        }
    }

    /// Leaves, or asks first where something typed is not stored.
    pub(super) fn leave(&mut self) -> Vec<Effect> {
        let asked = matches!(self.modals.last(), Some(Modal::Confirm(ask)) if **ask == Confirm::Quit);
        let unsaved = self.modals.iter().any(|modal| matches!(modal, Modal::Editor(editor) if editor.is_unsaved()));
        if asked || !unsaved {
            return vec![Effect::Quit];
        }
        self.modals.push(Modal::Confirm(Box::new(Confirm::Quit)));
        Vec::new()
    }

    pub(super) fn on_written(&mut self, ticket: Ticket) -> Vec<Effect> {
        let Some(position) = self.pending.iter().position(|pending| pending.ticket == ticket) else {
            return Vec::new();
        };
        self.workspace.last_error = None;
        match self.pending.remove(position).order.write {
            Write::Metadata(key, edits) => {
                let effects = self.apply(&Change::edited(key, &edits));
                if let Some(edit) = edits.iter().find(|edit| edit.value.is_some()) {
                    let page = self.page(Pane::Metadata);
                    self.workspace.metadata.choose(&edit.key, self.workspace.conversation.session(), page);
                }
                self.said = Some("stored".to_owned());
                effects
            }
            Write::Feedback(key, feedback) => {
                self.said = Some("feedback stored".to_owned());
                let stored = decode::feedback(&encode::feedback(&feedback).into());
                self.apply(&Change::feedback(key, stored))
            }
            Write::Delete(key) => {
                self.said = Some("deleted; a private copy is kept".to_owned());
                self.apply(&Change::deleted(key))
            }
        }
    }

    pub(super) fn on_not_written(&mut self, ticket: Ticket, error: &Error) -> Vec<Effect> {
        let Some(position) = self.pending.iter().position(|pending| pending.ticket == ticket) else {
            return Vec::new();
        };
        let pending = self.pending.remove(position);
        let told = Told::on_screen(error);
        self.workspace.last_error = Some(told.to_string());
        let mut stored = None;
        let mut effects = Vec::new();
        if let (Error::Conflict { stored: now, .. }, Write::Metadata(key, edits)) = (error, &pending.order.write)
            && let [edit] = edits.as_slice()
        {
            let now = now.as_deref().cloned();
            effects = self.apply(&Change::field(key.clone(), edit.key.clone(), now.clone()));
            stored = Some(now);
        }
        let Some(mut editor) = pending.editor else { return effects };
        if editor.purpose == Purpose::Add && stored.is_some() {
            stored = None;
        }
        editor.refused(told.message, stored);
        // What a person is typing in now stays on top; this one waits beneath it.
        let place =
            if matches!(self.modals.last(), Some(Modal::Editor(_) | Modal::Prompt(_))) { 0 } else { self.modals.len() };
        self.modals.insert(place, Modal::Editor(editor));
        effects
    }
}
