//! Back to sessions of other connections that are open.

use crossterm::event::{KeyCode, KeyModifiers};

use super::{key, later, listed, open};
use crate::{
    app::{
        place::{Origin, Place},
        tui::state::{areas::Pane, sample::Screen},
    },
    session::SessionKey,
};

fn connect(screen: &mut Screen, name: &str) {
    let effects = screen.state.connect(Place::plain(name, Origin::Demo));
    let effects = screen.state.absorb(effects);
    screen.take(effects);
    screen.answer_all();
}

/// The connection, the session that is open there, and where in it one is.
fn stands(screen: &Screen) -> (String, Option<SessionKey>, Option<(u64, u64)>) {
    let workspace = &screen.state.workspace;
    let name = workspace.connection.place.as_ref().map(|place| place.name.clone()).unwrap_or_default();
    (name, open(screen), workspace.conversation.position())
}

fn jump(screen: &mut Screen, back: bool) {
    key(screen, if back { KeyCode::Left } else { KeyCode::Right }, KeyModifiers::ALT);
    screen.answer_all();
}

/// A session of `local` is open at its first message.
fn at_first_message(mut screen: Screen) -> Screen {
    screen.press("\n");
    screen.answer_all();
    screen.press("g");
    screen.answer_all();
    screen
}

#[test]
fn one_goes_back_to_another_connection_and_forward_again() {
    let mut screen = at_first_message(Screen::listed(120, 40));
    let first = stands(&screen);
    connect(&mut screen, "other");
    screen.press("\n");
    screen.answer_all();
    let second = stands(&screen);
    assert_eq!((&first.1, second.0.as_str()), (&second.1, "other"), "the stores of the tests hold the same sessions");
    jump(&mut screen, true);
    assert_eq!((stands(&screen), screen.state.focus), (first.clone(), Pane::Conversation));
    assert_eq!(screen.state.connection_number(), Some((1, 2)));
    jump(&mut screen, false);
    assert_eq!(stands(&screen), second);
    // Also from one that is being opened.
    jump(&mut screen, true);
    screen.press("cg\n");
    key(&mut screen, KeyCode::Char('o'), KeyModifiers::CONTROL);
    assert_eq!(screen.state.said.as_deref(), Some("localhost:27017 is not opened any more; c opens it again"));
    screen.answer_all();
    assert_eq!(stands(&screen), first);
}

#[test]
fn what_is_not_open_there_any_more_is_opened_at_its_message() {
    let mut screen = at_first_message(listed());
    let first = stands(&screen);
    screen.press("\u{1b}j");
    later(&mut screen, 100);
    screen.answer_all();
    assert!(screen.state.workspace.conversation.is_preview() && open(&screen) != first.1);
    connect(&mut screen, "other");
    jump(&mut screen, true);
    assert_eq!(stands(&screen), first);
    assert_eq!(screen.state.workspace.list.selected_row().map(|row| row.key.clone()), first.1);
}

#[test]
fn places_of_a_connection_that_was_closed_are_left_out_and_that_is_said() {
    let mut screen = at_first_message(Screen::listed(120, 40));
    let first = stands(&screen);
    connect(&mut screen, "other");
    screen = at_first_message(screen);
    key(&mut screen, KeyCode::Char('w'), KeyModifiers::CONTROL);
    screen.answer_all();
    assert_eq!(stands(&screen), first);
    jump(&mut screen, true);
    let left_out = "other, agents.sessions is closed: what was open there is left out";
    assert_eq!(screen.state.said.as_deref(), Some(left_out));
    let at_end = stands(&screen);
    assert!(at_end.0 == first.0 && at_end.1 == first.1 && at_end.2 != first.2, "{at_end:?}");
    assert!(!screen.state.goes_back());
    jump(&mut screen, true);
    assert_eq!(screen.state.said.as_deref(), Some("there is no place before this one"));
}
