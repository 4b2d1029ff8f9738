//! What was typed and is not stored, to be kept on disk.

use bson::Bson;

use super::super::{
    AppState,
    connection::{HomePlace, LastingPlace},
    editor::{Editor, Purpose},
    form::MetadataForm,
    kept_drafts::{Draft, DraftContent},
    modal::Modal,
    named::ChosenSession,
};
use crate::{
    app::text,
    session::{MetadataEdit, plain},
};

/// Characters of a value that are written for people to read; the draft holds all of it besides.
const READ: usize = 200;

impl AppState {
    /// What was typed and is not stored.
    #[must_use]
    pub fn drafts(&self) -> Vec<Draft> {
        let open = self.modals.iter().filter_map(|modal| match modal {
            Modal::Editor(editor) if editor.is_unsaved() => Some(editor),
            _ => None,
        });
        let open = open.filter_map(|editor| self.editor_draft(editor, editor.is_unsure()));
        let sent = self.pending.iter().filter(|pending| !pending.is_deletion());
        let sent = sent.filter_map(|pending| self.editor_draft(pending.editor.as_ref()?, true));
        let forms = self.modals.iter().filter_map(|modal| match modal {
            Modal::Form(form) => Some(&**form),
            _ => None,
        });
        let forms = forms.chain(&self.forms).filter_map(|form| self.form_draft(form));
        open.chain(sent).chain(forms).collect()
    }

    /// `None` where what is typed goes into a form, with which it is kept.
    fn editor_draft(&self, editor: &Editor, may_be_stored: bool) -> Option<Draft> {
        let left = editor.draft()?;
        Some(Draft {
            place: self.lasting(editor.home),
            session: ChosenSession { key: editor.session.clone(), name: editor.name().to_owned() },
            what: editor.title_here(),
            text: editor.text(),
            may_be_stored,
            content: DraftContent::Editor(Box::new(left)),
        })
    }

    /// `None` where nothing in it is unsaved, nor in the larger editor on a value of it.
    fn form_draft(&self, form: &MetadataForm) -> Option<Draft> {
        let larger = self.modals.iter().find_map(|modal| match modal {
            Modal::Editor(editor) if !matches!(editor.purpose, Purpose::Rate { .. }) && form.awaits(editor) => {
                Some(&**editor)
            }
            _ => None,
        });
        if !form.is_unsaved() && larger.is_none_or(|editor| !editor.is_unsaved()) {
            return None;
        }
        let draft = form.draft(larger);
        let reveal = &form.rules.reveal;
        let kept =
            if reveal.opens() { "encrypted here" } else { "not kept here, for there is no key to encrypt it with" };
        let line = |edit: &MetadataEdit| match &edit.value {
            Some(_) if reveal.touches(&edit.path) => format!("{} is set, and {kept}", edit.path),
            _ => line_of(edit),
        };
        let mut lines: Vec<String> = form.changes().iter().map(line).collect();
        match &draft.open {
            Some(open) if open.is_private(reveal) => lines.push(format!("{}, {kept}", open.words())),
            Some(open) => lines.push(format!("{}: {}", open.words(), open.text)),
            None => {}
        }
        let draft = draft.sealed(reveal);
        Some(Draft {
            place: self.lasting(form.home),
            session: form.session.clone(),
            what: format!("metadata of {}", text::line(&form.session.name)),
            text: lines.join("\n"),
            may_be_stored: form.is_sent() || self.is_unsure(form),
            content: DraftContent::Form(Box::new(draft)),
        })
    }

    fn lasting(&self, home: Option<HomePlace>) -> Option<LastingPlace> {
        home.and_then(|home| self.homes.lasting(home)).cloned()
    }
}

/// A change, for people to read: `priority = high`. It is written at every key, so that nothing large is looked through for it.
fn line_of(edit: &MetadataEdit) -> String {
    let path = &edit.path;
    match &edit.value {
        None => format!("{path} is removed"),
        Some(Bson::String(text)) => format!("{path} = {}", text.chars().take(READ).collect::<String>()),
        Some(Bson::Document(fields)) => format!("{path} = an object of {} fields", fields.len()),
        Some(Bson::Array(items)) => format!("{path} = a list of {} items", items.len()),
        Some(Bson::Binary(binary)) => format!("{path} = {} bytes", binary.bytes.len()),
        Some(value) => format!("{path} = {}", plain::compact(value)),
    }
}
