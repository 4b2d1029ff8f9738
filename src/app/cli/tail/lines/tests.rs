use bson::{Document, doc};

use super::*;
use crate::session::decode;

const NOW: i64 = 1_795_443_080;

fn lines(news: &SessionNews) -> Vec<TailLine> {
    let session = SessionKey::from("s");
    let of = LineOf { session: &session, name: "s", now: Timestamp::from_second(NOW).unwrap() };
    of.lines(news)
}

fn messages(stored: Document) -> SessionNews {
    SessionNews::Messages("support".into(), vec![decode::message(stored.into(), 3, "")])
}

fn called() -> SessionNews {
    messages(doc! {
        "message": { "role": "assistant", "content": [
            { "text": "I look\nit up\u{1b}[2J" },
            { "toolUse": { "toolUseId": "t-1", "name": "lookup", "input": { "id": 7 } } },
            { "toolResult": { "toolUseId": "t-1", "status": "success", "content": [{ "text": "shipped" }] } },
        ] },
        "message_id": 3,
        "created_at": bson::DateTime::from_millis(NOW * 1000),
    })
}

#[test]
fn a_message_is_a_line_and_so_is_each_call_and_result() {
    let text: Vec<String> = lines(&called()).iter().filter_map(TailLine::text).collect();
    assert_eq!(
        text,
        [
            "2026-11-23T14:11:20Z  s  support  assistant: I look␊it up␛[2J",
            "2026-11-23T14:11:20Z  s  support  > lookup {\"id\":7}",
            "2026-11-23T14:11:20Z  s  support  < success shipped",
        ]
    );
}

#[test]
fn an_object_has_every_key_and_unknown_is_null() {
    let objects: Vec<Value> = lines(&called()).iter().map(TailLine::object).collect();
    let base = |kind: &str| json!({ "at": "2026-11-23T14:11:20Z", "session_id": "s", "_id": "s", "kind": kind, "agent_id": "support", "index": 3 });
    let with = |kind: &str, more: Value| {
        let mut object = base(kind);
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    let said = json!({
        "message_id": 3, "role": "assistant", "text": "I look\nit up\u{1b}[2J", "usage": null, "latency_ms": null,
        "redacted": false,
    });
    assert_eq!(objects[0], with("message", said));
    assert_eq!(objects[1], with("tool_use", json!({ "tool_use_id": "t-1", "name": "lookup", "input": { "id": 7 } })));
    let result = json!({ "tool_use_id": "t-1", "status": "success", "text": "shipped" });
    assert_eq!(objects[2], with("tool_result", result));
}

#[test]
fn counters_on_a_message_are_a_line_after_it() {
    let stored = doc! {
        "message": { "role": "assistant", "content": [{ "text": "x" }] },
        "event_loop_metrics": { "accumulated_usage": { "totalTokens": 15 }, "accumulated_metrics": { "latencyMs": 820 } },
    };
    let lines = lines(&messages(stored));
    let text: Vec<String> = lines.iter().filter_map(|line| line.what.text()).collect();
    assert_eq!(text, ["assistant: x", "metrics of #3 [15 tok so far]"]);
    let told = lines[1].object();
    assert_eq!((&told["kind"], &told["index"], &told["usage"]), (&json!("metrics"), &json!(3), &Value::Null));
    assert_eq!((&told["accumulated_usage"]["totalTokens"], &told["accumulated_latency_ms"]), (&json!(15), &json!(820)));
}

#[test]
fn a_session_that_took_anothers_place_is_two_lines() {
    let row = Summary { application_name: Some("shop".into()), ..Summary::new("s") };
    let kinds: Vec<Value> =
        lines(&SessionNews::Replaced(Box::new(row))).iter().map(|line| line.object()["kind"].clone()).collect();
    assert_eq!(kinds, ["deleted", "created"]);
}

#[test]
fn a_message_that_only_calls_has_no_text() {
    let stored = doc! { "message": { "role": "assistant", "content": [{ "toolUse": { "name": "x" } }] } };
    let lines = lines(&messages(stored));
    assert_eq!((lines[0].text(), &lines[0].object()["text"]), (None, &Value::Null));
    assert!(lines[1].text().is_some_and(|line| line.contains("> x")));
    assert_eq!(lines[1].object()["tool_use_id"], Value::Null);
}

#[test]
fn what_bears_no_date_is_dated_as_it_is_told() {
    let fields = vec![("priority".to_owned(), Some("high".into())), ("n".to_owned(), None)];
    let lines = lines(&SessionNews::Metadata(fields));
    let text: Vec<String> = lines.iter().filter_map(TailLine::text).collect();
    let expected =
        ["2026-11-23T14:11:20Z  s  -  metadata.priority = high", "2026-11-23T14:11:20Z  s  -  metadata.n removed"];
    assert_eq!(text, expected);
    let removed = lines[1].object();
    assert_eq!(
        (&removed["value"], &removed["removed"], &removed["agent_id"]),
        (&Value::Null, &json!(true), &Value::Null)
    );
}

#[test]
fn everything_else_has_a_line_and_a_kind() {
    let feedback = decode::feedback(&doc! { "rating": "down", "comment": "slow" }.into());
    let event =
        decode::session(doc! { "_id": "s", "guardrail_events": [{ "action": "BLOCKED" }] }).guardrail_events.remove(0);
    let told: Vec<(String, String)> = [
        SessionNews::Feedback(Box::new(feedback)),
        SessionNews::Guardrail(Box::new(event)),
        SessionNews::Redacted("a".into(), 2),
        SessionNews::Removed("a".into(), 1),
        SessionNews::Waiting("a".into(), Some("waiting for a person: sure?".into())),
        SessionNews::Waiting("a".into(), None),
    ]
    .iter()
    .flat_map(lines)
    .map(|line| {
        let kind = line.object()["kind"].as_str().unwrap().to_owned();
        (kind, line.what.text().unwrap())
    })
    .collect();
    let expected = [
        ("feedback", "feedback down: slow"),
        ("guardrail", "guardrail BLOCKED"),
        ("changed", "#2 was redacted"),
        ("changed", "messages were removed, 1 is left"),
        ("agent", "waiting for a person: sure?"),
        ("agent", "waits no longer"),
    ];
    assert_eq!(told, expected.map(|(kind, says)| (kind.to_owned(), says.to_owned())));
}
