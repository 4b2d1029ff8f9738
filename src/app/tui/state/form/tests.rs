//! The form: what is typed, what becomes of it, and what others do meanwhile.

use bson::{bson, doc, spec::ElementType};
use crossterm::event::{KeyCode, KeyEvent};
use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;

use super::*;
use crate::{
    app::keymap::Action,
    session::{
        Guard, MetadataPath,
        edit::{DateContext, apply, same},
    },
};

fn dates() -> DateContext {
    DateContext::new(Timestamp::UNIX_EPOCH, TimeZone::UTC)
}

fn form(stored: &Document) -> MetadataForm {
    let session = ChosenSession { key: "s".into(), name: "support-1042".to_owned() };
    MetadataForm::new(session, None, WriteRules::default(), stored)
}

fn path(text: &str) -> FieldPath {
    let key = |step: &str| step.parse().map_or_else(|_| PathKey::Name(step.to_owned()), PathKey::Item);
    text.split('.').map(key).collect()
}

fn press(form: &mut MetadataForm, keys: &str) {
    for c in keys.chars() {
        let code = match c {
            '\n' => KeyCode::Enter,
            '\u{1b}' => KeyCode::Esc,
            '\u{8}' => KeyCode::Backspace,
            '\u{5}' => KeyCode::End,
            c => KeyCode::Char(c),
        };
        form.on_key(KeyEvent::from(code), &dates());
    }
}

/// Edits a value in its row.
fn edited(form: &mut MetadataForm, at: &str, keys: &str) {
    form.select(&path(at));
    assert_eq!(form.edit(), EditPlace::Here);
    press(form, keys);
}

