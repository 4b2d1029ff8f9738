//! The blocks of a message, as Strands has them: `content` is a list, or one text in older documents.

use bson::{Bson, Document, doc};

use crate::session::MessageBody;

/// Keys of Strands' messages.
const KEYS: [&str; 4] = ["role", "content", "tracking_id", "metadata"];
/// Keys under which OpenAI's messages say something beside their content.
const BESIDE: [&str; 6] = ["tool_calls", "tool_call_id", "function_call", "reasoning_content", "reasoning", "refusal"];

/// Whether all that it says stands in its content.
pub(super) fn is_known(body: &MessageBody) -> bool {
    let fields = body.as_document();
    match fields.get("content") {
        Some(Bson::Array(_) | Bson::String(_)) => !BESIDE.iter().any(|key| fields.contains_key(key)),
        None | Some(Bson::Null) => fields.keys().all(|key| KEYS.contains(&key.as_str())),
        Some(_) => false,
    }
}

/// Its blocks; none where its content is one text, or not all that it says.
pub(super) fn blocks(body: &MessageBody) -> &[Bson] {
    if !is_known(body) {
        return &[];
    }
    body.as_document().get_array("content").map(Vec::as_slice).unwrap_or_default()
}

/// Takes its blocks out.
pub(super) fn take(body: &mut MessageBody) -> Vec<Bson> {
    match body.as_document_mut().get_mut("content").map(|content| std::mem::replace(content, Bson::Null)) {
        Some(Bson::Array(blocks)) => blocks,
        Some(Bson::String(text)) => vec![doc! { "text": text }.into()],
        _ => Vec::new(),
    }
}

/// Gives it other blocks.
pub(super) fn put(body: &mut MessageBody, blocks: Vec<Bson>) {
    body.as_document_mut().insert("content", blocks);
}

/// Leaves out texts of nothing but spaces, and says how many those were.
pub(super) fn drop_blanks(body: &mut MessageBody) -> usize {
    match body.as_document_mut().get_mut("content") {
        Some(Bson::Array(blocks)) => {
            let before = blocks.len();
            blocks.retain(|block| !is_blank(block));
            before - blocks.len()
        }
        Some(text) if is_blank(text) => {
            *text = Bson::Array(Vec::new());
            1
        }
        _ => 0,
    }
}

fn is_blank(block: &Bson) -> bool {
    let text = match block {
        Bson::String(text) => Some(text.as_str()),
        Bson::Document(fields) if fields.keys().all(|key| matches!(key.as_str(), "text" | "type")) => {
            fields.get_str("text").ok()
        }
        _ => None,
    };
    text.is_some_and(|text| text.trim().is_empty())
}

/// Whether it says nothing: a cache point alone says nothing either.
pub(super) fn is_empty(body: &MessageBody) -> bool {
    let is_cache_point = |block: &Bson| block.as_document().is_some_and(|fields| fields.contains_key("cachePoint"));
    match body.as_document().get("content") {
        Some(Bson::Array(blocks)) => blocks.iter().all(is_cache_point),
        Some(Bson::String(text)) => text.trim().is_empty(),
        _ => true,
    }
}

/// Whether two messages say the same in the same role.
pub(super) fn is_same(one: &MessageBody, other: &MessageBody) -> bool {
    let (one, other) = (one.as_document(), other.as_document());
    ["role", "content"].iter().all(|key| one.get(key) == other.get(key))
}

/// The `toolUseId` of a call.
pub(super) fn call_id(block: &Bson) -> Option<&str> {
    tool(block, "toolUse")?.get_str("toolUseId").ok()
}

/// Whether it is a result.
pub(super) fn is_result(block: &Bson) -> bool {
    block.as_document().is_some_and(|fields| fields.contains_key("toolResult"))
}

/// The `toolUseId` of a result.
pub(super) fn result_id(block: &Bson) -> Option<&str> {
    tool(block, "toolResult")?.get_str("toolUseId").ok()
}

fn tool<'a>(block: &'a Bson, kind: &str) -> Option<&'a Document> {
    block.as_document()?.get_document(kind).ok()
}
