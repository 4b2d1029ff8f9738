use bson::Bson;
use crossterm::event::{KeyCode, KeyEvent};

use super::*;
use crate::{
    app::{
        task::Event,
        tui::state::{Input, note::SaidLine, sample::Screen},
    },
    repository::{News, WatchMode},
};

fn letters(screen: &Screen) -> String {
    match screen.state.modals.last() {
        Some(Modal::Letters(letters)) => letters.menu.items.iter().map(|item| item.key).collect(),
        _ => String::new(),
    }
}

/// What a key copies, and what is said of it.
fn copied(screen: &mut Screen, key: char) -> (Option<String>, String) {
    let effects = screen.state.update(Input::Key(KeyEvent::from(KeyCode::Char(key))));
    let text = effects.into_iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    });
    (text, screen.state.said.clone().unwrap_or_default())
}

#[test]
fn the_inspector_has_its_tab_and_the_session_to_copy() {
    let mut screen = Screen::writable(120, 40);
    screen.press("4i");
    screen.press("y");
    let offered = letters(&screen);
    assert_eq!(offered, "toq");
    let (text, says) = copied(&mut screen, 't');
    assert!(text.is_some() && says.starts_with("copied "), "{says}");
    assert!(matches!(screen.state.modals.last(), Some(Modal::Inspector(_))), "it stays");
}

#[test]
fn a_note_with_one_text_is_copied_at_once_and_one_with_more_asks() {
    let mut screen = Screen::writable(120, 40);
    let error = |text: &str| SaidLine { at: "14:02".to_owned(), text: text.to_owned(), is_error: true };
    screen.state.modals.push(Modal::Note(Box::new(Note::said(vec![error("it broke")]))));
    assert_eq!(
        copied(&mut screen, 'y'),
        (Some("it broke".to_owned()), "copied all of the text: 8 characters".to_owned())
    );
    let two = vec![error("it broke"), error("before")];
    screen.state.modals.push(Modal::Note(Box::new(Note::said(two))));
    screen.press("y");
    assert_eq!(letters(&screen), "et");
    assert_eq!(copied(&mut screen, 'e').0.as_deref(), Some("it broke"));
}

#[test]
fn a_row_of_the_fleet_has_its_id_and_the_commands_of_its_session() {
    let mut screen = Screen::listed(120, 40);
    let ticket = screen.state.workspace.ticket;
    screen.tell(Event::News(ticket, News::Begun(WatchMode::Stream)));
    screen.press("L");
    screen.answer_all();
    let name = screen.state.workspace.fleet.selected().map(|row| row.name.clone()).unwrap();
    screen.press("y");
    let offered = letters(&screen);
    assert!(offered.starts_with('i') && offered.ends_with("roq"), "{offered}");
    assert_eq!(copied(&mut screen, 'i').0, Some(name));
    assert!(matches!(screen.state.modals.last(), Some(Modal::Fleet)), "it stays");
}

#[test]
fn a_field_of_the_form_is_held_once_its_value_is_copied() {
    let mut screen = Screen::writable(120, 40);
    screen.press("e\u{1b}");
    screen.press("y");
    assert_eq!(letters(&screen), "vkpj");
    screen.press("\u{1b}");
    assert_eq!(screen.state.copied_field, None, "nothing was chosen");
    screen.press("y");
    let (key, _) = copied(&mut screen, 'k');
    assert_eq!(screen.state.copied_field, None, "a key is no field");
    screen.press("y");
    let (text, says) = copied(&mut screen, 'v');
    assert!(text.is_some() && says.starts_with("copied what "), "{says}");
    let held = screen.state.copied_field.as_ref().unwrap();
    assert_eq!(held.key, key);
    assert_ne!(held.value, Bson::Null);
}
