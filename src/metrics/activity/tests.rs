use bson::{Bson, Document, doc};
use proptest::prelude::*;

use super::*;
use crate::session::{Change, ChangeKind, decode};

const START: i64 = 1_800_000_000;

/// So many seconds after the start.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(START + seconds).unwrap()
}

fn agent() -> AgentId {
    AgentId::from("a")
}

fn told(index: u64, role: &str, content: Vec<Document>, usage: Option<i32>) -> Message {
    let content: Vec<Bson> = content.into_iter().map(Bson::from).collect();
    let mut body = doc! { "role": role, "content": content, "tracking_id": format!("t-{index}") };
    if let Some(total) = usage {
        let usage = doc! { "inputTokens": total - 1, "outputTokens": 1, "totalTokens": total };
        body.insert("metadata", doc! { "usage": usage, "metrics": { "latencyMs": 700 } });
    }
    decode::message(doc! { "message": body, "message_id": index as i64 }.into(), index, "")
}

fn text(words: &str) -> Vec<Document> {
    vec![doc! { "text": words }]
}

fn call(id: &str) -> Document {
    doc! { "toolUse": { "toolUseId": id, "name": "search", "input": {} } }
}

fn result(id: &str, status: &str) -> Document {
    doc! { "toolResult": { "toolUseId": id, "status": status, "content": [] } }
}

fn counters(total: i32, cycles: i32) -> Document {
    doc! {
        "accumulated_usage": { "inputTokens": total - 1, "outputTokens": 1, "totalTokens": total },
        "accumulated_metrics": { "latencyMs": total * 2 },
        "cycle_metrics": { "cycle_count": cycles },
    }
}

fn reading(total: i32, cycles: i32) -> Counters {
    let stored = doc! { "message": { "role": "user" }, "event_loop_metrics": counters(total, cycles) };
    *decode::message(stored.into(), 0, "").counters.unwrap()
}

fn take(activity: &mut Activity, message: Message, now: i64) {
    activity.take(&Change::messages("s".into(), agent(), vec![message]), at(now));
}

/// Tokens of the last minute.
fn minute(activity: &Activity, now: i64) -> Option<f64> {
    activity.tokens_per_minute(1, at(now))
}

#[test]
fn a_session_works_while_somebody_has_to_answer() {
    let mut activity = Activity::default();
    assert_eq!(activity.state(at(0)), AgentState::Idle);
    take(&mut activity, told(0, "user", text("Hello"), None), 0);
    assert_eq!(activity.state(at(1)), AgentState::Working);
    assert_eq!(activity.state(at(120)), AgentState::Working);
    assert_eq!(activity.state(at(121)), AgentState::Stalled);
    take(&mut activity, told(1, "assistant", vec![call("1"), call("2")], Some(10)), 130);
    assert_eq!(activity.state(at(130)), AgentState::InTool);
    let running = activity.running();
    assert_eq!(running.len(), 2);
    assert_eq!((running[0].name.as_deref(), running[0].since), (Some("search"), at(130)));
    take(&mut activity, told(2, "user", vec![result("1", "error")], None), 140);
    assert_eq!((activity.state(at(140)), activity.running().len()), (AgentState::InTool, 1));
    assert_eq!(activity.state(at(261)), AgentState::Stalled);
    take(&mut activity, told(3, "user", vec![result("2", "success")], None), 262);
    assert_eq!((activity.state(at(262)), activity.errors()), (AgentState::Working, Some(1)));
    take(&mut activity, told(4, "assistant", text("Done.\nBye"), Some(5)), 270);
    assert_eq!(activity.state(at(275)), AgentState::Working);
    assert_eq!(activity.state(at(276)), AgentState::Idle);
    assert_eq!((activity.last_words(), activity.slowest_call_ms()), (Some("Done."), Some(700)));
    assert_eq!(activity.context_tokens(), Some(4));
}

#[test]
fn calls_without_a_result_end_with_the_next_prompt() {
    let mut activity = Activity::default();
    take(&mut activity, told(0, "assistant", vec![call("same"), call("same")], None), 0);
    take(&mut activity, told(1, "user", vec![result("same", "success")], None), 1);
    assert_eq!(activity.running().len(), 1);
    take(&mut activity, told(2, "user", text("never mind"), None), 2);
    assert_eq!((activity.running().len(), activity.state(at(2))), (0, AgentState::Working));
}

