//! Saves of forms: sent, stored, refused, or lost on the way.

use bson::Document;

use super::{super::AppState, Pending};
use crate::{
    app::{
        told::Told,
        tui::state::{Effect, connection::HomePlace, form::MetadataForm, metadata::stored_of, modal::Modal},
        writes::Write,
    },
    repository::{Error, ErrorKind},
    session::{Change, Guard, MetadataEdit, SessionKey, edit},
};

/// A save of which nobody knows whether it was carried out.
#[derive(Debug)]
pub(in super::super) struct UnsureSave {
    home: Option<HomePlace>,
    session: SessionKey,
    edits: Vec<MetadataEdit>,
    /// What was saved, and where. Safe text.
    what: String,
}

impl AppState {
    /// Tells the form whose changes these are that they are on their way. `false`: they are of none.
    pub(super) fn send_from_form(&mut self, write: &Write) -> bool {
        let Write::Metadata(key, edits) = write else { return false };
        let home = self.workspace.home;
        let form = self.forms_of(key, home).find(|form| !form.is_sent() && form.changes() == edits.as_slice());
        form.map(MetadataForm::sending).is_some()
    }

    /// The forms on a session of a place: the one that is open, or was left with something not saved.
    fn forms_of(&mut self, key: &SessionKey, home: Option<HomePlace>) -> impl Iterator<Item = &mut MetadataForm> {
        let open = self.modals.iter_mut().filter_map(|modal| match modal {
            Modal::Form(form) => Some(&mut **form),
            _ => None,
        });
        open.chain(&mut self.forms).filter(move |form| form.session.key == *key && form.home == home)
    }

    /// The session is not there any more: the forms on it say so, and are not saved.
    pub(in super::super) fn mark_forms_gone(&mut self, key: &SessionKey) {
        let home = self.workspace.home;
        self.forms_of(key, home).for_each(|form| form.gone = true);
    }

    /// What a person is told of the place, after what became of a change there. Safe text.
    pub(super) fn at_place(&self, pending: &Pending) -> String {
        match pending.home.filter(|_| !self.is_elsewhere(pending)) {
            Some(home) => format!(" at {}", self.homes.name(home)),
            None => String::new(),
        }
    }

    /// The changes of a form are stored.
    pub(super) fn form_is_saved(&mut self, pending: &Pending) {
        let Write::Metadata(key, edits) = &pending.order.write else { return };
        for form in self.forms_of(key, pending.home).filter(|form| form.is_sent()) {
            let stored = stored_after(&form.theirs, edits);
            form.saved(&stored);
        }
        // One that was left with nothing but what is stored now holds nothing any more.
        self.forms.retain(MetadataForm::is_unsaved);
    }

    /// The changes of a form could not be stored, or nobody knows; `stored`: the metadata as they are now.
    pub(super) fn form_is_not_saved(
        &mut self,
        pending: &Pending,
        error: &Error,
        stored: Option<&Document>,
    ) -> Vec<Effect> {
        let Write::Metadata(key, edits) = &pending.order.write else { return Vec::new() };
        let told = Told::on_screen(error).to_string();
        let refused = !matches!(error.kind(), ErrorKind::Conflict | ErrorKind::Unconfirmed);
        for form in self.forms_of(key, pending.home).filter(|form| form.is_sent()) {
            form.not_sent();
            if refused {
                form.says = Some(format!("not saved: {told}"));
            }
        }
        if error.kind() == ErrorKind::Unconfirmed {
            let (what, _) = self.words(pending);
            let what = format!("{what}{}", self.at_place(pending));
            let (home, session, edits) = (pending.home, key.clone(), edits.clone());
            self.unsure_saves.push(UnsureSave { home, session, edits, what });
        }
        let Some(stored) = stored else {
            let open = self.workspace.conversation.session().is_some_and(|open| open.key == *key);
            let reads = open && !self.is_elsewhere(pending) && error.kind() == ErrorKind::Unconfirmed;
            return if reads { self.workspace.conversation.reload(&mut self.tickets) } else { Vec::new() };
        };
        self.forms_of(key, pending.home).for_each(|form| form.told_stored(stored));
        let opened = self.reveal.editable(key, stored).into_owned();
        self.judge_saves(key, pending.home, &opened, true);
        let mut shown: Vec<MetadataEdit> = Vec::with_capacity(edits.len());
        for edit in edits {
            // What stands in a field that is encrypted as a whole is stored with that.
            let path = self.reveal.whole(&edit.path);
            if shown.iter().all(|shown| shown.path != *path) {
                shown.push(MetadataEdit::new(path, path.value(stored).cloned()));
            }
        }
        let effects =
            if self.is_elsewhere(pending) { Vec::new() } else { self.apply(&Change::edited(key.clone(), &shown)) };
        self.show_conflicts(key, pending.home);
        effects
    }

