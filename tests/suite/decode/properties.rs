//! Arbitrary values at every place of a session: nothing panics, nothing else is lost.

use bson::Bson;
use proptest::prelude::*;
use strandscope::{Message, Session, SessionKey, decode, plain};

use super::fixture;

/// Any BSON value, with keys that mean something to the decoder more often than chance would.
pub fn anything() -> impl Strategy<Value = Bson> {
    let leaf = prop_oneof![
        Just(Bson::Null),
        any::<bool>().prop_map(Bson::Boolean),
        any::<i32>().prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        any::<f64>().prop_map(Bson::Double),
        any::<i64>().prop_map(|ms| Bson::DateTime(bson::DateTime::from_millis(ms))),
        any::<[u8; 12]>().prop_map(|bytes| Bson::ObjectId(bson::oid::ObjectId::from_bytes(bytes))),
        any::<[u8; 16]>().prop_map(|bytes| Bson::Decimal128(bson::Decimal128::from_bytes(bytes))),
        any::<(u32, u32)>().prop_map(|(time, increment)| Bson::Timestamp(bson::Timestamp { time, increment })),
        proptest::collection::vec(any::<u8>(), 0..9)
            .prop_map(|bytes| { Bson::Binary(bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes }) }),
        "\\PC{0,12}".prop_map(Bson::String),
        "[A-Za-z0-9+/]{0,9}={0,3}".prop_map(Bson::String),
        prop_oneof![Just("user"), Just("assistant"), Just("text"), Just("tool_use"), Just("image"), Just("up")]
            .prop_map(|word| Bson::String(word.into())),
        Just(Bson::MaxKey),
        Just(Bson::Undefined),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Bson::Array),
            proptest::collection::vec((any_key(), inner), 0..5)
                .prop_map(|fields| Bson::Document(fields.into_iter().collect())),
        ]
    })
}

fn any_key() -> impl Strategy<Value = String> {
    let known = [
        "_id",
        "session_id",
        "agents",
        "messages",
        "message",
        "role",
        "content",
        "text",
        "type",
        "toolUse",
        "toolUseId",
        "toolResult",
        "status",
        "input",
        "name",
        "reasoningContent",
        "reasoningText",
        "redactedContent",
        "image",
        "document",
        "source",
        "bytes",
        "data",
        "__bytes_encoded__",
        "media_type",
        "location",
        "format",
        "citationsContent",
        "citations",
        "cachePoint",
        "guardContent",
        "metadata",
        "usage",
        "metrics",
        "latencyMs",
        "inputTokens",
        "event_loop_metrics",
        "accumulated_usage",
        "accumulated_metrics",
        "cycle_metrics",
        "cycle_count",
        "total_duration",
        "tool_usage",
        "call_count",
        "total_time",
        "redact_message",
        "message_id",
        "created_at",
        "updated_at",
        "guardrail_event",
        "agent_data",
        "system_prompt",
        "rating",
        "comment",
    ];
    prop_oneof![4 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}

/// Every place of a document, as the keys and indexes that lead there.
pub fn places(value: &Bson, here: &mut Vec<String>, out: &mut Vec<Vec<String>>) {
    let children: Vec<(String, &Bson)> = match value {
        Bson::Document(fields) => fields.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Bson::Array(items) => items.iter().enumerate().map(|(i, value)| (i.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        here.push(key);
        out.push(here.clone());
        places(child, here, out);
        here.pop();
    }
}

pub fn put(value: &mut Bson, place: &[String], new: Bson) {
    let Some((key, rest)) = place.split_first() else {
        *value = new;
        return;
    };
    match value {
        Bson::Document(fields) => put(fields.get_mut(key).unwrap(), rest, new),
        Bson::Array(items) => put(&mut items[key.parse::<usize>().unwrap()], rest, new),
        _ => unreachable!(),
    }
}

fn shown(session: &Session) -> Vec<Vec<String>> {
    let texts = |messages: &[Message]| messages.iter().map(plain::text_of).collect();
    session.agents.iter().map(|agent| texts(&agent.messages)).collect()
}

/// More of them where `PROPTEST_CASES` says so.
fn cases() -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(512),
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn nothing_makes_it_panic(value in anything()) {
        let message = decode::message(value.clone(), 3, "here");
        prop_assert!(same(&message.raw.bson(), &value));
        prop_assert_eq!(message.index, 3);
        let _ = plain::text_of(&message);
        let _ = decode::agent("a".into(), value.clone(), 0, None);
        let _ = (decode::feedback(&value), decode::guardrail_event(&value), decode::stored_date(&value));
        if let Bson::Document(fields) = value {
            let _ = (decode::summary(&fields), decode::details(&fields));
            let session = decode::session(fields.clone());
            for (key, value) in &session.other {
                prop_assert!(same(value, &fields[key]));
            }
        }
    }

    #[test]
    fn one_odd_value_leaves_the_rest(value in anything(), pick in any::<proptest::sample::Index>()) {
        let document = fixture("sessions.jsonl").remove(0);
        let whole = decode::session(document.clone());
        let mut changed = Bson::Document(document);
        let mut all = Vec::new();
        places(&changed, &mut Vec::new(), &mut all);
        let place = pick.get(&all);
        put(&mut changed, place, value.clone());
        let Bson::Document(changed) = changed else { unreachable!() };
        let stored = changed.clone();
        let session = decode::session(changed);

        let place: Vec<&str> = place.iter().map(String::as_str).collect();
        let top = place[0];
        if top != "_id" { prop_assert_eq!(&session.key, &SessionKey::from("support-1042")); }
        if top != "metadata" { prop_assert_eq!(&session.metadata, &whole.metadata); }
        if top != "session_id" { prop_assert_eq!(&session.session_id, &whole.session_id); }
        if top != "created_at" { prop_assert_eq!(session.created_at, whole.created_at); }
        if top != "feedbacks" { prop_assert_eq!(session.feedbacks.len(), 3); }
        if top != "agents" {
            prop_assert_eq!(shown(&session), shown(&whole));
            return Ok(());
        }
        if place.len() == 1 { return Ok(()); }
        for agent in &whole.agents {
            let now = session.agent(&agent.id).expect("an agent stays, whatever it holds");
            let touched = place[1] == agent.id.as_str();
            if !touched || !(place.len() == 2 || place[2] == "agent_data") {
                prop_assert_eq!(&now.model, &agent.model);
            }
            if touched && (place.len() == 2 || place[2..] == ["messages"]) { continue; }
            prop_assert_eq!(now.messages.len(), agent.messages.len());
            for (now, then) in now.messages.iter().zip(&agent.messages) {
                let raw = &stored.get_document("agents").unwrap().get_document(agent.id.as_str()).unwrap();
                prop_assert!(same(&now.raw.bson(), &raw.get_array("messages").unwrap()[now.index as usize]));
                if !(touched && place[2] == "messages" && place[3] == now.index.to_string()) {
                    prop_assert_eq!(&now.content, &then.content);
                    prop_assert_eq!(&now.counters, &then.counters);
                    prop_assert!(now.findings.is_empty());
                } else if place.len() >= 5 && place[4] != "message" {
                    prop_assert_eq!(&now.content, &then.content);
                    prop_assert_eq!(&now.role, &then.role);
                }
            }
        }
    }
}

/// Equality in which a NaN equals itself.
fn same(one: &Bson, other: &Bson) -> bool {
    one == other || format!("{one:?}") == format!("{other:?}")
}
