//! OpenAI's messages: what stands beside `content` there.

use bson::{Bson, Document};

use super::{
    block, function, known,
    notes::{Notes, Path},
    tool,
};
use crate::session::Block;

/// The content of a message, with what OpenAI's messages hold beside it: reasoning before it, a refusal and tool calls
/// after it. The answer to a call is the result of a tool.
pub(super) fn content(fields: &Document, path: &Path, notes: &mut Notes) -> Vec<Block> {
    let reasoning = flat_reasoning(fields).map(|text| Block::Reasoning { text: Some(text), redacted_bytes: None });
    let mut out: Vec<Block> = reasoning.into_iter().collect();
    if let Some(id) = answered(fields) {
        let content = tool::content(fields.get("content"), &path.key("content"), notes);
        out.push(Block::ToolResult { id: Some(id.to_owned()), status: None, content });
    } else {
        let needed = !["tool_calls", "function_call", "refusal", "reasoning_content", "reasoning"]
            .iter()
            .any(|key| says_something(fields.get(key)));
        let content = block::content(fields, path, needed, notes);
        out.extend(cited(fields, content, path, notes));
        if is_unanswering(fields, &out) {
            notes.missing(&path.key("tool_call_id"), "the id of the call that it answers");
        }
    }
    out.extend(fields.get_str("refusal").ok().filter(|words| !words.is_empty()).map(|words| Block::Text(words.into())));
    calls(fields, path, notes, &mut out);
    odd_fields(fields, path, notes);
    out
}

/// The fields of a message beside those of Strands.
pub(super) fn names(fields: &Document) -> known::Names {
    if answered(fields).is_some() { known::TOOL_MESSAGE } else { &[] }
}

/// The reasoning that stands beside the content.
pub(super) fn flat_reasoning(fields: &Document) -> Option<String> {
    let mut texts = ["reasoning_content", "reasoning"].into_iter().filter_map(|key| fields.get_str(key).ok());
    texts.find(|text| !text.is_empty()).map(str::to_owned)
}

/// The call that the message answers: its id, or the name of the function where the older `function_call` asked.
fn answered(fields: &Document) -> Option<&str> {
    let is_function = || fields.get_str("role").is_ok_and(|role| role == "function");
    let name = || fields.get_str("name").ok().filter(|_| is_function());
    fields.get_str("tool_call_id").ok().or_else(name)
}

/// Whether a tool gave it and nothing says which call it answers.
fn is_unanswering(fields: &Document, content: &[Block]) -> bool {
    let is_tool = fields.get_str("role").is_ok_and(|role| role == "tool");
    let is_text = |block: &Block| matches!(block, Block::Text(_) | Block::Citations { .. } | Block::Media(_));
    is_tool && content.iter().any(is_text) && content.iter().all(is_text)
}

fn says_something(value: Option<&Bson>) -> bool {
    match value {
        Some(Bson::String(text)) => !text.is_empty(),
        Some(Bson::Array(items)) => !items.is_empty(),
        Some(Bson::Document(_)) => true,
        _ => false,
    }
}

/// The text of a message whose `annotations` name its sources; beside any other content they are shown as stored.
fn cited(fields: &Document, mut content: Vec<Block>, path: &Path, notes: &mut Notes) -> Vec<Block> {
    let sources = fields.get("annotations");
    if let [Block::Text(text)] = content.as_mut_slice() {
        let text = std::mem::take(text);
        content[0] = block::cited(text, sources);
    } else if let Some(list @ Bson::Array(_)) = sources.filter(|list| !known::is_nothing(list)) {
        notes.aside(&path.key("annotations"), list);
    }
    content
}

fn calls(fields: &Document, path: &Path, notes: &mut Notes, out: &mut Vec<Block>) {
    if let Some(Bson::Array(calls)) = fields.get("tool_calls") {
        let path = path.key("tool_calls");
        for (i, stored) in calls.iter().enumerate() {
            let path = path.index(i);
            let found = flat_call(stored, &path, notes);
            if let (Block::ToolUse { .. }, Bson::Document(call)) = (&found, stored) {
                tool::needs_id(call, "id", &path, notes);
            }
            out.push(found);
        }
    }
    if let Some(stored @ Bson::Document(_)) = fields.get("function_call") {
        let mut found = flat_call(stored, &path.key("function_call"), notes);
        // It has no id: the function's name is what its answer names.
        if let Block::ToolUse { id, name, .. } = &mut found
            && id.is_none()
        {
            id.clone_from(name);
        }
        out.push(found);
    }
}

fn flat_call(stored: &Bson, path: &Path, notes: &mut Notes) -> Block {
    let found = stored.as_document().and_then(|fields| Some((fields, function::call(fields, "id", path, notes)?)));
    let Some((fields, found)) = found else { return block::unknown(stored, path, notes) };
    known::shown(fields, &[known::CALL], path, notes);
    found
}

/// Fields of other types than these messages have, and reasoning beside other reasoning.
fn odd_fields(fields: &Document, path: &Path, notes: &mut Notes) {
    let words = ["reasoning_content", "reasoning", "refusal"];
    let shown = flat_reasoning(fields).unwrap_or_default();
    let odd = |key: &str, value: &Bson| match value {
        Bson::Null => false,
        Bson::String(text) if key == "reasoning" => !text.is_empty() && *text != shown,
        Bson::String(_) => !words.contains(&key),
        Bson::Array(_) => !matches!(key, "tool_calls" | "annotations"),
        Bson::Document(_) => key != "function_call",
        _ => true,
    };
    for &key in ["tool_calls", "function_call", "annotations"].iter().chain(&words) {
        if let Some(value) = fields.get(key).filter(|value| odd(key, value)) {
            notes.beside(&path.key(key), value);
        }
    }
}

#[cfg(test)]
mod tests;
