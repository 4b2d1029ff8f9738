use bson::{RawDocumentBuf, doc};
use proptest::prelude::*;

use super::*;
use crate::session::{AgentId, decode};

/// The bytes of a document with these fields as they are.
fn of(fields: &[&[u8]]) -> RawDocumentBuf {
    let fields = fields.concat();
    let length = fields.len() as i32 + 5;
    let bytes = [&length.to_le_bytes()[..], &fields, &[0]].concat();
    RawDocumentBuf::from_bytes(bytes).unwrap()
}

fn string(name: &[u8], text: &[u8]) -> Vec<u8> {
    let length = text.len() as i32 + 1;
    [&[2][..], name, &[0], &length.to_le_bytes(), text, &[0]].concat()
}

fn object(name: &[u8], inside: &RawDocumentBuf) -> Vec<u8> {
    [&[3][..], name, &[0], inside.as_bytes()].concat()
}

fn told(findings: &[Finding]) -> Vec<(&str, &str, Option<Bson>)> {
    findings
        .iter()
        .map(|found| (found.path.as_str(), found.problem.as_str(), found.raw.as_ref().map(StoredValue::bson)))
        .collect()
}

#[test]
fn text_that_is_no_utf8_hides_nothing_else() {
    let inner = of(&[&string(b"bad", b"a\xff"), &string(b"k\xfe", b"v"), &string(b"sound", b"yes")]);
    let (read, findings) = document(&of(&[&object(b"metadata", &inner), &string(b"last", b"too")]));
    let metadata = doc! { "bad": "a\u{fffd}", "k\u{fffd}": "v", "sound": "yes" };
    assert_eq!(read, doc! { "metadata": metadata, "last": "too" });
    let (text, name) = (bytes(b"a\xff"), bytes(b"k\xfe"));
    let expected = [("metadata.bad", MARKED, Some(text)), ("metadata.k\u{fffd}", NAME, Some(name))];
    assert_eq!(told(&findings), expected);
}

#[test]
fn of_fields_with_one_name_the_first_counts_and_the_others_are_kept() {
    let (read, findings) = document(&of(&[&string(b"a", b"1"), &string(b"b", b"2"), &string(b"a", b"3")]));
    assert_eq!(read, doc! { "a": "1", "b": "2" });
    assert_eq!(told(&findings), [("a", TWICE, Some(Bson::from("3")))]);
}

#[test]
fn what_has_no_clear_end_takes_only_its_own_object_along() {
    let inner = of(&[&string(b"read", b"yes"), &[99, b'x', 0, 1], &string(b"lost", b"no")]);
    let (read, findings) = document(&of(&[&object(b"agents", &inner), &string(b"last", b"too")]));
    assert_eq!(read, doc! { "agents": { "read": "yes" }, "last": "too" });
    assert_eq!(told(&findings).first().map(|found| (found.0, found.1)), Some(("agents", REST)));
    let secret = of(&[&[99, b'x', 0], &string(VIEWER_PASSWORD.as_bytes(), b"hush")]);
    assert_eq!(document(&secret).1[0].raw, Some(Bson::Null.into()), "no finding holds the password");
}

#[test]
fn a_value_of_no_right_form_is_shown_as_its_bytes() {
    let (read, findings) = document(&of(&[&[8, b'b', 0, 7], &string(b"last", b"too")]));
    assert_eq!(read, doc! { "b": bytes(&[7]), "last": "too" });
    assert_eq!(told(&findings), [("b", VALUE, Some(bytes(&[7])))]);
}

#[test]
fn nesting_ends_somewhere() {
    let mut deep = of(&[]);
    for _ in 0..3_000 {
        deep = of(&[&object(b"a", &deep)]);
    }
    let (_, findings) = document(&deep);
    assert_eq!(findings.iter().map(|found| found.problem.as_str()).collect::<Vec<_>>(), [DEEP]);
}

#[test]
fn findings_end_somewhere() {
    let bad: Vec<Vec<u8>> = (0..MOST + 5).map(|n| string(n.to_string().as_bytes(), b"\xff")).collect();
    let (read, findings) = document(&of(&bad.iter().map(Vec::as_slice).collect::<Vec<_>>()));
    assert_eq!((read.len(), findings.len()), (MOST + 5, MOST + 1));
    assert!(findings[MOST].problem.starts_with("5 more"), "{:?}", findings[MOST]);
}

#[test]
fn findings_stand_with_the_message_or_the_agent_they_speak_of() {
    let messages = bson::bson!([{ "message": { "role": "user", "content": [] } }]);
    let mut session = decode::session(doc! { "_id": "s", "agents": { "a": {}, "a.b": { "messages": messages } } });
    let before: Vec<usize> = session.agents.iter().map(|agent| agent.findings.len()).collect();
    let at = |path: &str| Finding::new(path, MARKED, None);
    let paths =
        ["agents.a.b.messages.0.message.role", "agents.a.b.model", "agents.a", "metadata.k", "agents.a.b.messages.9.x"];
    in_session(&mut session, paths.iter().map(|path| at(path)).collect());
    assert!(session.agent(&AgentId::from("a.b")).unwrap().messages[0].findings.contains(&at(paths[0])));
    assert_eq!(session.agents[1].findings.len(), before[1] + 1);
    assert!(session.agents[0].findings.contains(&at("agents.a")));
    assert!(session.findings.contains(&at("metadata.k")));
}

