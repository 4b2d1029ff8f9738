//! What the cursor came to while nobody looked, or what could not be shown at first.

use super::{asked, later, listed, open, selected};
use crate::{
    app::{
        task::{Command, Event, Lane},
        tui::state::{areas::Pane, sample::Screen},
    },
    repository::{Error, News},
    session::{Change, SessionKey, Summary},
};

/// A filter without a match, and then a session that has one while the focus is elsewhere.
fn came_meanwhile() -> (Screen, SessionKey) {
    let mut screen = listed();
    screen.stored = 0;
    screen.press("/newid\n");
    screen.answer_all();
    assert!(screen.state.workspace.list.is_known_empty());
    screen.press("2");
    let row = Summary::new("newid");
    let key = row.key.clone();
    screen.news(News::Changes(vec![Change::created(row)]));
    screen.answer_all();
    later(&mut screen, 1000);
    assert_eq!((selected(&screen), open(&screen)), (key.clone(), None));
    assert!(asked(&screen).is_empty(), "the focus is elsewhere");
    (screen, key)
}

/// It rests, and what is asked for then comes.
fn rest(screen: &mut Screen) {
    later(screen, 100);
    screen.answer_all();
}

#[test]
fn a_row_that_came_under_the_cursor_meanwhile_shows_itself_once_one_is_back_in_the_list() {
    let (mut screen, key) = came_meanwhile();
    screen.press("1");
    assert!(asked(&screen).is_empty(), "it rests there first");
    rest(&mut screen);
    assert_eq!((open(&screen), screen.state.focus), (Some(key), Pane::Sessions));
}

#[test]
fn it_waits_for_what_is_over_the_list() {
    let (mut screen, key) = came_meanwhile();
    screen.press("1?");
    later(&mut screen, 1000);
    assert!(asked(&screen).is_empty());
    screen.press("\u{1b}");
    rest(&mut screen);
    assert_eq!(open(&screen), Some(key));
}

#[test]
fn what_is_open_stays_as_one_is_back_in_the_list() {
    let mut screen = listed();
    screen.press("\n");
    screen.answer_all();
    let opened = open(&screen);
    screen.state.ui.preview = false;
    screen.press("1j");
    screen.state.ui.preview = true;
    screen.press("21");
    later(&mut screen, 1000);
    assert!(asked(&screen).is_empty() && open(&screen) == opened && opened.is_some());
}

#[test]
fn a_preview_that_failed_is_tried_again_as_the_list_is_read_again() {
    let mut screen = listed();
    screen.press("j");
    later(&mut screen, 100);
    let at = screen.asked.iter().position(|command| matches!(command, Command::Open(..))).unwrap();
    let Some(Command::Open(ticket, ..)) = screen.asked.remove(at) else { panic!("{:?}", screen.asked) };
    screen.tell(Event::Failed { ticket, lane: Lane::Open, error: Error::other("reading", "it broke") });
    later(&mut screen, 1000);
    assert!(asked(&screen).is_empty() && open(&screen).is_none(), "not by itself");
    screen.press("r");
    screen.answer_all();
    rest(&mut screen);
    assert_eq!(open(&screen), Some(selected(&screen)));
}
