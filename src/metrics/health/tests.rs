use bson::{Bson, Document, doc};

use super::*;
use crate::session::decode;

const NOW: i64 = 1_795_443_080;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn said(role: &str, content: Vec<Document>) -> Document {
    doc! { "message": { "role": role, "content": content } }
}

fn text(role: &str, words: &str) -> Document {
    said(role, vec![doc! { "text": words }])
}

fn call(id: &str) -> Document {
    doc! { "toolUse": { "toolUseId": id, "name": "lookup", "input": {} } }
}

fn result(id: &str) -> Document {
    doc! { "toolResult": { "toolUseId": id, "status": "success", "content": [] } }
}

/// At so many seconds from now.
fn at(seconds: i64, mut message: Document) -> Document {
    message.insert("created_at", bson::DateTime::from_millis((NOW + seconds) * 1000));
    message
}

/// Of an agent `a` with those messages, numbered where they are not: path below the messages, and problem.
fn found(messages: Vec<Document>) -> Vec<String> {
    let numbered = (0_i64..).zip(messages).map(|(id, mut message)| {
        if !message.contains_key("message_id") {
            message.insert("message_id", id);
        }
        Bson::Document(message)
    });
    let messages: Vec<Bson> = numbered.collect();
    let session = decode::session(doc! { "_id": "s", "agents": { "a": { "messages": messages } } });
    let findings = history_findings(&Outline::from(&session), now());
    let line = |finding: Finding| {
        let path = finding.path.strip_prefix("agents.a.messages.").unwrap_or(&finding.path).to_owned();
        format!("{path}: {}", finding.problem)
    };
    findings.into_iter().map(line).collect()
}

#[test]
fn a_sound_history_has_no_finding() {
    let messages = vec![
        at(-9, text("user", "hi")),
        at(-8, said("assistant", vec![call("x"), call("x")])),
        at(-8, said("user", vec![result("x"), result("x")])),
        text("assistant", "done"),
        text("user", "more"),
        at(60, said("assistant", vec![call("waits")])),
    ];
    assert_eq!(found(messages), [""; 0]);
}

#[test]
fn calls_and_results_without_each_other_are_found() {
    let messages = vec![
        said("assistant", vec![call("a")]),
        said("user", vec![result("b")]),
        said("assistant", vec![call("c")]),
        said("user", vec![result("c"), result("c")]),
    ];
    let expected = [
        "0: No result answers the call of lookup (a).",
        "1: The result of b answers no call: no such call stands before it.",
        "3: The result of c is one too many: its call has a result already.",
    ];
    assert_eq!(found(messages), expected);
}

#[test]
fn a_result_that_does_not_stand_right_behind_its_call_is_found() {
    let messages = vec![
        said("assistant", vec![call("a"), call("b")]),
        said("user", vec![result("a")]),
        text("user", "Are you there?"),
        said("user", vec![result("b")]),
    ];
    assert_eq!(found(messages), ["3: The result of b does not stand right behind its call (message 0)."]);
}

#[test]
fn tools_may_answer_in_a_message_each() {
    let call = |id: &str| doc! { "id": id, "type": "function", "function": { "name": "f", "arguments": "{}" } };
    let asked = doc! { "role": "assistant", "content": Bson::Null, "tool_calls": [call("a"), call("b")] };
    let answer = |id: &str| doc! { "role": "tool", "tool_call_id": id, "content": "done" };
    let messages = [asked, answer("a"), answer("b")].map(|message| doc! { "message": message });
    assert_eq!(found(messages.into()), [""; 0]);
}

#[test]
fn of_a_redacted_message_the_calls_and_results_count_that_stand_in_for_it() {
    let mut hidden = said("user", vec![result("a")]);
    hidden.insert("redact_message", doc! { "role": "user", "content": [{ "text": "[removed]" }] });
    let messages = vec![said("assistant", vec![call("a")]), hidden, text("assistant", "done")];
    assert_eq!(found(messages), ["0: No result answers the call of lookup (a)."]);
}

#[test]
fn calls_and_results_without_an_id_are_found() {
    let call = doc! { "toolUse": { "name": "lookup", "input": {} } };
    let result = doc! { "toolResult": { "toolUseId": 5, "status": "error", "content": [] } };
    let messages = vec![said("assistant", vec![call]), said("user", vec![result])];
    let expected = [
        "0: The call of lookup has no id that a result could name.",
        "1: A result in it does not say which call it answers.",
    ];
    assert_eq!(found(messages), expected);
}

