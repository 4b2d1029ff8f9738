//! What is stored meanwhile: by others while the form is open, and by its own save.

use bson::{Bson, Document};

use super::{FormHistory, FormSort, MetadataForm, acts::name_of, marks::field_of, place};
use crate::{
    app::tui::state::tree::PathKey,
    session::{
        MetadataEdit, MetadataPath,
        edit::{self, MergeConflict},
    },
};

/// What a person takes of a field that was changed here and by another.
#[derive(Debug, Clone, PartialEq)]
pub enum FormChoice {
    /// What was changed here.
    Mine,
    /// What is stored now.
    Theirs,
    /// What was stored when it was begun.
    Base,
    /// Another value; `None`: the field is removed.
    Value(Option<Bson>),
}

impl MetadataForm {
    /// The changes as they are sent now. What is typed from here on is another change.
    pub fn sending(&mut self) -> Vec<MetadataEdit> {
        self.sent = Some(self.mine.clone());
        self.changes().to_vec()
    }

    /// What was sent is not stored: it is not on its way any more.
    pub fn not_sent(&mut self) {
        self.sent = None;
    }

    /// Whether a save is on its way.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        self.sent.is_some()
    }

    /// The changes are stored, and the metadata is this now. What was typed meanwhile stays, not saved yet.
    pub fn saved(&mut self, stored: &Document) {
        let sent = self.sent.take().unwrap_or_else(|| self.mine.clone());
        self.is_settled();
        // What is written here is what a person saw.
        if !self.others.is_empty() {
            for edit in edit::difference(&self.theirs, stored) {
                self.others.remove(&edit.path);
            }
        }
        let was = self.typed_at().map(|_| self.mine.clone());
        self.rebase(sent, stored);
        if let Some(was) = was {
            self.keep_typed(&was);
        }
    }

    /// Another writer made this of the metadata. What was not changed here follows; what was is marked, and stays as it was typed.
    pub fn theirs(&mut self, stored: &Document) {
        if edit::same_fields(stored, &self.theirs) {
            return;
        }
        let is_plain = self.filter.is_empty() && self.sort == FormSort::Stored;
        let is_plain = is_plain && self.conflicts.is_empty() && self.overtaken.is_none();
        let keeps_rows = self.note_others(stored) && is_plain;
        let base = std::mem::take(&mut self.base);
        let was = self.typed_at().map(|_| self.mine.clone());
        self.take_stored(base, stored);
        if keeps_rows && self.conflicts.is_empty() {
            self.forget_weighed();
        } else {
            self.changed();
        }
        if let Some(was) = was {
            self.keep_typed(&was);
        }
    }

    /// What was changed of `base` here stays, over what is stored now.
    pub(super) fn rebase(&mut self, base: Document, stored: &Document) {
        self.take_stored(base, stored);
        self.changed();
    }

    fn take_stored(&mut self, base: Document, stored: &Document) {
        let offered = self.retyping.as_deref().and_then(|retyping| place::value(&self.mine, &retyping.path)).cloned();
        if let Some(sent) = &mut self.sent {
            // It follows as mine does: what differs between the two is what was typed since.
            edit::merge_into(&base, sent, stored);
        }
        self.conflicts = edit::merge_into(&base, &mut self.mine, stored);
        self.base = base;
        edit::follow(&mut self.theirs, stored);
        edit::follow(&mut self.base, stored);
        for conflict in &self.conflicts {
            // What is guarded stays what was seen, until a person chose.
            put_at(&mut self.base, conflict.path.keys(), conflict.base.as_ref());
        }
        // What was offered is made of a value that is none any more.
        if let Some(retyping) = self.retyping.as_deref()
            && !edit::same(place::value(&self.mine, &retyping.path), offered.as_ref())
        {
            let field = name_of(&retyping.path);
            self.says = Some(format!("{field} was changed by another meanwhile: choose its type again"));
            self.retyping = None;
        }
    }

    /// A person chose what a field is to hold: saved it replaces what is stored now.
    pub fn resolve(&mut self, path: &MetadataPath, choice: FormChoice) {
        let Some(at) = self.conflicts.iter().position(|conflict| conflict.path == *path) else { return };
        let conflict = self.conflicts.remove(at);
        let value = match choice {
            FormChoice::Mine => path.value(&self.mine).cloned(),
            FormChoice::Theirs => conflict.theirs.clone(),
            FormChoice::Base => conflict.base,
            FormChoice::Value(value) => value,
        };
        put_at(&mut self.mine, path.keys(), value.as_ref());
        put_at(&mut self.base, path.keys(), conflict.theirs.as_ref());
        self.changed();
    }
}

/// Sets or removes the value at a place; the objects on the way are made where they are missing and something is set.
pub(super) fn put_at(document: &mut Document, keys: &[String], value: Option<&Bson>) {
    let Some((last, parents)) = keys.split_last() else { return };
    let mut at = document;
    for key in parents {
        if !matches!(at.get(key), Some(Bson::Document(_))) {
            if value.is_none() {
                return;
            }
            at.insert(key, Document::new());
        }
        let Some(Bson::Document(inner)) = at.get_mut(key) else { return };
        at = inner;
    }
    match value {
        Some(value) => drop(at.insert(last, value.clone())),
        None => drop(at.remove(last)),
    }
}

impl MetadataForm {
    /// What is stored now of the value that the selected row is written with, where that was changed here too.
    #[must_use]
    pub fn conflict(&self, at: usize) -> Option<&MergeConflict> {
        let field = field_of(&self.path(at))?;
        self.conflicts.iter().find(|conflict| field.is_within(&conflict.path) || conflict.path.is_within(&field))
    }

    /// Asks before everything is given up that is not saved.
    pub fn ask_to_discard(&mut self) {
        self.discarding = true;
        self.says = Some(format!("{}: once more gives it all up", self.unsaved_words()));
    }

    /// Whether that was asked just now; a next key begins anew.
    pub fn was_to_discard(&mut self) -> bool {
        std::mem::take(&mut self.discarding)
    }

    /// Gives up everything that is not saved.
    pub fn discard(&mut self) {
        self.mine.clone_from(&self.theirs);
        self.base.clone_from(&self.theirs);
        self.conflicts.clear();
        self.field = None;
        self.retyping = None;
        self.large = None;
        self.overtaken = None;
        self.others.clear();
        self.is_settled();
        self.history = FormHistory::default();
        self.changed();
    }

    /// The value that stands at a place of what was kept before anything was changed here.
    #[must_use]
    pub fn base_value(&self, path: &[PathKey]) -> Option<&Bson> {
        place::value(&self.base, path)
    }
}
