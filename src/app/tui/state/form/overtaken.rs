//! What is being typed when another writer changes or removes it: it stays typed, and a person chooses once it is taken over.

use bson::{Bson, Document};

use super::{
    FieldPath, FieldUse, MetadataForm,
    acts::name_of,
    marks::field_of,
    place::{self, Container},
    steps,
    stored::put_at,
};
use crate::{
    app::tui::state::tree::{PathKey, without_secrets},
    session::{
        MetadataPath,
        edit::{self, MergeConflict},
    },
};

impl MetadataForm {
    /// Where the value stands whose text or key is being typed.
    pub(super) fn typed_at(&self) -> Option<FieldPath> {
        let in_row = self.field.as_deref().filter(|field| field.used_for != FieldUse::New);
        in_row.map(|field| &field.path).or(self.large.as_ref()).cloned()
    }

    /// What is typed keeps its row; `was`: what stood here before another changed something.
    pub(super) fn keep_typed(&mut self, was: &Document) {
        let Some(at) = self.typed_at() else { return };
        let Some(field) = field_of(&at) else { return };
        let is_there = place::value(&self.mine, &at).is_some();
        let is_key = self.field.as_deref().is_some_and(|typed| typed.used_for == FieldUse::Key);
        if is_key {
            if !is_there {
                self.end_rename(&at);
            }
        } else if !is_there {
            let lost = lost(&field, &self.mine);
            let before = lost.value(was).cloned();
            for document in [&mut self.base, &mut self.mine].into_iter().chain(&mut self.sent) {
                put_again(document, &lost, was);
            }
            if self.overtaken.as_ref().is_none_or(|(path, _)| *path != lost) {
                self.overtaken = Some((lost, before));
            }
            self.changed();
        } else if self.overtaken.is_none() {
            let before = field.value(was);
            if !edit::same(field.value(&self.mine), before) {
                self.overtaken = Some((field, before.cloned()));
            }
        } else if self.overtaken.as_ref().is_some_and(|(path, was)| edit::same(path.value(&self.theirs), was.as_ref()))
        {
            // It is stored again as it was when typing began.
            self.overtaken = None;
        }
        if self.field.is_some() && self.editing_row().is_none() {
            // A filter would hide it, or it is in something that was folded.
            self.set_filter("");
        }
        self.select(&at);
    }

    /// There is nothing to give another key to any more.
    fn end_rename(&mut self, at: &[PathKey]) {
        let typed = self.field.take().map(|field| field.editor.text()).unwrap_or_default();
        self.says = Some(format!("{} was removed by another meanwhile: it is not renamed to {typed}", name_of(at)));
        self.arrange();
    }

    /// A value was taken over. Where another changed it while it was typed, a person has to choose before it is saved.
    pub(super) fn was_typed(&mut self) {
        let Some((path, base)) = self.overtaken.take() else { return };
        put_at(&mut self.base, path.keys(), base.as_ref());
        let (mine, theirs) = (path.value(&self.mine).cloned(), path.value(&self.theirs).cloned());
        self.conflicts.retain(|conflict| conflict.path != path);
        self.conflicts.push(MergeConflict { path, base, mine, theirs });
        self.changed();
    }

    /// Nothing of what was typed is taken: what another made of it follows.
    pub(super) fn was_left(&mut self) {
        if self.overtaken.take().is_some() {
            let (base, stored) = (std::mem::take(&mut self.base), self.theirs.clone());
            self.rebase(base, &stored);
        }
    }

    /// What another made meanwhile of the field of the selected row, which is being typed in.
    #[must_use]
    pub fn overtaken(&self, at: usize) -> Option<(&MetadataPath, Option<&Bson>)> {
        let field = field_of(&self.path(at))?;
        let (path, _) = self.overtaken.as_ref().filter(|(path, _)| field.is_within(path))?;
        Some((path, path.value(&self.theirs)))
    }

    /// What another made meanwhile of the value in the larger editor, without secrets; `None`: nothing.
    #[must_use]
    pub fn overtaken_large(&self) -> Option<Option<Bson>> {
        let path = self.large.as_ref()?;
        let field = field_of(path)?;
        let is_otherwise = self.overtaken.is_some() || self.conflicts_at().touches(&field);
        is_otherwise.then(|| place::value(&self.theirs, path).map(without_secrets))
    }

