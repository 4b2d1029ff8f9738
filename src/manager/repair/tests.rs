use std::collections::HashSet;

use bson::{Bson, Document, doc};
use proptest::prelude::*;

use super::*;

fn call(ids: &[&str]) -> MessageBody {
    let blocks = ids.iter().map(|id| doc! { "toolUse": { "toolUseId": *id, "name": "t", "input": {} } });
    MessageBody::new("assistant", blocks.collect())
}

fn result_block(id: &str) -> Document {
    doc! { "toolResult": { "toolUseId": id, "status": "success", "content": [] } }
}

fn result(ids: &[&str]) -> MessageBody {
    MessageBody::new("user", ids.iter().map(|id| result_block(id)).collect())
}

fn text(role: &str) -> MessageBody {
    MessageBody::text(role, "x")
}

fn block_shape(block: &Document) -> String {
    match block.get_document("toolResult") {
        Ok(result) => format!("{}:{}", result.get_str("toolUseId").unwrap(), result.get_str("status").unwrap()),
        Err(_) => block.keys().next().unwrap().clone(),
    }
}

/// Roles, and the ids of results with their status.
fn shape(repaired: &Repaired) -> Vec<String> {
    let blocks = |message: &MessageBody| message.blocks().map(block_shape).collect::<Vec<_>>().join(" ");
    repaired.messages.iter().map(|message| format!("{} {}", message.role(), blocks(message))).collect()
}

fn kinds(repaired: &Repaired) -> Vec<(usize, RepairKind)> {
    repaired.repairs.iter().map(|repair| (repair.message, repair.kind.clone())).collect()
}

#[test]
fn whole_pairs_stay_as_they_are() {
    let messages = vec![text("user"), call(&["a", "b"]), result(&["b", "a"]), text("assistant")];
    assert_eq!(repair(messages.clone()), Repaired { messages, repairs: Vec::new() });
    let doubled_ids = vec![text("user"), call(&["api", "api"]), result(&["api", "api"]), call(&["api"])];
    assert_eq!(repair(doubled_ids.clone()), Repaired { messages: doubled_ids, repairs: Vec::new() });
}

#[test]
fn a_call_in_the_last_message_is_left_alone() {
    let messages = vec![text("user"), call(&["a"])];
    assert_eq!(repair(messages.clone()), Repaired { messages, repairs: Vec::new() });
}

#[test]
fn a_missing_result_is_given() {
    let repaired = repair(vec![text("user"), call(&["a", "b"]), result(&["b"]), text("assistant")]);
    assert_eq!(
        shape(&repaired),
        ["user text", "assistant toolUse toolUse", "user a:error b:success", "assistant text"]
    );
    assert_eq!(kinds(&repaired), [(1, RepairKind::CallWithoutResult { id: "a".into() })]);
}

#[test]
fn results_stand_before_a_next_prompt() {
    let prompt = text("user").with_tracking_id("p");
    let repaired = repair(vec![text("user"), call(&["a"]), prompt, text("assistant")]);
    assert_eq!(shape(&repaired), ["user text", "assistant toolUse", "user a:error text", "assistant text"]);
    assert_eq!(repaired.messages[2].tracking_id(), Some("p"));
    let repaired = repair(vec![text("user"), call(&["a"]), text("assistant")]);
    assert_eq!(shape(&repaired), ["user text", "assistant toolUse", "user a:error", "assistant text"]);
    assert!(repaired.messages[2].tracking_id().is_some());
}

#[test]
fn results_in_several_messages_come_together_and_doubled_ones_go() {
    let split = vec![text("user"), call(&["a", "b"]), result(&["a"]), result(&["b", "a"]), text("assistant")];
    let repaired = repair(split);
    assert_eq!(
        shape(&repaired),
        ["user text", "assistant toolUse toolUse", "user a:success b:success", "assistant text"]
    );
    let expected = [(3, RepairKind::ResultMoved { id: "b".into() }), (3, RepairKind::DoubledResult { id: "a".into() })];
    assert_eq!(kinds(&repaired), expected);
}

#[test]
fn results_of_one_message_of_calls_are_moved_from_however_far_down() {
    let split = vec![text("user"), call(&["a", "b"]), result(&["a"]), result(&["b"])];
    let repaired = repair(split);
    assert_eq!(shape(&repaired), ["user text", "assistant toolUse toolUse", "user a:success b:success"]);
    assert_eq!(kinds(&repaired), [(3, RepairKind::ResultMoved { id: "b".into() })]);
    let far = vec![text("user"), call(&["a", "b"]), result(&["a"]), text("assistant"), text("user"), result(&["b"])];
    let repaired = repair(far);
    let expected =
        ["user text", "assistant toolUse toolUse", "user a:success b:success", "assistant text", "user text"];
    assert_eq!(shape(&repaired), expected);
    assert_eq!(kinds(&repaired), [(5, RepairKind::ResultMoved { id: "b".into() })]);
    let same = vec![text("user"), call(&["x", "x"]), result(&["x"]), result(&["x"]), text("assistant")];
    let expected = ["user text", "assistant toolUse toolUse", "user x:success x:success", "assistant text"];
    assert_eq!(shape(&repair(same)), expected);
}

#[test]
fn results_without_calls_go_and_so_do_stale_ones() {
    let mixed = result(&["gone"]).with_text("and a question");
    let messages = vec![result(&["lost"]), mixed, call(&["a"]), result(&["a", "stale"]), text("assistant")];
    let repaired = repair(messages);
    assert_eq!(shape(&repaired), ["user text", "assistant toolUse", "user a:success", "assistant text"]);
    assert!(kinds(&repaired).contains(&(3, RepairKind::ResultWithoutCall { id: "stale".into() })));
}

