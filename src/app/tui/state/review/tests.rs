use bson::{bson, doc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;

use crate::{
    app::{
        task::{Command, Event},
        tui::state::{Input, areas::Pane, sample::Screen},
        writes::{HandOutcome, UndoScope, Write},
    },
    repository::Error,
    session::{Change, MetadataEdit, record::FeedbackChange},
};

fn opened(screen: &Screen) -> Option<&str> {
    screen.state.workspace.conversation.session().map(|session| session.key.text())
}

fn rated(screen: &Screen) -> Vec<&Write> {
    let writes = screen.asked.iter().filter_map(|command| match command {
        Command::Write(_, order) => Some(&order.write),
        _ => None,
    });
    writes.collect()
}

#[test]
fn sessions_without_feedback_are_opened_one_after_another() {
    let mut screen = Screen::writable(120, 40);
    screen.press("1v");
    assert_eq!(screen.state.workspace.list.filter.source, "-has:feedback");
    screen.answer_all();
    assert_eq!(opened(&screen), Some("-has:feedback-updated-0"));
    assert_eq!(screen.state.review_left().as_deref(), Some("review: 30 sessions left"));
    screen.press("+");
    assert!(matches!(rated(&screen)[..], [Write::Feedback(_, feedback)] if feedback.message_id.is_none()));
    screen.press("-");
    assert_eq!(rated(&screen).len(), 1, "the next one is not there yet");
    screen.answer_all();
    assert_eq!(opened(&screen), Some("-has:feedback-updated-1"));
    assert_eq!(screen.state.review_left().as_deref(), Some("review: 29 sessions left"));
    screen.press("n");
    screen.answer_all();
    assert_eq!(opened(&screen), Some("-has:feedback-updated-2"));
    screen.press("v");
    assert_eq!(screen.state.review_left(), None);
    assert_eq!(screen.state.workspace.list.filter.source, "");
}

#[test]
fn with_a_comment_it_goes_on_as_well() {
    let mut screen = Screen::writable(120, 40);
    screen.press("1v");
    screen.answer_all();
    screen.press("fslow");
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL)));
    assert!(matches!(rated(&screen)[..], [Write::Feedback(_, given)] if given.comment.as_deref() == Some("slow")));
    screen.answer_all();
    assert_eq!(opened(&screen), Some("-has:feedback-updated-1"));
    assert_eq!(screen.state.review_left().as_deref(), Some("review: 29 sessions left"));
}

#[test]
fn what_is_not_stored_has_its_turn_again() {
    let mut screen = Screen::writable(120, 40);
    screen.press("1v");
    screen.answer_all();
    screen.press("+");
    let ordered = screen.asked.iter().find_map(|command| match command {
        Command::Write(ticket, _) => Some(*ticket),
        _ => None,
    });
    let ticket = ordered.expect("it is rated");
    screen.answer_all();
    assert_eq!(screen.state.review_left().as_deref(), Some("review: 29 sessions left"));
    screen.tell(Event::NotWritten { ticket, error: Error::unreachable("localhost", "reset"), stored: None });
    assert_eq!(screen.state.review_left().as_deref(), Some("review: 30 sessions left"));
    screen.press("v");
    assert_eq!(screen.state.said.as_deref(), Some("the review is over: 0 rated"));
}

#[test]
fn the_rating_before_is_taken_back_and_its_session_has_its_turn_again() {
    let mut screen = Screen::writable(120, 40);
    screen.press("1v");
    screen.answer_all();
    screen.press("+");
    let [Write::Feedback(session, _)] = rated(&screen)[..] else { panic!("it is rated") };
    let session = session.clone();
    screen.answer_all();
    assert_eq!(screen.state.review_left().as_deref(), Some("review: 29 sessions left"));
    let rewritten = |new| {
        let stored = bson!({ "rating": "up" });
        Change::feedback_changed(session.clone(), Some(0), &FeedbackChange { stored, new, at: Timestamp::UNIX_EPOCH })
    };
    let edited = Change::edited(session.clone(), &[MetadataEdit::set("n", 1)]);
    let turned = rewritten(Some(doc! { "rating": "down" }));
    for (change, left) in [(edited, 29), (turned, 29), (rewritten(None), 30)] {
        screen.press("u");
        let undone = screen.asked.iter().rev().find_map(|command| match command {
            Command::Write(ticket, order) if order.write == Write::Undo(UndoScope::Place) => Some(*ticket),
            _ => None,
        });
        let ticket = undone.expect("the newest of the place, not of the session that is open by now");
        let outcome = HandOutcome { changes: vec![change], ..HandOutcome::default() };
        screen.tell(Event::Written(ticket, Box::new(outcome)));
        assert_eq!(screen.state.review_left(), Some(format!("review: {left} sessions left")));
    }
}

#[test]
fn back_in_the_list_ends_it() {
    let mut screen = Screen::writable(120, 40);
    screen.press("1v");
    screen.answer_all();
    screen.press("1\u{1b}");
    assert!(screen.state.workspace.review.is_none());
    assert_eq!(screen.state.said.as_deref(), Some("the review is over: 0 rated"));
}

#[test]
fn another_filter_is_not_taken_back_by_its_end() {
    let mut screen = Screen::writable(120, 40);
    screen.press("1v");
    screen.answer_all();
    screen.press("1/");
    screen.put(Input::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
    screen.press("app:shop\n");
    assert!(screen.state.workspace.review.is_none());
    assert_eq!(screen.state.workspace.list.filter.source, "app:shop");
}

#[test]
fn answers_without_feedback_are_gone_to_one_after_another() {
    let mut screen = Screen::writable(120, 40);
    screen.press("2v");
    screen.answer_all();
    let left = screen.state.workspace.conversation.unrated().expect("they are known");
    assert!(!left.is_empty());
    assert_eq!(screen.state.focus, Pane::Conversation);
    let (agent, message) = screen.state.workspace.conversation.selected().expect("an answer");
    let here = left.iter().find(|answer| answer.agent == *agent && answer.index == message.index);
    let here = here.expect("it has no feedback").clone();
    screen.press("+");
    let [Write::Feedback(_, feedback)] = rated(&screen)[..] else { panic!("it is rated") };
    assert_eq!((feedback.agent_id.as_ref(), feedback.message_id), (Some(&here.agent), Some(here.message_id)));
    let now = screen.state.workspace.conversation.unrated().expect("they are known");
    assert_eq!(now.len() + 1, left.len(), "what is pending is rated");
    assert!(!now.contains(&here));
}
