//! Each shape that an event can have, and those that the Python library's writes led to.

use bson::{DateTime, Document, RawDocumentBuf, doc};

use super::*;
use crate::session::Session;

fn read(event: &Document) -> Vec<Change> {
    changes(&RawDocumentBuf::try_from(event).unwrap())
}

/// The changes of an update of the session `s`.
fn updated(set: Document, removed: &[&str]) -> Vec<Change> {
    read(&doc! {
        "operationType": "update",
        "documentKey": { "_id": "s" },
        "updateDescription": { "updatedFields": set, "removedFields": removed.to_vec(), "truncatedArrays": [] },
    })
}

/// What each of them is, in a word or two.
fn told(changes: &[Change]) -> Vec<String> {
    let word = |change: &Change| match &change.kind {
        ChangeKind::Metadata(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(key, value)| value.as_ref().map_or_else(|| format!("-{key}"), |value| format!("{key}={value}")))
                .collect();
            format!("metadata {}", fields.join(" "))
        }
        ChangeKind::Feedback(feedback) => format!("feedback {}", feedback.rating.as_str()),
        ChangeKind::Messages(agent, messages) => {
            let places: Vec<String> = messages.iter().map(|message| message.index.to_string()).collect();
            format!("messages {} {}", agent.as_str(), places.join(" "))
        }
        ChangeKind::Touched(at) => format!("touched {}", at.millis()),
        ChangeKind::Unclear(at) => at.map_or_else(|| "unclear".to_owned(), |at| format!("unclear {}", at.millis())),
        ChangeKind::Created(row) => format!("created {}", row.name()),
        ChangeKind::Deleted => "deleted".to_owned(),
    };
    assert!(changes.iter().all(|change| change.session == *"s"));
    changes.iter().map(word).collect()
}

fn date(ms: i64) -> DateTime {
    DateTime::from_millis(ms)
}

fn said(id: i32, at: i64) -> Document {
    let message = doc! { "role": "user", "content": [{ "text": "Hello" }] };
    doc! {
        "message": message, "message_id": id, "redact_message": null, "created_at": date(at), "updated_at": date(at),
    }
}

#[test]
fn fields_of_the_metadata_are_told_one_by_one() {
    assert_eq!(told(&updated(doc! { "metadata.a": 1 }, &["metadata.b"])), ["metadata a=1 -b"]);
    assert_eq!(told(&updated(doc! {}, &["metadata.b"])), ["metadata -b"]);
    assert_eq!(told(&updated(doc! { "metadata.a": 1, "updated_at": date(5) }, &[])), ["touched 5", "metadata a=1"]);
    // Whether there were others before is not said.
    assert_eq!(told(&updated(doc! { "metadata": { "a": 1, "b": 2 } }, &[])), ["metadata a=1 b=2", "unclear"]);
}

#[test]
fn what_a_path_leaves_open_is_unclear() {
    for path in ["metadata.a.b", "metadata.0", "metadata.", "agents.x", "agents.x.agent_data", "guardrail_events.0"] {
        assert_eq!(told(&updated(doc! { path: { "n": 1 } }, &[])), ["unclear"], "{path}");
    }
    for path in ["agents.a.b.messages.1", "agents.a.messages.1.event_loop_metrics", "agents.a.messages.one"] {
        assert_eq!(told(&updated(doc! { path: said(1, 5) }, &[])), ["unclear"], "{path}");
    }
    for path in ["metadata", "metadata.a.b", "agents.a", "session_type"] {
        assert_eq!(told(&updated(doc! {}, &[path])), ["unclear"], "{path}");
    }
    for place in ["4000000000", "18446744073709551615"] {
        let path = format!("agents.a.messages.{place}");
        assert_eq!(told(&updated(doc! { path: said(1, 5) }, &[])), ["unclear"], "no history is that long");
    }
    assert_eq!(told(&updated(doc! { "metadata": 5 }, &[])), ["unclear"]);
    assert_eq!(told(&updated(doc! { "updated_at": date(5) }, &[])), ["touched 5"]);
    assert_eq!(told(&updated(doc! { "updated_at": "soon" }, &[])), ["unclear"]);
    let cut = doc! { "truncatedArrays": [{ "field": "agents.a.messages", "newSize": 1 }] };
    let event = doc! { "operationType": "update", "documentKey": { "_id": "s" }, "updateDescription": cut };
    assert_eq!(told(&read(&event)), ["unclear"]);
}

