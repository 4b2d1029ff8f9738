//! Tool calls and results in pairs: models refuse a conversation in which one lacks the other.

use std::collections::{HashMap, HashSet};

use bson::{Bson, Document, doc};

use crate::session::record::MessageBody;

/// Makes every tool call be followed by its result, in memory alone: what a crash, a cut or a second writer has torn.
///
/// A result without its call is dropped (and a message that held nothing else). A call without its result is given one
/// that says that it was interrupted; where the next message holds no results but something else, in a message of its own.
/// Calls in the last message are left alone: their results may be about to come.
#[must_use]
pub fn repair(mut messages: Vec<MessageBody>) -> Vec<MessageBody> {
    drop_orphans(&mut messages);
    let last = messages.len().saturating_sub(1);
    for index in (0..last).rev() {
        let calls = call_ids(&messages[index]);
        if !calls.is_empty() {
            answer(&mut messages, index + 1, &calls);
        }
    }
    messages
}

fn drop_orphans(messages: &mut Vec<MessageBody>) {
    for index in (0..messages.len()).rev() {
        let called = index > 0 && !call_ids(&messages[index - 1]).is_empty();
        if called || messages[index].role() != "user" || results(&messages[index]).is_empty() {
            continue;
        }
        let rest = without_results(&messages[index]);
        if rest.is_empty() {
            messages.remove(index);
        } else {
            messages[index].0.insert("content", rest);
        }
    }
}

/// Makes the message at `index` hold one result for each call, before whatever else it says.
fn answer(messages: &mut Vec<MessageBody>, index: usize, calls: &[String]) {
    let mut found = results(&messages[index]);
    let wanted: HashSet<&String> = calls.iter().collect();
    if found.keys().collect::<HashSet<_>>() == wanted {
        return;
    }
    let mut rest = without_results(&messages[index]);
    if found.is_empty() && !rest.is_empty() {
        let mut between = MessageBody::new("user", Vec::new());
        between.ensure_tracking_id();
        messages.insert(index, between);
        rest.clear();
    }
    let answers = calls.iter().map(|id| found.remove(id).unwrap_or_else(|| interrupted(id)));
    let content: Vec<Bson> = answers.chain(rest).collect();
    messages[index].0.insert("content", content);
}

fn interrupted(id: &str) -> Bson {
    doc! { "toolResult": {
        "toolUseId": id, "status": "error", "content": [{ "text": "The tool call was interrupted." }],
    } }
    .into()
}

fn call_ids(message: &MessageBody) -> Vec<String> {
    message.blocks().filter_map(|block| tool_use_id(block, "toolUse")).collect()
}

fn results(message: &MessageBody) -> HashMap<String, Bson> {
    message
        .blocks()
        .filter_map(|block| Some((tool_use_id(block, "toolResult")?, Bson::Document(block.clone()))))
        .collect()
}

fn tool_use_id(block: &Document, kind: &str) -> Option<String> {
    block.get_document(kind).ok()?.get_str("toolUseId").ok().map(str::to_owned)
}

fn without_results(message: &MessageBody) -> Vec<Bson> {
    let is_result = |block: &Bson| block.as_document().is_some_and(|block| block.contains_key("toolResult"));
    message.0.get_array("content").into_iter().flatten().filter(|block| !is_result(block)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(ids: &[&str]) -> MessageBody {
        let blocks = ids.iter().map(|id| doc! { "toolUse": { "toolUseId": *id, "name": "t", "input": {} } });
        MessageBody::new("assistant", blocks.collect())
    }

    fn result(ids: &[&str]) -> MessageBody {
        let blocks =
            ids.iter().map(|id| doc! { "toolResult": { "toolUseId": *id, "status": "success", "content": [] } });
        MessageBody::new("user", blocks.collect())
    }

    fn text(role: &str) -> MessageBody {
        MessageBody::text(role, "x")
    }

    /// Roles, and the ids of results with their status.
    fn shape(messages: &[MessageBody]) -> Vec<String> {
        let block = |block: &Document| match block.get_document("toolResult") {
            Ok(result) => format!("{}:{}", result.get_str("toolUseId").unwrap(), result.get_str("status").unwrap()),
            Err(_) => block.keys().next().unwrap().clone(),
        };
        messages
            .iter()
            .map(|message| format!("{} {}", message.role(), message.blocks().map(block).collect::<Vec<_>>().join(" ")))
            .collect()
    }

    #[test]
    fn whole_pairs_stay_as_they_are() {
        let messages = vec![text("user"), call(&["a", "b"]), result(&["b", "a"]), text("assistant")];
        assert_eq!(repair(messages.clone()), messages);
    }

    #[test]
    fn a_call_in_the_last_message_is_left_alone() {
        let messages = vec![text("user"), call(&["a"])];
        assert_eq!(repair(messages.clone()), messages);
    }

    #[test]
    fn a_missing_result_is_given() {
        let repaired = repair(vec![call(&["a", "b"]), result(&["b"]), text("assistant")]);
        assert_eq!(shape(&repaired), ["assistant toolUse toolUse", "user a:error b:success", "assistant text"]);
    }

    #[test]
    fn results_of_their_own_come_before_a_next_prompt() {
        let repaired = repair(vec![call(&["a"]), text("user"), text("assistant")]);
        assert_eq!(shape(&repaired), ["assistant toolUse", "user a:error", "user text", "assistant text"]);
        assert!(repaired[1].tracking_id().is_some());
    }

    #[test]
    fn results_without_calls_go_and_so_do_stale_ones() {
        let mut mixed = result(&["gone"]);
        mixed.0.get_array_mut("content").unwrap().push(doc! { "text": "and a question" }.into());
        let repaired = repair(vec![result(&["lost"]), mixed, call(&["a"]), result(&["a", "stale"]), text("assistant")]);
        assert_eq!(shape(&repaired), ["user text", "assistant toolUse", "user a:success", "assistant text"]);
    }
}
