//! How changes are applied to what is held.

use bson::{Document, doc};

use super::*;
use crate::session::{Counters, MetadataPath, Session, decode};

fn session() -> Session {
    decode::session(doc! { "_id": "s", "metadata": { "a": 1, "b": 2 }, "agents": { "x": { "messages": [{}] } } })
}

#[test]
fn fields_are_set_and_removed_in_session_and_row_alike() {
    let edits = [MetadataEdit::set("a", 5), MetadataEdit::unset("b"), MetadataEdit::set("c", "new")];
    let change = Change::edited("s".into(), &edits);
    let mut held = session();
    assert_eq!(change.apply_to(&mut held), Applied::Changed);
    assert_eq!(held.metadata_fields(), Some(&doc! { "a": 5, "c": "new" }));
    let mut row = decode::summary(&doc! { "_id": "s", "metadata": { "b": 2 } });
    assert!(change.apply_to_row(&mut row));
    assert_eq!(row.meta("b"), None);
    let mut other = decode::session(doc! { "_id": "t" });
    assert_eq!((change.apply_to(&mut other), other.metadata), (Applied::Known, None));
}

#[test]
fn edits_by_path_and_place_are_shown_in_session_and_row() {
    let stored = doc! { "_id": "s", "metadata": { "a": 1, "b": { "c": 1, "d": { "e": 1 } } } };
    let inner = MetadataPath::from("b").child("c");
    let edits = [MetadataEdit::set(inner, 2).only_if(Some(7.into())), MetadataEdit::set("z", 0).before("a")];
    let mut held = decode::session(stored);
    assert_eq!(Change::edited("s".into(), &edits).apply_to(&mut held), Applied::Changed);
    let meant = doc! { "z": 0, "a": 1, "b": { "c": 2, "d": { "e": 1 } } };
    assert_eq!(held.metadata_fields().map(ToString::to_string), Some(meant.to_string()));
    assert_eq!(Change::edited("s".into(), &edits).apply_to(&mut held), Applied::Known);
    let moved = [MetadataEdit::set("a", 1).before("z")];
    assert_eq!(Change::edited("s".into(), &moved).apply_to(&mut held), Applied::Changed);
    let nowhere = [MetadataEdit::set(MetadataPath::from("a").child("x"), 1)];
    assert_eq!(Change::edited("s".into(), &nowhere).apply_to(&mut held), Applied::Unresolved);
    // A row may show fields of an object under their paths.
    let row = || decode::summary(&doc! { "_id": "s", "metadata": { "b.c": 1, "b.d.e": 1 } });
    let shown = |edit: MetadataEdit| {
        let mut row = row();
        assert!(Change::edited("s".into(), &[edit]).apply_to_row(&mut row));
        (row.meta("b.c").cloned(), row.meta("b.d.e").cloned())
    };
    let one = || Some(Bson::Int32(1));
    assert_eq!(shown(MetadataEdit::set(MetadataPath::from("b").child("c"), 2)), (Some(2.into()), one()));
    assert_eq!(shown(MetadataEdit::set("b", doc! { "c": 3 })), (Some(3.into()), None));
    assert_eq!(shown(MetadataEdit::unset("b")), (None, None));
}

#[test]
fn what_is_no_object_is_left_alone_and_what_is_absent_is_made() {
    let change = Change::field("s".into(), "a", Some(1.into()));
    let mut odd = decode::session(doc! { "_id": "s", "metadata": 5 });
    assert_eq!(change.apply_to(&mut odd), Applied::Unresolved);
    assert_eq!(odd.metadata, Some(Bson::Int32(5)));
    let mut bare = decode::session(doc! { "_id": "s" });
    assert_eq!(change.apply_to(&mut bare), Applied::Changed);
    assert_eq!(bare.metadata_fields(), Some(&doc! { "a": 1 }));
}

