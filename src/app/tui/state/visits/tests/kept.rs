//! What is kept of sessions: bookmarks, those that were open.

use crossterm::event::{KeyCode, KeyModifiers};

use super::{asked, later, listed, open, selected, title};
use crate::{
    app::{
        config::Ui,
        keymap::{Action, KeyOverrides, Keymap},
        memory::RememberedSession,
        task::{Command, Event, Lane},
        tui::state::{Effect, Input, areas::Pane, fleet::FleetStart, modal::Modal, prompt::Asks, sample::Screen},
    },
    repository::{Error, Filter},
};

/// The session of the newest question cannot be opened.
fn fails(screen: &mut Screen) {
    let ticket = screen.asked.iter().rev().find_map(|command| match command {
        Command::Open(ticket, ..) => Some(*ticket),
        _ => None,
    });
    let error = Error::not_found("gone", "agents.sessions");
    screen.tell(Event::Failed { ticket: ticket.unwrap(), lane: Lane::Open, error });
}

#[test]
fn a_bookmark_is_kept_shown_and_taken_off() {
    let mut screen = listed();
    let session = selected(&screen);
    screen.press("'");
    assert!(screen.state.said.as_deref().unwrap().starts_with("nothing is bookmarked"));
    screen.press("b");
    assert!(screen.state.is_bookmarked(&session));
    assert_eq!(screen.state.remembered_ids("bookmarks"), Some(vec![session.exact().to_owned()]));
    assert_eq!(screen.state.remembered_ids("recent"), Some(Vec::new()));
    assert_eq!(screen.state.remembered_ids("others"), None);
    screen.press("j'\n");
    assert_eq!(asked(&screen).last().map(|(key, _)| key.clone()), Some(session.clone()));
    screen.answer_all();
    later(&mut screen, 0);
    assert!(title(&screen).contains(screen.state.look.marks.kept));
    screen.press("'b");
    assert!(!screen.state.is_bookmarked(&session));
    assert!(matches!(screen.state.modals.last(), Some(Modal::Remembered(..))), "it can be put back");
    screen.press("b\u{1b}");
    assert!(screen.state.is_bookmarked(&session) && screen.state.modals.is_empty());
}

#[test]
fn a_bookmark_whose_session_is_gone_says_so() {
    let mut screen = listed();
    screen.press("b'\n");
    let mut elsewhere = screen.state.memory.bookmarks[0].clone();
    (elsewhere.store, elsewhere.name) = ("elsewhere".to_owned(), "another".to_owned());
    screen.state.memory.bookmarks.insert(0, elsewhere);
    let ticket = screen.asked.iter().find_map(|command| match command {
        Command::Open(ticket, ..) => Some(*ticket),
        _ => None,
    });
    let error = Error::not_found(selected(&screen).text(), "agents.sessions");
    let mut unbound = KeyOverrides::default();
    unbound.unbind(Action::Bookmark);
    let keymap = std::mem::replace(&mut screen.state.keymap, Keymap::new(unbound));
    let says = screen.state.says_of_missing(Lane::Open, &error).unwrap();
    assert!(says.ends_with(" is not there any more; it is still bookmarked"), "{says}");
    screen.state.keymap = keymap;
    screen.tell(Event::Failed { ticket: ticket.unwrap(), lane: Lane::Open, error });
    let says = screen.state.wrong().unwrap();
    assert!(!says.contains("another"), "{says}");
    assert!(says.contains("is not there any more; among the bookmarks (') b takes it off"), "{says}");
}

#[test]
fn what_is_only_shown_is_not_gone_into_where_another_cannot_be_opened() {
    let mut screen = listed();
    screen.press("bj");
    later(&mut screen, 100);
    screen.answer_all();
    screen.press("'\n");
    assert_eq!(screen.state.focus, Pane::Conversation);
    fails(&mut screen);
    assert!(screen.state.workspace.conversation.is_preview() && screen.state.focus == Pane::Sessions);
    let opened: Vec<_> = screen.state.memory.recent.iter().filter_map(RememberedSession::key).collect();
    assert!(!opened.contains(&open(&screen).unwrap()), "{opened:?}");
}

