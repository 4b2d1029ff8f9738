use bson::doc;

use super::*;
use crate::session::{Message, ToolContent, decode};

fn read(fields: Document) -> Message {
    let mut record = doc! { "message_id": 0 };
    record.extend(fields);
    decode::message(record.into(), 0, "m")
}

fn tool_use(id: Option<&str>, name: &str, input: impl Into<Bson>) -> Block {
    Block::ToolUse { id: id.map(str::to_owned), name: Some(name.to_owned()), input: input.into().into() }
}

#[test]
fn calls_stand_after_what_is_said_and_reasoning_before_it() {
    let call = doc! { "id": "c", "type": "function", "function": { "name": "f", "arguments": "{\"a\":1}" } };
    let message = read(doc! {
        "role": "assistant", "content": "wait", "reasoning_content": "hm", "tool_calls": [call], "refusal": Bson::Null,
    });
    let expected = [
        Block::Reasoning { text: Some("hm".to_owned()), redacted_bytes: None },
        Block::Text("wait".to_owned()),
        tool_use(Some("c"), "f", doc! { "a": 1 }),
    ];
    assert_eq!(message.content, expected);
    assert_eq!(message.findings, []);
}

#[test]
fn a_call_needs_no_content_and_anything_else_does() {
    let call = doc! { "id": "c", "function": { "name": "f", "arguments": "" } };
    let silent = read(doc! { "role": "assistant", "content": Bson::Null, "tool_calls": [call] });
    assert_eq!((silent.content, silent.findings), (vec![tool_use(Some("c"), "f", "")], vec![]));
    let empty = read(doc! { "role": "assistant", "content": Bson::Null, "tool_calls": [] });
    assert_eq!(empty.findings.iter().map(|finding| finding.path.as_str()).collect::<Vec<_>>(), ["m.content"]);
}

#[test]
fn the_answer_to_a_call_is_a_result_without_a_status() {
    let parts = vec![doc! { "type": "text", "text": "rain" }];
    let message = read(doc! { "role": "tool", "tool_call_id": "c", "name": "f", "content": parts });
    let content = vec![ToolContent::Text("rain".to_owned())];
    assert_eq!(message.content, [Block::ToolResult { id: Some("c".to_owned()), status: None, content }]);
    assert_eq!(message.findings, []);
}

#[test]
fn calls_and_fields_of_no_known_shape_are_shown_and_told() {
    let message = read(doc! { "role": "assistant", "content": "x", "tool_calls": [5], "refusal": 7, "logprobs": 1 });
    let beside = Block::Beside(doc! { "refusal": 7, "logprobs": 1 });
    assert_eq!(message.content, [Block::Text("x".to_owned()), Block::Unknown(Bson::Int32(5).into()), beside]);
    let paths: Vec<_> = message.findings.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(paths, ["m.tool_calls.0", "m.refusal", "m.logprobs"]);
}

#[test]
fn sources_of_a_text_may_stand_in_its_annotations() {
    let notes = vec![doc! { "type": "url_citation", "url": "https://e.example" }];
    let message = read(doc! { "role": "assistant", "content": "said", "annotations": notes.clone() });
    assert_eq!(message.content, [Block::Citations { text: "said".to_owned(), citations: notes.into() }]);
}