fn message(index: u64) -> Message {
    let stored = doc! { "message_id": index as i64, "message": { "role": "user", "content": [{ "text": "Hello" }] } };
    decode::message(stored.into(), index, "")
}

fn apply(kind: ChangeKind, held: &mut Session) -> Applied {
    Change::new("s".into(), kind).apply_to(held)
}

#[test]
fn messages_that_are_counted_already_change_nothing() {
    let mut held = session();
    let mut said = |agent: &str, messages: Vec<Message>| apply(ChangeKind::Messages(agent.into(), messages), &mut held);
    assert_eq!(said("x", vec![message(0), message(1)]), Applied::Changed);
    assert_eq!(said("x", vec![message(1)]), Applied::Known);
    assert_eq!(said("x", vec![message(3)]), Applied::Unresolved, "one is missing");
    assert_eq!(said("y", vec![message(1)]), Applied::Unresolved, "nobody knows that agent");
    assert_eq!(said("x", vec![message(0)]), Applied::Unresolved, "it may be all that is left");
    assert_eq!(held.agents[0].message_count, 2);
}

#[test]
fn a_session_that_is_held_whole_gets_its_new_messages() {
    let mut held = session();
    let mut said = |key: &str, kind: ChangeKind| {
        let applied = Change::new(key.into(), kind).apply_to_whole(&mut held);
        (applied, held.agents[0].messages.len() as u64, held.agents[0].message_count)
    };
    let more = |indexes: [u64; 2]| ChangeKind::Messages("x".into(), indexes.map(message).into());
    assert_eq!(said("s", more([1, 2])), (Applied::Changed, 3, 3));
    assert_eq!(said("s", more([1, 2])), (Applied::Known, 3, 3), "told twice, held once");
    assert_eq!(said("s", more([2, 3])), (Applied::Changed, 4, 4));
    assert_eq!(said("s", more([5, 6])), (Applied::Unresolved, 4, 4), "one is missing");
    assert_eq!(said("t", more([4, 5])), (Applied::Known, 4, 4), "another session's");
    assert_eq!(said("s", ChangeKind::Truncated("x".into(), 1)), (Applied::Changed, 1, 1));
    let whole = (0..3).map(message).collect();
    assert_eq!(said("s", ChangeKind::History("x".into(), whole)), (Applied::Changed, 3, 3));
}

#[test]
fn a_date_that_is_told_as_stored_counts_also_where_it_is_earlier() {
    let at = |second: i64| Some(StoredDate::from_millis(second * 1000));
    let stored = doc! { "_id": "s", "updated_at": Bson::DateTime(StoredDate::from_millis(10_000).into()) };
    let (mut held, mut row) = (decode::session(stored.clone()), decode::summary(&stored));
    for (dated, expected, is_news) in [
        (ChangeDate::Kept, at(10), false),
        (ChangeDate::Stored(at(5)), at(5), true),
        (ChangeDate::Stored(at(5)), at(5), false),
        (ChangeDate::Implied, at(7), true),
        (ChangeDate::Stored(None), None, true),
    ] {
        let change = Change::touched("s".into(), StoredDate::from_millis(7_000)).dated(dated);
        assert_eq!(change.apply_to_row(&mut row), is_news, "{dated:?}");
        assert_eq!(change.apply_to(&mut held).is_changed(), is_news, "{dated:?}");
        assert_eq!((row.updated_at, held.updated_at), (expected, expected), "{dated:?}");
    }
}

