//! Each shape that an event can have, and those that the Python library's writes led to.

mod recorded;
pub(crate) mod written;

use bson::{DateTime, Document, RawDocumentBuf, doc};

use super::*;
use crate::session::ChangeKind;

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
        ChangeKind::Metadata(fields) => format!("metadata {}", shown(fields)),
        ChangeKind::Edited(edits) => format!("{} edits", edits.len()),
        ChangeKind::MetadataPaths(fields) => format!("metadata paths {}", shown(fields)),
        ChangeKind::MetadataWhole(whole) => {
            let fields = whole.as_ref().and_then(Bson::as_document);
            let names = fields.map(|fields| fields.keys().cloned().collect::<Vec<_>>().join(" "));
            format!("metadata whole {}", names.as_deref().unwrap_or("gone"))
        }
        ChangeKind::Feedback(feedback) => {
            format!("feedback {} {}", feedback.index.unwrap(), feedback.rating.as_str())
        }
        ChangeKind::FeedbackFields(index, fields) => format!("feedback {index} {}", shown(fields)),
        ChangeKind::FeedbackRewritten(rewrite) => format!("feedback {} rewritten", rewrite.index),
        ChangeKind::FeedbacksCut(count) => format!("feedbacks {count}"),
        ChangeKind::Guardrail(index, event) => {
            format!("guardrail {index} {}", event.action.as_deref().unwrap_or_default())
        }
        ChangeKind::Messages(agent, messages) => format!("messages {agent} {}", places(messages)),
        ChangeKind::Rewritten(agent, messages) => format!("rewritten {agent} {}", places(messages)),
        ChangeKind::History(agent, messages) => format!("history {agent} {}", messages.len()),
        ChangeKind::Truncated(agent, count) => format!("truncated {agent} {count}"),
        ChangeKind::MessageFields(agent, index, fields) => format!("message {agent} {index} {}", shown(fields)),
        ChangeKind::Metrics(agent, index, fields) => format!("metrics {agent} {index} {}", shown(fields)),
        ChangeKind::Agent(agent) => format!("agent {} {}", agent.id, agent.message_count),
        ChangeKind::AgentFields(agent, fields) => format!("agent {agent} {}", shown(fields)),
        ChangeKind::AgentRemoved(agent) => format!("agent {agent} gone"),
        ChangeKind::Touched(at) => format!("touched {}", at.millis()),
        ChangeKind::Unclear(at) => at.map_or_else(|| "unclear".to_owned(), |at| format!("unclear {}", at.millis())),
        ChangeKind::Created(row) => format!("created {}", row.name()),
        ChangeKind::Deleted => "deleted".to_owned(),
    };
    assert!(changes.iter().all(|change| change.session == *"s"));
    changes.iter().map(word).collect()
}

