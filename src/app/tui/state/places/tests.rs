use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::app::{
    place::Origin,
    task::Command,
    tui::state::{Input, areas::Pane, sample::Screen},
};

fn control(screen: &mut Screen, key: char) {
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char(key), KeyModifiers::CONTROL)));
}

fn open(screen: &mut Screen, name: &str) {
    let effects = screen.state.connect(Place::plain(name, Origin::Demo));
    let effects = screen.state.absorb(effects);
    screen.take(effects);
    screen.answer_all();
}

fn name(screen: &Screen) -> &str {
    screen.state.workspace.connection.place.as_ref().map_or("", |place| place.name.as_str())
}

/// `local`, `one` and `two` side by side, the last shown.
fn three() -> Screen {
    let mut screen = Screen::listed(120, 40);
    open(&mut screen, "one");
    open(&mut screen, "two");
    assert_eq!(screen.state.connection_number(), Some((3, 3)));
    screen
}

#[test]
fn connections_are_gone_through_in_their_order() {
    let mut screen = three();
    let mut seen = Vec::new();
    for key in "nnnpppp".chars() {
        control(&mut screen, key);
        screen.answer_all();
        seen.push((name(&screen).to_owned(), screen.state.connection_number().map(|(at, _)| at)));
    }
    let wanted = [("local", 1), ("one", 2), ("two", 3), ("one", 2), ("local", 1), ("two", 3), ("one", 2)];
    assert_eq!(seen, wanted.map(|(name, at)| (name.to_owned(), Some(at))));
}

#[test]
fn a_connection_comes_back_as_it_was_left_and_is_read_again() {
    let mut screen = Screen::listed(120, 40);
    screen.press("jj\n");
    screen.answer_all();
    let key = screen.state.workspace.conversation.key().cloned();
    let (row, ticket) = (screen.state.workspace.list.selected(), screen.state.workspace.ticket);
    open(&mut screen, "other");
    assert!(screen.state.workspace.conversation.key().is_none());
    control(&mut screen, 'p');
    assert_eq!((name(&screen), screen.state.focus), ("local", Pane::Conversation));
    assert_eq!(
        (screen.state.workspace.conversation.key().cloned(), screen.state.workspace.list.selected()),
        (key, row)
    );
    let asked: Vec<Lane> = screen.asked.iter().map(|command| command.lane().0).collect();
    assert!(matches!(screen.asked.front(), Some(Command::Use(used)) if *used == ticket), "{asked:?}");
    assert!(asked.contains(&Lane::List) && asked.contains(&Lane::Open), "{asked:?}");
    screen.answer_all();
    assert_eq!(screen.state.loading(), None);
}

#[test]
fn what_was_asked_as_another_was_shown_is_asked_again() {
    let mut screen = Screen::listed(120, 40);
    screen.press("j\n");
    assert!(screen.state.loading().is_some());
    let late = std::mem::take(&mut screen.asked);
    open(&mut screen, "other");
    for command in late {
        for event in screen.answers(&command) {
            screen.tell(event);
        }
    }
    assert!(screen.state.workspace.conversation.session().is_none(), "it is another place's");
    control(&mut screen, 'p');
    screen.answer_all();
    assert!(screen.state.workspace.conversation.session().is_some());
    assert_eq!(screen.state.loading(), None);
}

#[test]
fn a_connection_that_is_not_shown_is_lost_by_itself_alone() {
    let mut screen = three();
    let ticket = screen.state.others.others[0].ticket;
    screen.tell(Event::Link(ticket, Link::Lost { reason: "reset".to_owned(), retry_in_s: 4 }));
    assert!(screen.state.workspace.connection.lost.is_none());
    control(&mut screen, 'n');
    assert_eq!(name(&screen), "local");
    assert!(screen.state.workspace.connection.lost.is_some());
    assert!(!screen.asked.iter().any(|command| matches!(command, Command::List(..))), "it is asked once it is back");
    screen.link(Link::Up);
    assert!(screen.asked.iter().any(|command| matches!(command, Command::List(..))));
}

#[test]
fn closing_shows_the_one_before_and_at_last_the_start_screen() {
    let mut screen = three();
    for wanted in ["one", "local"] {
        let ticket = screen.state.workspace.ticket;
        control(&mut screen, 'w');
        assert!(screen.asked.iter().any(|command| matches!(command, Command::Close(closed) if *closed == ticket)));
        screen.answer_all();
        assert_eq!(name(&screen), wanted);
    }
    assert_eq!(screen.state.connection_number(), None);
    control(&mut screen, 'w');
    assert!(
        screen.state.workspace.connection.is_open() && screen.state.modals.is_empty(),
        "nothing else would be left"
    );
    assert!(screen.state.said.as_deref().is_some_and(|said| said.ends_with(": c")), "{:?}", screen.state.said);
    screen.press(":close-connection\n");
    assert!(matches!(screen.state.modals.last(), Some(Modal::Places(_))));
    assert!(!screen.state.workspace.connection.is_open() && !screen.left);
    screen.press("\u{1b}");
    assert!(matches!(screen.state.modals.last(), Some(Modal::Places(_))), "there is nothing to go back to");
}