#[test]
fn blank_texts_and_empty_messages_go() {
    let blank = MessageBody::new("user", vec![doc! { "text": " \n" }, doc! { "text": "x" }]);
    let repaired = repair(vec![blank, MessageBody::assistant(""), text("assistant"), MessageBody::from(doc! {})]);
    assert_eq!(shape(&repaired), ["user text", "assistant text"]);
    assert_eq!(
        kinds(&repaired),
        [(0, RepairKind::BlankText { texts: 1 }), (1, RepairKind::Empty), (3, RepairKind::Empty)]
    );
}

#[test]
fn doubles_go_and_one_role_in_a_row_is_joined() {
    let first = text("user").with_tracking_id("1");
    let other = MessageBody::user("other").with_tracking_id("1");
    let repaired = repair(vec![first.clone(), first.clone(), other, text("assistant"), text("assistant")]);
    assert_eq!(shape(&repaired), ["user text text", "assistant text text"]);
    assert_eq!(repaired.messages[0].tracking_id(), Some("1"));
    let doubled = RepairKind::Doubled { tracking_id: "1".into() };
    assert_eq!(kinds(&repaired), [(1, doubled), (2, RepairKind::Joined), (4, RepairKind::Joined)]);
}

#[test]
fn a_history_without_its_beginning_is_given_one() {
    let repaired = repair(vec![call(&["a"]), result(&["a"])]);
    assert_eq!(shape(&repaired), ["user text", "assistant toolUse", "user a:success"]);
    assert_eq!(kinds(&repaired), [(0, RepairKind::NoBeginning)]);
    assert_eq!(repair(Vec::new()), Repaired::default());
}

#[test]
fn messages_of_other_shapes_stay_as_they_are() {
    let calls = doc! { "role": "assistant", "content": "", "tool_calls": [{ "id": "c" }] };
    let answer = doc! { "role": "tool", "content": "", "tool_call_id": "c" };
    let flat = doc! { "role": "user", "content": "hi" };
    let messages: Vec<MessageBody> = [flat, calls, answer].map(MessageBody::from).into();
    assert_eq!(repair(messages.clone()), Repaired { messages, repairs: Vec::new() });
}

#[test]
fn each_change_is_a_sentence() {
    let repair = Repair { message: 3, kind: RepairKind::CallWithoutResult { id: "t".into() } };
    assert_eq!(repair.to_string(), "message 3: a call without a result was given one: it was interrupted (t)");
}

/// Whether a model accepts it.
fn accepted(messages: &[MessageBody]) -> Result<(), String> {
    for (at, message) in messages.iter().enumerate() {
        let role = message.role();
        let expected = if at % 2 == 0 { "user" } else { "assistant" };
        if role != expected {
            return Err(format!("message {at} is of {role}"));
        }
        let blocks: Vec<&Document> = message.blocks().collect();
        if blocks.is_empty()
            || blocks.iter().any(|block| block.get_str("text").is_ok_and(|text| text.trim().is_empty()))
        {
            return Err(format!("message {at} says nothing"));
        }
        let ids = |message: &MessageBody, kind: &str| {
            let id = |block: &Document| Some(block.get_document(kind).ok()?.get_str("toolUseId").ok()?.to_owned());
            let mut ids: Vec<String> = message.blocks().filter_map(id).collect();
            ids.sort();
            ids
        };
        let results = ids(message, "toolResult");
        let called = at.checked_sub(1).map(|before| ids(&messages[before], "toolUse")).unwrap_or_default();
        if results != called {
            return Err(format!("message {at} answers {results:?}, not {called:?}"));
        }
        if !blocks.iter().take(results.len()).all(|block| block.contains_key("toolResult")) {
            return Err(format!("message {at} says something before its results"));
        }
    }
    Ok(())
}

fn block(role: &'static str) -> impl Strategy<Value = Bson> {
    let id = prop::sample::select(vec!["a", "b", "c"]);
    let text = prop::sample::select(vec!["", " ", "x", "y"]).prop_map(|text| Bson::from(doc! { "text": text }));
    let tool = id.prop_map(move |id| match role {
        "assistant" => Bson::from(doc! { "toolUse": { "toolUseId": id, "name": "t", "input": {} } }),
        _ => result_block(id).into(),
    });
    prop_oneof![text, tool]
}

fn message() -> impl Strategy<Value = MessageBody> {
    let tracking_id = prop::sample::select(vec![None, None, Some("1"), Some("2")]);
    let role = prop::sample::select(vec!["user", "assistant"]);
    (role, tracking_id).prop_flat_map(|(role, tracking_id)| {
        prop::collection::vec(block(role), 0..4).prop_map(move |content| {
            let mut body = MessageBody::from(doc! { "role": role, "content": content });
            if let Some(id) = tracking_id {
                body = body.with_tracking_id(id);
            }
            body
        })
    })
}

proptest! {
    #[test]
    fn any_history_is_accepted_once_repaired_and_then_stays(given in prop::collection::vec(message(), 0..14)) {
        let repaired = repair(given.clone());
        prop_assert_eq!(accepted(&repaired.messages), Ok(()));
        prop_assert_eq!(repaired.repairs.is_empty(), repaired.messages == given);
        let again = repair(repaired.messages.clone());
        prop_assert_eq!(&again.messages, &repaired.messages);
        prop_assert_eq!(again.repairs, Vec::new());
    }

    #[test]
    fn nothing_that_was_said_is_lost(given in prop::collection::vec(message(), 0..14)) {
        let texts = |messages: &[MessageBody]| -> HashSet<String> {
            messages.iter().flat_map(MessageBody::texts).filter(|text| !text.trim().is_empty()).collect()
        };
        let before = texts(&given);
        prop_assert!(texts(&repair(given).messages).is_superset(&before));
    }
}