#[test]
fn blank_and_empty_messages_are_found_and_assistants_in_a_row() {
    let blank = said("user", vec![doc! { "text": " \n" }, doc! { "text": "x" }, doc! { "text": "" }]);
    let messages = vec![blank, text("assistant", " "), said("assistant", vec![])];
    let expected = [
        "0: 2 of its texts are blank.",
        "1: Nothing but blank text stands in it.",
        "2: Nothing stands in it.",
        "2: It is the second assistant message in a row.",
    ];
    assert_eq!(found(messages), expected);
}

#[test]
fn ids_that_come_twice_are_found() {
    let tracked = |id: &str| doc! { "message": { "role": "user", "content": [{ "text": "x" }], "tracking_id": id } };
    let mut doubled = tracked("t-2");
    doubled.insert("message_id", 0);
    let expected = ["1.message_id: Message 0 has the same message_id, 0.", "2: Message 0 has the same tracking_id."];
    assert_eq!(found(vec![tracked("t-1"), doubled, tracked("t-1")]), expected);
}

#[test]
fn dates_out_of_order_and_in_the_future_are_found_once_an_agent() {
    let times = [-100, -700, -690, -50, -60, 600, 700];
    let messages = times.iter().map(|seconds| at(*seconds, text("user", "x"))).collect();
    let found = found(messages);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("1.created_at: It is dated ") && found[0].ends_with(" So are 2 more of this agent."));
    assert!(
        found[1].starts_with("5.created_at: ") && found[1].ends_with("in the future. So are 1 more of this agent.")
    );
}

#[test]
fn a_session_tells_of_its_dates_and_of_an_agent_that_waits() {
    let interrupts = doc! { "i": { "id": "i", "name": "approval", "reason": "sure?", "response": Bson::Null } };
    let state = doc! { "interrupt_state": { "interrupts": interrupts, "activated": true } };
    let session = decode::session(doc! {
        "_id": "s",
        "updated_at": bson::DateTime::from_millis((NOW + 86_400) * 1000),
        "agents": { "a": { "agent_data": { "_internal_state": state }, "messages": [] } },
    });
    let found = health(&session, &Outline::from(&session), now());
    let paths: Vec<&str> = found.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(paths, ["updated_at", "agents.a.agent_data._internal_state.interrupt_state"]);
    assert_eq!(found[1].problem, "The agent is waiting for a person: sure?.");
}

#[test]
fn a_row_has_the_findings_of_its_dates_too() {
    let date = |seconds: i64| bson::DateTime::from_millis((NOW + seconds) * 1000);
    let stored = doc! {
        "_id": "s", "created_at": date(-100), "updated_at": date(-900),
        "feedbacks": [{ "rating": "up", "created_at": date(900) }, { "rating": "up", "created_at": date(-90) }],
        "agents": {
            "a": { "messages": [], "updated_at": date(900) },
            "b": { "messages": [], "agent_data": { "created_at": date(-100), "updated_at": "2001-01-01T00:00:00Z" } },
        },
    };
    let session = decode::session(stored.clone());
    let found = session_findings(&session, now());
    let paths: Vec<&str> = found.iter().map(|finding| finding.path.as_str()).collect();
    let expected = ["agents.a.updated_at", "feedbacks.0.created_at", "updated_at", "agents.b.updated_at"];
    assert_eq!(paths, expected);
    let row = (decode::summary(&stored), decode::details(&stored));
    assert_eq!(row_findings(&row.0, &row.1, now()), expected.len());
    let skewed = doc! { "_id": "s", "created_at": date(-100), "updated_at": date(-101) };
    assert!(session_findings(&decode::session(skewed), now()).is_empty());
}

#[test]
fn a_document_is_nearly_full_from_85_per_cent_on() {
    assert_eq!(size_finding(LARGEST_DOCUMENT * 84 / 100), None);
    assert!(size_finding(LARGEST_DOCUMENT * 9 / 10).is_some());
    assert_eq!(size_finding(LARGEST_DOCUMENT * 2), None, "a folder's");
}
