//! What has to be kept of a form so that it can be opened again as it was.

use bson::Document;

use super::{FieldPath, FieldUse, MetadataForm, acts::name_of, marks::field_of};
use crate::{
    app::{
        place::{Reveal, WriteRules},
        tui::state::{connection::HomePlace, editor::Editor, named::ChosenSession, tree::PathKey},
    },
    session::StoredDate,
};

/// A form that is not saved, to be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct FormDraft {
    /// The session.
    pub session: ChosenSession,
    /// What was stored when it was begun.
    pub base: Document,
    /// The same with what was changed.
    pub mine: Document,
    /// What was being typed.
    pub open: Option<OpenField>,
    /// When the session was made, where that is known.
    pub made: Option<StoredDate>,
    /// It was changed for a session that had its id before.
    pub anew: bool,
}

/// A text that was being typed in a form.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenField {
    /// Where its value stands; of a new field its container.
    pub path: FieldPath,
    /// What it is.
    pub used_for: FieldUse,
    /// Of a new field, what it is to stand behind.
    pub after: Option<PathKey>,
    /// It was in the larger editor.
    pub large: bool,
    /// The text.
    pub text: String,
}

impl FormDraft {
    /// As it may be kept on a disk: what is to be encrypted is sealed, or left out where it cannot be.
    #[must_use]
    pub fn sealed(mut self, reveal: &Reveal) -> Self {
        if !reveal.encrypts() {
            return self;
        }
        let session = &self.session.key;
        let base = reveal.kept(session, &self.base, None);
        // What was not changed stays the same.
        self.mine = reveal.kept(session, &self.mine, Some((&self.base, &base)));
        self.base = base;
        if let Some(open) = self.open.as_mut().filter(|open| open.is_private(reveal)) {
            open.text = reveal.kept_text(session, &open.text);
        }
        self
    }

    /// As it was left, where that can be opened.
    #[must_use]
    pub fn opened(mut self, reveal: &Reveal) -> Self {
        let session = &self.session.key;
        self.base = reveal.editable(session, &self.base).into_owned();
        self.mine = reveal.editable(session, &self.mine).into_owned();
        if let Some(open) = &mut self.open {
            open.text = reveal.typed_text(session, std::mem::take(&mut open.text));
        }
        self
    }
}

impl OpenField {
    /// Whether what is being typed is to be encrypted, or may hold what is.
    #[must_use]
    pub fn is_private(&self, reveal: &Reveal) -> bool {
        let field = match self.used_for {
            FieldUse::Value => field_of(&self.path),
            FieldUse::Key => None,
            FieldUse::New => {
                let key = self.text.split(['=', ':']).next().unwrap_or_default().trim();
                // It may be typed as a path.
                let keys = key.split('.').map(|key| PathKey::Name(key.to_owned()));
                field_of(&self.path.iter().cloned().chain(keys).collect::<Vec<_>>())
            }
        };
        field.is_some_and(|field| reveal.touches(&field))
    }

    /// What is being typed, in a few words: `customer.tier being typed`.
    #[must_use]
    pub fn words(&self) -> String {
        match (self.used_for, name_of(&self.path)) {
            (FieldUse::Value, name) => format!("{name} being typed"),
            (FieldUse::Key, name) => format!("another key of {name} being typed"),
            (FieldUse::New, name) if name.is_empty() => "a new field being typed".to_owned(),
            (FieldUse::New, name) => format!("a new field of {name} being typed"),
        }
    }
}

impl MetadataForm {
    /// What has to be kept of it, with the text of the larger editor where that is open over it.
    #[must_use]
    pub fn draft(&self, larger: Option<&Editor>) -> FormDraft {
        let in_row = self.field.as_deref().map(|field| OpenField {
            path: field.path.clone(),
            used_for: field.used_for,
            after: field.after.clone(),
            large: false,
            text: field.editor.text(),
        });
        let in_large = larger.zip(self.large.as_ref()).map(|(editor, path)| OpenField {
            path: path.clone(),
            used_for: FieldUse::Value,
            after: None,
            large: true,
            text: editor.text(),
        });
        FormDraft {
            session: self.session.clone(),
            base: self.base.clone(),
            mine: self.mine.clone(),
            open: in_large.or(in_row),
            made: self.made,
            anew: self.anew,
        }
    }

    /// The form as it was kept, on what is stored by now, and the larger editor where that was open.
    #[must_use]
    pub fn from_draft(
        draft: FormDraft,
        home: Option<HomePlace>,
        rules: WriteRules,
        stored: &Document,
    ) -> (Self, Option<Editor>) {
        let mut form = Self::new(draft.session, home, rules, &draft.base);
        form.mine = draft.mine;
        (form.made, form.anew) = (draft.made, draft.anew);
        form.changed();
        // It was typed for what was stored then: what another made of it since stands against it.
        let editor = draft.open.and_then(|open| form.open_again(open));
        form.theirs(stored);
        (form, editor)
    }

    /// What was being typed, in the row that it was typed in; what has no row any more is told with its text.
    fn open_again(&mut self, open: OpenField) -> Option<Editor> {
        self.select(&open.path);
        let lost = format!("what was typed for {} has no field any more: {}", name_of(&open.path), open.text);
        if open.large {
            let mut editor = self.large_editor();
            match &mut editor {
                Some(editor) => editor.fill(&open.text),
                None => self.says = Some(lost),
            }
            return editor;
        }
        match open.used_for {
            FieldUse::Value => {
                self.edit();
            }
            FieldUse::Key => self.rename(),
            FieldUse::New => self.add_at(open.path, open.after),
        }
        match self.field.as_deref_mut() {
            Some(field) => field.editor.fill(&open.text),
            None => self.says = Some(lost),
        }
        None
    }

    /// A short word on what is not saved: `2 unsaved changes`.
    #[must_use]
    pub fn unsaved_words(&self) -> String {
        match self.changes().len() {
            0 => "something typed is not saved".to_owned(),
            1 => "1 unsaved change".to_owned(),
            several => format!("{several} unsaved changes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn a_new_field_that_is_taken_up_again_stands_in_what_it_goes_into() {
        let session = ChosenSession { key: "s".into(), name: "support-1042".to_owned() };
        let stored = doc! { "a": 1, "o": { "x": 1 }, "z": 1 };
        let mut first = MetadataForm::new(session, None, WriteRules::default(), &stored);
        first.select(&["o", "x"].map(|key| PathKey::Name(key.to_owned())));
        first.add();
        let draft = first.draft(None);
        assert_eq!(draft.open.as_ref().unwrap().words(), "a new field of o being typed");
        let (again, _) = MetadataForm::from_draft(draft, None, WriteRules::default(), &stored);
        let row = again.editing_row().unwrap();
        assert_eq!((row, again.rows()[row].depth), (3, 1));
    }
}
