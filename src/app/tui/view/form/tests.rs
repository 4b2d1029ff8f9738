use bson::doc;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;

use super::*;
use crate::app::tui::{
    state::{Input, form::WEIGHED, sample::Screen},
    view::{self, sample},
};

const SIZES: [(u16, u16); 3] = [(40, 10), (80, 24), (120, 40)];

fn picture(screen: &Screen, width: u16, height: u16) -> String {
    sample::screen(width, height, |frame, _| view::draw(frame, &screen.state))
}

fn form(screen: &mut Screen) -> &mut MetadataForm {
    match screen.state.modals.last_mut() {
        Some(Modal::Form(form)) => form,
        other => panic!("no form: {other:?}"),
    }
}

/// The form of the open session, the field `priority` selected.
fn opened(width: u16, height: u16) -> Screen {
    let mut screen = Screen::writable(width, height);
    screen.press("e\u{1b}");
    form(&mut screen);
    screen
}

/// At every size, and without colours and box drawing.
fn at_sizes(name: &str, prepare: impl Fn(&mut Screen)) {
    for (width, height) in SIZES {
        let mut screen = opened(width, height);
        prepare(&mut screen);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture(&screen, width, height));
    }
    let mut screen = opened(80, 24);
    prepare(&mut screen);
    screen.state.look = sample::plain();
    insta::assert_snapshot!(format!("{name}_ascii_80x24"), picture(&screen, 80, 24));
}

#[test]
fn what_is_changed_is_found_out_once_after_a_change_and_never_without() {
    let mut screen = opened(120, 40);
    picture(&screen, 120, 40);
    let keys = [("", 0), ("j", 0), ("k", 0), ("d", 1), ("u", 1), ("e", 0), ("x", 0), ("\n", 1), ("/", 0), ("p", 0)];
    for (keys, times) in keys {
        let before = WEIGHED.get();
        screen.press(keys);
        picture(&screen, 120, 40);
        picture(&screen, 120, 40);
        assert_eq!(WEIGHED.get() - before, times, "{keys:?}");
    }
    screen.press("\n");
    let before = WEIGHED.get();
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL)));
    assert!(picture(&screen, 120, 40).contains("Save 1 change"));
    assert_eq!(WEIGHED.get(), before);
}

#[test]
fn the_form_as_it_opens() {
    at_sizes("open", |_| {});
}

#[test]
fn a_value_typed_wrongly_is_marked_with_the_reason() {
    at_sizes("wrong", |screen| screen.press("jex"));
}

#[test]
fn a_field_being_added() {
    at_sizes("add", |screen| screen.press("aowner=me"));
}

#[test]
fn a_key_being_changed() {
    at_sizes("rename", |screen| screen.press("m_new"));
}

#[test]
fn what_is_new_changed_and_removed_is_marked() {
    at_sizes("changed", |screen| screen.press("eer\naowner=me\nGdgjjjj"));
}

#[test]
fn what_another_changed_meanwhile_is_marked() {
    at_sizes("conflict", |screen| {
        screen.press("eer\n");
        let form = form(screen);
        let mut stored = form.theirs.clone();
        stored.insert("priority", "low");
        form.theirs(&stored);
    });
}

#[test]
fn the_types_that_a_value_may_be_given() {
    at_sizes("retype", |screen| screen.press("jC"));
}

#[test]
fn rows_that_match_a_filter() {
    at_sizes("filter", |screen| screen.press("/pri"));
}

#[test]
fn a_protected_field_says_so() {
    at_sizes("protected", |screen| form(screen).rules.protected = vec!["priority".to_owned()]);
}

#[test]
fn why_a_field_is_not_edited_is_said_once() {
    let mut screen = opened(120, 40);
    form(&mut screen).rules.protected = vec!["priority".to_owned()];
    screen.press("e");
    assert_eq!(picture(&screen, 120, 40).matches("is protected at this place").count(), 1);
    let mut screen = opened(120, 40);
    form(&mut screen).theirs(&doc! { "a.b": 1 });
    screen.press("ge");
    assert_eq!(picture(&screen, 120, 40).matches("cannot be written").count(), 1);
}

#[test]
fn what_is_said_of_what_is_typed_hides_no_field() {
    let fields = ["customer", "empty", "priority", "score", "status", "tags", "vip"];
    for (width, height) in [(80, 24), (120, 40)] {
        for (keys, said) in [("aowner=me", "owner will be str"), ("jex", "that is no i32"), ("ac", "type a key")] {
            let mut screen = opened(width, height);
            screen.press(keys);
            let shown = picture(&screen, width, height);
            let hidden: Vec<_> = fields.iter().filter(|field| !shown.contains(*field)).collect();
            assert!(hidden.is_empty() && shown.contains(said), "{keys}: {hidden:?}\n{shown}");
        }
    }
}