fn keys(form: &MetadataForm) -> String {
    form.mine.keys().map(String::as_str).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_value_keeps_its_type_and_is_guarded_by_what_was_stored() {
    let mut form = form(&doc! { "customer": { "tier": "gold", "visits": 5_i64 }, "n": 1 });
    edited(&mut form, "customer.visits", "\u{5}0\n");
    let [edit] = form.changes() else { panic!("{:?}", form.changes()) };
    assert_eq!((edit.path.to_string().as_str(), &edit.value), ("customer.visits", &Some(Bson::Int64(50))));
    assert_eq!(edit.guard, Guard::Stored(Some(Bson::Int64(5))));
    let at = form.selected();
    assert_eq!(form.path(at), path("customer.visits"));
    assert_eq!(form.marks(at).change, Some(FieldChange::Changed));
    assert_eq!(form.marks(at - 2).change, Some(FieldChange::Within));
    edited(&mut form, "customer.visits", "\u{8}\n");
    assert!(form.changes().is_empty() && !form.is_unsaved(), "as it was");
}

#[test]
fn what_is_wrong_is_marked_where_it_is_and_stays_typed() {
    let mut form = form(&doc! { "n": 1 });
    edited(&mut form, "n", "\u{5}x");
    let marks = form.marks(form.editing_row().unwrap());
    assert!(marks.problem.as_deref().unwrap().contains("-2147483648"), "{marks:?}");
    press(&mut form, "\n");
    assert_eq!(form.field_editor().unwrap().editor.text(), "1x");
    assert!(form.is_unsaved() && form.changes().is_empty());
    press(&mut form, "\u{8}2\n");
    assert_eq!(form.mine, doc! { "n": 12 });
}

#[test]
fn true_is_turned_and_null_takes_anything() {
    let mut form = form(&doc! { "b": true, "none": null });
    edited(&mut form, "b", "");
    edited(&mut form, "none", "[1]\n");
    assert_eq!(form.mine, doc! { "b": false, "none": [1] });
}

#[test]
fn fields_come_and_go_and_everything_is_taken_back() {
    let stored = doc! { "a": 1, "b": { "x": 1 }, "c": [1, "two"] };
    let mut form = form(&stored);
    form.select(&path("a"));
    form.add();
    assert_eq!(form.rows()[form.editing_row().unwrap()].kind, RowKind::Adding);
    press(&mut form, "new=5\n");
    assert_eq!(keys(&form), "a new b c");
    assert_eq!(form.path(form.selected()), path("new"));
    form.rename();
    press(&mut form, "\u{5}er\n");
    form.duplicate();
    assert_eq!(keys(&form), "a newer newer_copy b c");
    form.shift(true);
    assert_eq!(keys(&form), "a newer b newer_copy c");
    form.select(&path("a"));
    form.remove();
    assert_eq!(keys(&form), "newer b newer_copy c");
    assert_eq!(form.rows()[0].kind, RowKind::Removed);
    form.select(&path("c"));
    let copied = form.copied().unwrap();
    form.select(&path("b.x"));
    form.paste_field(&copied);
    assert_eq!(form.mine.get_document("b").unwrap(), &doc! { "x": 1, "c": [1, "two"] });
    edited(&mut form, "c.0", "\u{5}0\n");
    form.select(&path("c.0"));
    form.add();
    press(&mut form, "between\n");
    assert_eq!(form.mine.get_array("c").unwrap(), &vec![bson!(10), bson!("between"), bson!("two")]);
    let mut applied = stored.clone();
    assert_eq!(apply(&mut applied, form.changes()), Ok(()));
    assert!(same(Some(&applied.into()), Some(&form.mine.clone().into())));
    for _ in 0..9 {
        form.undo();
    }
    assert!(form.changes().is_empty() && same(Some(&form.mine.clone().into()), Some(&stored.into())));
    form.redo();
    assert_eq!(keys(&form), "a new b c");
}

#[test]
fn a_removed_field_is_brought_back_to_its_place() {
    let stored = doc! { "a": 1, "b": 2, "c": 3 };
    for key in ["a", "b", "c"] {
        let mut form = form(&stored);
        form.select(&path(key));
        form.remove();
        form.select(&path(key));
        form.remove();
        assert!(form.changes().is_empty(), "{key}: {:?}", form.changes());
    }
}

#[test]
fn another_type_is_shown_before_it_is_taken() {
    let mut form = form(&doc! { "n": "42" });
    form.retype(&dates());
    let retyping = form.retyping().unwrap();
    let becomes = |kind| retyping.choices.iter().find(|choice| choice.kind == kind).unwrap().becomes.clone();
    assert_eq!(becomes(ElementType::Int32), Ok(Bson::Int32(42)));
    assert!(becomes(ElementType::ObjectId).is_err());
    let at = retyping.choices.iter().position(|choice| choice.kind == ElementType::Int32).unwrap();
    for _ in retyping.selected()..at {
        form.choose_type(Action::Down, 20);
    }
    form.retype_chosen();
    assert_eq!(form.mine, doc! { "n": 42 });
}

#[test]
fn what_others_change_follows_unless_it_was_touched_here() {
    let mut form = form(&doc! { "a": 1, "b": "x", "c": 1 });
    edited(&mut form, "a", "\u{5}0\n");
    form.select(&path("b"));
    form.edit();
    press(&mut form, "\u{5}typ");
    form.theirs(&doc! { "a": 7, "b": "y", "c": 2, "d": 1 });
    assert_eq!(form.mine, doc! { "a": 10, "b": "y", "c": 2, "d": 1 });
    assert_eq!(form.field_editor().unwrap().editor.text(), "xtyp", "what is typed is not touched");
    assert!(form.marks(0).conflict && !form.marks(2).conflict);
    let guard = &form.changes()[0].guard;
    assert_eq!((form.changes().len(), guard), (1, &Guard::Stored(Some(1.into()))), "a save would be refused");
    form.theirs(&doc! { "a": 8, "b": "y", "c": 2, "d": 1 });
    assert_eq!(form.conflicts[0].theirs, Some(8.into()), "they moved again");
    form.resolve(&MetadataPath::from("a"), FormChoice::Mine);
    assert!(form.conflicts.is_empty());
    assert_eq!(form.changes()[0].guard, Guard::Stored(Some(8.into())));
    form.theirs(&doc! { "a": 9, "b": "y", "c": 2, "d": 1 });
    form.resolve(&MetadataPath::from("a"), FormChoice::Theirs);
    assert!(form.changes().is_empty());
    assert_eq!(form.mine.get_i32("a").ok(), Some(9));
    press(&mut form, "\n");
    assert_eq!(form.mine.get_str("b").ok(), Some("xtyp"));
    assert_eq!(form.conflicts[0].path, MetadataPath::from("b"), "it was changed while it was typed");
    assert_eq!(form.changes()[0].guard, Guard::Stored(Some("x".into())));
}

#[test]
fn what_is_typed_while_it_is_saved_stays() {
    let mut form = form(&doc! { "a": 1, "b": 1 });
    edited(&mut form, "a", "\u{5}0\n");
    let sent = form.sending();
    edited(&mut form, "b", "\u{5}0\n");
    let mut stored = doc! { "a": 1, "b": 1 };
    apply(&mut stored, &sent).unwrap();
    form.saved(&stored);
    assert_eq!(form.mine, doc! { "a": 10, "b": 10 });
    let paths: Vec<String> = form.changes().iter().map(|edit| edit.path.to_string()).collect();
    assert_eq!(paths, ["b"]);
}

#[test]
fn a_form_is_opened_again_as_it_was() {
    let stored = doc! { "a": 1, "o": { "x": "text" }, "l": [1] };
    let mut first = form(&stored);
    edited(&mut first, "a", "\u{5}0\n");
    for (at, used_for) in [("o.x", FieldUse::Value), ("o", FieldUse::Key), ("l.0", FieldUse::New)] {
        first.select(&path(at));
        match used_for {
            FieldUse::Value => assert_eq!(first.edit(), EditPlace::Here),
            FieldUse::Key => first.rename(),
            FieldUse::New => first.add(),
        }
        press(&mut first, "\u{5}typ");
        let draft = first.draft(None);
        let (again, editor) = MetadataForm::from_draft(
            draft.clone(),
            None,
            WriteRules::default(),
            &doc! { "a": 1, "o": { "x": "text" }, "l": [1], "z": 1 },
        );
        assert!(editor.is_none() && again.is_unsaved());
        assert_eq!(again.mine, doc! { "a": 10, "o": { "x": "text" }, "l": [1], "z": 1 });
        assert_eq!(again.draft(None).open, draft.open);
        press(&mut first, "\u{1b}\u{1b}");
    }
}

#[test]
fn protected_fields_and_keys_that_are_no_path_are_refused() {
    let mut form = form(&doc! { "tenant": "eu", "odd.key": 1, "session_viewer_password": "hush" });
    form.rules.protected = vec!["tenant".to_owned()];
    for (at, why) in [(0, "protected"), (1, "cannot be written"), (2, "secret")] {
        form.selection.select(at, &form.rows);
        form.edit();
        assert!(!form.is_typing() && form.says.take().unwrap().contains(why), "{at}");
    }
    assert_eq!(form.marks(0).protected.as_deref(), Some("tenant"));
    assert!(form.copied().is_none());
    form.discard();
    assert!(form.changes().is_empty());
}

#[test]
fn an_object_that_holds_a_secret_is_edited_by_its_other_fields_alone() {
    let mut form = form(&doc! { "o": { "in": [{ "session_viewer_password": "hush" }], "x": 1 } });
    form.select(&path("o"));
    assert!(form.large_editor().is_none());
    assert!(form.says.take().unwrap().contains("session_viewer_password"));
    form.retype(&dates());
    assert!(form.retyping().is_none() && form.says.take().is_some());
    edited(&mut form, "o.x", "0\n");
    assert_eq!(form.changes()[0].path.to_string(), "o.x");
}

#[test]
fn a_removed_field_stays_selected_also_behind_a_new_one() {
    let mut form = form(&doc! { "a": 1, "b": 2, "c": 3 });
    form.select(&path("a"));
    form.add();
    press(&mut form, "new=5\n");
    form.select(&path("b"));
    form.remove();
    assert_eq!((form.path(form.selected()), form.may_change()), (path("b"), false));
    form.remove();
    assert!(form.mine.contains_key("b") && form.mine.contains_key("new"));
}

#[test]
fn an_item_that_is_another_kind_of_value_is_changed_and_not_only_within() {
    let mut form = form(&doc! { "l": ["t", { "x": 1 }] });
    form.select(&path("l.1"));
    form.shift(false);
    let at = form.row_of(&path("l.1")).unwrap();
    assert_eq!(form.marks(at).change, Some(FieldChange::Changed));
}

#[test]
fn a_filter_and_an_order_keep_what_is_selected() {
    let mut form = form(&doc! { "b": "gold", "a": 1, "c": { "d": "golden" } });
    form.select(&path("b"));
    form.start_filter();
    press(&mut form, "gol\n");
    assert_eq!((form.rows().len(), form.filter(), form.is_typing()), (3, "gol", false));
    assert_eq!(form.path(form.selected()), path("b"));
    form.set_filter("");
    form.sort_next();
    assert_eq!((form.path(0), form.path(form.selected())), (path("a"), path("b")));
    form.shift(true);
    assert!(form.changes().is_empty() && form.says.is_some());
}

proptest! {
    #[test]
    fn whatever_is_done_is_what_its_changes_make(
        actions in prop::collection::vec((0usize..9, 0usize..12, "[a-c]{1,2}"), 0..30),
    ) {
        let stored = doc! { "a": 1, "o": { "x": 1, "y": [1, { "z": 2 }] }, "b": "text", "t": true };
        let mut form = form(&stored);
        for (action, at, text) in actions {
            form.selection.select(at, &form.rows);
            match action {
                0 => { form.edit(); press(&mut form, "1\n\u{1b}\u{1b}"); }
                1 => { form.add(); press(&mut form, &format!("{text}=7\n\u{1b}\u{1b}")); }
                2 => form.remove(),
                3 => { form.rename(); press(&mut form, &format!("{text}\n\u{1b}\u{1b}")); }
                4 => form.duplicate(),
                5 => form.shift(at % 2 == 0),
                6 => form.turn(),
                7 => form.undo(),
                _ => form.redo(),
            }
            prop_assert!(form.selected() < form.rows().len().max(1));
            for at in 0..form.rows().len() {
                prop_assert!(form.value(at).is_some());
                prop_assert!(!form.marks(at).conflict);
            }
        }
        let mut applied = stored.clone();
        prop_assert_eq!(apply(&mut applied, form.changes()), Ok(()));
        prop_assert!(same(Some(&applied.into()), Some(&form.mine.clone().into())));
    }
}
