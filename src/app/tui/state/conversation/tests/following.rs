//! What comes while somebody reads: the end is followed by whoever is there, and nobody else is moved.

use bson::{DateTime, Document, bson, doc};

use super::*;
use crate::session::{Change, ChangeKind, decode};

fn stored(index: u64, role: &str, block: Document) -> Message {
    let at = DateTime::from_millis((1_795_443_080 + index as i64 * 60) * 1000);
    let message = doc! { "role": role, "content": [block] };
    decode::message(doc! { "message_id": index as i64, "created_at": at, "message": message }.into(), index, "")
}

fn words(index: u64) -> Message {
    let role = if index.is_multiple_of(2) { "user" } else { "assistant" };
    stored(index, role, doc! { "text": format!("message number {index}") })
}

fn tool_use(index: u64, id: &str) -> Message {
    stored(index, "assistant", doc! { "toolUse": { "toolUseId": id, "name": "lookup_order", "input": { "order": 1 } } })
}

fn tool_result(index: u64, id: &str) -> Message {
    let content = bson!([{ "json": { "currency": "EUR" } }]);
    stored(index, "user", doc! { "toolResult": { "toolUseId": id, "status": "success", "content": content } })
}

/// With so many messages of one agent, the outline too.
fn reading(count: u64) -> Desk {
    let mut session = sample::session("long", &[("a", count)], count);
    session.agents[0].messages = (0..count).map(words).collect();
    let mut desk = Desk::new(vec![session], 60, 20);
    desk.open("long");
    desk.settle();
    desk
}

fn told(desk: &mut Desk, changes: &[Change]) {
    desk.state.begin_news();
    for change in changes {
        let effects = desk.state.apply(change, &mut desk.tickets);
        desk.run(effects);
    }
    let effects = desk.state.end_news(&mut desk.tickets);
    desk.run(effects);
}

fn said(message: Message) -> Change {
    Change::messages("long".into(), "a".into(), vec![message])
}

/// Counters on a message.
fn counted(index: u64, tokens: i32) -> Change {
    let usage = doc! { "inputTokens": tokens, "outputTokens": 1, "totalTokens": tokens + 1 };
    let counters = doc! { "accumulated_usage": usage, "accumulated_metrics": { "latencyMs": 5 } };
    let fields = vec![("event_loop_metrics".to_owned(), Some(counters.into()))];
    Change::new("long".into(), ChangeKind::Metrics("a".into(), index, fields))
}

fn cursor(desk: &Desk) -> usize {
    desk.state.rows().iter().position(|row| row.cursor).unwrap()
}

#[test]
fn counters_and_words_of_a_message_take_nobody_off_his_line() {
    let mut desk = reading(40);
    desk.press(Action::Up);
    let (line, at) = (cursor(&desk), selected(&desk));
    assert_eq!(at, 39, "still the last message");
    told(&mut desk, &[counted(39, 100)]);
    assert_eq!((cursor(&desk), selected(&desk)), (line, at));
    let effects = desk.state.apply(&counted(39, 200), &mut desk.tickets);
    desk.run(effects);
    assert_eq!((cursor(&desk), selected(&desk)), (line, at));
    desk.reload();
    desk.settle();
    assert_eq!((cursor(&desk), selected(&desk)), (line, at), "nor does reading it again");
    told(&mut desk, &[said(words(40))]);
    assert_eq!(selected(&desk), 40, "who is on the last message follows");
}

#[test]
fn whoever_selected_an_earlier_message_keeps_it_though_the_end_is_in_view() {
    let mut desk = reading(40);
    for _ in 0..4 {
        desk.press(Action::Up);
    }
    let (line, at) = (cursor(&desk), selected(&desk));
    assert!(at < 39);
    told(&mut desk, &[said(words(40)), said(words(41))]);
    assert_eq!((cursor(&desk), selected(&desk), desk.state.new_below()), (line, at, 2));
    assert!(desk.state.last_seen.is_marked());
    desk.press(Action::Bottom);
    told(&mut desk, &[said(words(42))]);
    assert_eq!((selected(&desk), desk.state.new_below()), (42, 0));
}

