//! Plain text of messages and values: for finding, copying and `show`.

use bson::Bson;

use super::{Block, Message, ToolContent};

/// A short word for a BSON type.
#[must_use]
pub fn type_word(value: &Bson) -> &'static str {
    match value {
        Bson::Double(_) => "f64",
        Bson::String(_) => "str",
        Bson::Array(_) => "arr",
        Bson::Document(_) => "obj",
        Bson::Boolean(_) => "bool",
        Bson::Null => "null",
        Bson::RegularExpression(_) => "regex",
        Bson::JavaScriptCode(_) | Bson::JavaScriptCodeWithScope(_) => "js",
        Bson::Int32(_) => "i32",
        Bson::Int64(_) => "i64",
        Bson::Timestamp(_) => "ts",
        Bson::Binary(_) => "bin",
        Bson::ObjectId(_) => "oid",
        Bson::DateTime(_) => "date",
        Bson::Symbol(_) => "sym",
        Bson::Decimal128(_) => "dec",
        Bson::Undefined => "undef",
        Bson::MaxKey => "max",
        Bson::MinKey => "min",
        Bson::DbPointer(_) => "dbptr",
    }
}

/// A value as indented relaxed Extended JSON. Stored text: make it safe before it reaches a terminal.
#[must_use]
pub fn pretty(value: &Bson) -> String {
    let json = value.clone().into_relaxed_extjson();
    serde_json::to_string_pretty(&json).unwrap_or_else(|_| value.to_string())
}

/// A value as relaxed Extended JSON on one line.
#[must_use]
pub fn compact(value: &Bson) -> String {
    value.clone().into_relaxed_extjson().to_string()
}

/// The text of a message as it is shown: texts, reasoning, tool names with their input and results, media as a line.
#[must_use]
pub fn text_of(message: &Message) -> String {
    let mut out = String::new();
    for block in message.shown_content() {
        if !out.is_empty() {
            out.push('\n');
        }
        push_block(&mut out, block);
    }
    out
}

fn push_block(out: &mut String, block: &Block) {
    match block {
        Block::Text(text) | Block::Citations { text, .. } | Block::Reasoning { text: Some(text), .. } => {
            out.push_str(text);
        }
        Block::Reasoning { text: None, .. } => out.push_str("[redacted reasoning]"),
        Block::ToolUse { name, input, .. } => {
            out.push_str(name.as_deref().unwrap_or("tool"));
            out.push(' ');
            out.push_str(&compact(input));
        }
        Block::ToolResult { content, .. } => push_parts(out, content),
        Block::Media(media) => out.push_str(&media.describe()),
        Block::CachePoint(value) | Block::Guard(value) | Block::Unknown(value) => out.push_str(&compact(value)),
    }
}

/// The parts of a tool's result as text, one a line.
pub(super) fn tool_text(content: &[ToolContent]) -> String {
    let mut out = String::new();
    push_parts(&mut out, content);
    out
}

fn push_parts(out: &mut String, content: &[ToolContent]) {
    for (i, part) in content.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        match part {
            ToolContent::Text(text) => out.push_str(text),
            ToolContent::Json(value) | ToolContent::Unknown(value) => out.push_str(&compact(value)),
            ToolContent::Media(media) => out.push_str(&media.describe()),
        }
    }
}
