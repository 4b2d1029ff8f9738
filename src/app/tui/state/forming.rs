//! Opening the form, leaving it with what is not saved, and what it does on a key.

mod outside;

use bson::Document;
use crossterm::event::KeyEvent;

use super::{
    AppState, Effect, areas,
    form::{MetadataForm, STAYS_HERE},
    metadata,
    modal::Modal,
    named::ChosenSession,
    tree::{Fold, PathKey},
};
use crate::{
    app::{keymap::Action, text},
    session::StoredDate,
};

impl AppState {
    /// Opens the form on a session's metadata, with a value selected, and does something there. One that was left with something not
    /// saved goes on.
    pub(super) fn open_form(
        &mut self,
        chosen: &ChosenSession,
        (stored, made): (&Document, Option<StoredDate>),
        path: &[PathKey],
        does: Option<Action>,
    ) -> Vec<Effect> {
        let home = self.workspace.home;
        let kept = self.forms.iter().position(|form| form.session.key == chosen.key && form.home == home);
        let rules = self.workspace.connection.place.as_ref().map(|place| place.rules.clone()).unwrap_or_default();
        let mut form = if let Some(at) = kept {
            let mut form = self.forms.remove(at);
            form.told_stored(stored);
            form
        } else {
            let opened = rules.reveal.editable(&chosen.key, stored);
            MetadataForm::new(chosen.clone(), home, rules, &opened)
        };
        let conversation = &self.workspace.conversation;
        // One that is not open was read just now.
        let gone = conversation.is_gone() && conversation.session().is_some_and(|open| open.key == chosen.key);
        form.of_session(made, gone);
        if !form.is_typing() && !path.is_empty() {
            form.select(path);
        }
        let is_typing = form.is_typing();
        self.modals.push(Modal::Form(Box::new(form)));
        // What was being typed when it was left goes on.
        does.filter(|_| !is_typing).map(|action| self.in_form(action)).unwrap_or_default()
    }

    /// The form of the open session that was left with something not saved.
    #[must_use]
    pub fn kept_form(&self) -> Option<&MetadataForm> {
        let session = self.workspace.conversation.session()?;
        self.forms.iter().find(|form| form.session.key == session.key && form.home == self.workspace.home)
    }

    /// Leaves the form; what is not saved stays, and is gone on with when it is opened again.
    pub(super) fn leave_form(&mut self) -> Vec<Effect> {
        let Some(Modal::Form(form)) = self.modals.pop_if(|modal| matches!(modal, Modal::Form(_))) else {
            return Vec::new();
        };
        if !form.is_unsaved() {
            return Vec::new();
        }
        let name = text::line(&form.session.name).into_owned();
        let kept = match form.changes() {
            [] => format!("what was typed for {name}"),
            _ => format!("{} of {name}", form.unsaved_words()),
        };
        self.forms.push(*form);
        let says = self.with_key(&format!("{kept} kept; to go on"), Action::Edit);
        self.say(says)
    }

    /// Puts the forms aside that hold something not saved, as when another place is opened.
    pub(super) fn put_forms_aside(&mut self) {
        let forms = self.modals.extract_if(.., |modal| matches!(modal, Modal::Form(_)));
        let forms = forms.filter_map(|modal| match modal {
            Modal::Form(form) if form.is_unsaved() || form.has_large() => Some(*form),
            _ => None,
        });
        self.forms.extend(forms);
    }

    /// Tells the forms of the open session what is stored of its metadata by now.
    pub(super) fn tell_forms(&mut self) {
        let Some(session) = self.workspace.conversation.session() else { return };
        let home = self.workspace.home;
        let open = self.modals.iter_mut().filter_map(|modal| match modal {
            Modal::Form(form) => Some(&mut **form),
            _ => None,
        });
        let mut told = open.chain(&mut self.forms).filter(|form| form.session.key == session.key && form.home == home);
        let Some(first) = told.next() else { return };
        let gone = self.workspace.conversation.is_gone();
        // What is no object, no field is told of.
        let (is_refused, nothing) = (metadata::refusal(session).is_some(), Document::new());
        let stored = session.metadata_fields().unwrap_or(&nothing);
        let stands_against = |form: &MetadataForm| (form.gone, form.conflicts.len());
        let mut is_otherwise = false;
        for form in std::iter::once(first).chain(told) {
            let before = stands_against(form);
            form.of_session(session.created_at, gone);
            if !is_refused {
                form.told_stored(stored);
            }
            is_otherwise |= before != stands_against(form);
        }
        self.settle_changes(is_otherwise);
        self.tell_larger_editor();
    }