#[test]
fn the_wheel_comes_back_to_the_end_and_follows() {
    let mut desk = reading(40);
    for lines in [-3, 3, 3, 3, 3, 3] {
        let effects = desk.state.scroll(lines, &mut desk.tickets);
        desk.run(effects);
    }
    told(&mut desk, &[said(words(40))]);
    assert_eq!(selected(&desk), 40);
}

#[test]
fn a_result_shown_with_its_call_is_seen_with_it_and_the_end_is_followed_on() {
    let mut desk = reading(40);
    told(&mut desk, &[said(tool_use(40, "t1"))]);
    told(&mut desk, &[said(tool_result(41, "t1"))]);
    assert_eq!((desk.state.new_below(), desk.state.position()), (0, Some((42, 42))));
    assert!(!desk.state.last_seen.is_marked());
    told(&mut desk, &[said(words(42))]);
    assert_eq!((selected(&desk), desk.state.new_below()), (42, 0));
    // Over what has no place of its own there is no line, and the end is not pushed out of view by it.
    told(&mut desk, &[said(tool_use(43, "t2"))]);
    desk.state.look_away();
    told(&mut desk, &[said(tool_result(44, "t2"))]);
    desk.state.look_back();
    assert!(!desk.lines().iter().any(|line| line.contains("last seen")), "{:?}", desk.lines());
    told(&mut desk, &[said(words(45))]);
    assert_eq!((selected(&desk), desk.state.new_below()), (45, 0));
}

#[test]
fn a_search_finds_what_comes_and_loses_what_goes() {
    let mut desk = reading(40);
    desk.find("number 3");
    desk.settle();
    let hits = |desk: &Desk| desk.state.find_status().map(|found| (found.current, found.hits));
    let before = hits(&desk).unwrap();
    let come = vec![stored(40, "user", doc! { "text": "number 300" }), words(41)];
    told(&mut desk, &[Change::messages("long".into(), "a".into(), come)]);
    assert_eq!(hits(&desk), Some((before.0, before.1 + 1)));
    let written = stored(40, "user", doc! { "text": "redacted" });
    told(&mut desk, &[Change::new("long".into(), ChangeKind::Rewritten("a".into(), vec![written]))]);
    assert_eq!(hits(&desk), Some(before));
    told(&mut desk, &[Change::new("long".into(), ChangeKind::Truncated("a".into(), 31))]);
    assert_eq!(hits(&desk).unwrap().1, 2, "the messages 3 and 30");
}

#[test]
fn what_was_unfolded_in_a_message_that_went_is_folded_in_the_next_of_its_number() {
    let mut desk = reading(2);
    told(&mut desk, &[said(tool_use(2, "t1")), said(tool_result(3, "t1"))]);
    let folded = desk.lines().iter().filter(|line| line.contains("currency")).count();
    desk.press(Action::Open);
    assert!(desk.lines().iter().filter(|line| line.contains("currency")).count() > folded);
    told(&mut desk, &[Change::new("long".into(), ChangeKind::Truncated("a".into(), 2))]);
    told(&mut desk, &[said(tool_use(2, "t2")), said(tool_result(3, "t2"))]);
    assert_eq!(desk.lines().iter().filter(|line| line.contains("currency")).count(), folded);
}

#[test]
fn many_at_once_are_what_they_are_one_by_one() {
    let (mut one, mut all) = (reading(20), reading(20));
    let other = stored(4, "user", doc! { "text": "other words" });
    let changes = [
        said(words(20)),
        counted(19, 100),
        said(tool_use(21, "t1")),
        Change::new("long".into(), ChangeKind::Rewritten("a".into(), vec![other])),
        said(tool_result(22, "t1")),
        counted(21, 300),
        Change::new("long".into(), ChangeKind::Truncated("a".into(), 22)),
        said(words(22)),
    ];
    for change in &changes {
        told(&mut one, std::slice::from_ref(change));
    }
    told(&mut all, &changes);
    assert_eq!((all.lines(), all.state.position()), (one.lines(), one.state.position()));
    assert_eq!(format!("{:?}", all.state.calls()), format!("{:?}", one.state.calls()));
    assert_eq!(format!("{:?}", all.state.metrics()), format!("{:?}", one.state.metrics()));
}