/// Every type of value, some of them within others.
fn sample() -> Document {
    let oid = bson::oid::ObjectId::from_bytes([7; 12]);
    doc! {
        "_id": oid, "text": "é\u{0}x", "n": 1, "long": 2_i64, "double": 1.5, "yes": true, "no": false, "null": null,
        "at": bson::DateTime::from_millis(i64::MAX), "undefined": Bson::Undefined, "min": Bson::MinKey, "max": Bson::MaxKey,
        "decimal": Bson::Decimal128("1.50".parse().unwrap()), "code": Bson::JavaScriptCode("f()".into()),
        "symbol": Bson::Symbol("s".into()), "stamp": bson::Timestamp { time: 3, increment: 4 },
        "old": Binary { subtype: BinarySubtype::BinaryOld, bytes: vec![1, 2] },
        "uuid": Binary { subtype: BinarySubtype::Uuid, bytes: vec![9; 16] },
        "regex": bson::Regex { pattern: "^é".try_into().unwrap(), options: "i".try_into().unwrap() },
        "scoped": JavaScriptCodeWithScope { code: "f(x)".into(), scope: doc! { "x": [1, { "y": "z" }] } },
        "list": [1, "two", [3, {}], { "four": { "five": 5 } }], "": { "$a.b": "odd names" },
    }
}

#[test]
fn sound_bytes_are_read_as_the_bson_crate_reads_them() {
    let raw = RawDocumentBuf::try_from(&sample()).unwrap();
    assert_eq!(document(&raw), (Document::try_from(&*raw).unwrap(), Vec::new()));
    assert_eq!(document(&raw).0, sample());
}

proptest! {
    #[test]
    fn bytes_changed_anywhere_never_panic_and_leave_the_fields_before_them(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut stored = RawDocumentBuf::try_from(&sample()).unwrap().into_bytes();
        let mut first = stored.len();
        let inside = stored.len() - 5;
        for (index, byte) in changes {
            let at = 4 + index.index(inside);
            stored[at] = byte;
            first = first.min(at);
        }
        let raw = RawDocumentBuf::from_bytes(stored).unwrap();
        let (read, findings) = document(&raw);
        // Whatever ends before the first changed byte is there as it was.
        let mut end = 4;
        for (name, value) in sample() {
            let field = RawDocumentBuf::try_from(&doc! { name.as_str(): value.clone() }).unwrap();
            end += field.as_bytes().len() - 5;
            if end <= first {
                prop_assert_eq!(read.get(&name), Some(&value));
            }
        }
        // And all of it is what the crate reads, wherever that reads it and no name stands twice.
        if findings.is_empty() && let Ok(theirs) = Document::try_from(&*raw) {
            prop_assert_eq!(format!("{read:?}"), format!("{theirs:?}"));
        }
        let session = decode::session(read);
        prop_assert!(session.all_findings().count() < 10_000);
    }

    #[test]
    fn any_bytes_at_all_never_panic(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = document(&of(&[&noise]));
    }
}

/// A message whose tool took, gave and counted a lot.
fn large(extra: Bson) -> Document {
    let rows = || Bson::Array((0..4000).map(|n| doc! { "n": n, "s": "some words" }.into()).collect());
    let tool = doc! { "call_count": 1, "success_count": 1, "error_count": 0, "total_time": 0.5 };
    let tools: Document = (0..2000).map(|n| (format!("tool {n}"), Bson::Document(tool.clone()))).collect();
    let result =
        doc! { "toolUseId": "t", "status": "success", "content": [{ "json": { "rows": rows(), "extra": extra } }] };
    let content = [
        doc! { "toolUse": { "toolUseId": "t", "name": "big", "input": rows() } },
        doc! { "toolResult": result.clone() },
    ];
    let counters = doc! { "cycle_metrics": { "cycle_count": 1 }, "tool_usage": tools };
    doc! { "message": { "role": "user", "content": content.to_vec() }, "message_id": 1, "event_loop_metrics": counters }
}

#[test]
fn a_message_with_large_parts_is_the_same_read_from_its_bytes() {
    let stored = large("sound".into());
    let raw = RawDocumentBuf::try_from(&stored).unwrap();
    let message = decode::message_in_bytes(RawValue::from(&*raw), 3, "m");
    let whole = decode::message(stored.clone().into(), 3, "m");
    assert!(message == whole);
    assert!(message.raw.bson() == stored.into());
    assert_eq!(message.counters.as_ref().map(|counters| counters.tools.len()), Some(2000));
}

#[test]
fn a_large_part_of_what_nobody_knows_is_whole_again_in_its_block() {
    let Some(Bson::Document(known)) = large(1.into()).remove("message") else { panic!("a message") };
    let unheard = doc! { "unheard": known.get_array("content").unwrap()[0].clone() };
    let stored = doc! { "message": { "role": "user", "content": [unheard.clone()] } };
    let raw = RawDocumentBuf::try_from(&stored).unwrap();
    let message = decode::message_in_bytes(RawValue::from(&*raw), 3, "m");
    assert!(message.content == [crate::session::Block::Unknown(unheard.into())]);
}

#[test]
fn what_cannot_be_read_in_a_large_part_is_found_all_the_same() {
    let mut bytes = RawDocumentBuf::try_from(&large("MARK1".into())).unwrap().into_bytes();
    let at = bytes.windows(5).position(|part| part == b"MARK1").unwrap();
    bytes[at] = 0xff;
    let raw = RawDocumentBuf::from_bytes(bytes).unwrap();
    let message = decode::message_in_bytes(RawValue::from(&*raw), 3, "m");
    let found = message.findings.iter().find(|found| found.problem == MARKED).expect("it is told");
    assert_eq!(found.path, "m.message.content.1.toolResult.content.0.json.extra");
    let whole = decode::message(large("\u{fffd}ARK1".into()).into(), 3, "m");
    assert!(message.raw == whole.raw && message.content == whole.content && message.counters == whole.counters);
}