#[test]
fn what_is_newer_raises_the_time_of_session_and_row_alike() {
    let at = |second: i64| StoredDate::from_millis(second * 1000);
    let date = |second| Bson::DateTime(at(second).into());
    let feedback = |second| {
        let feedback = decode::feedback(&doc! { "rating": "up", "created_at": date(second) }.into());
        Change::feedback("s".into(), feedback)
    };
    let said = |second| {
        let stored = doc! { "message": { "role": "user" }, "created_at": date(second) };
        Change::messages("s".into(), "x".into(), vec![decode::message(stored.into(), 1, "")])
    };
    for (change, earlier) in [(feedback(20), feedback(5)), (said(20), said(5))] {
        let mut held = session();
        held.updated_at = Some(at(10));
        let mut row = decode::summary(&doc! { "_id": "s", "updated_at": date(10) });
        assert!(!earlier.apply_to_row(&mut row));
        assert_eq!(row.updated_at, held.updated_at);
        assert!(change.apply_to_row(&mut row) && change.apply_to(&mut held).is_changed());
        assert_eq!((row.updated_at, held.updated_at), (Some(at(20)), Some(at(20))));
        assert!(!change.apply_to_row(&mut row), "it is known by now");
    }
    let mut row = decode::summary(&doc! { "_id": "s" });
    assert!(!Change::deleted("s".into()).apply_to_row(&mut row));
    assert!(feedback(5).apply_to_row(&mut row) && row.updated_at == Some(at(5)));
    assert!(!feedback(9).apply_to_row(&mut decode::summary(&doc! { "_id": "t" })));
}

/// A session of which everything is held.
fn whole() -> Session {
    let said = |id: i32| doc! { "message_id": id, "message": { "role": "user", "content": [{ "text": "Hello" }] } };
    let data = doc! { "agent_id": "x", "state": { "visits": 1 }, "model": "m" };
    let agent = doc! { "agent_data": data, "messages": [said(0), said(1), said(2)], "updated_at": bson::DateTime::from_millis(5) };
    let up = doc! { "rating": "up", "comment": "good" };
    decode::session(doc! { "_id": "s", "session_id": "s", "agents": { "x": agent }, "feedbacks": [up.clone(), up] })
}

fn fields(path: &str, value: impl Into<Bson>) -> ChangedFields {
    vec![(path.to_owned(), Some(value.into()))]
}

#[test]
fn messages_are_rewritten_cut_and_replaced_where_they_are_held() {
    let mut held = whole();
    let mut redacted = message(1);
    redacted.redaction =
        decode::message(doc! { "redact_message": { "role": "user", "content": [] } }.into(), 1, "").redaction;
    let rewritten = || ChangeKind::Rewritten("x".into(), vec![redacted.clone()]);
    assert_eq!(apply(rewritten(), &mut held), Applied::Changed);
    assert_eq!(apply(rewritten(), &mut held), Applied::Known);
    assert!(held.agents[0].messages[1].redaction.is_some());
    assert_eq!(apply(ChangeKind::Truncated("x".into(), 2), &mut held), Applied::Changed);
    assert_eq!(apply(ChangeKind::Truncated("x".into(), 2), &mut held), Applied::Known);
    assert_eq!(apply(ChangeKind::Truncated("x".into(), 3), &mut held), Applied::Unresolved);
    assert_eq!((held.agents[0].messages.len(), held.agents[0].message_count), (2, 2));
    assert_eq!(apply(ChangeKind::History("x".into(), vec![message(0)]), &mut held), Applied::Changed);
    assert_eq!((held.agents[0].messages.as_slice(), held.agents[0].message_count), ([message(0)].as_slice(), 1));
}