#[test]
fn where_nothing_is_shown_one_is_back_in_the_list_after_a_session_that_is_gone() {
    for open_it in ["'\n", "`\n", "1\n"] {
        let mut screen = Screen::listed(120, 40);
        screen.press("b\n");
        screen.answer_all();
        screen.state.workspace.conversation.close();
        screen.press("1");
        screen.press(open_it);
        assert_eq!(screen.state.focus, Pane::Conversation, "{open_it}");
        fails(&mut screen);
        assert_eq!((open(&screen), screen.state.focus), (None, Pane::Sessions), "{open_it}");
    }
    // What is open stays what one is in.
    let mut screen = Screen::listed(120, 40);
    screen.press("b\n");
    screen.answer_all();
    screen.press("1jb\n");
    screen.answer_all();
    screen.press("'j\n");
    fails(&mut screen);
    assert!(open(&screen).is_some() && screen.state.focus == Pane::Conversation);
}

#[test]
fn whoever_opens_a_session_has_it_remembered_and_the_samples_end_with_the_program() {
    let kept = |screen: &mut Screen, code: KeyCode| {
        let effects = screen.state.update(Input::Key(code.into()));
        let kept = effects.iter().find_map(|effect| match effect {
            Effect::Remember(memory) => Some(memory.recent.len()),
            _ => None,
        });
        screen.take(effects);
        kept
    };
    let mut screen = listed();
    screen.press("j");
    later(&mut screen, 100);
    screen.answer_all();
    assert_eq!(kept(&mut screen, KeyCode::Enter), Some(1), "also one that is shown already");
    let demo = screen.state.places.iter().find(|place| place.name == "demo").cloned();
    let mut samples = Screen::with(120, 40, demo, Ui { preview: false, ..Ui::default() });
    samples.answer_all();
    assert_eq!(kept(&mut samples, KeyCode::Enter), Some(0));
    assert_eq!(samples.state.memory.recent.len(), 1);
}

#[test]
fn what_another_window_bookmarks_is_shown_here() {
    let mut screen = listed();
    screen.press("b'");
    let sent = screen.state.memory.clone();
    let mut theirs = sent.clone();
    let other = RememberedSession { id: "\"other\"".to_owned(), name: "other".to_owned(), ..sent.bookmarks[0].clone() };
    theirs.bookmark(other);
    theirs.room.list_columns = Some(9);
    let effects = screen.state.update(Input::Remembered(Box::new(sent.clone()), Box::new(theirs.clone())));
    let kept = |effect: &Effect| matches!(effect, Effect::Remember(memory) if memory.bookmarks.len() == 2 && memory.room.list_columns.is_none());
    assert!(effects.iter().any(kept), "{effects:?}");
    let Some(Modal::Remembered(_, menu)) = screen.state.modals.last() else { panic!("it stays open") };
    assert_eq!((menu.items.len(), menu.chosen()), (2, sent.bookmarks.first()));
    let again = screen.state.update(Input::Remembered(Box::new(theirs.clone()), Box::new(theirs)));
    assert!(!again.iter().any(|effect| matches!(effect, Effect::Remember(_))), "{again:?}");
}

#[test]
fn a_list_of_bookmarks_that_is_read_again_holds_those_of_by_then() {
    let mut screen = listed();
    screen.press("bjb/in:@bookmarks\n");
    screen.answer_all();
    let both = screen.state.workspace.list.filter.clone();
    assert_eq!(both.source, "in:@bookmarks");
    screen.state.memory.bookmarks.pop();
    screen.press("r");
    let filter = &screen.state.workspace.list.filter;
    assert!(filter.source == both.source && filter.terms != both.terms, "{filter:?}");
    screen.state.memory.bookmarks.clear();
    screen.press("r");
    assert_eq!(screen.state.said.as_deref(), Some("there is no session in \"bookmarks\" here"));
}

#[test]
fn a_bookmark_of_another_place_connects_there_where_it_is_known() {
    let mut screen = listed();
    screen.press("b");
    for (place, says) in [("nowhere", "connect there first"), ("demo", "that is opened")] {
        screen.state.memory.bookmarks[0].store = "elsewhere".to_owned();
        screen.state.memory.bookmarks[0].place = place.to_owned();
        screen.press("'\n");
        assert!(screen.state.said.as_deref().unwrap().contains(says), "{place}");
        screen.press("\u{1b}");
    }
    assert!(screen.asked.iter().any(|command| matches!(command, Command::Connect(_, place) if place.name == "demo")));
}

