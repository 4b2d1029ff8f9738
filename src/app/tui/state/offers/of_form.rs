//! The keys of the form.

use super::KeyOffer;
use crate::app::{
    keymap::Action,
    tui::state::{
        form::{FormSort, MetadataForm, RowKind},
        tree::{Fold, PathKey},
    },
};

/// Saving first where there is something to save; of the selected row what can be done with it.
pub(super) fn offers(form: &MetadataForm, has_copied: bool) -> Vec<KeyOffer> {
    let changed = !form.changes().is_empty();
    let (takes_back, makes_again) = form.steps_left();
    let at = form.selected();
    let row = form.rows().get(at);
    let is_field = row.is_some_and(|row| row.kind == RowKind::Field);
    let is_removed = row.is_some_and(|row| row.kind == RowKind::Removed);
    let is_free = form.may_change();
    // An item of an array has a place and no key.
    let has_key = is_free && row.is_some_and(|row| matches!(row.key, PathKey::Name(_)));
    let unfolds = row.is_some_and(|row| row.fold != Fold::Leaf);
    let moves = is_free && form.sort() == FormSort::Stored && form.filter().is_empty();
    let offers = [
        Some((Action::Back, "back")),
        changed.then_some((Action::Save, "save")),
        is_free.then_some((Action::Edit, "edit")),
        Some((Action::Add, "add")),
        is_free.then_some((Action::Remove, "remove")),
        is_removed.then_some((Action::Remove, "bring back")),
        Some((Action::Help, "help")),
        has_key.then_some((Action::Rename, "rename")),
        is_free.then_some((Action::Retype, "type")),
        takes_back.then_some((Action::Undo, "undo")),
        makes_again.then_some((Action::Redo, "redo")),
        moves.then_some((Action::MoveDown, "move")),
        Some((Action::Filter, "filter")),
        is_free.then_some((Action::Duplicate, "duplicate")),
        is_field.then_some((Action::Copy, "copy")),
        changed.then_some((Action::Discard, "give up")),
        Some((Action::Sort, "sort")),
        has_copied.then_some((Action::PasteField, "paste")),
        unfolds.then_some((Action::Open, "unfold")),
        is_free.then_some((Action::EditLarge, "in the larger editor")),
        (is_free && form.goes_outside()).then_some((Action::EditOutside, "in $EDITOR")),
        moves.then_some((Action::MoveUp, "move up")),
    ];
    offers.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tui::state::{modal::Modal, sample::Screen};

    fn offered(screen: &Screen) -> Vec<Action> {
        screen.state.offers().into_iter().map(|(action, _)| action).collect()
    }

    #[test]
    fn what_the_form_refuses_is_not_offered() {
        let mut screen = Screen::writable(120, 40);
        screen.press("e\u{1b}");
        let all = offered(&screen);
        for action in [Action::Edit, Action::Remove, Action::Rename, Action::EditLarge, Action::EditOutside] {
            assert!(all.contains(&action), "{action:?}");
        }
        assert!(!all.contains(&Action::Undo) && !all.contains(&Action::Redo) && !all.contains(&Action::PasteField));
        let Some(Modal::Form(form)) = screen.state.modals.last_mut() else { panic!("no form") };
        form.rules.protected = vec!["priority".to_owned()];
        let all = offered(&screen);
        for action in [Action::Edit, Action::Remove, Action::Rename, Action::Retype, Action::EditOutside] {
            assert!(!all.contains(&action), "{action:?}");
        }
        assert!(all.contains(&Action::Add) && all.contains(&Action::Copy));
    }

    #[test]
    fn what_was_done_in_the_form_can_be_taken_back_and_made_again() {
        let mut screen = Screen::writable(120, 40);
        screen.press("e\u{1b}d");
        assert!(offered(&screen).contains(&Action::Undo));
        screen.press("u");
        assert!(!offered(&screen).contains(&Action::Undo) && offered(&screen).contains(&Action::Redo));
    }
}
