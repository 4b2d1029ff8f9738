use proptest::prelude::*;

use super::*;
use crate::{
    app::tui::state::conversation::sample::{self, Desk},
    session::{Block, Feedback, Message, Rating, Role, StoredDate, StoredValue, ToolStatus},
};

/// A pane over these messages of one agent, the cursor at the end, nothing asked any more.
fn over(messages: Vec<Message>) -> Desk {
    over_session(messages, |_| {})
}

fn over_session(messages: Vec<Message>, change: impl FnOnce(&mut crate::session::Session)) -> Desk {
    let mut session = sample::session("s", &[("a", messages.len() as u64)], 0);
    session.agents[0].messages = messages;
    change(&mut session);
    let mut desk = Desk::new(vec![session], 60, 20);
    desk.open("s");
    desk.settle();
    desk
}

/// Moves, loads what that asks for, and says where the cursor is: the message, and what its line begins with.
fn go(desk: &mut Desk, action: Action) -> (u64, String) {
    desk.told.clear();
    desk.press(action);
    desk.settle();
    let row = desk.state.rows().iter().find(|row| row.cursor).map(|row| row.line.to_string()).unwrap_or_default();
    (desk.state.selected().unwrap().1.index, row.trim().split(' ').next().unwrap_or_default().to_owned())
}

fn said(desk: &Desk) -> Option<&str> {
    desk.told.iter().rev().find_map(|effect| match effect {
        Effect::Say(text) => Some(text.as_str()),
        _ => None,
    })
}

fn failed(index: u64, id: &str) -> Message {
    let mut message = sample::tool_result(index, id);
    if let Block::ToolResult { status, .. } = &mut message.content[0] {
        *status = Some(ToolStatus::Error);
    }
    message
}

/// Two prompts; three tool calls, of which the second failed; the last with a call and its result each.
fn with_tools() -> Vec<Message> {
    let both = |one: Message, other: Message| sample::with(one.index, one.role, [one.content, other.content].concat());
    vec![
        sample::message(0),
        both(sample::tool_use(1, "t1"), sample::tool_use(1, "t2")),
        both(sample::tool_result(2, "t1"), failed(2, "t2")),
        sample::message(3),
        sample::message(4),
        sample::tool_use(5, "t3"),
        sample::tool_result(6, "t3"),
        sample::message(7),
    ]
}

#[test]
fn messages_are_gone_through_but_not_those_inside_others() {
    let mut desk = over(with_tools());
    let ups: Vec<u64> = (0..5).map(|_| go(&mut desk, Action::PreviousMessage).0).collect();
    // The head of the one that the cursor is at the end of is in view.
    assert_eq!(ups, [5, 4, 3, 1, 0]);
    go(&mut desk, Action::PreviousMessage);
    assert_eq!(said(&desk), Some("this is the first message"));
    let downs: Vec<u64> = (0..5).map(|_| go(&mut desk, Action::NextMessage).0).collect();
    assert_eq!(downs, [1, 3, 4, 5, 7]);
    go(&mut desk, Action::NextMessage);
    assert_eq!(said(&desk), Some("this is the last message"));
}

#[test]
fn up_goes_to_the_head_first_where_that_is_out_of_view() {
    let long = (0..40).map(|line| format!("line {line}")).collect::<Vec<_>>().join("\n\n");
    let said_long = sample::with(1, Role::Assistant, vec![Block::Text(long)]);
    let mut desk = over(vec![sample::message(0), said_long]);
    assert_eq!(go(&mut desk, Action::PreviousMessage), (1, "assistant".to_owned()));
    assert_eq!(go(&mut desk, Action::PreviousMessage), (0, "user".to_owned()));
    go(&mut desk, Action::Down);
    // Nothing stands before it: its own head is all there is.
    assert_eq!(go(&mut desk, Action::PreviousMessage), (0, "user".to_owned()));
    assert_eq!(said(&desk), None);
}

#[test]
fn from_what_is_shown_inside_another_message_moves_go_on_from_that_one() {
    let mut desk = over(with_tools());
    let effects = desk.state.go_to_index(None, 6, &mut desk.tickets).unwrap();
    desk.run(effects);
    desk.settle();
    assert_eq!(desk.state.selected().unwrap().1.index, 5, "it is shown there");
    assert_eq!(go(&mut desk, Action::PreviousMessage).0, 4, "one key, one message");
}

#[test]
fn tools_and_errors_are_found_on_their_own_lines_and_counted() {
    let mut desk = over(with_tools());
    go(&mut desk, Action::Top);
    assert_eq!(go(&mut desk, Action::NextTool), (1, "▸".to_owned()));
    assert_eq!(said(&desk), Some("tool call 1 of 3"));
    assert_eq!((go(&mut desk, Action::NextTool).0, said(&desk)), (1, Some("tool call 2 of 3")));
    assert_eq!((go(&mut desk, Action::MoveAgain).0, said(&desk)), (5, Some("tool call 3 of 3")));
    go(&mut desk, Action::MoveAgain);
    assert_eq!(said(&desk), Some("no further tool call; 2 before"));
    assert_eq!((go(&mut desk, Action::PreviousError).0, said(&desk)), (1, Some("error 1 of 1")));
    let second = desk.state.rows().iter().position(|row| row.cursor).unwrap();
    go(&mut desk, Action::PreviousTool);
    assert_eq!(said(&desk), Some("tool call 1 of 3"));
    let first = desk.state.rows().iter().position(|row| row.cursor).unwrap();
    assert!(first != second || desk.state.rows()[first].line != desk.state.rows()[second].line);
    go(&mut desk, Action::PreviousError);
    assert_eq!(said(&desk), Some("no error before; 1 after"));
}

