use crossterm::event::{KeyCode, KeyEvent};

use super::{
    super::{Input, modal::Modal, sample::Screen},
    *,
};
use crate::{
    app::{
        task::{Command, Event, command::BulkCommand},
        writes::bulk::{BulkChange, BulkProgress, LeftToDo, SessionOutcome},
    },
    session::{Change, MetadataEdit},
};

/// A list of which everything may be written.
fn listed() -> Screen {
    let mut screen = Screen::listed(120, 40);
    if let Some(place) = &mut screen.state.workspace.connection.place {
        place.read_only = false;
    }
    screen
}

fn pane(screen: &Screen) -> &BulkPane {
    match screen.state.modals.last() {
        Some(Modal::Bulk(pane)) => pane,
        other => panic!("{other:?}"),
    }
}

/// What was ordered.
fn ordered(screen: &mut Screen) -> Option<(Ticket, BulkCommand)> {
    let at = screen.asked.iter().position(|command| matches!(command, Command::Bulk(..)))?;
    match screen.asked.remove(at) {
        Some(Command::Bulk(ticket, ordered)) => Some((ticket, *ordered)),
        _ => None,
    }
}

#[test]
fn sessions_are_marked_one_by_one_and_stay_so_under_another_filter() {
    let mut screen = listed();
    screen.press("  ");
    let list = &screen.state.workspace.list;
    assert_eq!((list.marked_count(), list.selected()), (Some(2), 2), "each goes on to the next");
    assert!(list.is_marked(&list.rows[0]) && list.is_marked(&list.rows[1]) && !list.is_marked(&list.rows[2]));
    screen.press("g ");
    assert_eq!(screen.state.workspace.list.marked_count(), Some(1));
    screen.press("/other\n");
    screen.answer_all();
    assert_eq!(screen.state.workspace.list.marked_count(), Some(1));
    let Some(BulkScope::Sessions(keys)) = screen.state.workspace.list.marked_scope() else { panic!() };
    assert_eq!(keys[0].text(), "support-updated-1");
}

#[test]
fn all_that_match_are_marked_less_those_that_are_not_and_only_while_they_are_listed() {
    let mut screen = listed();
    screen.press("* ");
    let list = &screen.state.workspace.list;
    assert_eq!(list.marked_count(), Some(4811), "also what was not read yet");
    assert!(!list.is_marked(&list.rows[0]) && list.is_marked(&list.rows[1]));
    let Some(BulkScope::Matching { except, .. }) = list.marked_scope() else { panic!() };
    assert_eq!(except.len(), 1);
    screen.press("/other\n");
    assert!(screen.state.said.as_deref().is_some_and(|said| said.starts_with("nothing is marked any more")));
    screen.answer_all();
    assert!(!screen.state.workspace.list.has_marks());
    screen.press("**");
    assert!(!screen.state.workspace.list.has_marks(), "and none again");
}

#[test]
fn a_session_that_is_gone_is_not_marked_any_more() {
    let mut screen = listed();
    screen.press(" ");
    let key = screen.state.workspace.list.rows[0].key.clone();
    screen.state.apply(&Change::deleted(key));
    assert!(!screen.state.workspace.list.has_marks());
}

#[test]
fn nothing_is_changed_without_marks_nor_where_nothing_may_be_written() {
    let mut screen = listed();
    screen.press("B");
    assert!(screen.state.modals.is_empty());
    assert_eq!(screen.state.said.as_deref(), Some("mark the sessions first: Space; all that match: *"));
    let mut screen = Screen::listed(120, 40);
    screen.press(" B");
    assert!(screen.state.modals.is_empty() && screen.state.said.is_some());
}

#[test]
fn a_letter_that_is_typed_quits_no_terminal_that_is_too_small() {
    let mut screen = listed();
    screen.press(" B\npri");
    screen.put(Input::Resize(ratatui::layout::Size::new(10, 3)));
    screen.press("q");
    assert!(!screen.left && pane(&screen).is_typing());
}

#[test]
fn a_change_is_previewed_and_ordered_only_once_all_was_looked_at() {
    let mut screen = listed();
    screen.press(" B\npriority\n");
    assert_eq!(pane(&screen).line.problem.as_deref(), Some("type KEY=VALUE"));
    screen.press("=high\n");
    assert!(matches!(pane(&screen).stage, BulkStage::Look(_)));
    screen.press("\n");
    assert!(ordered(&mut screen).is_none(), "not all was looked at");
    screen.answer_all();
    screen.press("\n");
    let (ticket, command) = ordered(&mut screen).unwrap();
    assert_eq!(command.order.change.to_string(), "set priority=high");
    assert_eq!(command.connection, screen.state.workspace.ticket);
    screen.press("\n");
    assert!(ordered(&mut screen).is_none(), "once");
    screen.press("\u{1b}");
    assert!(screen.asked.iter().any(|asked| matches!(asked, Command::BulkStop(stopped) if *stopped == ticket)));
}

#[test]
fn what_was_typed_is_still_there_after_a_look() {
    let mut screen = listed();
    screen.press(" B\npriority=high\n");
    screen.answer_all();
    screen.press("\u{1b}");
    assert_eq!(pane(&screen).line.text(), "priority=high");
    screen.press("\u{1b}\n");
    assert_eq!(pane(&screen).line.text(), "priority=high");
    screen.press("\u{1b}j\n");
    assert_eq!(pane(&screen).line.text(), "", "of another kind nothing is");
}

