//! What a row is marked with: what became of its value here, and what stands against it.

use bson::Bson;

use super::{FieldEditor, MetadataForm, RowKind, place};
use crate::{
    app::{
        text,
        tui::state::tree::{Key, PathKey, SECRET},
    },
    session::{MetadataPath, edit},
};

/// What became of a value here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldChange {
    /// It was not there.
    New,
    /// Another value, or another type.
    Changed,
    /// Something in it changed.
    Within,
    /// The same value, in another place among its siblings.
    Moved,
    /// It is removed.
    Removed,
}

/// The marks of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldMarks {
    /// What became of it here, not saved yet.
    pub change: Option<FieldChange>,
    /// It was changed here and by another since.
    pub conflict: bool,
    /// Another changed it while the form was open, and nothing was changed of it here.
    pub others: bool,
    /// The field of the place's rules that protects it.
    pub protected: Option<String>,
    /// Why what is typed in it cannot be taken, or why nothing can be written there. Safe text.
    pub problem: Option<String>,
}

impl MetadataForm {
    /// The marks of a row.
    #[must_use]
    pub fn marks(&self, at: usize) -> FieldMarks {
        let Some(row) = self.rows.get(at) else { return FieldMarks::default() };
        if row.kind == RowKind::Adding {
            let typed = self.field.as_deref().and_then(FieldEditor::problem);
            return FieldMarks { change: Some(FieldChange::New), problem: typed, ..FieldMarks::default() };
        }
        let path = self.path(at);
        let Some(field) = field_of(&path) else { return FieldMarks::default() };
        let typed = self.field.as_deref().filter(|typed| typed.path == path).and_then(FieldEditor::problem);
        FieldMarks {
            change: if row.kind == RowKind::Removed { Some(FieldChange::Removed) } else { self.change(&path, &field) },
            conflict: self.conflicts_at().touches(&field)
                || self.overtaken.as_ref().is_some_and(|(path, _)| path.is_within(&field) || field.is_within(path)),
            others: self.others.touches(&field),
            protected: self.rules.protects(&field).map(str::to_owned),
            problem: typed.or_else(|| unwritable(&field).map(refused_key)),
        }
    }

    /// What became of a value, by what a save would write.
    fn change(&self, path: &[PathKey], field: &MetadataPath) -> Option<FieldChange> {
        let changes = self.weighed();
        if changes.edits.is_empty() {
            return None;
        }
        let base = || place::value(&self.base, path);
        if field.keys().len() < path.len() {
            // Within an array, which is written as a whole.
            let mine = place::value(&self.mine, path);
            return match (base(), mine) {
                (None, _) => Some(FieldChange::New),
                (was, _) if edit::same(was, mine) => None,
                (Some(Bson::Array(_)), Some(Bson::Array(_))) | (Some(Bson::Document(_)), Some(Bson::Document(_))) => {
                    Some(FieldChange::Within)
                }
                (Some(_), _) => Some(FieldChange::Changed),
            };
        }
        let written = changes.at.get(field).and_then(|at| changes.edits.get(*at));
        if let Some(edit) = written {
            return Some(match base() {
                None => FieldChange::New,
                was if edit::same(was, edit.value.as_ref()) => FieldChange::Moved,
                Some(_) => FieldChange::Changed,
            });
        }
        if changes.at.holds(field) {
            return base().is_none().then_some(FieldChange::New);
        }
        changes.at.has_within(field).then_some(FieldChange::Within)
    }

    /// Whether the selected row is a field that can be written.
    #[must_use]
    pub fn may_change(&self) -> bool {
        let at = self.selected();
        let is_field = self.rows.get(at).is_some_and(|row| row.kind == RowKind::Field);
        is_field && self.refusal(&self.path(at)).is_none()
    }

    /// Why a value cannot be written, nor anything in it. Safe text.
    #[must_use]
    pub(super) fn refusal(&self, path: &[PathKey]) -> Option<String> {
        if path.iter().any(|step| step.is(Key::Name(SECRET))) {
            return Some("it is kept secret: it is neither shown nor edited here".to_owned());
        }
        let field = field_of(path)?;
        if let Some(protected) = self.rules.protects(&field) {
            return Some(protected_words(protected));
        }
        unwritable(&field).map(refused_key)
    }
}

/// That the place keeps a field from being edited. Safe text.
#[must_use]
pub fn protected_words(protected: &str) -> String {
    format!("{} is protected at this place: it is not edited by hand", text::line(protected))
}

fn refused_key(why: &str) -> String {
    format!("this key cannot be written: {why}")
}

/// The field that a value is written with: the value itself, or the array that it stands in.
pub(super) fn field_of(path: &[PathKey]) -> Option<MetadataPath> {
    let names = path.iter().map_while(|key| match key {
        PathKey::Name(name) => Some(name.clone()),
        PathKey::Item(_) | PathKey::Root => None,
    });
    MetadataPath::new(names.collect())
}

/// Why no path leads there.
fn unwritable(field: &MetadataPath) -> Option<&'static str> {
    field.keys().iter().find_map(|key| edit::check_segment(key).err())
}