#[test]
fn fields_of_messages_are_read_as_if_they_had_been_stored_so() {
    let mut held = whole();
    let text = ChangeKind::MessageFields("x".into(), 0, fields("message.content.0.text", "Bye"));
    assert_eq!(apply(text.clone(), &mut held), Applied::Changed);
    assert_eq!(apply(text, &mut held), Applied::Known);
    assert_eq!(held.agents[0].messages[0].content, [crate::session::Block::Text("Bye".into())]);
    let counted = |path: &str, value: Document| ChangeKind::Metrics("x".into(), 2, fields(path, value));
    let usage = doc! { "inputTokens": 5, "outputTokens": 7 };
    let part = counted("event_loop_metrics.accumulated_usage", usage.clone());
    assert_eq!(apply(part.clone(), &mut held), Applied::Unresolved, "there are none yet");
    let first = counted("event_loop_metrics", doc! { "cycle_metrics": { "cycle_count": 3 } });
    assert_eq!(apply(first, &mut held), Applied::Changed);
    assert_eq!(apply(part, &mut held), Applied::Changed);
    let counters = held.agents[0].messages[2].counters.clone().unwrap();
    assert_eq!((counters.cycle_count, counters.usage.input, counters.usage.output), (Some(3), Some(5), Some(7)));
    let beyond = ChangeKind::Metrics("x".into(), 3, fields("event_loop_metrics", usage));
    assert_eq!(apply(beyond, &mut held), Applied::Unresolved);
}

#[test]
fn counters_that_are_held_without_their_message_change_alike() {
    let change = |path: &str, value: Bson| {
        Change::new("s".into(), ChangeKind::Metrics("x".into(), 0, fields(&format!("event_loop_metrics{path}"), value)))
    };
    let tools = doc! { "a.b": { "call_count": 1, "total_time": 0.5 } };
    let whole =
        doc! { "accumulated_usage": { "inputTokens": 5 }, "cycle_metrics": { "cycle_count": 1 }, "tool_usage": tools };
    let first = change("", whole.clone().into()).counters(None).unwrap();
    assert_eq!(change(".cycle_metrics.cycle_count", 2.into()).counters(None), None);
    let more = change(".tool_usage.a.b.call_count", 2.into()).counters(Some(&first)).unwrap();
    assert_eq!((more.usage, more.tools[0].calls, more.tools[0].total_time_s), (first.usage, Some(2), Some(0.5)));
    let risen = change(".cycle_metrics", doc! { "cycle_count": 4 }.into()).counters(Some(&more)).unwrap();
    assert_eq!((risen.cycle_count, risen.tools), (Some(4), more.tools));
    assert_eq!(change("", Bson::Null).counters(Some(&first)), Some(Counters::default()));
}

#[test]
fn an_agent_comes_changes_and_goes_and_keeps_its_messages() {
    let mut held = whole();
    let at = |ms| Bson::DateTime(bson::DateTime::from_millis(ms));
    let synced = vec![
        ("agent_data".to_owned(), Some(doc! { "agent_id": "x", "state": { "visits": 2 } }.into())),
        ("updated_at".to_owned(), Some(at(9))),
    ];
    assert_eq!(apply(ChangeKind::AgentFields("x".into(), synced), &mut held), Applied::Changed);
    let agent = &held.agents[0];
    assert_eq!((agent.state.clone(), agent.model.clone()), (Some(doc! { "visits": 2 }.into()), None));
    assert_eq!((agent.updated_at, agent.messages.len()), (Some(StoredDate::from_millis(9)), 3));
    assert_eq!(held.updated_at, Some(StoredDate::from_millis(9)));
    let model = ChangeKind::AgentFields("x".into(), fields("agent_data.model", "n"));
    assert_eq!(apply(model.clone(), &mut held), Applied::Changed);
    assert_eq!((apply(model, &mut held), held.agents[0].model.as_deref()), (Applied::Known, Some("n")));
    let deeper = ChangeKind::AgentFields("x".into(), fields("agent_data.prompt_metadata.prompt_id", "p"));
    assert_eq!(apply(deeper, &mut held), Applied::Unresolved, "there is no such object");
    let new = decode::agent("y".into(), doc! { "agent_data": {}, "messages": [{}] }.into(), 0, None);
    for applied in [Applied::Changed, Applied::Known] {
        assert_eq!(apply(ChangeKind::Agent(Box::new(new.clone())), &mut held), applied);
    }
    for applied in [Applied::Changed, Applied::Known] {
        assert_eq!(apply(ChangeKind::AgentRemoved("x".into()), &mut held), applied);
    }
    assert_eq!(held.agents, [new]);
}

