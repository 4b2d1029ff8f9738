use bson::doc;
use proptest::prelude::*;

use super::*;
use crate::{
    app::tui::view::sample,
    hook::{CipherKeys, EncryptedField, FieldCipher},
    session::MetadataPath,
};

fn with(metadata: Bson) -> Session {
    let mut session = sample::session("bare");
    session.metadata = Some(metadata);
    session
}

fn copied(pane: &mut MetadataPane, session: &Session) -> String {
    match &pane.on_action(Action::Copy, Some(session), 10).unwrap()[0] {
        Effect::Copy(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

fn select(pane: &mut MetadataPane, session: &Session, key: &str) {
    let rows = rows(Some(session), pane.opened.as_ref(), &pane.tree.unfolded);
    pane.tree.selection.select(rows.iter().position(|row| row.key == Key::Name(key)).unwrap(), &rows);
}

#[test]
fn nested_values_unfold_and_fold_in_place() {
    let session = sample::session("support-1042");
    let mut pane = MetadataPane::default();
    let before = pane.rows(Some(&session)).len();
    select(&mut pane, &session, "customer");
    assert!(pane.on_action(Action::Right, Some(&session), 10).is_some());
    assert_eq!(pane.rows(Some(&session)).len(), before + 2);
    select(&mut pane, &session, "tier");
    assert_eq!(pane.field(Some(&session)).as_deref(), Some("customer"));
    assert_eq!(pane.place(Some(&session)).as_deref(), Some("customer.tier"));
    assert!(pane.on_action(Action::Left, Some(&session), 10).is_some(), "to the parent");
    assert!(pane.on_action(Action::Left, Some(&session), 10).is_some(), "fold it");
    assert_eq!(pane.rows(Some(&session)).len(), before);
    assert!(pane.on_action(Action::Left, Some(&session), 10).is_none(), "the pane to the left");
}

#[test]
fn copying_gives_text_or_json() {
    let session = sample::session("typed-metadata");
    let mut pane = MetadataPane::default();
    for (key, text) in [
        ("string", "plain"),
        ("int64", "9007199254740993"),
        ("double", "1.0"),
        ("decimal", "19.99"),
        ("date", "2024-01-15T09:00:00Z"),
        ("oid", "65a4f1d2c3b4a59687786950"),
        ("bool", "false"),
        ("null", "null"),
        ("number-like", "007"),
    ] {
        select(&mut pane, &session, key);
        assert_eq!(copied(&mut pane, &session), text, "{key}");
    }
    select(&mut pane, &session, "nested");
    assert!(copied(&mut pane, &session).contains("\"c\": null"));
}

#[test]
fn what_is_no_object_is_said() {
    for (id, said) in [("nulls", "null"), ("bare", "no metadata"), ("wrong-types", "an array"), ("resumed-7", "empty")]
    {
        let note = note(&sample::session(id)).unwrap();
        assert!(note.contains(said), "{id}: {note}");
    }
    assert_eq!(note(&sample::session("support-1042")), None);
    assert_eq!(MetadataPane::default().field(Some(&sample::session("wrong-types"))), None);
}

#[test]
fn the_password_is_neither_shown_nor_copied() {
    let session = with(Bson::Document(doc! {"a": {tree::SECRET: "hush"}, tree::SECRET: {"x": "hush"}}));
    let mut pane = MetadataPane::default();
    assert!(!copied(&mut pane, &session).contains("hush"));
    select(&mut pane, &session, tree::SECRET);
    assert!(pane.on_action(Action::Right, Some(&session), 10).is_none());
    assert!(!copied(&mut pane, &session).contains("hush"));
}

#[test]
fn another_session_keeps_what_is_unfolded_and_clamps_the_place() {
    let session = sample::session("typed-metadata");
    let mut pane = MetadataPane::default();
    pane.on_action(Action::Bottom, Some(&session), 5);
    let other = with(Bson::Document(doc! {"one": 1}));
    assert_eq!(pane.field(Some(&other)).as_deref(), Some("one"));
    assert!(pane.on_action(Action::Down, Some(&other), 5).is_some());
    assert_eq!(pane.tree.selection.at(1), 0);
}

#[test]
fn what_is_encrypted_is_shown_and_copied_opened_where_its_key_is_there() {
    let fields = || vec![MetadataPath::from("ssn")];
    let keys = CipherKeys::new("k", &"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".into()).unwrap();
    let cipher = FieldCipher::new(keys, vec![EncryptedField::new("ssn")]).unwrap();
    let reveal = Reveal::new(fields(), Ok(cipher));
    let session = sample::session("bare");
    let sealed = reveal.kept(&session.key, &doc! { "ssn": { "number": "078-05-1120" } }, None);
    let session = with(sealed.into());
    let mut pane = MetadataPane::default();
    pane.open(Some(&session), &Reveal::new(fields(), Err("it is gone".to_owned())));
    assert!(copied(&mut pane, &session).starts_with("strandscope-sealed:"));
    pane.open(Some(&session), &reveal);
    assert!(copied(&mut pane, &session).contains("078-05-1120"));
    assert!(pane.on_action(Action::Right, Some(&session), 10).is_some(), "it unfolds");
    assert_eq!(pane.rows(Some(&session)).len(), 2);
    let mut other = with(doc! { "one": 1 }.into());
    other.key = "another".into();
    assert_eq!(pane.field(Some(&other)).as_deref(), Some("one"), "it is of its session alone");
}

proptest! {
    #[test]
    fn the_selection_stays_in_range(
        moves in prop::collection::vec((0usize..crate::app::keymap::ENTRIES.len(), 0u16..40, -9i32..9), 0..60),
        id in prop::sample::select(vec!["support-1042", "typed-metadata", "wrong-types", "bare", "hostile-text"]),
    ) {
        let session = sample::session(id);
        let mut pane = MetadataPane::default();
        for (action, page, lines) in moves {
            pane.on_action(crate::app::keymap::ENTRIES[action].action, Some(&session), page);
            pane.click(page, Some(&session));
            pane.scroll(lines, Some(&session), page);
            let len = pane.rows(Some(&session)).len();
            prop_assert!(pane.tree.selection.at(usize::MAX) < len.max(1));
        }
    }
}