    /// Notes the fields that another changes and that nothing was changed of here. `true`: they hold other values alone, and no
    /// object or array came, went or changed.
    pub(super) fn note_others(&mut self, stored: &Document) -> bool {
        let is_flat = |value: Option<&Bson>| !matches!(value, None | Some(Bson::Document(_) | Bson::Array(_)));
        let (mut flat, mut removed) = (true, Vec::new());
        for change in edit::difference(&self.theirs, stored) {
            let was = change.path.value(&self.theirs);
            flat &= change.path.keys().len() == 1 && is_flat(was) && is_flat(change.value.as_ref());
            flat &= change.before.is_none();
            let path = change.path;
            let untouched = edit::same(path.value(&self.base), path.value(&self.mine));
            let news = !edit::same(path.value(&self.mine), path.value(stored));
            if !untouched || !news {
                // It stands against what was changed here, or is that.
                self.others.remove(&path);
                continue;
            }
            if change.value.is_none() {
                removed.push(path.to_string());
            }
            self.others.insert(path, ());
        }
        if let [first, more @ ..] = removed.as_slice()
            && self.typed_at().is_none()
        {
            self.says.get_or_insert_with(|| match more.len() {
                0 => format!("{first} was removed by another meanwhile"),
                more => format!("{first} and {more} more were removed by another meanwhile"),
            });
        }
        flat
    }
}

/// The outermost of a field and the objects it stands in that is not there any more, or is no object any more.
fn lost(field: &MetadataPath, mine: &Document) -> MetadataPath {
    field.parents().find(|path| !matches!(path.value(mine), Some(Bson::Document(_)))).unwrap_or_else(|| field.clone())
}

/// Puts a field back that is gone, behind the one that it stood behind.
fn put_again(document: &mut Document, path: &MetadataPath, was: &Document) {
    let parent: FieldPath = path.keys()[..path.keys().len() - 1].iter().cloned().map(PathKey::Name).collect();
    let Some(siblings) = place::object(was, &parent) else { return };
    let Some(value) = siblings.get(path.name()).cloned() else { return };
    let Some(Container::Object(object)) = place::container(document, &parent) else { return };
    object.remove(path.name());
    let earlier = siblings.keys().take_while(|key| *key != path.name());
    let behind = earlier.filter(|key| object.contains_key(*key)).last();
    let at = behind.and_then(|key| place::position(object, key)).map_or(0, |at| at + 1);
    steps::put(object, at, path.name().to_owned(), value);
}

#[cfg(test)]
mod tests {
    use bson::doc;
    use crossterm::event::{KeyCode, KeyEvent};
    use jiff::{Timestamp, tz::TimeZone};

    use super::*;
    use crate::{
        app::{place::WriteRules, tui::state::named::ChosenSession},
        session::edit::DateContext,
    };

    fn typing(stored: &Document, at: &[PathKey]) -> MetadataForm {
        let session = ChosenSession { key: "s".into(), name: "support-1042".to_owned() };
        let mut form = MetadataForm::new(session, None, WriteRules::default(), stored);
        form.select(at);
        form.edit();
        press(&mut form, KeyCode::End);
        press(&mut form, KeyCode::Char('5'));
        form
    }

