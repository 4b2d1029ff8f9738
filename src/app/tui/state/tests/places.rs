//! Changes of several places: what was typed for one of them is stored there alone.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::super::{Input, modal::Modal, sample::Screen};
use crate::{
    app::{
        place::{Origin, Place},
        task::{Command, Event, Link, Ticket},
        writes::{HandOutcome, Write},
    },
    repository::Error,
};

fn store(screen: &mut Screen) {
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL)));
}

/// An edit in the form, saved.
fn save(screen: &mut Screen, keys: &str) {
    screen.press(keys);
    store(screen);
    screen.press("\n");
}

/// The writes that were asked for.
fn writes(screen: &mut Screen) -> Vec<(Ticket, Ticket, Write)> {
    let asked = std::mem::take(&mut screen.asked);
    let taken = asked.into_iter().filter_map(|command| match command {
        Command::Write(ticket, order) => Some((ticket, order.connection, order.write)),
        _ => None,
    });
    taken.collect()
}

fn connect(screen: &mut Screen, place: Place) {
    let effects = screen.state.connect(place);
    let effects = screen.state.absorb(effects);
    screen.take(effects);
    screen.answer_all();
}

fn here(screen: &Screen) -> Place {
    screen.state.workspace.connection.place.clone().unwrap()
}

fn lost(ticket: Ticket) -> Event {
    Event::NotWritten { ticket, error: Error::unreachable("localhost", "reset"), stored: None }
}

#[test]
fn what_was_ordered_elsewhere_changes_nothing_here_and_is_stored_only_there() {
    let mut screen = Screen::writable(120, 40);
    let home = here(&screen);
    let id = screen.state.workspace.conversation.key().unwrap().text().to_owned();
    save(&mut screen, "ex\n");
    screen.press("\u{1b}fwell");
    store(&mut screen);
    screen.press(&format!("D{id}\n"));
    let ordered = writes(&mut screen);
    let [(edit, of, _), (feedback, ..), (delete, ..)] = ordered.as_slice() else { panic!("{ordered:?}") };
    connect(&mut screen, Place::plain("other", Origin::Demo));
    let rows = screen.state.workspace.list.rows.len();
    assert!(screen.state.storing().unwrap().contains("at local, agents.sessions"));
    screen.tell(Event::Written(*delete, Box::default()));
    let said = screen.state.said.clone().unwrap();
    assert!(said.contains(" at local, agents.sessions is deleted"), "{said}");
    assert_eq!(screen.state.workspace.list.rows.len(), rows, "the session of that id stays here");
    screen.press("\n");
    screen.answer_all();
    screen.press("4jj");
    assert_eq!(screen.state.pending_fields().count(), 0);
    let feedbacks = screen.state.workspace.conversation.session().unwrap().feedbacks.len();
    screen.tell(Event::Written(*feedback, Box::default()));
    assert_eq!(screen.state.workspace.conversation.session().unwrap().feedbacks.len(), feedbacks);
    screen.tell(lost(*edit));
    assert!(screen.state.modals.is_empty(), "the form is another place's");
    assert!(screen.state.kept_form().is_none() && screen.state.drafts().len() == 1);
    connect(&mut screen, home);
    let place = screen.state.workspace.list.rows.iter().position(|row| row.key.text() == id).unwrap();
    screen.press(&format!("{}\n", "j".repeat(place)));
    screen.answer_all();
    save(&mut screen, "4e");
    let again = writes(&mut screen);
    let [(_, now, Write::Metadata(key, _))] = again.as_slice() else { panic!("{again:?}") };
    assert!(key.text() == id && now > of, "over the connection that is open");
}

#[test]
fn a_deletion_that_failed_is_told_and_does_not_come_back() {
    for elsewhere in [false, true] {
        let mut screen = Screen::writable(120, 40);
        let id = screen.state.workspace.conversation.key().unwrap().text().to_owned();
        let name = screen.state.chosen().unwrap().name;
        screen.press(&format!("D{id}\n"));
        let ordered = writes(&mut screen);
        if elsewhere {
            connect(&mut screen, Place::plain("other", Origin::Demo));
        }
        screen.tell(lost(ordered[0].0));
        assert!(screen.state.modals.is_empty());
        let told = screen.state.workspace.last_error.as_deref().unwrap();
        let place = if elsewhere { " at local, agents.sessions" } else { "" };
        assert!(told.contains(&format!("{name}{place} is not deleted")), "{told}");
    }
}