#[test]
fn turns_are_what_a_person_asked() {
    let mut desk = over(with_tools());
    assert_eq!((go(&mut desk, Action::PreviousTurn).0, said(&desk)), (4, Some("turn 2 of 2")));
    assert_eq!(go(&mut desk, Action::PreviousTurn).0, 0);
    assert_eq!(go(&mut desk, Action::NextTurn).0, 4);
    go(&mut desk, Action::NextFeedback);
    assert_eq!(said(&desk), Some("no feedback in this tab"));
}

#[test]
fn days_feedback_and_findings_are_found() {
    let mut messages: Vec<Message> = (0..30).map(sample::message).collect();
    for message in &mut messages[20..] {
        let day = message.created_at.unwrap().millis() + 24 * 3_600_000;
        message.created_at = Some(StoredDate::from_millis(day));
    }
    let mut desk = over_session(messages, |session| {
        session.feedbacks = vec![Feedback {
            index: Some(0),
            rating: Rating::Up,
            comment: None,
            created_at: None,
            agent_id: Some("a".into()),
            message_id: Some(11),
            raw: StoredValue::from(bson::Bson::Null),
        }];
    });
    assert_eq!((go(&mut desk, Action::PreviousDay).0, said(&desk)), (20, Some("day 2 of 2")));
    assert_eq!((go(&mut desk, Action::PreviousFeedback).0, said(&desk)), (11, Some("feedback 1 of 1")));
    assert_eq!(go(&mut desk, Action::PreviousDay).0, 0);
    // Two assistant messages in a row are one.
    let mut messages: Vec<Message> = (0..9).map(sample::message).collect();
    messages[4].role = Role::Assistant;
    for message in &mut messages {
        message.created_at = None;
    }
    let mut desk = over(messages);
    assert!(go(&mut desk, Action::PreviousFinding).0 < 7, "{:?}", said(&desk));
}

#[test]
fn what_is_not_loaded_is_gone_to() {
    let mut messages: Vec<Message> = (0..2_000).map(sample::message).collect();
    messages.splice(100..102, [sample::tool_use(100, "t"), failed(101, "t")]);
    let mut desk = over(messages);
    assert_eq!((go(&mut desk, Action::PreviousError).0, said(&desk)), (100, Some("error 1 of 1")));
    // Several keys before an answer count from where they lead.
    for _ in 0..3 {
        desk.press(Action::PreviousTurn);
    }
    desk.settle();
    assert_eq!(desk.state.selected().unwrap().1.index, 94);
}

#[test]
fn before_the_whole_is_known_that_is_said() {
    let mut desk = Desk::new(vec![sample::session("s", &[("a", 40)], 40)], 60, 20);
    desk.open("s");
    let Some(opened) = desk.asked.pop().and_then(|command| desk.answer(&command)) else { panic!("nothing asked") };
    desk.tell(&opened);
    desk.told.clear();
    desk.press(Action::NextError);
    assert!(said(&desk).is_some_and(|said| said.contains("still being read")), "{:?}", desk.told);
    desk.press(Action::PreviousMessage);
    desk.settle_without_outline();
    desk.press(Action::NextError);
    assert!(said(&desk).is_some_and(|said| said.contains("could not be read")));
    assert!(ConversationState::default().go_by(Landmark::Tool, true, &mut Tickets::default()).len() == 1);
}

#[test]
fn a_move_waits_for_the_whole_and_another_one_ends_the_wait() {
    let begun = || {
        let mut messages: Vec<Message> = (0..400).map(sample::message).collect();
        messages.splice(100..102, [sample::tool_use(100, "t"), failed(101, "t")]);
        let both = ["s", "other"].map(|id| {
            let mut session = sample::session(id, &[("a", 400)], 0);
            session.agents[0].messages.clone_from(&messages);
            session
        });
        let mut desk = Desk::new(both.into(), 60, 20);
        desk.open("s");
        let Some(opened) = desk.asked.pop().and_then(|command| desk.answer(&command)) else { panic!("nothing asked") };
        desk.tell(&opened);
        desk.press(Action::PreviousError);
        desk
    };
    let mut desk = begun();
    desk.settle();
    assert_eq!((desk.state.selected().unwrap().1.index, said(&desk)), (100, Some("error 1 of 1")));
    let mut desk = begun();
    desk.press(Action::Up);
    desk.settle();
    assert!(desk.state.selected().unwrap().1.index > 390, "who moves on is not moved");
    let mut desk = begun();
    desk.preview("other");
    let Some(opened) = desk.asked.pop().and_then(|command| desk.answer(&command)) else { panic!("nothing asked") };
    desk.tell(&opened);
    desk.settle();
    assert_eq!(desk.state.name(), Some("other"));
    assert!(desk.state.selected().unwrap().1.index > 390, "it was meant for the session before");
    let mut desk = begun();
    desk.settle_without_outline();
    desk.reload();
    desk.settle();
    assert!(desk.state.selected().unwrap().1.index > 390, "what failed ended it");
    let mut desk = begun();
    let effects = desk.state.give_up().unwrap();
    desk.run(effects);
    desk.reload();
    desk.settle();
    assert!(desk.state.selected().unwrap().1.index > 390, "who gave up is not moved");
}