    /// The larger editor over a form says what another made meanwhile of its value.
    fn tell_larger_editor(&mut self) {
        let Some((Modal::Editor(editor), beneath)) = self.modals.split_last_mut() else { return };
        let form = beneath.iter().rev().find_map(|modal| match modal {
            Modal::Form(form) if form.awaits(editor) => Some(form),
            _ => None,
        });
        if let Some(form) = form {
            editor.stored = form.overtaken_large();
        }
    }

    /// The changes that are not saved are shown, to be saved.
    pub(super) fn list_changes(&mut self) -> Vec<Effect> {
        let Some(Modal::Form(form)) = self.modals.last_mut() else { return Vec::new() };
        if form.changes().is_empty() {
            form.says = Some("nothing is changed".to_owned());
            return Vec::new();
        }
        self.modals.push(Modal::Changes(Box::default()));
        Vec::new()
    }

    /// A key while something is typed in the form.
    pub(super) fn on_form_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        if self.on_offer_key(key) {
            return Vec::new();
        }
        let (dates, action) = (self.look.dates(), self.keymap.form_action(key));
        let Some(Modal::Form(form)) = self.modals.last_mut() else { return Vec::new() };
        if action == Some(Action::EditOutside)
            && let Some(field) = form.field_editor()
        {
            if form.types_what_is_private() {
                form.refuse(STAYS_HERE);
                return Vec::new();
            }
            return vec![Effect::EditOutside(field.editor.text(), ".txt")];
        }
        form.on_key(key, &dates);
        if action == Some(Action::Save) && !form.is_typing() { self.list_changes() } else { Vec::new() }
    }

    /// An action while the form has the keys.
    pub(super) fn in_form(&mut self, action: Action) -> Vec<Effect> {
        let body = self.areas.body;
        let Some(Modal::Form(form)) = self.modals.last_mut() else { return Vec::new() };
        let page = usize::from(areas::form_parts(body, form.shows_filter())[1].height);
        form.says = None;
        let asked = form.was_to_discard();
        if form.retyping().is_some() {
            return self.in_retyping(action, page);
        }
        if form.go(action, page) {
            return Vec::new();
        }
        let selected = form.rows().get(form.selected()).map(|row| row.fold);
        match action {
            Action::Open if selected.is_some_and(|fold| fold != Fold::Leaf) => form.turn(),
            Action::Open | Action::Edit => return self.edit_field(),
            Action::EditLarge => return self.edit_large(),
            Action::EditOutside => return self.edit_outside(),
            Action::Mark => form.toggle(),
            Action::Add => form.add(),
            Action::Remove => form.remove(),
            Action::Rename => form.rename(),
            Action::Retype => form.retype(&self.look.dates()),
            Action::Duplicate => form.duplicate(),
            Action::MoveUp => form.shift(false),
            Action::MoveDown => form.shift(true),
            Action::Undo => form.undo(),
            Action::Redo => form.redo(),
            Action::Sort => form.sort_next(),
            Action::Filter => form.start_filter(),
            Action::Copy => return self.offer_copies_of_field(),
            Action::PasteField => match &self.copied_field {
                Some(field) => form.paste_field(field),
                None => form.says = Some("no field was copied".to_owned()),
            },
            Action::Save => return self.list_changes(),
            Action::Discard if asked => {
                form.discard();
                form.says = Some("all of it is as stored".to_owned());
            }
            Action::Discard if form.is_unsaved() => form.ask_to_discard(),
            Action::Back if !form.filter().is_empty() => form.set_filter(""),
            Action::Back | Action::Quit => return self.leave_form(),
            Action::QuitNow => return self.leave(),
            Action::Help | Action::CommandLine | Action::LastError | Action::Events => return self.on_screen(action),
            Action::Discard => form.says = Some("nothing is changed".to_owned()),
            _ => return self.say_not_over("the form"),
        }
        Vec::new()
    }

    fn in_retyping(&mut self, action: Action, page: usize) -> Vec<Effect> {
        let Some(Modal::Form(form)) = self.modals.last_mut() else { return Vec::new() };
        match action {
            Action::Open => form.retype_chosen(),
            Action::Back | Action::Quit | Action::Retype => form.close_retyping(),
            Action::QuitNow => return self.leave(),
            _ => form.choose_type(action, page),
        }
        Vec::new()
    }
}