#[test]
fn the_last_row_of_a_low_form_goes_up_for_what_is_said_of_it() {
    let mut screen = opened(40, 10);
    screen.press("jjex");
    let shown = picture(&screen, 40, 10);
    let at = |words: &str| shown.lines().position(|line| line.contains(words));
    let (field, said) = (at("score"), at("that is no f64"));
    assert!(field.is_some() && said.is_some() && field < said, "{shown}");
}

#[test]
fn how_to_leave_what_is_typed_stays_in_view() {
    for keys in ["e", "ax=1", "m", "/x"] {
        let mut screen = opened(40, 10);
        screen.press(keys);
        let shown = picture(&screen, 40, 10);
        assert!(shown.contains("Esc leave") || shown.contains("Esc all"), "{keys}:\n{shown}");
    }
}

#[test]
fn a_uuid_is_shown_as_one() {
    let mut screen = opened(80, 24);
    let uuid = bson::Binary { subtype: bson::spec::BinarySubtype::Uuid, bytes: (0..16).collect() };
    form(&mut screen).theirs(&doc! { "id": uuid });
    assert!(picture(&screen, 80, 24).contains("00010203-0405-0607-0809-0a0b0c0d0e0f"));
}

#[test]
fn a_long_text_goes_on_in_the_next_rows() {
    at_sizes("large", |screen| {
        screen.press("e");
        screen.put(Input::Paste("The order was late, and the customer asked three times where it is. ".repeat(4)));
        screen.press("\n");
        screen.put(Input::Key(KeyEvent::from(KeyCode::Char('o'))));
    });
}

#[test]
fn every_size_draws_whatever_is_typed() {
    for keys in ["", "ex", "aa=1", "m", "C", "/x", "d", "GL"] {
        let mut screen = opened(120, 40);
        screen.press(keys);
        for (width, height) in [(40, 10), (40, 40), (41, 11), (60, 12), (79, 10), (200, 10), (240, 60), (39, 9)] {
            screen.put(Input::Resize(Size::new(width, height)));
            assert!(sample::safe(&picture(&screen, width, height)));
        }
    }
}

#[test]
fn a_key_that_grows_is_seen_whole() {
    let mut screen = opened(40, 10);
    screen.press("m\u{5}_new");
    assert!(picture(&screen, 40, 10).contains("priority_new"));
}

#[test]
fn why_a_value_cannot_be_of_a_type_is_read_in_full() {
    let mut screen = opened(40, 10);
    screen.press("jCjjjj");
    let shown = picture(&screen, 40, 10);
    assert!(shown.contains("for one); it takes true or false"), "{shown}");
}

#[test]
fn json_that_the_editor_of_the_environment_broke_is_said_at_once() {
    let mut screen = opened(80, 24);
    form(&mut screen).select(&[PathKey::Name("customer".to_owned())]);
    screen.press("e");
    screen.put(Input::Outside(Ok("{not json".to_owned())));
    let shown = picture(&screen, 80, 24);
    assert!(shown.contains("{not json") && shown.contains("no valid JSON"), "{shown}");
}

#[test]
fn what_cannot_be_written_is_said_once_and_its_keys_are_not_offered() {
    let mut screen = opened(80, 24);
    form(&mut screen).theirs(&doc! { "a.b": 1 });
    screen.press("ge");
    let shown = picture(&screen, 80, 24);
    assert_eq!(shown.matches("would nest it").count(), 1, "{shown}");
    assert!(!shown.contains("m rename") && shown.contains("a add"), "{shown}");
}

#[test]
fn hostile_text_stays_text() {
    let mut screen = opened(80, 24);
    let stored = doc! { "\u{1b}[2Jkey\u{202e}": "\u{1b}]0;x\u{7}", "nested\n": { "\u{202e}": ["\u{1b}"] } };
    form(&mut screen).theirs(&stored);
    for keys in ["", "G", "\n", "C", "\u{1b}d"] {
        screen.press(keys);
        assert!(sample::safe(&picture(&screen, 80, 24)));
    }
}

#[test]
fn the_cursor_is_where_something_is_typed() {
    let mut screen = opened(80, 24);
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('e'), KeyModifiers::NONE)));
    let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| view::draw(frame, &screen.state)).unwrap();
    let cursor = terminal.get_cursor_position().unwrap();
    let shown = picture(&screen, 80, 24);
    let line = shown.lines().nth(cursor.y.into()).unwrap();
    assert!(line.contains("priority") && line.contains("high"), "{line}");
    assert_eq!(line.find("high").map(|at| format::width(&line[..at]) + 4), Some(cursor.x.into()));
}
