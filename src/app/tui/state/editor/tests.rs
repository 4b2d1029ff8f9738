//! The editor: what may be stored, and what is kept.

use bson::doc;

use super::*;
use crate::app::text;

fn dates() -> DateContext {
    DateContext::new("2026-03-27T12:00:00Z".parse().unwrap(), jiff::tz::TimeZone::UTC)
}

fn field(shown: impl Into<Bson>) -> Editor {
    Editor::field("s".into(), "a", &shown.into()).unwrap()
}

fn press(editor: &mut Editor, keys: &str) -> Edited {
    let mut last = Edited::Taken;
    for c in keys.chars() {
        let key = match c {
            '\n' => KeyEvent::from(KeyCode::Enter),
            '\u{1b}' => KeyEvent::from(KeyCode::Esc),
            '\t' => KeyEvent::from(KeyCode::Tab),
            '\u{8}' => KeyEvent::from(KeyCode::Backspace),
            '\u{5}' => KeyEvent::from(KeyCode::End),
            '\u{13}' => KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL),
            c => KeyEvent::from(KeyCode::Char(c)),
        };
        last = editor.on_key(key, &dates());
    }
    last
}

/// Key and value of what was typed for the form.
fn typed(edited: Edited) -> (Option<String>, Option<Bson>) {
    match edited {
        Edited::Typed(field) => (field.key, field.value),
        other => panic!("{other:?}"),
    }
}

fn value(value: impl Into<Bson>) -> (Option<String>, Option<Bson>) {
    (None, Some(value.into()))
}

fn named(key: &str, value: impl Into<Bson>) -> (Option<String>, Option<Bson>) {
    (Some(key.to_owned()), Some(value.into()))
}

#[test]
fn a_field_keeps_its_type() {
    let mut editor = Editor::field("s".into(), "retries", &Bson::Int64(5)).unwrap();
    assert_eq!(press(&mut editor, "\u{5}x\n"), Edited::Taken);
    let problem = editor.problem.clone().unwrap();
    assert!(problem.starts_with("that is no i64; it takes a whole number") && problem.ends_with("its type is kept"));
    assert_eq!(typed(press(&mut editor, "\u{8}0\n")), value(50_i64));
}

#[test]
fn nothing_changed_stores_nothing_and_what_changed_is_given_up_only_when_asked_twice() {
    let mut editor = field("x");
    assert_eq!(press(&mut editor, "\n"), Edited::Close);
    assert_eq!(press(&mut editor, "y\u{1b}"), Edited::Taken);
    assert!(editor.problem.is_some());
    assert_eq!(press(&mut editor, "\u{1b}"), Edited::Close);
}

#[test]
fn hostile_text_is_edited_as_json_and_comes_back_the_same() {
    let stored = Bson::from("a\u{1b}[2J\u{202e}b\tc");
    let mut editor = field(stored.clone());
    assert_eq!(text::block(&editor.text()), editor.text(), "nothing in it can reach a terminal");
    assert_eq!(press(&mut editor, "\n"), Edited::Close, "it reads back to the same");
    let nested = Bson::Document(doc! { "a": "\u{202e}" });
    let mut editor = field(nested.clone());
    assert!(editor.has_lines() && !editor.text().contains('\u{202e}'));
    assert_eq!(press(&mut editor, "\u{13}"), Edited::Close);
}

