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
        out.extend(cited(fields, block::content(fields, path, needed, notes)));
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

/// The call that the message answers.
fn answered(fields: &Document) -> Option<&str> {
    fields.get_str("tool_call_id").ok()
}

fn says_something(value: Option<&Bson>) -> bool {
    match value {
        Some(Bson::String(text)) => !text.is_empty(),
        Some(Bson::Array(items)) => !items.is_empty(),
        Some(Bson::Document(_)) => true,
        _ => false,
    }
}

/// The text of a message whose `annotations` name its sources.
fn cited(fields: &Document, mut content: Vec<Block>) -> Vec<Block> {
    if let [Block::Text(text)] = content.as_mut_slice() {
        let text = std::mem::take(text);
        content[0] = block::cited(text, fields.get("annotations"));
    }
    content
}

fn calls(fields: &Document, path: &Path, notes: &mut Notes, out: &mut Vec<Block>) {
    if let Some(Bson::Array(calls)) = fields.get("tool_calls") {
        let path = path.key("tool_calls");
        out.extend(calls.iter().enumerate().map(|(i, stored)| flat_call(stored, &path.index(i), notes)));
    }
    if let Some(stored @ Bson::Document(_)) = fields.get("function_call") {
        out.push(flat_call(stored, &path.key("function_call"), notes));
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
