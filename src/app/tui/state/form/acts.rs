//! What is done to the selected field: edited, added, renamed, moved, removed.

use bson::Bson;

use super::{FieldEditor, FieldPath, FieldUse, FormSort, MetadataForm, RowKind, place, steps::FormStep};
use crate::app::{
    place::is_sealed,
    tui::state::{
        editor::{Editor, TypedField},
        tree::{Fold, Key, PathKey, SECRET, holds_secret},
    },
};

/// Bytes of a text that is edited in its row.
const IN_PLACE: usize = 200;

/// How a value is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditPlace {
    /// In its row, or it is done.
    Here,
    /// In the larger editor.
    Large,
}

impl MetadataForm {
    /// Selects a row by where its value stands, or the nearest one that holds it; what hides it is unfolded.
    pub fn select(&mut self, path: &[PathKey]) {
        if self.row_of(path).is_none() && path.len() > 1 {
            let parents: Vec<Key<'_>> = path[..path.len() - 1].iter().map(PathKey::key).collect();
            self.unfolded.unfold(&parents);
            self.arrange();
        }
        let found = (1..=path.len()).rev().find_map(|length| self.row_of(&path[..length]));
        if let Some(at) = found {
            self.selection.select(at, &self.rows);
        }
    }

    /// Says why a value cannot be changed, where it cannot.
    pub(super) fn refuses(&mut self, path: &[PathKey]) -> bool {
        let refusal = self.refusal(path);
        let refused = refusal.is_some();
        self.says = refusal.or(self.says.take());
        refused
    }

    /// The same of a value that would be written out as text.
    pub(super) fn refuses_text(&mut self, path: &[PathKey]) -> bool {
        if self.refuses(path) {
            return true;
        }
        if let Some(why) = self.holds_what_is_sealed(path) {
            self.says = Some(why);
            return true;
        }
        let refused = place::value(&self.mine, path).is_some_and(holds_secret);
        if refused {
            self.says =
                Some(format!("it holds {SECRET}, which is not shown: unfolded, its other fields can be edited"));
        }
        refused
    }

    /// Where the selected field stands; of a removed one it is said that nothing can be done with it.
    pub(super) fn chosen_field(&mut self) -> Option<FieldPath> {
        let at = self.selected();
        let kind = self.rows.get(at)?.kind;
        if kind == RowKind::Removed {
            self.says = Some("this field is removed: bring it back first".to_owned());
        }
        (kind == RowKind::Field).then(|| self.path(at))
    }

    /// Begins to edit the selected value in its row, turns a true or false, or tells that it takes the larger editor.
    pub fn edit(&mut self) -> EditPlace {
        let Some(path) = self.chosen_field().filter(|path| !self.refuses(path)) else { return EditPlace::Here };
        let replaces = place::value(&self.mine, &path).is_some_and(is_sealed);
        if replaces && let Some(why) = self.refuses_sealed(&path) {
            self.says = Some(why);
            return EditPlace::Here;
        }
        let Some(value) = place::value(&self.mine, &path) else { return EditPlace::Here };
        match value {
            _ if replaces => {}
            Bson::Boolean(flag) => {
                let value = Bson::Boolean(!flag);
                self.set(path, value);
                return EditPlace::Here;
            }
            Bson::Document(_) | Bson::Array(_) => return EditPlace::Large,
            Bson::String(text) if text.len() > IN_PLACE || text.contains('\n') => return EditPlace::Large,
            _ => {}
        }
        let session = self.session.key.clone();
        let editor = if replaces || *value == Bson::Null {
            Some(Editor::item(session))
        } else {
            Editor::field(session, &name_of(&path), value)
        };
        match editor {
            Some(editor) => self.type_in(FieldUse::Value, path, None, editor),
            None => self.says = Some("no text gives this value back".to_owned()),
        }
        EditPlace::Here
    }

    /// An editor on the selected value for the larger view. `None`: it says why there is none.
    pub fn large_editor(&mut self) -> Option<Editor> {
        let path = self.chosen_field().filter(|path| !self.refuses_text(path))?;
        let value = place::value(&self.mine, &path)?;
        let editor = Editor::field(self.session.key.clone(), &name_of(&path), value);
        if editor.is_none() {
            let why = "it holds an object that reads like another type in JSON, so no text would give it back";
            self.says = Some(why.to_owned());
        }
        let mut editor = editor?.named(self.session.name.as_str());
        editor.home = self.home;
        self.large = Some(path);
        Some(editor)
    }