#[test]
fn findings_that_only_reading_tells_are_said_to_be_those_of_what_is_loaded() {
    let mut desk = Desk::new(vec![sample::session("s", &[("a", 2_000)], 2_000)], 60, 20);
    desk.open("s");
    desk.settle();
    go(&mut desk, Action::PreviousFinding);
    assert!(said(&desk).is_some_and(|said| said.ends_with(" (of the messages loaded)")), "{:?}", said(&desk));
    go(&mut desk, Action::PreviousTurn);
    assert!(said(&desk).is_some_and(|said| !said.contains("loaded")), "{:?}", said(&desk));
}

#[test]
fn a_message_is_gone_to_by_its_number() {
    let agents = [("a", 300), ("b", 5)];
    let mut desk = Desk::new(vec![sample::session("s", &agents, 300)], 60, 20);
    desk.open("s");
    desk.settle();
    let mut to = |agent, index| {
        let effects = desk.state.go_to_index(agent, index, &mut desk.tickets)?;
        desk.run(effects);
        desk.settle();
        let (agent, message) = desk.state.selected().ok_or("nothing selected")?;
        Ok::<_, String>((agent.as_str().to_owned(), message.index))
    };
    assert_eq!(to(None, 7), Ok(("a".to_owned(), 7)));
    assert_eq!(to(Some("b"), 4), Ok(("b".to_owned(), 4)));
    assert_eq!(to(None, 0), Ok(("b".to_owned(), 0)), "of the tab");
    assert_eq!(to(None, 5), Err("there is no message 5: the numbers of b run from 0 to 4".to_owned()));
    assert_eq!(to(Some("c"), 0), Err("there is no such agent".to_owned()));
}

/// A prompt, an answer, a call, its result, a result that tells of a failure.
fn of_kind(index: u64, kind: u8) -> Message {
    match kind {
        0 => sample::with(index, Role::User, vec![Block::Text("asked".to_owned())]),
        1 => sample::with(index, Role::Assistant, vec![Block::Text("said".to_owned())]),
        2 => sample::tool_use(index, "t"),
        3 => sample::tool_result(index, "t"),
        _ => failed(index, "t"),
    }
}

#[test]
fn from_the_end_what_is_shown_inside_the_last_messages_is_met() {
    let mut desk = over([2, 2, 3, 3].into_iter().enumerate().map(|(at, kind)| of_kind(at as u64, kind)).collect());
    desk.press(Action::Bottom);
    desk.settle();
    for nth in [4, 3, 2, 1] {
        desk.told.clear();
        let effects = desk.state.go_by(Landmark::Finding, false, &mut desk.tickets);
        desk.run(effects);
        desk.settle();
        assert!(said(&desk).is_some_and(|words| words.contains(&format!(" {nth} of 4"))), "{:?}", said(&desk));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Down to the end from the top, and back up: each landmark once, whatever stands in the messages.
    #[test]
    fn every_landmark_is_met_once_in_both_directions(kinds in prop::collection::vec(0u8..5, 1..25), kind in 0usize..7) {
        let messages: Vec<Message> = (0..).zip(&kinds).map(|(index, kind)| of_kind(index, *kind)).collect();
        let kind = Landmark::ALL[kind];
        prop_assume!(kind != Landmark::Message);
        let mut desk = over(messages);
        let count = desk.state.stops(kind).unwrap().len();
        for down in [false, true] {
            // Beyond the last of them.
            desk.press(if down { Action::Top } else { Action::Bottom });
            desk.settle();
            let mut met = Vec::new();
            for _ in 0..=count {
                desk.told.clear();
                let effects = desk.state.go_by(kind, down, &mut desk.tickets);
                desk.run(effects);
                desk.settle();
                let words = said(&desk).unwrap_or_default().to_owned();
                let number = words.strip_suffix(&format!(" of {count}")).and_then(|words| words.rsplit(' ').next());
                match number.and_then(|number| number.parse::<usize>().ok()) {
                    Some(number) => met.push(number),
                    None => break,
                }
            }
            if !down {
                met.reverse();
            }
            let missed = count - met.len();
            // One that the cursor stood on at first is not gone to.
            prop_assert!(missed <= 1, "{met:?} of {count}, down: {down}");
            let from = if down { missed + 1 } else { 1 };
            prop_assert_eq!(met, (from..from + count - missed).collect::<Vec<_>>());
        }
    }
}