#[test]
fn what_is_chosen_and_open_is_shown_and_what_fails_leads_back() {
    let mut screen = Screen::listed(120, 40);
    // `demo` is the last of the places.
    screen.press("cG\n");
    screen.answer_all();
    assert_eq!((name(&screen), screen.state.connection_number()), ("demo", Some((2, 2))));
    control(&mut screen, 'p');
    screen.answer_all();
    screen.press("cG\n");
    assert!(!screen.asked.iter().any(|command| matches!(command, Command::Connect(..))), "it is open");
    screen.answer_all();
    assert_eq!((name(&screen), screen.state.connection_number()), ("demo", Some((2, 2))));
    screen.press("cg\n");
    let Some(Command::Connect(ticket, _)) = screen.asked.pop_back() else { panic!("{:?}", screen.asked) };
    let error = Error::unreachable("localhost", "refused");
    screen.tell(Event::Failed { ticket, lane: Lane::Connection, error });
    screen.press("\u{1b}");
    screen.answer_all();
    assert_eq!((name(&screen), screen.state.connection_number()), ("demo", Some((2, 2))));
    assert!(screen.state.modals.is_empty());
}

#[test]
fn what_was_opened_just_as_it_was_given_up_is_closed() {
    let mut screen = Screen::listed(120, 40);
    screen.press("cg\n");
    let Some(Command::Connect(ticket, _)) = screen.asked.pop_back() else { panic!("{:?}", screen.asked) };
    control(&mut screen, 'p');
    assert_eq!(name(&screen), "local");
    screen.tell(Event::Connected { ticket, location: "a.b".to_owned(), identity: "h/a.b".to_owned() });
    assert!(screen.asked.iter().any(|command| matches!(command, Command::Close(closed) if *closed == ticket)));
    assert_eq!((name(&screen), screen.state.connection_number()), ("local", None));
}

#[test]
fn who_leaves_a_place_that_is_being_opened_is_told() {
    let told = "localhost:27017 is not opened any more; c opens it again";
    let mut screen = Screen::listed(120, 40);
    screen.press("cg\n");
    control(&mut screen, 'n');
    assert_eq!((name(&screen), screen.state.said.as_deref()), ("local", Some(told)));
    screen.press("cg\n");
    assert_eq!(screen.state.said, None);
    screen.press("c\u{1b}");
    assert_eq!(name(&screen), "localhost:27017", "who only looked at the list of connections left nothing");
    screen.press("cG\n");
    assert_eq!(screen.state.said.as_deref(), Some(told), "also for another that is opened");
    screen.press("cG\n");
    assert_eq!(screen.state.said, None, "the same is only tried again");
    screen.answer_all();
    control(&mut screen, 'p');
    assert_eq!((name(&screen), screen.state.said.as_deref()), ("local", None), "what is open stays so");
}

#[test]
fn what_is_not_saved_outlives_its_connection() {
    let mut screen = Screen::writable(120, 40);
    screen.press("ex\n");
    open(&mut screen, "other");
    control(&mut screen, 'p');
    screen.answer_all();
    control(&mut screen, 'w');
    assert!(screen.state.said.as_deref().is_some_and(|said| said.contains("not saved")), "{:?}", screen.state.said);
    assert_eq!(screen.state.drafts().len(), 1);
    // Also of one that is closed while another is shown.
    let mut screen = Screen::listed(120, 40);
    screen.press("cG\n");
    screen.answer_all();
    screen.press("\n");
    screen.answer_all();
    screen.press("4jjex\n\u{1b}");
    control(&mut screen, 'p');
    screen.answer_all();
    screen.press("cG");
    control(&mut screen, 'w');
    assert!(screen.state.said.as_deref().is_some_and(|said| said.contains("not saved")), "{:?}", screen.state.said);
    assert_eq!((name(&screen), screen.state.drafts().len()), ("local", 1));
}

#[test]
fn each_connection_says_where_it_is_open_and_how_it_stands() {
    let mut screen = Screen::listed(120, 40);
    let local = screen.state.workspace.connection.place.clone().unwrap();
    let ticket = screen.state.workspace.ticket;
    assert_eq!(screen.state.open_at(&local), ["agents.sessions current"]);
    open(&mut screen, "one");
    let one = screen.state.workspace.connection.place.clone().unwrap();
    assert_eq!(screen.state.open_at(&one), ["current"], "it has no collection");
    assert_eq!(screen.state.open_at(&local), ["agents.sessions open"]);
    screen.tell(Event::Link(ticket, Link::Lost { reason: "reset".to_owned(), retry_in_s: 4 }));
    assert_eq!(screen.state.open_at(&local), ["agents.sessions open, lost"]);
    assert!(screen.state.open_at(&Place::plain("two", Origin::Demo)).is_empty());
}
