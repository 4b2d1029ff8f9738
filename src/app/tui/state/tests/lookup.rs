//! `open ID`: the first look for a session, answered, failed, given up and asked again.

use super::*;
use crate::{
    app::{
        config::Ui,
        place::{Origin, Place},
        task::Ticket,
    },
    session::Summary,
};

/// Connected, and looking for `support-7`.
fn looking() -> (Screen, Ticket) {
    let place = Some(Place::plain("local", Origin::Demo));
    let mut screen = Screen::opening(120, 40, place, Ui::default(), Some("support-7".into()));
    let connect = screen.asked.pop_front().unwrap();
    for event in screen.answers(&connect) {
        screen.tell(event);
    }
    let ticket = asked_for(&screen).expect("it is looked for");
    screen.asked.clear();
    assert_eq!(screen.state.loading().as_deref(), Some("looking for the session"));
    (screen, ticket)
}

fn asked_for(screen: &Screen) -> Option<Ticket> {
    screen.asked.iter().find_map(|command| match command {
        Command::Resolve(ticket, id) if id == "support-7" => Some(*ticket),
        _ => None,
    })
}

fn fail(screen: &mut Screen, ticket: Ticket, error: Error) {
    // The lane that the task itself names.
    let (lane, _) = Command::Resolve(ticket, String::new()).lane();
    screen.tell(Event::Failed { ticket, lane, error });
}

fn lost() -> Error {
    Error::unreachable("h", "connection refused")
}

#[test]
fn a_lookup_that_fails_is_told_and_the_list_comes_instead() {
    let (mut screen, ticket) = looking();
    fail(&mut screen, ticket, Error::other("looking", "it broke"));
    assert!(screen.state.workspace.last_error.as_deref().unwrap().contains("it broke"));
    screen.answer_all();
    assert_eq!(screen.state.loading(), None);
    assert!(!screen.state.workspace.list.rows.is_empty());
    screen.link(Link::Up);
    assert_eq!(asked_for(&screen), None, "it was answered, though badly: nothing to ask again");
}

#[test]
fn a_lookup_over_a_lost_connection_is_tried_again_when_it_is_back() {
    let (mut screen, ticket) = looking();
    screen.link(Link::Lost { reason: "connection refused".into(), retry_in_s: 1 });
    fail(&mut screen, ticket, lost());
    assert_ne!(screen.state.loading().as_deref(), Some("looking for the session"));
    screen.asked.clear();
    screen.link(Link::Up);
    assert!(asked_for(&screen).is_some_and(|again| again != ticket));
    screen.answer_all();
    assert_eq!(screen.state.workspace.conversation.session().unwrap().key.text(), "support-7");
    assert_eq!(screen.state.loading(), None);
}

#[test]
fn a_lookup_that_is_given_up_is_not_answered_late() {
    let (mut screen, ticket) = looking();
    screen.press("\u{1b}");
    assert!(screen.asked.iter().any(|command| matches!(command, Command::Cancel(Lane::Open))));
    screen.answer_all();
    let row = Summary::clone(&screen.state.workspace.list.rows[3]);
    screen.tell(Event::Resolved(ticket, "support-7".into(), vec![row]));
    assert_eq!(screen.state.workspace.conversation.key(), None);
    assert_eq!(screen.state.loading(), None);
}

#[test]
fn a_session_opened_meanwhile_stays() {
    let (mut screen, ticket) = looking();
    fail(&mut screen, ticket, lost());
    screen.answer_all();
    screen.press("j\n");
    screen.answer_all();
    let open = screen.state.workspace.conversation.key().cloned();
    screen.link(Link::Up);
    assert_eq!(asked_for(&screen), None);
    assert_eq!(screen.state.workspace.conversation.key().cloned(), open);
}