#[test]
fn messages_are_told_by_agent_and_in_order() {
    let moved = doc! { "updated_at": date(5), "agents.x.updated_at": date(5) };
    let with = |more: Document| moved.clone().into_iter().chain(more).collect::<Document>();
    let pushed = with(doc! { "agents.x.messages.10": said(10, 5), "agents.x.messages.9": said(9, 5) });
    assert_eq!(told(&updated(pushed, &[])), ["messages x 9 10"]);
    assert_eq!(told(&updated(with(doc! { "agents.x.messages": [said(0, 5)] }), &[])), ["messages x 0"]);
    // A history that was cut down, and one that was written whole.
    assert_eq!(told(&updated(with(doc! { "agents.x.messages": [said(7, 5)] }), &[])), ["unclear 5"]);
    assert_eq!(told(&updated(with(doc! { "agents.x.messages": [said(0, 5), said(1, 5)] }), &[])), ["unclear 5"]);
    let both = with(doc! { "agents.x.messages.1": said(1, 5), "metadata.a": 1, "feedbacks.3": { "rating": "up" } });
    assert_eq!(told(&updated(both, &[])), ["messages x 1", "feedback up", "metadata a=1"]);
    let more = with(doc! { "agents.x.messages.1": said(1, 5), "metadata.a": 1, "agents.x.agent_data.model": "m" });
    assert_eq!(told(&updated(more, &[])), ["metadata a=1", "unclear 5"]);
}

#[test]
fn a_message_that_was_rewritten_is_no_new_one() {
    let mut redacted = said(1, 5);
    redacted.insert("redact_message", doc! { "role": "user", "content": [{ "text": "[redacted]" }] });
    assert_eq!(told(&updated(doc! { "agents.x.messages.1": redacted }, &[])), ["unclear"]);
    let mut later = said(1, 5);
    later.insert("updated_at", date(5000));
    assert_eq!(told(&updated(doc! { "agents.x.messages.1": later }, &[])), ["unclear"]);
}

#[test]
fn feedback_is_told_where_it_is_one() {
    let up = doc! { "rating": "up", "created_at": date(5) };
    for set in [doc! { "feedbacks": [up.clone()] }, doc! { "feedbacks.4": up.clone(), "updated_at": date(5) }] {
        assert_eq!(told(&updated(set, &[])), ["feedback up"]);
    }
    for set in [doc! { "feedbacks": [] }, doc! { "feedbacks": [up.clone(), up] }, doc! { "feedbacks.0.rating": "up" }] {
        assert_eq!(told(&updated(set, &[])), ["unclear"]);
    }
}

#[test]
fn sessions_come_and_go_and_nothing_else_does() {
    let event = |kind: &str, stored: Document| {
        doc! { "operationType": kind, "documentKey": { "_id": "s" }, "fullDocument": stored }
    };
    let session = doc! { "_id": "s", "session_id": "mine", "updated_at": date(5), "agents": {} };
    assert_eq!(told(&read(&event("insert", session.clone()))), ["created mine"]);
    assert_eq!(told(&read(&event("replace", session))), ["unclear 5"]);
    let other = doc! { "_id": "s", "SessionId": null, "History": null };
    assert!(read(&event("insert", other)).is_empty());
    let gone = doc! { "operationType": "delete", "documentKey": { "_id": "s" } };
    assert_eq!(told(&read(&gone)), ["deleted"]);
    for kind in ["drop", "rename", "dropDatabase", "invalidate", "unheardOf"] {
        let event = doc! { "operationType": kind };
        assert!(read(&event).is_empty());
        assert_eq!(is_last(&RawDocumentBuf::try_from(&event).unwrap()), kind == "invalidate");
    }
    assert!(read(&doc! {}).is_empty());
}