#[test]
fn an_agent_that_asks_a_person_waits_until_something_comes() {
    let interrupt = doc! { "id": "i", "name": "approval", "reason": "sure?", "response": Bson::Null };
    let state = doc! { "interrupts": { "i": interrupt }, "activated": true };
    let data = doc! { "model": "m-1", "_internal_state": { "interrupt_state": state } };
    let stored = doc! { "_id": "s", "agents": { "a": { "agent_data": data, "messages": [] } } };
    let session = decode::session(stored);
    let mut activity = Activity::default();
    activity.seed(&agent(), &[told(0, "assistant", vec![call("1")], None)], at(0));
    activity.seed_agent(&session.agents[0]);
    assert_eq!((activity.state(at(900)), activity.model()), (AgentState::WaitingForPerson, Some("m-1")));
    take(&mut activity, told(1, "user", vec![result("1", "success")], None), 901);
    assert_eq!(activity.state(at(901)), AgentState::Working);
}

#[test]
fn one_agent_that_works_keeps_the_one_that_called_it_from_stalling() {
    let mut activity = Activity::default();
    take(&mut activity, told(0, "assistant", vec![call("1")], None), 0);
    activity.take(&Change::messages("s".into(), "b".into(), vec![told(0, "user", text("go"), None)]), at(200));
    assert_eq!(activity.state(at(210)), AgentState::Working);
    assert_eq!(activity.state(at(330)), AgentState::Stalled);
}

#[test]
fn rates_are_of_their_minutes_and_nothing_told_is_unknown() {
    let mut activity = Activity::default();
    take(&mut activity, told(0, "assistant", text("no figures"), None), 0);
    assert_eq!((minute(&activity, 0), activity.writes_last_minute(at(59))), (None, 1));
    assert_eq!(activity.writes_last_minute(at(60)), 0);
    take(&mut activity, told(1, "assistant", text("x"), Some(300)), 10);
    take(&mut activity, told(2, "assistant", text("x"), Some(600)), 69);
    assert_eq!(minute(&activity, 69), Some(900.0));
    assert_eq!(minute(&activity, 70), Some(600.0));
    assert_eq!(activity.tokens_per_minute(5, at(70)), Some(180.0));
    assert_eq!(activity.tokens_per_minute(15, at(70)), Some(60.0));
    assert_eq!(minute(&activity, 129), Some(0.0));
    assert_eq!(activity.spark(at(70), 3, SignedDuration::from_secs(30)), [300, 0, 600]);
    assert_eq!(activity.spark(at(70), 0, SignedDuration::ZERO), [0_u64; 0]);
}

#[test]
fn what_is_told_counts_when_it_is_told_and_what_was_stored_when_it_was() {
    let dated = |index: u64, seconds: i64| {
        let mut message = told(index, "assistant", text("x"), Some(60));
        message.created_at = Some(at(seconds).into());
        message
    };
    let mut activity = Activity::default();
    take(&mut activity, dated(0, 90_000), 0);
    take(&mut activity, dated(1, -90_000), 0);
    assert_eq!((minute(&activity, 0), activity.last_write()), (Some(120.0), Some(at(0))));
    let mut activity = Activity::default();
    activity.seed(&agent(), &[dated(0, -9000), dated(1, -100), dated(2, -30), dated(3, 90_000)], at(0));
    assert_eq!((minute(&activity, 0), activity.last_write()), (Some(120.0), Some(at(0))));
    assert_eq!(activity.tokens_per_minute(5, at(0)), Some(36.0));
    assert_eq!(activity.writes_last_minute(at(0)), 0, "nothing was told");
    assert_eq!(minute(&activity, -30), Some(120.0), "a clock that was set back");
}

#[test]
fn a_message_that_is_told_twice_counts_once() {
    let mut activity = Activity::default();
    let said = told(7, "assistant", text("x"), Some(50));
    let mut earlier = told(6, "assistant", text("x"), Some(20));
    earlier.created_at = Some(at(0).into());
    take(&mut activity, said.clone(), 0);
    activity.seed(&agent(), &[earlier, said.clone()], at(1));
    take(&mut activity, said, 2);
    assert_eq!(minute(&activity, 2), Some(70.0));
    // Its figures may come after it.
    take(&mut activity, told(8, "assistant", vec![call("1")], None), 3);
    take(&mut activity, told(8, "assistant", vec![call("1")], Some(30)), 4);
    assert_eq!((minute(&activity, 4), activity.running().len()), (Some(100.0), 1));
    // Another message at the same place: the history was cut short.
    let mut other = told(8, "user", text("again"), Some(5));
    other.tracking_id = Some("else".to_owned());
    take(&mut activity, other, 5);
    assert_eq!((minute(&activity, 5), activity.running().len()), (Some(105.0), 0));
}

