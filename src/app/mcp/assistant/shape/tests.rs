use bson::{Document, doc};
use proptest::prelude::*;

use super::*;
use crate::session::decode;

const PASSWORD: &str = "abcdefghijklmnopqrstuvwxyz012345";

fn messages(contents: Vec<Vec<Document>>) -> Vec<Message> {
    let said = |(at, content): (usize, Vec<Document>)| {
        let stored = doc! { "message": { "role": "assistant", "content": content }, "message_id": at as i64 };
        decode::message(stored.into(), at as u64, "m")
    };
    contents.into_iter().enumerate().map(said).collect()
}

fn veil() -> Veil {
    Veil::of(&decode::session(doc! { "_id": "s", "session_viewer_password": PASSWORD }))
}

#[test]
fn a_text_is_cut_at_a_character_and_says_how_long_it_was() {
    assert_eq!(cut("漢字", 2), ("漢字".to_owned(), None));
    assert_eq!(cut("漢字漢", 2), ("漢…".to_owned(), Some(3)));
    assert_eq!(cut("", 0), (String::new(), None));
}

#[test]
fn a_message_is_its_blocks_with_the_tool_of_each_result() {
    let all = messages(vec![
        vec![
            doc! { "text": "Let me look." },
            doc! { "toolUse": { "toolUseId": "t-1", "name": "lookup", "input": { "order": "A100" } } },
        ],
        vec![
            doc! { "toolResult": { "toolUseId": "t-1", "status": "error", "content": [{ "text": "no such order" }] } },
        ],
    ]);
    let tools = CalledTools::of(&all);
    let (shown, _) = message(&all[0], &tools, &veil(), 4000);
    let content = json!([
        { "type": "text", "text": "Let me look." },
        { "type": "tool_use", "toolUseId": "t-1", "tool": "lookup", "text": "{\"order\":\"A100\"}" },
    ]);
    assert_eq!((&shown["content"], &shown["index"], &shown["created_at"]), (&content, &0.into(), &Value::Null));
    assert_eq!(shown.get("cut"), None);
    let (shown, _) = message(&all[1], &tools, &veil(), 4000);
    let content = json!([
        { "type": "tool_result", "toolUseId": "t-1", "tool": "lookup", "status": "error", "text": "no such order" },
    ]);
    assert_eq!(shown["content"], content);
}

#[test]
fn what_does_not_fit_is_cut_and_says_so() {
    let all = messages(vec![vec![doc! { "text": "x".repeat(500) }, doc! { "text": "never shown" }]]);
    let (shown, took) = message(&all[0], &CalledTools::of(&all), &veil(), 100);
    let text = format!("{}…", "x".repeat(99));
    assert_eq!(shown["content"], json!([{ "type": "text", "text": text, "characters": 500 }]));
    assert_eq!((&shown["cut"], &shown["blocks_left_out"]), (&true.into(), &1.into()));
    assert!(took <= 100 + BESIDE);
    let many = messages(vec![vec![doc! { "text": "" }; 1000]]);
    let (shown, _) = message(&many[0], &CalledTools::of(&many), &veil(), 40_000);
    assert_eq!(shown["content"].as_array().map(Vec::len), Some(MOST_BLOCKS));
    assert_eq!(shown["cut"], true);
}

#[test]
fn the_viewer_password_is_nowhere() {
    let all = messages(vec![vec![
        doc! { "text": format!("it is {PASSWORD}.") },
        doc! { "toolUse": { "toolUseId": "t", "name": "n", "input": { "session_viewer_password": "other", "p": PASSWORD } } },
        doc! { "toolResult": { "toolUseId": "t", "content": [{ "json": { "a": [{ "session_viewer_password": "other" }] } }] } },
        doc! { "odd": { "session_viewer_password": "other" } },
    ]]);
    let (shown, _) = message(&all[0], &CalledTools::of(&all), &veil(), 4000);
    let said = shown.to_string();
    assert!(!said.contains(PASSWORD) && !said.contains("other\\\""), "{said}");
    assert!(said.contains("it is ●●●●."), "{said}");
    let stored = doc! { "a": { "session_viewer_password": "other" } }.into();
    assert_eq!(value(&stored, &mut 100).0, json!({ "a": { "session_viewer_password": MASK } }));
}

#[test]
fn what_stands_in_for_a_redacted_message_is_shown() {
    let stored = doc! {
        "message": { "role": "user", "content": [{ "text": "secret plan" }] },
        "redact_message": { "role": "user", "content": [{ "text": "removed" }] },
    };
    let all = [decode::message(stored.into(), 0, "m")];
    let (shown, _) = message(&all[0], &CalledTools::of(&all), &veil(), 4000);
    assert!(!shown.to_string().contains("secret plan"));
    assert_eq!(shown["redacted"], true);
}

#[test]
fn a_value_is_bounded() {
    let stored: Bson = doc! { "n": 5_i64, "list": vec![1; 1000], "text": "y".repeat(1000) }.into();
    let (shown, is_cut) = value(&stored, &mut 200);
    assert!(is_cut && shown.to_string().len() < 600, "{shown}");
    assert_eq!(value(&stored, &mut 10_000), (json::stored(&stored), false));
    let bytes = bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: vec![0; 5000] };
    assert_eq!(value(&bytes.into(), &mut 100).0, json!("[5000 bytes]"));
}

proptest! {
    #[test]
    fn a_text_is_never_longer_than_it_may_be(text in ".*", most in 1_usize..50) {
        let (shown, long) = cut(&text, most);
        let characters = text.chars().count();
        prop_assert!(shown.chars().count() <= most);
        prop_assert_eq!(long, (characters > most).then_some(characters as u64));
    }
}