#[test]
fn a_command_leaves_what_came_back_where_it_is() {
    let mut screen = Screen::writable(120, 40);
    screen.press("ftyped");
    store(&mut screen);
    screen.press(":insp");
    let ordered = writes(&mut screen);
    screen.tell(lost(ordered[0].0));
    screen.press("ect\n");
    let Some(Modal::Editor(editor)) = screen.state.modals.last() else { panic!("{:?}", screen.state.modals) };
    assert!(editor.text().ends_with("typed"));
    assert!(screen.state.said.as_deref().unwrap().contains("not done"));
    assert_eq!(screen.state.drafts().len(), 1);
}

#[test]
fn a_rating_without_a_word_comes_back_and_is_not_lost() {
    let mut screen = Screen::writable(120, 40);
    screen.press("f");
    store(&mut screen);
    let ordered = writes(&mut screen);
    screen.tell(lost(ordered[0].0));
    screen.press("\u{1b}");
    assert!(matches!(screen.state.modals.last(), Some(Modal::Editor(editor)) if editor.is_unsaved()));
}

#[test]
fn feedback_that_may_be_stored_is_known_again() {
    let mut screen = Screen::writable(120, 40);
    screen.press("fwell");
    store(&mut screen);
    let ordered = writes(&mut screen);
    let Write::Feedback(_, first) = &ordered[0].2 else { panic!("{ordered:?}") };
    let error = Error::Unconfirmed { doing: "adding".into(), reason: "reset".into(), source: None };
    screen.tell(Event::NotWritten { ticket: ordered[0].0, error, stored: None });
    assert!(screen.state.drafts()[0].may_be_stored);
    let later = screen.state.look.now.checked_add(jiff::SignedDuration::from_secs(9)).unwrap();
    screen.put(Input::Tick(later));
    screen.press("\n");
    store(&mut screen);
    let ordered = writes(&mut screen);
    let Write::Feedback(_, second) = &ordered[0].2 else { panic!("{ordered:?}") };
    assert!(!first.again && second.again && first.at == second.at);
}

#[test]
fn what_became_of_a_change_is_not_overwritten() {
    let mut screen = Screen::writable(120, 40);
    save(&mut screen, "ex\n");
    let ordered = writes(&mut screen);
    screen.link(Link::Lost { reason: "reset".into(), retry_in_s: 4 });
    screen.tell(Event::Written(ordered[0].0, Box::default()));
    screen.link(Link::Up);
    let said = screen.state.said.clone().unwrap();
    assert!(said.ends_with("is stored at local, agents.sessions; connected again"), "{said}");
    screen.tell(Event::Undelivered("hook audit: a delivery was given up".into()));
    assert_eq!(screen.state.said, None, "what went wrong is in view at once");
}

#[test]
fn a_deletion_says_where_the_copy_is_and_it_can_be_read_in_full() {
    let mut screen = Screen::writable(120, 40);
    let id = screen.state.workspace.conversation.key().unwrap().text().to_owned();
    screen.press(&format!("D{id}\n"));
    let ordered = writes(&mut screen);
    let copy = std::path::PathBuf::from("/state/deleted/copy.bson");
    screen.tell(Event::Written(ordered[0].0, HandOutcome { copy: Some(copy), ..HandOutcome::default() }.into()));
    assert!(screen.state.said.as_deref().unwrap().ends_with("a private copy is kept in /state/deleted/copy.bson"));
    assert!(screen.state.is_said_in_full());
    screen.press("E");
    let Some(Modal::Note(note)) = screen.state.modals.last() else { panic!("a note") };
    assert!(note.plain().contains("/state/deleted/copy.bson"));
}

#[test]
fn keys_do_nothing_where_nobody_sees_what() {
    let mut screen = Screen::writable(120, 40);
    screen.press("ex");
    screen.put(Input::Resize(ratatui::layout::Size::new(38, 9)));
    screen.press("y\n\u{1b}\u{1b}");
    store(&mut screen);
    assert!(writes(&mut screen).is_empty());
    let Some(Modal::Form(form)) = screen.state.modals.last() else { panic!("it is still edited") };
    assert!(form.field_editor().unwrap().editor.text().ends_with("xy"));
    screen.put(Input::Resize(ratatui::layout::Size::new(120, 40)));
    screen.press("\n");
    screen.put(Input::Resize(ratatui::layout::Size::new(38, 9)));
    screen.press("dy4");
    let Some(Modal::Form(form)) = screen.state.modals.last() else { panic!("it is still open") };
    assert_eq!(form.changes().len(), 1);
    screen.press("q");
    assert!(!screen.left, "a change is not saved");
    screen.press("q");
    assert!(screen.left);
}