#[test]
fn counters_count_by_what_they_grow() {
    let mut activity = Activity::default();
    activity.reading(&agent(), 3, &reading(5000, 9), at(0));
    assert_eq!(minute(&activity, 0), None, "how much of it is new, nothing tells");
    activity.reading(&agent(), 3, &reading(5000, 9), at(1));
    activity.reading(&agent(), 5, &reading(5100, 10), at(2));
    assert_eq!((minute(&activity, 2), activity.context_tokens()), (Some(100.0), Some(100)));
    assert_eq!(activity.slowest_call_ms(), Some(200));
    // A smaller reading is of a new run, which counts from 0.
    activity.reading(&agent(), 7, &reading(40, 1), at(3));
    assert_eq!(minute(&activity, 3), Some(140.0));
    // A late one is no new run.
    activity.reading(&agent(), 5, &reading(5100, 10), at(4));
    activity.reading(&AgentId::from("b"), 0, &reading(7, 1), at(4));
    assert_eq!(minute(&activity, 4), Some(147.0));
}

#[test]
fn of_messages_and_counters_the_larger_counts() {
    let mut activity = Activity::default();
    take(&mut activity, told(4, "assistant", text("x"), Some(100)), 0);
    activity.reading(&agent(), 4, &reading(5000, 9), at(0));
    assert_eq!(minute(&activity, 0), Some(100.0));
    take(&mut activity, told(5, "assistant", text("x"), Some(100)), 1);
    activity.reading(&agent(), 5, &reading(5100, 10), at(1));
    assert_eq!(minute(&activity, 1), Some(200.0));
    // A call that left no message.
    activity.reading(&agent(), 5, &reading(5250, 11), at(2));
    assert_eq!(minute(&activity, 2), Some(350.0));
    // The message of the next run comes before its counters.
    take(&mut activity, told(6, "assistant", text("x"), Some(60)), 3);
    activity.reading(&agent(), 6, &reading(60, 1), at(3));
    assert_eq!(minute(&activity, 3), Some(410.0));
}

#[test]
fn an_agent_that_is_seen_from_its_start_counts_its_first_counters() {
    let mut activity = Activity::default();
    take(&mut activity, told(0, "user", text("x"), None), 0);
    activity.reading(&agent(), 0, &reading(90, 3), at(1));
    assert_eq!(minute(&activity, 1), Some(90.0));
}

#[test]
fn a_session_made_anew_is_another_one() {
    let mut activity = Activity::default();
    take(&mut activity, told(0, "assistant", vec![call("1")], Some(9)), 0);
    activity.take(&Change::deleted("s".into()), at(1));
    assert_eq!((activity.state(at(1)), minute(&activity, 1)), (AgentState::Idle, None));
    take(&mut activity, told(0, "assistant", text("x"), Some(9)), 2);
    assert_eq!(minute(&activity, 2), Some(9.0));
    let down = decode::feedback(&doc! { "rating": "down" }.into());
    activity.take(&Change::feedback("s".into(), down), at(3));
    assert_eq!((activity.down_ratings(), activity.writes_last_minute(at(3))), (1, 3));
}

#[test]
fn much_that_is_told_takes_little_room() {
    let mut activity = Activity::default();
    for second in 0..7200 {
        let name = format!("agent-{}", second % 100);
        let message = told(second as u64, "assistant", vec![call("1"), call("2")], Some(60));
        activity.take(&Change::messages("s".into(), name.as_str().into(), vec![message]), at(second));
    }
    assert!(activity.pace.len() <= 401, "{} entries", activity.pace.len());
    assert_eq!(activity.agents.len(), MOST_AGENTS);
    assert_eq!(activity.tokens_per_minute(1, at(7199)), Some(3600.0));
    assert_eq!(activity.tokens_per_minute(5, at(7199)), Some(3600.0));
    let hour = activity.tokens_per_minute(60, at(7199)).unwrap();
    assert!((3500.0..3601.0).contains(&hour), "{hour}");
}

