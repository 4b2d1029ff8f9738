//! Another filter or order: what is listed stays until the first answer, and comes back where that is given up. Rows of one name.

use super::*;
use crate::{
    app::{keymap::Action, task::Ticket},
    session::{SessionKey, Summary},
};

fn list(screen: &Screen) -> &super::super::sessions::SessionList {
    &screen.state.workspace.list
}

#[test]
fn another_order_or_filter_that_is_given_up_leaves_what_was_listed() {
    for keys in ["sc\n", "/other\n", "sc\n/other\n"] {
        let mut screen = Screen::listed(80, 24);
        screen.press("jj");
        let (before, count) = (names(&screen).len(), list(&screen).count);
        screen.press(keys);
        assert_eq!(names(&screen).len(), before, "{keys}: nothing vanishes while it reads");
        assert!(list(&screen).is_outdated());
        let (ticket, query) = last_list(&mut screen);
        later(&mut screen, 500);
        screen.press("\u{1b}");
        assert_eq!((&list(&screen).sort, list(&screen).filter.source.as_str()), (&Sort::default(), ""), "{keys}");
        assert_eq!((names(&screen).len(), list(&screen).count, list(&screen).selected()), (before, count, 2));
        let says = screen.state.said.as_deref().is_some_and(|said| said.starts_with("the order stays: changed "));
        assert_eq!(says, keys.starts_with('s'), "{keys}: of an order it is said: {:?}", screen.state.said);
        for event in screen.answers(&Command::List(ticket, Box::new(query))) {
            screen.tell(event);
        }
        assert!(names(&screen)[0].starts_with("support-updated"), "{keys}: late answers are dropped");
        screen.stored = 100;
        screen.asked.clear();
        screen.press("G");
        screen.answer_all();
        assert!(names(&screen).len() > before, "{keys}: it goes on where it was");
    }
}

fn later(screen: &mut Screen, ms: i64) {
    let now = screen.state.look.now.checked_add(jiff::SignedDuration::from_millis(ms)).unwrap();
    screen.put(Input::Tick(now));
}

#[test]
fn what_going_back_does_does_not_depend_on_how_soon_the_list_is_there() {
    for answered in [false, true] {
        let mut screen = Screen::listed(80, 24);
        later(&mut screen, 60_000);
        screen.press("S");
        if answered {
            screen.answer_all();
        }
        assert!(!screen.state.offers().iter().any(|(action, _)| *action == Action::Back));
        screen.press("\u{1b}");
        screen.answer_all();
        assert_eq!(list(&screen).sort, Sort::default().reversed(), "{answered}");
        let mut screen = Screen::writable(120, 40);
        screen.press("1/support\n");
        screen.answer_all();
        screen.press("1v");
        screen.answer_all();
        screen.press("1v");
        if answered {
            screen.answer_all();
        }
        screen.press("\u{1b}");
        screen.answer_all();
        assert_eq!(list(&screen).filter.source, "", "{answered}: of the review nothing is left, and the filter goes");
    }
    let mut screen = Screen::listed(80, 24);
    screen.press("S");
    later(&mut screen, 500);
    assert!(screen.state.offers().contains(&(Action::Back, "give up")), "what does not come is given up");
    screen.press("\u{1b}");
    assert_eq!(list(&screen).sort, Sort::default());
}

#[test]
fn the_first_answer_takes_the_place_of_what_was_listed() {
    let mut screen = Screen::listed(80, 24);
    screen.press("jjj/other\n");
    screen.answer_all();
    assert!(names(&screen).iter().all(|name| name.starts_with("other")) && list(&screen).selected() == 0);
    assert!(!list(&screen).is_outdated());
    screen.press("/none\n");
    let (ticket, _) = last_list(&mut screen);
    screen.tell(Event::ListEnd(ticket, PageEnd::default()));
    assert!(names(&screen).is_empty() && list(&screen).is_known());
}