#[test]
fn feedbacks_and_guardrail_events_stand_where_their_index_says() {
    let mut held = whole();
    let down = |index| {
        let feedback = decode::feedback(&doc! { "rating": "down" }.into());
        ChangeKind::Feedback(Box::new(Feedback { index, ..feedback }))
    };
    for (index, applied) in [
        (Some(3), Applied::Unresolved),
        (Some(2), Applied::Changed),
        (Some(2), Applied::Known),
        (Some(1), Applied::Changed),
        (Some(0), Applied::Unresolved),
        (None, Applied::Changed),
    ] {
        assert_eq!(apply(down(index), &mut held), applied, "{index:?}");
    }
    let places: Vec<_> = held.feedbacks.iter().map(|feedback| feedback.index).collect();
    assert_eq!(places, [Some(0), Some(1), Some(2), Some(3)]);
    let answered = |index| ChangeKind::FeedbackFields(index, fields("comment", "better"));
    assert_eq!(apply(answered(0), &mut held), Applied::Changed);
    assert_eq!((held.feedbacks[0].comment.as_deref(), held.feedbacks[0].index), (Some("better"), Some(0)));
    assert_eq!(apply(answered(4), &mut held), Applied::Unresolved);
    let event = Box::new(decode::guardrail_event(&doc! { "action": "BLOCKED" }.into()));
    for applied in [Applied::Changed, Applied::Known] {
        assert_eq!(apply(ChangeKind::Guardrail(0, event.clone()), &mut held), applied);
    }
    assert_eq!(apply(ChangeKind::Guardrail(2, event), &mut held), Applied::Unresolved);
}

#[test]
fn metadata_change_by_path_and_whole_in_session_and_row_alike() {
    let stored = doc! { "_id": "s", "metadata": { "customer": { "tier": 1 }, "a.b": 2 } };
    let (mut held, mut row) = (decode::session(stored.clone()), decode::summary(&stored));
    let mut put = |kind: ChangeKind| {
        let change = Change::new("s".into(), kind);
        let applied = change.apply_to(&mut held);
        assert_eq!(change.apply_to_row(&mut row), applied.is_changed());
        assert_eq!(row.metadata, held.metadata);
        applied
    };
    assert_eq!(put(ChangeKind::MetadataPaths(fields("customer.tier", 3))), Applied::Changed);
    assert_eq!(put(ChangeKind::MetadataPaths(fields("a.b", 3))), Applied::Changed);
    assert_eq!(put(ChangeKind::MetadataPaths(fields("b.c", 3))), Applied::Unresolved);
    assert_eq!(put(ChangeKind::MetadataPaths(vec![("customer.tier".into(), None)])), Applied::Changed);
    assert_eq!(put(ChangeKind::MetadataWhole(Some(doc! { "z": 1 }.into()))), Applied::Changed);
    assert_eq!(put(ChangeKind::MetadataWhole(Some(doc! { "z": 1 }.into()))), Applied::Known);
    // Of a field of a field a row may hold the value under its path.
    let mut row = decode::summary(&doc! { "_id": "s", "metadata": { "customer.tier": 1 } });
    let whole = ChangeKind::MetadataWhole(Some(doc! { "customer": { "tier": 4 } }.into()));
    assert!(Change::new("s".into(), whole).apply_to_row(&mut row));
    assert_eq!(row.meta("customer.tier"), Some(&4.into()));
}

#[test]
fn what_is_no_clear_date_and_changes_is_read_again() {
    let mut held = decode::session(doc! { "_id": "s", "updated_at": "soon" });
    assert_eq!(apply(ChangeKind::Touched(StoredDate::from_millis(5)), &mut held), Applied::Unresolved);
    assert_eq!(apply(ChangeKind::Unclear(None), &mut held), Applied::Unresolved);
}