#[test]
fn a_new_field_is_named_once_and_typed_by_what_it_says() {
    for (text, wrong) in [("x", "type a key"), ("=1", "it is empty"), ("there=1", "already")] {
        let mut editor = Editor::add("s".into(), vec!["there".to_owned()]);
        press(&mut editor, text);
        assert_eq!(press(&mut editor, "\n"), Edited::Taken);
        assert!(editor.problem.as_deref().unwrap().contains(wrong), "{:?}", editor.problem);
    }
    let mut editor = Editor::add("s".into(), vec![]);
    editor.paste("a\u{1b}[2J=1");
    assert!(editor.problem.as_deref().unwrap().contains("control characters"), "{:?}", editor.problem);
    assert_eq!(editor.text(), "");
    let mut editor = Editor::add("s".into(), vec![]);
    assert_eq!(typed(press(&mut editor, "n=5\n")), named("n", 5));
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
fn every_title_names_the_session() {
    let editors = [
        field("x"),
        Editor::add("s".into(), vec![]),
        Editor::rate("s".into(), None),
        Editor::rate("s".into(), Some(("a".into(), 3))),
    ];
    for editor in editors {
        assert!(editor.named("support-1042").title().contains("support-1042"));
    }
}

#[test]
fn what_came_back_is_taken_up_before_it_is_stored() {
    let mut editor = Editor::rate("s".into(), None);
    press(&mut editor, "xy");
    editor.refused("changed meanwhile".to_owned());
    assert_eq!(editor.text(), "xy", "what was typed is kept");
    assert_eq!(press(&mut editor, "ignored\u{13}"), Edited::Taken);
    assert_eq!((press(&mut editor, "\n"), editor.text().as_str()), (Edited::Taken, "xy"), "it is taken up");
    assert!(matches!(press(&mut editor, "\u{13}"), Edited::Save(_)));
}

#[test]
fn an_untouched_value_is_not_stored_again_whatever_its_bits() {
    let odd = [f64::from_bits(0x7ff8_0000_0000_0001), -0.0, f64::INFINITY, 1.0].map(Bson::Double);
    let far = Bson::from(bson::DateTime::from_millis(i64::MAX));
    for stored in odd.into_iter().chain([far, Bson::Int64(5), Bson::Symbol("x".into()), " a ".into()]) {
        assert_eq!(press(&mut field(stored.clone()), "\n"), Edited::Close, "{stored:?}");
    }
    let looks_like_one = doc! { "a": { "$oid": "070707070707070707070707" } };
    assert!(Editor::field("s".into(), "a", &looks_like_one.into()).is_none(), "its text would change it");
}

/// What is stored of a field after a text was pasted behind it.
fn pasted(shown: impl Into<Bson>, text: &str) -> Bson {
    let mut editor = field(shown);
    press(&mut editor, "\u{5}");
    editor.paste(text);
    assert_eq!(text::block(&editor.text()), editor.text(), "all of it can be seen");
    typed(press(&mut editor, "\u{13}")).1.unwrap()
}

#[test]
fn what_is_pasted_into_a_text_is_kept() {
    for text in ["a\tb", "a\nb", "a\r\nb", "a\n", "\"q\" \\ \t", "\u{1b}[2J", "\u{202e}x", "{\"a\":\t1}"] {
        assert_eq!(pasted("x", text), Bson::from(format!("x{text}")), "{text:?}");
    }
    assert_eq!(pasted("x", "a\rb"), Bson::from("xa\nb"), "a terminal sends a line break so");
}

#[test]
fn what_is_pasted_where_blanks_mean_nothing_is_read_without_them() {
    assert_eq!(pasted(1, "2\r"), Bson::Int32(12));
    let mut number = field(5);
    number.area.select_all();
    number.paste(" \r");
    assert_eq!((number.text().as_str(), number.area.is_selecting()), ("5", true), "blanks alone replace nothing");
    let mut list = field(Bson::Array(vec![]));
    list.paste("\t");
    assert_eq!(press(&mut list, "\u{13}"), Edited::Close);
    let mut editor = field(5);
    editor.paste("6\n7");
    assert_eq!(press(&mut editor, "\n"), Edited::Taken, "two numbers are none");
}

#[test]
fn a_new_field_that_is_pasted_keeps_its_tabs() {
    let added = |text: &str| {
        let mut editor = Editor::add("s".into(), vec![]);
        editor.paste(text);
        typed(press(&mut editor, "\u{13}"))
    };
    assert_eq!(added("n=a\tb"), named("n", "a\tb"));
    assert_eq!(added("n=a\nb"), named("n", "a\nb"));
    assert_eq!(added("n={\"a\":\r\n\t1}"), named("n", doc! { "a": 1 }));
    for text in ["a\tb=1", "a\nb=1"] {
        let mut editor = Editor::add("s".into(), vec![]);
        editor.paste(text);
        press(&mut editor, "\u{13}");
        assert!(editor.problem.is_some(), "{text:?}");
    }
}

#[test]
fn a_date_says_what_it_will_be() {
    let mut editor = field(bson::DateTime::from_millis(0));
    assert!(editor.takes(&dates()).unwrap().contains("+3d"));
    let clear = "\u{8}".repeat("1970-01-01T00:00:00Z".len());
    press(&mut editor, &clear);
    press(&mut editor, "+3d");
    assert_eq!(editor.takes(&dates()).as_deref(), Some("will be 2026-03-30T12:00:00Z"));
    assert_eq!(typed(press(&mut editor, "\n")), value(bson::DateTime::from_millis(1_774_872_000_000)));
}

#[test]
fn a_date_says_what_it_will_be_by_the_clocks_here_too() {
    let zone = jiff::tz::TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    let dates = DateContext::new("2026-03-28T12:00:00Z".parse().unwrap(), zone);
    // The clocks change in the night between: a day is 24 hours.
    for (typed, meant) in [
        ("+1d", "will be 2026-03-29T12:00:00Z, Sun 2026-03-29 14:00:00 CEST"),
        ("2026-03-28 14:00", "will be 2026-03-28T13:00:00Z, Sat 2026-03-28 14:00:00 CET"),
    ] {
        let mut editor = field(bson::DateTime::from_millis(0));
        editor.fill(typed);
        assert_eq!(editor.takes(&dates).as_deref(), Some(meant));
    }
}

#[test]
fn a_key_is_renamed_unless_it_is_there_or_can_be_none() {
    let start = || Editor::rename("s".into(), "a", vec!["b".to_owned()]);
    assert_eq!(press(&mut start(), "\n"), Edited::Close, "it is the same");
    for (keys, wrong) in [("\u{8}b\n", "already"), ("\u{5}.x\n", "dot"), ("\u{8}\n", "empty")] {
        let mut editor = start();
        assert_eq!(press(&mut editor, keys), Edited::Taken);
        assert!(editor.problem.as_deref().unwrap().contains(wrong), "{:?}", editor.problem);
    }
    assert_eq!(typed(press(&mut start(), "\u{5}bc\n")), (Some("abc".to_owned()), None));
}

#[test]
fn an_item_is_json_or_a_text() {
    for (keys, meant) in
        [("5\n", Bson::Int32(5)), ("x y\n", "x y".into()), ("\"5\"\n", "5".into()), ("null\n", Bson::Null)]
    {
        assert_eq!(typed(press(&mut Editor::item("s".into()), keys)), value(meant));
    }
    let mut editor = Editor::item("s".into());
    assert_eq!(press(&mut editor, "[1]]\n"), Edited::Taken);
    editor.fill("a\tb");
    assert_eq!(typed(press(&mut editor, "\n")), value("a\tb"));
}

#[test]
fn bytes_are_digits() {
    let bytes = |bytes: &[u8]| {
        Bson::Binary(bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: bytes.to_vec() })
    };
    let mut editor = field(bytes(&[1, 0xab]));
    assert_eq!(editor.text(), "01ab");
    assert_eq!(press(&mut editor, "\u{5}f\n"), Edited::Taken, "half a byte");
    assert_eq!(typed(press(&mut editor, "f\n")), value(bytes(&[1, 0xab, 0xff])));
}