    fn press(form: &mut MetadataForm, code: KeyCode) {
        form.on_key(KeyEvent::from(code), &DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC));
    }

    fn name(key: &str) -> PathKey {
        PathKey::Name(key.to_owned())
    }

    #[test]
    fn what_is_typed_keeps_its_row_when_another_removes_its_field() {
        let stored = doc! { "a": 1, "o": { "x": 1, "y": 1 }, "l": [1, 2], "z": 1 };
        let cases = [
            (vec![name("a")], doc! { "o": { "x": 1, "y": 1 }, "l": [1, 2], "z": 1 }, "a"),
            (vec![name("o"), name("x")], doc! { "a": 1, "o": { "y": 1 }, "l": [1, 2], "z": 1 }, "o.x"),
            (vec![name("o"), name("x")], doc! { "a": 1, "o": "gone", "l": [1, 2], "z": 1 }, "o"),
            (vec![name("o"), name("x")], doc! { "a": 1, "l": [1, 2], "z": 1 }, "o"),
            (vec![name("l"), PathKey::Item(1)], doc! { "a": 1, "o": { "x": 1, "y": 1 }, "l": [1], "z": 1 }, "l"),
        ];
        for (at, theirs, field) in cases {
            let mut form = typing(&stored, &at);
            form.theirs(&theirs);
            let row = form.editing_row().unwrap();
            assert!(form.marks(row).conflict && form.overtaken(row).is_some(), "{field}");
            let text = form.field_editor().unwrap().editor.text();
            assert!(text.ends_with('5') && form.selected() == row, "{field}: {text}");
            let mut left = form.clone();
            // The first one asks.
            press(&mut left, KeyCode::Esc);
            press(&mut left, KeyCode::Esc);
            assert_eq!((left.mine.clone(), left.changes().len()), (theirs.clone(), 0), "{field}");
            press(&mut form, KeyCode::Enter);
            assert_eq!(form.conflicts.len(), 1, "{field}");
            let path = form.conflicts[0].path.clone();
            assert_eq!((path.to_string().as_str(), form.conflicts[0].theirs.as_ref()), (field, path.value(&theirs)));
            form.resolve(&path, super::super::FormChoice::Mine);
            let mut applied = theirs.clone();
            assert_eq!(edit::apply(&mut applied, form.changes()), Ok(()), "{field}");
            assert_eq!(place::value(&applied, &at), Some(&Bson::Int32(if field == "l" { 25 } else { 15 })));
        }
    }

    #[test]
    fn what_a_filter_would_hide_stays_in_view_while_it_is_typed() {
        let mut form = typing(&doc! { "a": "high", "b": "low" }, &[name("a")]);
        press(&mut form, KeyCode::Esc);
        press(&mut form, KeyCode::Esc);
        form.set_filter("high");
        form.edit();
        form.theirs(&doc! { "a": "other", "b": "low" });
        assert!(form.editing_row().is_some());
    }

    #[test]
    fn what_another_changes_is_marked_though_it_was_not_touched() {
        let mut form = typing(&doc! { "a": 1, "b": 1, "c": 1 }, &[name("a")]);
        form.theirs(&doc! { "a": 1, "b": 2 });
        assert!(form.marks(1).others && !form.marks(0).others);
        press(&mut form, KeyCode::Enter);
        form.sending();
        // A change of one's own is told before its answer comes.
        form.theirs(&doc! { "a": 15, "b": 2 });
        form.saved(&doc! { "a": 15, "b": 2 });
        assert!(!form.marks(0).others && !form.marks(0).conflict);
    }

    #[test]
    fn a_new_field_stays_typed_and_selected_when_what_it_goes_into_is_removed() {
        let session = ChosenSession { key: "s".into(), name: "support-1042".to_owned() };
        let stored = doc! { "a": 1, "o": { "x": 1 }, "t": 1 };
        let mut form = MetadataForm::new(session, None, WriteRules::default(), &stored);
        form.select(&[name("o"), name("x")]);
        form.add();
        "n=1".chars().for_each(|c| press(&mut form, KeyCode::Char(c)));
        form.theirs(&doc! { "a": 1, "t": 1 });
        assert_eq!(form.editing_row(), Some(form.selected()));
        press(&mut form, KeyCode::Enter);
        assert!(form.field_editor().unwrap().problem().unwrap().starts_with("o is not there any more"));
        form.theirs(&stored);
        press(&mut form, KeyCode::Enter);
        assert_eq!(form.mine, doc! { "a": 1, "o": { "x": 1, "n": 1 }, "t": 1 });
    }

    #[test]
    fn a_type_is_chosen_for_the_value_that_is_there() {
        let session = ChosenSession { key: "s".into(), name: "support-1042".to_owned() };
        let mut form = MetadataForm::new(session, None, WriteRules::default(), &doc! { "a": 1, "b": 1 });
        let dates = DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
        form.retype(&dates);
        form.theirs(&doc! { "a": 1, "b": 2 });
        assert!(form.retyping().is_some());
        form.theirs(&doc! { "a": 77, "b": 2 });
        assert!(form.retyping().is_none() && form.says.as_deref().unwrap().starts_with("a was changed by another"));
        form.retype(&dates);
        form.retype_chosen();
        assert_eq!(form.mine, doc! { "a": "77", "b": 2 });
    }

    #[test]
    fn what_another_removes_is_counted() {
        let session = ChosenSession { key: "s".into(), name: "support-1042".to_owned() };
        let stored = doc! { "a": 1, "b": 1, "c": 1, "d": 1 };
        let mut form = MetadataForm::new(session, None, WriteRules::default(), &stored);
        form.theirs(&doc! { "a": 1 });
        assert_eq!(form.says.take().as_deref(), Some("b and 2 more were removed by another meanwhile"));
        form.theirs(&doc! {});
        assert_eq!(form.says.as_deref(), Some("a was removed by another meanwhile"));
    }

    #[test]
    fn an_old_state_that_is_told_after_a_new_one_makes_no_change_of_its_own() {
        let (before, after) = (doc! { "a": 1 }, doc! { "a": 15 });
        let mut form = typing(&before, &[name("a")]);
        press(&mut form, KeyCode::Enter);
        form.sending();
        form.theirs(&after);
        form.theirs(&before);
        form.saved(&after);
        assert_eq!((form.mine.clone(), form.changes().len()), (after, 0));
        assert!(form.conflicts.is_empty() && !form.marks(0).others);
    }
}