    /// Whether what is typed in that editor goes into this form.
    #[must_use]
    pub fn awaits(&self, editor: &Editor) -> bool {
        let is_there = self.large.as_ref().is_some_and(|path| place::value(&self.mine, path).is_some());
        is_there && self.session.key == editor.session && self.home == editor.home
    }

    /// Whether a value of it is in the larger editor.
    #[must_use]
    pub fn has_large(&self) -> bool {
        self.large.is_some()
    }

    /// The larger editor was left.
    pub fn forget_large(&mut self) {
        self.large = None;
        self.was_left();
    }

    /// What was typed in the larger editor.
    pub fn take_large(&mut self, typed: TypedField) {
        let (Some(path), Some(value)) = (self.large.take(), typed.value) else { return };
        self.set(path, value);
        self.was_typed();
    }

    /// Begins a new field: behind the selected one, or in the unfolded container that is selected.
    pub fn add(&mut self) {
        if !self.filter.is_empty() {
            self.set_filter("");
        }
        let (parent, after) = self.place_for_new();
        self.add_at(parent, after);
    }

    /// Begins a new field of a container, behind one that is there.
    pub(super) fn add_at(&mut self, parent: FieldPath, after: Option<PathKey>) {
        if !parent.is_empty() && self.refuses(&parent) {
            return;
        }
        // It is seen in what it goes into.
        self.unfolded.unfold(&parent.iter().map(PathKey::key).collect::<Vec<_>>());
        let session = self.session.key.clone();
        let editor = match self.container(&parent) {
            Some(Bson::Array(_)) => Editor::item(session),
            container => {
                let fields = container.map_or(Some(&self.mine), Bson::as_document);
                let taken = fields.into_iter().flat_map(bson::Document::keys).cloned().collect();
                Editor::add(session, taken)
            }
        };
        self.type_in(FieldUse::New, parent, after, editor);
        self.arrange();
    }

    /// The container for a new field, and what it stands behind.
    pub(super) fn place_for_new(&self) -> (FieldPath, Option<PathKey>) {
        let at = self.selected();
        let mut path = self.path(at);
        let is_open = self.rows.get(at).is_some_and(|row| row.kind == RowKind::Field && row.fold == Fold::Unfolded);
        let is_empty = match self.value(at) {
            Some(Bson::Document(fields)) => fields.is_empty(),
            Some(Bson::Array(items)) => items.is_empty(),
            _ => false,
        };
        if is_open || is_empty {
            let last = match self.value(at) {
                Some(Bson::Document(fields)) => fields.keys().last().cloned().map(PathKey::Name),
                Some(Bson::Array(items)) => items.len().checked_sub(1).map(PathKey::Item),
                _ => None,
            };
            return (path, last);
        }
        let after = path.pop();
        (path, after)
    }

    /// Begins to edit the key of the selected field.
    pub fn rename(&mut self) {
        let Some(path) = self.chosen_field().filter(|path| !self.refuses(path)) else { return };
        if let Some(why) = self.is_bound_to_its_name(&path) {
            self.says = Some(why);
            return;
        }
        let Some((PathKey::Name(name), parent)) = path.split_last() else {
            self.says = Some("an item of an array has a position and no key".to_owned());
            return;
        };
        let fields = self.container(parent).map_or(Some(&self.mine), Bson::as_document);
        let taken = fields.into_iter().flat_map(bson::Document::keys).filter(|key| *key != name).cloned().collect();
        let editor = Editor::rename(self.session.key.clone(), name, taken);
        self.type_in(FieldUse::Key, path, None, editor);
    }