/// What fields hold: numbers and texts, of others only their names.
fn shown(fields: &[(String, Option<Bson>)]) -> String {
    let one = |(path, value): &(String, Option<Bson>)| match value {
        None => format!("-{path}"),
        Some(Bson::Int32(number)) => format!("{path}={number}"),
        Some(Bson::String(text)) => format!("{path}={text}"),
        Some(_) => path.clone(),
    };
    fields.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn places(messages: &[crate::session::Message]) -> String {
    messages.iter().map(|message| message.index.to_string()).collect::<Vec<_>>().join(" ")
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
    // Whether others stood there before does not matter: it is all that stands there now.
    assert_eq!(told(&updated(doc! { "metadata": { "a": 1 } }, &[])), ["metadata whole a"]);
    assert_eq!(told(&updated(doc! {}, &["metadata"])), ["metadata whole gone"]);
}

#[test]
fn what_lies_deeper_in_the_metadata_is_told_by_its_path() {
    for path in ["a.b", "0", "", "a.0", "a..b"] {
        let whole_path = format!("metadata.{path}");
        let told_path = told(&updated(doc! { whole_path: 1 }, &[]));
        assert_eq!(told_path, [format!("metadata paths {path}=1")]);
    }
    assert_eq!(told(&updated(doc! {}, &["metadata.a.b"])), ["metadata paths -a.b"]);
}

#[test]
fn what_a_path_leaves_open_is_unclear() {
    for path in
        ["agents", "agents.", "agents.x.colour", "agents.a.b.messages.1", "agents.a.messages.one", "session_type"]
    {
        assert_eq!(told(&updated(doc! { path: { "n": 1 } }, &[])), ["unclear"], "{path}");
    }
    for path in ["agents.a.messages.01", "agents.a.messages.+1", "feedbacks.x", "guardrail_events.0.action"] {
        assert_eq!(told(&updated(doc! { path: said(1, 5) }, &[])), ["unclear"], "{path}");
    }
    for path in ["agents", "agents.a.b", "agents.a.messages", "agents.a.messages.1", "feedbacks", "session_type"] {
        assert_eq!(told(&updated(doc! {}, &[path])), ["unclear"], "{path}");
    }
    for place in ["4000000000", "18446744073709551615"] {
        let path = format!("agents.a.messages.{place}");
        assert_eq!(told(&updated(doc! { path: said(1, 5) }, &[])), ["unclear"], "no history is that long");
    }
    assert_eq!(told(&updated(doc! { "updated_at": date(5) }, &[])), ["touched 5"]);
    assert_eq!(told(&updated(doc! { "updated_at": "soon" }, &[])), ["unclear"]);
    for cut in [doc! { "field": "metadata.tags", "newSize": 1 }, doc! { "field": "agents.a.messages" }, doc! {}] {
        assert_eq!(told(&shortened(cut)), ["unclear"]);
    }
}

/// The changes of an update that cut an array down.
fn shortened(cut: Document) -> Vec<Change> {
    let described = doc! { "updatedFields": {}, "truncatedArrays": [cut] };
    read(&doc! { "operationType": "update", "documentKey": { "_id": "s" }, "updateDescription": described })
}

#[test]
fn an_event_tells_the_date_of_its_session_or_that_it_stayed() {
    let dates = |set: Document, removed: &[&str]| -> Vec<ChangeDate> {
        updated(set, removed).iter().map(|change| change.dated).collect()
    };
    let stored = |ms: i64| ChangeDate::Stored(Some(StoredDate::from_millis(ms)));
    let pushed = doc! { "agents.x.messages.1": said(1, 9) };
    assert_eq!(dates(pushed.clone(), &[]), [ChangeDate::Kept], "whatever the message is dated");
    let mut moved = pushed;
    moved.insert("updated_at", date(5));
    assert_eq!(dates(moved, &[]), [stored(5)]);
    assert_eq!(dates(doc! { "updated_at": date(5), "metadata.a": 1 }, &[]), [stored(5); 2]);
    assert_eq!(dates(doc! { "updated_at": "soon" }, &[]), [ChangeDate::Stored(None)]);
    assert_eq!(told(&updated(doc! {}, &["updated_at"])), ["unclear"]);
    assert_eq!(dates(doc! {}, &["updated_at"]), [ChangeDate::Stored(None)]);
    let replaced = doc! {
        "operationType": "replace", "documentKey": { "_id": "s" },
        "fullDocument": { "_id": "s", "agents": {}, "updated_at": date(5) },
    };
    assert_eq!(read(&replaced)[0].dated, stored(5));
}

#[test]
fn messages_are_told_by_agent_and_in_order() {
    let moved = doc! { "updated_at": date(5), "agents.x.updated_at": date(5) };
    let with = |more: Document| moved.clone().into_iter().chain(more).collect::<Document>();
    let pushed = with(doc! { "agents.x.messages.10": said(10, 5), "agents.x.messages.9": said(9, 5) });
    assert_eq!(told(&updated(pushed, &[])), ["messages x 9 10"]);
    assert_eq!(told(&updated(with(doc! { "agents.x.messages": [said(0, 5)] }), &[])), ["messages x 0"]);
    // The time is told by itself where the messages tell another.
    let later = doc! { "updated_at": date(9), "agents.x.updated_at": date(8), "agents.x.messages.1": said(1, 5) };
    assert_eq!(told(&updated(later, &[])), ["messages x 1", "agent x updated_at", "touched 9"]);
    let both = with(doc! { "agents.x.messages.1": said(1, 5), "metadata.a": 1, "feedbacks.3": { "rating": "up" } });
    assert_eq!(told(&updated(both, &[])), ["messages x 1", "feedback 3 up", "metadata a=1"]);
    let more = with(doc! { "agents.x.messages.1": said(1, 5), "metadata.a": 1, "colour": "red" });
    assert_eq!(told(&updated(more, &[])), ["messages x 1", "metadata a=1", "unclear 5"]);
}

#[test]
fn feedback_that_was_taken_back_is_told_where_the_rest_stays_in_its_place() {
    assert_eq!(told(&shortened(doc! { "field": "feedbacks", "newSize": 2_i64 })), ["feedbacks 2"]);
    assert_eq!(told(&updated(doc! { "feedbacks": [] }, &[])), ["feedbacks 0"]);
    assert_eq!(told(&updated(doc! { "feedbacks": "none" }, &[])), ["unclear"]);
    // Others moved up: what they are now is no news.
    for moved in [doc! { "feedbacks.1": { "rating": "up" } }, doc! { "feedbacks.1.comment": "moved" }] {
        let cut = doc! { "field": "feedbacks", "newSize": 2_i64 };
        let described = doc! { "updatedFields": moved, "truncatedArrays": [cut] };
        let event = doc! { "operationType": "update", "documentKey": { "_id": "s" }, "updateDescription": described };
        assert_eq!(told(&read(&event)), ["unclear"]);
    }
}

#[test]
fn a_history_is_written_whole_and_cut_down() {
    let whole = |messages: Vec<Document>| told(&updated(doc! { "agents.5.messages": messages }, &[]));
    assert_eq!(whole(vec![said(7, 5)]), ["history 5 1"], "the first ones went");
    assert_eq!(whole(vec![said(0, 5), said(1, 5)]), ["history 5 2"]);
    assert_eq!(whole(vec![]), ["history 5 0"]);
    assert_eq!(told(&shortened(doc! { "field": "agents.5.messages", "newSize": 2_i64 })), ["truncated 5 2"]);
    assert_eq!(told(&updated(doc! { "agents.5.messages": "none" }, &[])), ["unclear"]);
}

#[test]
fn a_message_that_was_rewritten_is_no_new_one() {
    let mut redacted = said(1, 5);
    redacted.insert("redact_message", doc! { "role": "user", "content": [{ "text": "[redacted]" }] });
    assert_eq!(told(&updated(doc! { "agents.x.messages.1": redacted }, &[])), ["rewritten x 1"]);
    let mut later = said(1, 5);
    later.insert("updated_at", date(5000));
    assert_eq!(told(&updated(doc! { "agents.x.messages.1": later }, &[])), ["rewritten x 1"]);
    let fields = doc! { "agents.x.messages.1.message.content.0.text": "Bye", "agents.x.messages.1.redact_message": {} };
    assert_eq!(told(&updated(fields, &[])), ["message x 1 message.content.0.text=Bye redact_message"]);
}

#[test]
fn counters_are_told_by_their_message() {
    let path = "agents.x.messages.3.event_loop_metrics";
    assert_eq!(told(&updated(doc! { path: {} }, &[])), ["metrics x 3 event_loop_metrics"]);
    let deeper = format!("{path}.accumulated_usage.inputTokens");
    assert_eq!(
        told(&updated(doc! { deeper: 5, "agents.x.messages.3.updated_at": date(5) }, &[])),
        ["message x 3 updated_at", "metrics x 3 event_loop_metrics.accumulated_usage.inputTokens=5"]
    );
    assert_eq!(told(&updated(doc! {}, &[path])), ["metrics x 3 -event_loop_metrics"]);
}

#[test]
fn agents_come_change_and_go() {
    let agent = doc! { "agent_data": { "agent_id": "x" }, "messages": [said(0, 5)], "updated_at": date(5) };
    assert_eq!(told(&updated(doc! { "agents.x": agent, "updated_at": date(5) }, &[])), ["agent x 1"]);
    assert_eq!(told(&updated(doc! {}, &["agents.x"])), ["agent x gone"]);
    let synced = doc! { "agents.x.agent_data": {}, "agents.x.updated_at": date(5), "updated_at": date(5) };
    assert_eq!(told(&updated(synced, &[])), ["agent x agent_data updated_at"]);
    let config = doc! { "agents.x.agent_data.model": "m" };
    assert_eq!(
        told(&updated(config, &["agents.x.agent_data.prompt_metadata"])),
        ["agent x agent_data.model=m -agent_data.prompt_metadata"]
    );
}

#[test]
fn feedback_and_guardrail_events_are_told_with_their_place() {
    let up = doc! { "rating": "up", "created_at": date(5) };
    assert_eq!(told(&updated(doc! { "feedbacks": [up.clone()] }, &[])), ["feedback 0 up"]);
    assert_eq!(told(&updated(doc! { "feedbacks.4": up.clone(), "updated_at": date(5) }, &[])), ["feedback 4 up"]);
    for set in [doc! { "feedbacks": [] }, doc! { "feedbacks": [up.clone(), up] }, doc! { "feedbacks": 5 }] {
        assert_eq!(told(&updated(set, &[])), ["unclear"]);
    }
    assert_eq!(
        told(&updated(doc! { "feedbacks.0.rating": "up" }, &["feedbacks.0.note"])),
        ["feedback 0 rating=up -note"]
    );
    let event = doc! { "action": "BLOCKED" };
    assert_eq!(told(&updated(doc! { "guardrail_events": [event.clone()] }, &[])), ["guardrail 0 BLOCKED"]);
    assert_eq!(told(&updated(doc! { "guardrail_events.7": event }, &[])), ["guardrail 7 BLOCKED"]);
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
    assert!(read(&event("insert", other.clone())).is_empty());
    assert_eq!(told(&read(&event("replace", other))), ["deleted"]);
    let gone = doc! { "operationType": "delete", "documentKey": { "_id": "s" } };
    assert_eq!(told(&read(&gone)), ["deleted"]);
    for kind in ["drop", "rename", "dropDatabase", "invalidate", "unheardOf"] {
        let event = doc! { "operationType": kind };
        assert!(read(&event).is_empty());
        assert_eq!(is_last(&RawDocumentBuf::try_from(&event).unwrap()), kind == "invalidate");
    }
    assert!(read(&doc! {}).is_empty());
}