const EVENTS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/events.jsonl"));
const END: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/events-end.json"));

fn document(line: &str) -> Document {
    let json: serde_json::Value = serde_json::from_str(line).unwrap();
    let Bson::Document(document) = Bson::try_from(json).unwrap() else { panic!("no document: {line}") };
    document
}

/// Carries out on a document what an event says of it.
fn carry_out(stored: &mut Document, described: &Document) {
    for (path, value) in described.get_document("updatedFields").unwrap() {
        let (parent, last) = parent(stored, path);
        match parent {
            Parent::Object(fields) => drop(fields.insert(last, value.clone())),
            Parent::List(items) if last == items.len().to_string() => items.push(value.clone()),
            Parent::List(items) => items[last.parse::<usize>().unwrap()] = value.clone(),
        }
    }
    for path in described.get_array("removedFields").unwrap() {
        let (Parent::Object(fields), last) = parent(stored, path.as_str().unwrap()) else { panic!("no field: {path}") };
        fields.remove(last);
    }
    assert!(described.get_array("truncatedArrays").is_ok_and(Vec::is_empty), "not in the fixture");
}

enum Parent<'a> {
    Object(&'a mut Document),
    List(&'a mut Vec<Bson>),
}

fn parent<'a, 'p>(stored: &'a mut Document, path: &'p str) -> (Parent<'a>, &'p str) {
    let mut segments: Vec<&str> = path.split('.').collect();
    let last = segments.pop().unwrap();
    let mut at = Parent::Object(stored);
    for segment in segments {
        let inner = match at {
            Parent::Object(fields) => fields.get_mut(segment).unwrap(),
            Parent::List(items) => &mut items[segment.parse::<usize>().unwrap()],
        };
        at = match inner {
            Bson::Document(fields) => Parent::Object(fields),
            Bson::Array(items) => Parent::List(items),
            other => panic!("{path} leads through {other}"),
        };
    }
    (at, last)
}

/// What the changes must keep true of a session that is held.
fn figures(session: &Session) -> (Option<Bson>, usize, Vec<(String, u64)>) {
    let counts = session.agents.iter().map(|agent| (agent.id.as_str().to_owned(), agent.message_count)).collect();
    (session.metadata.clone(), session.feedbacks.len(), counts)
}

#[test]
fn the_recorded_events_lead_to_the_recorded_end() {
    let (mut stored, mut held) = (Document::new(), None::<Session>);
    let (mut finer, mut again) = (0, 0);
    for event in EVENTS.lines().map(document) {
        if !event.get_document("documentKey").unwrap().get_str("_id").is_ok_and(|id| id == "live-1") {
            continue;
        }
        match event.get_document("fullDocument") {
            Ok(whole) => stored = whole.clone(),
            Err(_) => carry_out(&mut stored, event.get_document("updateDescription").unwrap()),
        }
        for change in read(&event) {
            match (&change.kind, &mut held) {
                (ChangeKind::Created(_), held) => *held = Some(decode::session(stored.clone())),
                (ChangeKind::Unclear(_), held) => {
                    *held = Some(decode::session(stored.clone()));
                    again += 1;
                }
                (_, Some(held)) => {
                    assert!(change.apply_to(held), "{change:?}");
                    finer += 1;
                }
                (_, None) => panic!("{change:?} of no session"),
            }
        }
        let fresh = decode::session(stored.clone());
        assert_eq!(held.as_ref().map(figures), Some(figures(&fresh)), "after {event}");
    }
    let end = decode::session(document(END));
    assert_eq!(held.as_ref().map(figures), Some(figures(&end)));
    assert!(finer >= 15 && again > 0, "{finer} told finely, {again} read again");
}
