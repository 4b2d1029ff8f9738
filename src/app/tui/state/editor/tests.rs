//! The editor: what may be stored, and what is kept.

use bson::doc;

use super::*;

fn press(editor: &mut Editor, keys: &str) -> Edited {
    let mut last = Edited::Taken;
    for c in keys.chars() {
        let key = match c {
            '\n' => KeyEvent::from(KeyCode::Enter),
            '\u{1b}' => KeyEvent::from(KeyCode::Esc),
            '\t' => KeyEvent::from(KeyCode::Tab),
            '\u{8}' => KeyEvent::from(KeyCode::Backspace),
            '\u{13}' => KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL),
            c => KeyEvent::from(KeyCode::Char(c)),
        };
        last = editor.on_key(key);
    }
    last
}

fn edits(edited: Edited) -> Vec<MetadataEdit> {
    match edited {
        Edited::Save(write) => match *write {
            Write::Metadata(_, edits) => edits,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_field_keeps_its_type_and_is_guarded_by_what_was_shown() {
    let mut editor = Editor::field("s".into(), "retries", &Bson::Int64(5));
    assert_eq!(press(&mut editor, "x\n"), Edited::Taken);
    assert_eq!(editor.problem.as_deref(), Some("that is no i64; its type is kept"));
    let saved = edits(press(&mut editor, "\u{8}0\n"));
    assert_eq!(saved, [MetadataEdit::set("retries", 50_i64).only_if(Some(Bson::Int64(5)))]);
}

#[test]
fn nothing_changed_stores_nothing_and_what_changed_is_given_up_only_when_asked_twice() {
    let mut editor = Editor::field("s".into(), "a", &"x".into());
    assert_eq!(press(&mut editor, "\n"), Edited::Close);
    assert_eq!(press(&mut editor, "y\u{1b}"), Edited::Taken);
    assert!(editor.problem.is_some());
    assert_eq!(press(&mut editor, "\u{1b}"), Edited::Close);
}

#[test]
fn hostile_text_is_edited_as_json_and_comes_back_the_same() {
    let stored = Bson::from("a\u{1b}[2J\u{202e}b\tc");
    let mut editor = Editor::field("s".into(), "a", &stored);
    assert_eq!(text::block(&editor.text()), editor.text(), "nothing in it can reach a terminal");
    assert_eq!(press(&mut editor, "\n"), Edited::Close, "it reads back to the same");
    let nested = Bson::Document(doc! { "a": "\u{202e}" });
    let mut editor = Editor::field("s".into(), "a", &nested);
    assert!(editor.has_lines() && !editor.text().contains('\u{202e}'));
    assert_eq!(press(&mut editor, "\u{13}"), Edited::Close);
}

#[test]
fn a_new_field_is_named_once_and_typed_by_what_it_says() {
    for (typed, wrong) in [("x", "type a key"), ("=1", "it is empty"), ("there=1", "already")] {
        let mut editor = Editor::add("s".into(), vec!["there".to_owned()]);
        press(&mut editor, typed);
        assert_eq!(press(&mut editor, "\n"), Edited::Taken);
        assert!(editor.problem.as_deref().unwrap().contains(wrong), "{:?}", editor.problem);
    }
    let mut editor = Editor::add("s".into(), vec![]);
    editor.paste("a\u{1b}[2J=1");
    assert_eq!(press(&mut editor, "\n"), Edited::Taken);
    assert!(editor.problem.as_deref().unwrap().contains("control character"), "{:?}", editor.problem);
    let mut editor = Editor::add("s".into(), vec![]);
    assert_eq!(edits(press(&mut editor, "n=5\n")), [MetadataEdit::set("n", 5).only_if(None)]);
}

#[test]
fn feedback_has_a_rating_and_lines() {
    let mut editor = Editor::rate("s".into(), Some(("a".into(), 3)));
    let Edited::Save(write) = press(&mut editor, "\tslow\nvery\n\u{13}") else { panic!() };
    let Write::Feedback(_, feedback) = *write else { panic!() };
    assert_eq!((feedback.rating, feedback.comment.as_deref()), (Rating::Down, Some("slow\nvery")));
    assert_eq!((feedback.agent_id, feedback.message_id), (Some("a".into()), Some(3)));
}

#[test]
fn a_session_goes_only_by_its_own_id() {
    let mut editor = Editor::delete("s-1".into());
    assert_eq!(press(&mut editor, "s-\n"), Edited::Taken);
    assert_eq!(press(&mut editor, "1\n"), Edited::Save(Box::new(Write::Delete("s-1".into()))));
}

#[test]
fn an_id_that_cannot_be_typed_is_deleted_by_a_word() {
    for id in ["", " ", "a\u{1b}[2J"] {
        let mut editor = Editor::delete(id.into());
        assert_eq!(press(&mut editor, "\n"), Edited::Taken, "{id:?}");
        assert!(editor.hint().contains("the word delete") && editor.problem.is_some());
        assert_eq!(press(&mut editor, "delete\n"), Edited::Save(Box::new(Write::Delete(id.into()))));
    }
}

#[test]
fn every_title_names_the_session() {
    let editors = [
        Editor::field("s".into(), "a", &"x".into()),
        Editor::add("s".into(), vec![]),
        Editor::rate("s".into(), None),
        Editor::rate("s".into(), Some(("a".into(), 3))),
    ];
    for editor in editors {
        assert!(editor.named("support-1042").title().contains("support-1042"));
    }
    assert_eq!(Editor::delete("s-1".into()).named("other").title(), "Delete s-1", "what is to be typed");
}

#[test]
fn after_a_conflict_it_replaces_only_what_was_then_shown() {
    let mut editor = Editor::field("s".into(), "a", &"x".into());
    press(&mut editor, "y");
    editor.refused("changed meanwhile".to_owned(), Some(Some("z".into())));
    assert_eq!(editor.text(), "xy", "what was typed is kept");
    assert_eq!(edits(press(&mut editor, "\n")), [MetadataEdit::set("a", "xy").only_if(Some("z".into()))]);
}