#[test]
fn a_place_with_words_is_agreed_to_first() {
    let mut screen = listed();
    if let Some(place) = &mut screen.state.workspace.connection.place {
        place.rules.confirm = Some("prod-eu".to_owned());
    }
    screen.press(" B\npriority=high\n");
    screen.answer_all();
    screen.press("\nprod\n");
    assert!(ordered(&mut screen).is_none());
    screen.press("-eu\n");
    assert!(ordered(&mut screen).is_some());
    assert!(pane(&screen).is_running());
}

#[test]
fn a_deletion_is_asked_for_by_its_number_and_then_shown_as_it_runs() {
    let mut screen = listed();
    screen.press("  Bjjjjj\n");
    assert!(matches!(screen.state.modals.last(), Some(Modal::Deletion(_))));
    screen.answer_all();
    screen.press("2\n");
    let (ticket, command) = ordered(&mut screen).unwrap();
    assert_eq!(command.order.change, BulkChange::Delete);
    assert!(pane(&screen).is_running());
    let end = BulkEnd { tally: BulkTally::default(), report: None, error: None, left: None };
    screen.tell(Event::BulkEnded(ticket, Ok(Box::new(end))));
    assert!(matches!(pane(&screen).stage, BulkStage::Ended(_)));
    assert!(!screen.state.workspace.list.has_marks(), "those that were marked are gone");
}

#[test]
fn what_changed_is_shown_and_what_is_left_is_gone_on_with() {
    let mut screen = Screen::writable(120, 40);
    screen.press("1 B\npriority=bulk\n");
    screen.answer_all();
    screen.press("\n");
    let (ticket, command) = ordered(&mut screen).unwrap();
    let open = screen.state.workspace.conversation.key().unwrap().clone();
    let change = Change::edited(open, &[MetadataEdit::set("priority", "bulk")]);
    let mut tally = BulkTally::default();
    tally.count("support", SessionOutcome::Done, String::new);
    screen.tell(Event::BulkAt(ticket, Box::new(BulkProgress { tally: tally.clone(), changes: vec![change] })));
    let session = screen.state.workspace.conversation.session().unwrap();
    assert_eq!(session.metadata_fields().unwrap().get_str("priority").ok(), Some("bulk"));
    screen.press("q");
    assert!(!screen.left, "it is asked to stop, and the program stays");
    let end = BulkEnd { tally, report: Some("/tmp/report".into()), error: None, left: None };
    screen.tell(Event::BulkEnded(ticket, Ok(Box::new(end))));
    assert!(matches!(pane(&screen).stage, BulkStage::Ended(_)));
    let said = screen.state.said.as_deref();
    assert_eq!(said, Some("set priority=bulk: 1 done; the report is /tmp/report"), "also once the pane is closed");
    assert_eq!(command.order.change.to_string(), "set priority=bulk");
    screen.press("g");
    assert!(ordered(&mut screen).is_none(), "nothing is left");
    screen.press("\n");
    assert!(screen.state.modals.is_empty() && screen.state.workspace.list.has_marks(), "for another change");
}

#[test]
fn what_was_stopped_is_shown_again_to_go_on_with_it() {
    let mut screen = listed();
    screen.press("  B\na=1\n");
    let Some(Command::BulkPreview(ticket, ..)) = screen.asked.pop_back() else { panic!("nothing is looked at") };
    let mut tally = BulkTally::default();
    for name in ["a", "b"] {
        tally.count(name, SessionOutcome::Done, String::new);
    }
    screen.tell(Event::BulkSeen { ticket, tally: Box::new(tally), done: true });
    screen.press("\n");
    let (ticket, _) = ordered(&mut screen).unwrap();
    let mut tally = BulkTally::default();
    tally.count("a", SessionOutcome::Done, String::new);
    let end = BulkEnd { tally, report: None, error: None, left: Some(LeftToDo::nothing()) };
    screen.tell(Event::BulkEnded(ticket, Ok(Box::new(end))));
    assert_eq!(screen.state.said.as_deref(), Some("set a=1: 1 done; stopped after 1 of 2 sessions"));
    // The key that stopped it, once too often.
    screen.press("\u{1b}");
    assert!(screen.state.modals.is_empty());
    screen.press("B");
    assert!(matches!(pane(&screen).stage, BulkStage::Ended(_)));
    screen.press("g");
    let (_, command) = ordered(&mut screen).unwrap();
    assert!(command.left.is_some() && pane(&screen).is_running());
}

#[test]
fn it_is_told_how_many_of_all_had_their_turn_whatever_becomes_of_them() {
    let mut screen = listed();
    screen.press("  B\na=1\n");
    let Some(Command::BulkPreview(ticket, ..)) = screen.asked.pop_back() else { panic!("nothing is looked at") };
    let mut tally = BulkTally::default();
    for (name, outcome) in
        [("a", SessionOutcome::Done), ("b", SessionOutcome::Misfit), ("c", SessionOutcome::Unchanged)]
    {
        tally.count(name, outcome, String::new);
    }
    screen.tell(Event::BulkSeen { ticket, tally: Box::new(tally), done: true });
    screen.press("\n");
    assert_eq!(screen.state.bulk_underway().as_deref(), Some("0 of 3 sessions had their turn"));
}

#[test]
fn leaving_asks_while_sessions_are_changed() {
    let mut screen = listed();
    screen.press(" B\na=1\n");
    screen.answer_all();
    screen.press("\n");
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('c'), crossterm::event::KeyModifiers::CONTROL)));
    assert!(!screen.left && matches!(screen.state.modals.last(), Some(Modal::Confirm(_))));
    assert!(screen.state.quit_question().starts_with("0 of 13 sessions had their turn"));
}