    /// Removes the selected field, or brings back the removed one.
    pub fn remove(&mut self) {
        let at = self.selected();
        let path = self.path(at);
        let Some(kind) = self.rows.get(at).map(|row| row.kind) else { return };
        if kind == RowKind::Removed {
            let Some((last, parent)) = path.split_last() else { return };
            let Some(value) = self.value(at).cloned() else { return };
            let before = self.kept_before(parent, last);
            self.insert_behind(path.clone(), before.as_ref(), value);
            return;
        }
        if kind != RowKind::Field || self.refusal(&path).inspect(|why| self.says = Some(why.clone())).is_some() {
            return;
        }
        self.step(FormStep::Take { path: path.clone() });
        // The removed row is selected, wherever it stands now: the same key brings it back. Else the next one.
        let at = self.row_of(&path).unwrap_or(at);
        self.selection.select(at, &self.rows);
    }

    /// The last field that stood before a removed one and is there.
    fn kept_before(&self, parent: &[PathKey], key: &PathKey) -> Option<PathKey> {
        let PathKey::Name(key) = key else { return None };
        let (base, mine) = (place::object(&self.base, parent)?, place::object(&self.mine, parent)?);
        let before = base.keys().take_while(|stored| *stored != key).filter(|stored| mine.contains_key(stored));
        before.last().cloned().map(PathKey::Name)
    }

    /// Moves the selected field up or down among its siblings.
    pub fn shift(&mut self, down: bool) {
        let Some(path) = self.chosen_field().filter(|path| !self.refuses(path)) else { return };
        if self.sort != FormSort::Stored || !self.filter.is_empty() {
            self.says = Some("fields are moved while all of them are shown as they are stored".to_owned());
            return;
        }
        let Some((last, parent)) = path.split_last() else { return };
        let (from, count) = match (last, self.container(parent)) {
            (PathKey::Name(name), None) => (place::position(&self.mine, name), self.mine.len()),
            (PathKey::Name(name), Some(Bson::Document(fields))) => (place::position(fields, name), fields.len()),
            (PathKey::Item(item), Some(Bson::Array(items))) => (Some(*item), items.len()),
            _ => return,
        };
        let to = from.and_then(|from| if down { Some(from + 1) } else { from.checked_sub(1) });
        let Some(to) = to.filter(|to| *to < count) else {
            self.says = Some(format!("it is the {} one here", if down { "last" } else { "first" }));
            return;
        };
        if let Some(place) = self.step(FormStep::Move { path, to }) {
            self.select(&place);
        }
    }

    /// Another value at a place.
    pub(super) fn set(&mut self, path: FieldPath, value: Bson) {
        match self.step(FormStep::Set { path, value }) {
            Some(place) => self.select(&place),
            None => self.says = Some("the field is gone: what was typed was not taken".to_owned()),
        }
    }

    fn type_in(&mut self, used_for: FieldUse, path: FieldPath, after: Option<PathKey>, editor: Editor) {
        let mut editor = editor.named(self.session.name.as_str());
        editor.home = self.home;
        self.field = Some(Box::new(FieldEditor { path, used_for, after, editor, invalid: None }));
    }
}

/// What the value at a path is called: `customer.tags.0`.
#[must_use]
pub fn name_of(path: &[PathKey]) -> String {
    let steps = path.iter().map(|step| match step {
        PathKey::Name(name) => name.clone(),
        PathKey::Item(at) => at.to_string(),
        PathKey::Root => String::new(),
    });
    steps.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use bson::doc;
    use jiff::{Timestamp, tz::TimeZone};

    use super::*;
    use crate::{
        app::{place::WriteRules, tui::state::named::ChosenSession},
        session::edit::DateContext,
    };

    #[test]
    fn what_a_key_cannot_do_is_said() {
        let session = ChosenSession { key: "s".into(), name: "support-1042".to_owned() };
        let mut form = MetadataForm::new(session, None, WriteRules::default(), &doc! { "a": 1, "b": 2 });
        form.shift(false);
        assert!(form.says.take().unwrap().contains("first"));
        form.select(&[PathKey::Name("b".to_owned())]);
        form.shift(true);
        assert!(form.says.take().unwrap().contains("last"));
        form.remove();
        let acts: [fn(&mut MetadataForm); 4] = [
            MetadataForm::rename,
            |form| form.retype(&DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC)),
            |form| form.shift(true),
            |form| assert_eq!(form.edit(), EditPlace::Here),
        ];
        for act in acts {
            act(&mut form);
            assert!(form.says.take().unwrap().contains("removed"));
        }
        assert!(form.field_editor().is_none() && form.retyping().is_none());
    }
}
