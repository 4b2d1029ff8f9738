//! Whose shape a content block has: Strands' `{kind: …}`, or Anthropic's and OpenAI's `{type: kind, …}`.

use bson::Document;

use crate::session::MediaKind;

/// The kind of medium a key or a `type` names.
pub(super) fn medium(word: &str) -> Option<MediaKind> {
    word.parse().ok()
}

/// The `type` of a block of Anthropic's or OpenAI's shape; `None`: it is of Strands' shape.
pub(super) fn typed(fields: &Document) -> Option<&str> {
    fields.get_str("type").ok().filter(|word| !has_known_key(fields, word))
}

/// What a block with a `type` says: a text, or why the model would not.
pub(super) fn text<'a>(word: &str, fields: &'a Document) -> Option<&'a str> {
    let key = match word {
        "text" | "input_text" | "output_text" => "text",
        "refusal" => "refusal",
        _ => return None,
    };
    fields.get_str(key).ok()
}

/// Whether a block with a `type` is Strands' all the same: its key stands there and its `type` names no other kind.
fn has_known_key(fields: &Document, word: &str) -> bool {
    const TYPED: [&str; 15] = [
        "text",
        "input_text",
        "output_text",
        "refusal",
        "tool_use",
        "tool_result",
        "function_call",
        "function_call_output",
        "thinking",
        "redacted_thinking",
        "reasoning",
        "image_url",
        "input_image",
        "input_audio",
        "input_file",
    ];
    let strands = ["toolUse", "toolResult", "reasoningContent", "citationsContent", "guardContent", "cachePoint"];
    !TYPED.contains(&word) && medium(word).is_none() && strands.iter().any(|key| fields.contains_key(key))
}