    /// Shows base, mine and theirs, where the form is what a person looks at.
    fn show_conflicts(&mut self, key: &SessionKey, home: Option<HomePlace>) {
        let is_it = |form: &MetadataForm| form.session.key == *key && form.home == home && !form.conflicts.is_empty();
        if matches!(self.modals.last(), Some(Modal::Form(form)) if is_it(form) && !form.is_typing()) {
            self.modals.push(Modal::Changes(Box::default()));
        }
    }

    /// Whether the save of a form, of which nobody knew whether it was carried out, is still open.
    pub(super) fn is_unsure(&self, form: &MetadataForm) -> bool {
        self.unsure_saves.iter().any(|save| save.session == form.session.key && save.home == form.home)
    }

    /// The metadata of the open session were told: they tell what became of saves without an answer. `is_read`: anew and whole, so
    /// that what does not stand there is not stored.
    pub(in super::super) fn judge_open_saves(&mut self, is_read: bool) {
        if self.unsure_saves.is_empty() {
            return;
        }
        let Some(session) = self.workspace.conversation.session() else { return };
        let Ok(stored) = stored_of(session) else { return };
        let key = session.key.clone();
        let stored = self.reveal.editable(&key, &stored).into_owned();
        self.judge_saves(&key, self.workspace.home, &stored, is_read);
    }

    fn judge_saves(&mut self, key: &SessionKey, home: Option<HomePlace>, stored: &Document, is_read: bool) {
        let is_told = |save: &UnsureSave| {
            let is_it = save.session == *key && save.home == home;
            is_it && (is_read || was_carried_out(&save.edits, stored) == Some(true))
        };
        let told: Vec<UnsureSave> = self.unsure_saves.extract_if(.., |save| is_told(save)).collect();
        for save in told {
            let says = match was_carried_out(&save.edits, stored) {
                Some(true) => {
                    self.workspace.last_error = None;
                    format!("{} is stored: only the answer was lost", save.what)
                }
                Some(false) => format!("{} is not stored: it has not arrived so far; it can be saved again", save.what),
                None => format!("{}: what is stored now is neither; look before saving again", save.what),
            };
            self.say_and_keep(says);
        }
    }
}

/// The metadata once edits are stored, from what was told of them so far. What was told of a field already is that or newer.
fn stored_after(told: &Document, edits: &[MetadataEdit]) -> Document {
    let mut stored = told.clone();
    for edit in edits {
        // Refused where it does not stand as before: then it was told.
        let _ = edit::apply(&mut stored, std::slice::from_ref(edit));
    }
    stored
}

/// Whether edits, which are made all or none, were made. `None`: what is stored tells neither.
fn was_carried_out(edits: &[MetadataEdit], stored: &Document) -> Option<bool> {
    let is_made = |edit: &MetadataEdit| edit::same(edit.path.value(stored), edit.value.as_ref());
    let is_as_before = |edit: &MetadataEdit| match &edit.guard {
        Guard::Stored(before) => edit::same(edit.path.value(stored), before.as_ref()),
        _ => false,
    };
    // Where a field was only moved, its value tells nothing.
    let mut telling = edits.iter().filter(|edit| is_made(edit) != is_as_before(edit)).map(is_made);
    let first = telling.next()?;
    let whole = edits.iter().all(|edit| is_made(edit) || is_as_before(edit));
    (whole && telling.all(|made| made == first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use bson::{Bson, doc};

    use super::*;

    fn set(key: &str, before: impl Into<Bson>, after: impl Into<Bson>) -> MetadataEdit {
        MetadataEdit::set(key, after).only_if(Some(before.into()))
    }

    #[test]
    fn what_is_stored_tells_whether_a_save_was_carried_out() {
        let edits = [set("a", 1, 2), MetadataEdit::unset("b").only_if(Some("x".into())), set("c", 1, 1).before("a")];
        for (stored, told) in [
            (doc! { "a": 2, "c": 1 }, Some(true)),
            (doc! { "a": 1, "b": "x", "c": 1 }, Some(false)),
            (doc! { "a": 1_i64, "b": "x", "c": 1 }, None),
            (doc! { "a": 2, "b": "x", "c": 1 }, None),
            (doc! { "a": 3, "b": "y", "c": 1 }, None),
        ] {
            assert_eq!(was_carried_out(&edits, &stored), told, "{stored}");
        }
        assert_eq!(was_carried_out(&[set("c", 1, 1).before("a")], &doc! { "c": 1 }), None);
    }

    #[test]
    fn what_was_told_of_a_field_already_stays() {
        let edits = [set("a", 1, 2), set("b", 1, 2)];
        assert_eq!(stored_after(&doc! { "a": 1, "b": 1 }, &edits), doc! { "a": 2, "b": 2 });
        assert_eq!(stored_after(&doc! { "a": 2, "b": 1 }, &edits), doc! { "a": 2, "b": 2 });
        assert_eq!(stored_after(&doc! { "a": 3, "b": 2 }, &edits), doc! { "a": 3, "b": 2 });
    }
}