#[test]
fn a_list_that_failed_keeps_what_was_listed_and_goes_back_to_it() {
    let mut screen = Screen::listed(80, 24);
    screen.press("/other\n");
    let (ticket, _) = last_list(&mut screen);
    screen.tell(Event::Failed { ticket, lane: Lane::List, error: Error::other("reading", "it broke") });
    let error = list(&screen).error.as_deref().unwrap();
    assert!(error.contains("it broke") && error.contains("listed before"), "{error}");
    assert!(names(&screen)[0].starts_with("support") && list(&screen).filter.source == "other");
    screen.press("\u{1b}");
    assert_eq!((list(&screen).filter.source.as_str(), list(&screen).error.as_deref()), ("", None));
}

#[test]
fn a_first_list_that_is_given_up_is_not_called_empty() {
    let mut screen = Screen::connecting(80, 24);
    let connect = screen.asked.pop_front().unwrap();
    screen.answers(&connect).into_iter().for_each(|event| screen.tell(event));
    screen.press("\u{1b}");
    assert!(names(&screen).is_empty() && !list(&screen).is_known());
    let drawn = sample::screen(80, 24, |frame, _| view::draw(frame, &screen.state));
    assert!(drawn.contains("not read: r reads again") && !drawn.contains("no sessions here"), "{drawn}");
}

#[test]
fn the_cursor_stands_on_the_session_that_was_asked_for() {
    let mut screen = Screen::connecting(120, 40);
    screen.state.workspace.open_id = Some("support-updated-7".into());
    screen.answer_all();
    assert_eq!(list(&screen).selected(), 7);
    screen.press("\u{1b}jr");
    screen.answer_all();
    assert_eq!(list(&screen).selected(), 8, "who moves on is not taken back");
}

/// Two sessions of one name, the second under the cursor.
fn twins() -> Screen {
    let mut screen = Screen::connecting(120, 40);
    let connect = screen.asked.pop_front().unwrap();
    screen.answers(&connect).into_iter().for_each(|event| screen.tell(event));
    let (ticket, query): (Ticket, ListQuery) = last_list(&mut screen);
    let Some(Event::Rows(_, rows)) = screen.answers(&Command::List(ticket, Box::new(query))).into_iter().next() else {
        panic!()
    };
    let twin =
        |key: &str| Summary { key: SessionKey::from(key), session_id: Some("twin".into()), ..Summary::clone(&rows[0]) };
    screen.tell(Event::Rows(ticket, vec![twin("x-1"), twin("x-2")]));
    screen.tell(Event::ListEnd(ticket, PageEnd::default()));
    screen.asked.clear();
    screen.press("j");
    screen
}

#[test]
fn whatever_speaks_of_a_row_calls_it_as_the_list_does() {
    let mut screen = twins();
    assert_eq!(screen.state.chosen().unwrap().name, "x-2");
    screen.press("yy");
    assert_eq!(screen.state.said.as_deref(), Some("copied the id: 3 characters"));
    screen.press("\n");
    assert_eq!(screen.state.loading().as_deref(), Some("opening x-2"));
    screen.answer_all();
    let title = screen.state.workspace.conversation.title(60, &screen.state.look).name;
    assert!(title.contains("x-2") && !title.contains("twin"), "{title}");
    assert_eq!(screen.state.chosen().unwrap().name, "x-2");
    screen.press("r");
    screen.answer_all();
    assert_eq!(screen.state.workspace.conversation.name(), Some("x-2"), "also read again");
}

#[test]
fn esc_in_the_list_gives_all_sessions_back() {
    let mut screen = Screen::listed(80, 24);
    screen.press("/support\n");
    screen.answer_all();
    assert_eq!(screen.state.workspace.list.filter.source, "support");
    assert!(screen.state.offers().contains(&(Action::Back, "all sessions")));
    screen.press("\u{1b}");
    screen.answer_all();
    assert!(screen.state.workspace.list.filter.is_empty());
    assert!(!screen.state.offers().iter().any(|(action, _)| *action == Action::Back));
}