proptest! {
    #[test]
    fn no_order_of_what_is_told_counts_a_message_twice(
        order in proptest::collection::vec((0_u64..40, 0_i64..50, any::<bool>()), 1..120),
    ) {
        let mut activity = Activity::default();
        let mut now = 0;
        for (index, after, is_seed) in &order {
            now += after / 10;
            let mut message = told(*index, "assistant", text("x"), Some(2));
            message.created_at = Some(at(0).into());
            if *is_seed {
                activity.seed(&agent(), &[message], at(now));
            } else {
                take(&mut activity, message, now);
            }
        }
        let different = order.iter().map(|(index, ..)| index).collect::<std::collections::HashSet<_>>().len();
        prop_assert_eq!(activity.tokens_per_minute(60, at(now)), Some(2.0 * different as f64 / 60.0));
    }

    #[test]
    fn counters_never_count_more_than_they_tell(totals in proptest::collection::vec((2_i32..500, 1_i32..9), 1..60)) {
        let mut activity = Activity::default();
        let mut most = 0.0;
        for (index, (total, cycles)) in totals.into_iter().enumerate() {
            activity.reading(&agent(), index as u64, &reading(total, cycles), at(0));
            most += f64::from(total);
        }
        prop_assert!(minute(&activity, 0).unwrap_or(0.0) <= most);
    }
}

fn kind(activity: &mut Activity, kind: ChangeKind, now: i64) {
    activity.take(&Change::new("s".into(), kind), at(now));
}

#[test]
fn counters_that_are_told_by_path_build_on_those_before_them() {
    let mut activity = Activity::default();
    let tick = |fields: Document, index: u64| {
        let fields = fields.into_iter().map(|(path, value)| (path, Some(value))).collect();
        ChangeKind::Metrics(agent(), index, fields)
    };
    kind(&mut activity, tick(doc! { "event_loop_metrics": counters(5000, 9) }, 3), 0);
    assert_eq!(minute(&activity, 0), None);
    let total = "event_loop_metrics.accumulated_usage.totalTokens";
    kind(&mut activity, tick(doc! { total: 5100, "event_loop_metrics.cycle_metrics.cycle_count": 10 }, 3), 1);
    assert_eq!(minute(&activity, 1), Some(100.0));
    kind(&mut activity, tick(doc! { "event_loop_metrics": counters(5130, 11) }, 5), 2);
    assert_eq!((minute(&activity, 2), activity.writes_last_minute(at(2))), (Some(130.0), 3));
}

#[test]
fn what_was_redacted_is_not_said_any_more() {
    let mut activity = Activity::default();
    take(&mut activity, told(3, "user", text("my card is 4111"), None), 0);
    let redacted = doc! {
        "message": { "role": "user", "content": [{ "text": "my card is 4111" }], "tracking_id": "t-3" },
        "redact_message": { "role": "user", "content": [{ "text": "[redacted]" }] },
    };
    kind(&mut activity, ChangeKind::Rewritten(agent(), vec![decode::message(redacted.into(), 3, "")]), 1);
    assert_eq!((activity.last_words(), activity.state(at(1))), (Some("[redacted]"), AgentState::Working));
    kind(&mut activity, ChangeKind::MessageFields(agent(), 3, vec![("redact_message".to_owned(), None)]), 2);
    assert_eq!(activity.last_words(), None);
}

#[test]
fn a_history_that_is_cut_or_told_whole_counts_no_message_again() {
    let mut activity = Activity::default();
    let said = |index: u64| {
        let mut message = told(index, "assistant", text("x"), Some(10));
        message.created_at = Some(at(0).into());
        message
    };
    kind(&mut activity, ChangeKind::History(agent(), (0..3).map(said).collect()), 1);
    assert_eq!(minute(&activity, 1), Some(30.0));
    kind(&mut activity, ChangeKind::Truncated(agent(), 2), 2);
    kind(&mut activity, ChangeKind::Messages(agent(), vec![told(2, "user", text("y"), None)]), 3);
    assert_eq!((minute(&activity, 3), activity.state(at(3))), (Some(30.0), AgentState::Working));
    kind(&mut activity, ChangeKind::AgentRemoved(agent()), 4);
    assert_eq!(activity.state(at(4)), AgentState::Idle);
}

#[test]
fn an_event_or_rating_that_is_told_twice_counts_once() {
    let mut activity = Activity::default();
    let down = decode::feedback(&doc! { "rating": "down" }.into());
    let indexed = |index| crate::session::Feedback { index: Some(index), ..down.clone() };
    for index in [0, 1, 1] {
        activity.take(&Change::feedback("s".into(), indexed(index)), at(0));
    }
    activity.take(&Change::feedback("s".into(), crate::session::Feedback { index: None, ..down.clone() }), at(0));
    assert_eq!((activity.down_ratings(), activity.guardrail_events()), (3, 0));
}
