//! Plain text of messages and values: for finding, copying and `show`.

use bson::Bson;

pub use super::value_text::{compact, element_word, pretty, type_word};
#[cfg(feature = "app")]
pub(crate) use super::{
    value_text::location,
    value_view::{ValueView, start},
};

use super::{Block, Message, ToolContent, citations};

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

/// Whether a text in lower case stands in that text of a message, in any case.
#[cfg(feature = "app")]
pub(crate) fn says(message: &Message, lowercase: &str) -> bool {
    text_of(message).to_lowercase().contains(lowercase)
}

fn push_block(out: &mut String, block: &Block) {
    match block {
        Block::Text(text) | Block::Reasoning { text: Some(text), .. } => out.push_str(text),
        Block::Citations { text, citations } => {
            out.push_str(text);
            for source in citations::sources(citations) {
                out.push('\n');
                out.push_str(&source);
            }
        }
        Block::Reasoning { text: None, redacted_bytes: None } => out.push_str("[reasoning without text]"),
        Block::Reasoning { text: None, redacted_bytes: Some(_) } => out.push_str("[redacted reasoning]"),
        Block::ToolUse { name, input, .. } => {
            out.push_str(name.as_deref().unwrap_or("tool"));
            out.push(' ');
            out.push_str(&compact(&input.bson()));
        }
        Block::ToolResult { content, .. } => push_parts(out, content),
        Block::Media(media) => out.push_str(&media.describe()),
        Block::Guard(value) => match citations::guard_text(value) {
            Some(text) => out.push_str(text),
            None => out.push_str(&compact(value)),
        },
        Block::CachePoint(value) => out.push_str(&compact(value)),
        Block::Other { value, .. } | Block::Unknown(value) => out.push_str(&compact(&value.bson())),
        Block::Beside(fields) => out.push_str(&compact(&Bson::Document(fields.clone()))),
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
            ToolContent::Json(value) | ToolContent::Unknown(value) => out.push_str(&compact(&value.bson())),
            ToolContent::Media(media) => out.push_str(&media.describe()),
        }
    }
}
