//! Whose shape a content block has: Strands' `{kind: …}` or Anthropic's `{type: kind, …}`.

use bson::Document;

use crate::session::MediaKind;

/// The kind of medium a key or an Anthropic `type` names.
pub(super) fn medium(word: &str) -> Option<MediaKind> {
    word.parse().ok()
}

/// The `type` of a block of Anthropic's shape; `None`: it is of Strands' shape.
pub(super) fn anthropic(fields: &Document) -> Option<&str> {
    fields.get_str("type").ok().filter(|word| !has_known_key(fields, word))
}

/// Whether a block with a `type` is Strands' all the same: its key stands there and its `type` names no other kind.
fn has_known_key(fields: &Document, word: &str) -> bool {
    let anthropic = ["text", "tool_use", "tool_result", "thinking", "redacted_thinking"];
    let strands = ["toolUse", "toolResult", "reasoningContent", "citationsContent", "guardContent", "cachePoint"];
    !anthropic.contains(&word) && medium(word).is_none() && strands.iter().any(|key| fields.contains_key(key))
}