#[test]
fn a_fleet_that_is_to_start_with_an_empty_list_says_so_in_the_line() {
    let filter = Filter::parse("in:@bookmarks", jiff::Timestamp::UNIX_EPOCH).unwrap();
    let start = || FleetStart { filter: filter.clone(), ..FleetStart::default() };
    let mut screen = listed();
    screen.state.start_with_fleet(start());
    let Some(Modal::Prompt(prompt)) = screen.state.modals.last() else { panic!("no line") };
    assert_eq!((prompt.asks, prompt.text()), (Asks::Fleet, "in:@bookmarks"));
    let mistake = prompt.mistake.as_ref().unwrap();
    assert_eq!(mistake.problem, "there is no session in \"bookmarks\" here");
    screen.press("\u{1b}");
    assert!(screen.state.shows_fleet() && screen.state.modals.len() == 1);
    let mut screen = listed();
    screen.press("b");
    screen.state.start_with_fleet(start());
    assert!(screen.state.shows_fleet() && screen.state.modals.len() == 1);
    assert_eq!(screen.state.workspace.fleet.filter.source, "in:@bookmarks");
}

#[test]
fn a_bookmark_of_another_place_is_opened_there_and_no_second_time() {
    let mut screen = listed();
    screen.press("b");
    let key = selected(&screen);
    screen.state.memory.bookmarks[0].store = "elsewhere".to_owned();
    screen.state.memory.bookmarks[0].place = "demo".to_owned();
    screen.press("'\n");
    let asked = screen.asked.iter().find_map(|command| match command {
        Command::Connect(ticket, _) => Some(*ticket),
        _ => None,
    });
    let ticket = asked.expect("it connects there");
    screen.asked.clear();
    let (location, identity) = ("demo".to_owned(), "elsewhere".to_owned());
    screen.tell(Event::Connected { ticket, location, identity });
    screen.answer_all();
    assert_eq!(open(&screen), Some(key.clone()), "where it is, not where it was chosen");
    super::key(&mut screen, KeyCode::Char('p'), KeyModifiers::CONTROL);
    screen.answer_all();
    assert_eq!((open(&screen), screen.state.connection_number()), (None, Some((1, 2))));
    screen.press("'\n");
    assert!(!screen.asked.iter().any(|command| matches!(command, Command::Connect(..))), "it is open");
    screen.answer_all();
    assert_eq!((open(&screen), screen.state.connection_number()), (Some(key), Some((2, 2))));
    assert!(screen.state.modals.is_empty());
}

#[test]
fn a_bookmark_of_another_place_is_looked_for_there_and_not_in_the_place_that_is_left() {
    let mut screen = listed();
    screen.press("b");
    let (key, local) = (selected(&screen), screen.state.workspace.ticket);
    screen.state.memory.bookmarks[0].store = "elsewhere".to_owned();
    screen.state.memory.bookmarks[0].place = "demo".to_owned();
    screen.press("'\n");
    let ticket = screen.state.workspace.ticket;
    assert_ne!(ticket, local);
    screen.asked.clear();
    screen.tell(Event::Connected { ticket, location: "samples".to_owned(), identity: "elsewhere".to_owned() });
    let looks = |command: &Command| matches!(command, Command::Resolve(_, id) if *id == key.exact());
    assert!(screen.asked.iter().any(looks), "{:?}", screen.asked);
    // From there back, to one of the place that is open beside.
    screen.answer_all();
    screen.state.memory.bookmarks[0].store = "localhost:27017/agents.sessions".to_owned();
    screen.press("'\n");
    assert_eq!(screen.state.workspace.ticket, local);
    let connects = |command: &Command| matches!(command, Command::Connect(..) | Command::Resolve(..));
    assert!(!screen.asked.iter().any(connects), "it is open: {:?}", screen.asked);
    screen.answer_all();
    assert_eq!(open(&screen), Some(key));
}
