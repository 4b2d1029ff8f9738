//! What the Python library's writes led to, and any others: applied in order, they give what a fresh reading gives.

use bson::{Bson, Document};
use proptest::prelude::*;

use super::{
    read,
    written::{WrittenSession, write},
};
use crate::session::{Applied, ChangeKind, Session, decode};

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

/// Sessions as far as they can be compared.
fn parts(session: &Session) -> impl PartialEq + std::fmt::Debug + use<> {
    let lists = (session.feedbacks.clone(), session.guardrail_events.clone());
    (session.updated_at, session.metadata.clone(), lists, session.agents.clone())
}

/// What is held of the new messages of an agent: nobody else puts them there.
fn take_messages(held: &mut Session, fresh: &Session) {
    for agent in &mut held.agents {
        let fresh = fresh.agent(&agent.id).unwrap();
        let known = agent.messages.len();
        agent.messages.extend(fresh.messages.iter().skip(known).cloned());
    }
}

#[test]
fn the_recorded_events_lead_to_the_recorded_end() {
    let (mut stored, mut held) = (Document::new(), None::<Session>);
    let mut again = Vec::new();
    for event in EVENTS.lines().map(document) {
        if !event.get_document("documentKey").unwrap().get_str("_id").is_ok_and(|id| id == "live-1") {
            continue;
        }
        match event.get_document("fullDocument") {
            Ok(whole) => stored = whole.clone(),
            Err(_) => carry_out(&mut stored, event.get_document("updateDescription").unwrap()),
        }
        let fresh = decode::session(stored.clone());
        for change in read(&event) {
            if matches!(change.kind, ChangeKind::Created(_)) {
                held = Some(fresh.clone());
                continue;
            }
            let session = held.as_mut().unwrap();
            match change.apply_to(session) {
                Applied::Changed => take_messages(session, &fresh),
                Applied::Known => {}
                Applied::Unresolved => {
                    again.push(event.get_str("operationType").unwrap().to_owned());
                    *session = fresh.clone();
                }
            }
        }
        assert!(held.as_ref().map(parts) == Some(parts(&fresh)), "after {event}:\n{held:#?}\n{fresh:#?}");
    }
    let end = decode::session(document(END));
    assert!(held.as_ref().map(parts) == Some(parts(&end)));
    // What stands in a document that was replaced is not sent: all else is told finely.
    assert_eq!(again, ["replace"]);
}

proptest! {
    #[test]
    fn any_writes_are_told_so_finely_that_nothing_is_read_again(writes in prop::collection::vec(write(), 1..60)) {
        let mut session = WrittenSession::new();
        let mut held = decode::session(session.stored.clone());
        for write in writes {
            let changes = session.write(write);
            let fresh = decode::session(session.stored.clone());
            for change in changes {
                prop_assert!(!change.apply_to(&mut held).is_unresolved(), "{:?} after {:?}", change, write);
                take_messages(&mut held, &fresh);
            }
            prop_assert!(parts(&held) == parts(&fresh), "{:#?} is not {:#?} after {:?}", held, fresh, write);
        }
    }
}
