//! The fields that each kind of object is known to have. What stands beside them is told of, and shown where people
//! read messages.
//!
//! Source: Strands' types in Python and TypeScript, Anthropic's and OpenAI's messages, and what real documents hold.

use bson::{Bson, Document};

use super::notes::{Notes, Path};

/// Names of fields.
pub(super) type Names = &'static [&'static str];

/// `agents.<id>`.
pub(super) const AGENT: Names = &["agent_data", "messages", "created_at", "updated_at"];
/// `agents.<id>.agent_data`: Strands' `SessionAgent`, and what the session manager adds.
pub(super) const AGENT_DATA: Names = &[
    "agent_id",
    "state",
    "conversation_manager_state",
    "_internal_state",
    "created_at",
    "updated_at",
    "model",
    "system_prompt",
    "prompt_metadata",
];
/// `agent_data._internal_state`.
pub(super) const INTERNAL_STATE: Names = &["interrupt_state", "model_state"];
/// `_internal_state.interrupt_state`.
pub(super) const INTERRUPT_STATE: Names = &["interrupts", "context", "activated", "pending_tool_execution"];
/// `interrupt_state.pending_tool_execution`.
pub(super) const PENDING_TOOLS: Names = &["assistant_message", "completed_tool_results"];
/// An element of `interrupt_state.interrupts`.
pub(super) const INTERRUPT: Names = &["id", "name", "reason", "response"];
/// `agent_data.prompt_metadata`.
pub(super) const PROMPT_METADATA: Names =
    &["prompt_id", "prompt_name", "prompt_version", "deployment_id", "deployment_name", "temperature"];
/// An element of `messages`.
pub(super) const RECORD: Names = &[
    "message",
    "message_id",
    "redact_message",
    "created_at",
    "updated_at",
    "event_loop_metrics",
    "guardrail_event",
    "latency_ms",
    "input_tokens",
    "output_tokens",
    "total_tokens",
];
/// A message, Strands' or OpenAI's.
pub(super) const MESSAGE: Names = &[
    "role",
    "content",
    "tracking_id",
    "trackingId",
    "metadata",
    "tool_calls",
    "function_call",
    "reasoning_content",
    "reasoning",
    "refusal",
    "annotations",
];
/// What else OpenAI's message of a tool or a function has.
pub(super) const TOOL_MESSAGE: Names = &["tool_call_id", "name"];
/// `message.metadata`.
pub(super) const METADATA: Names = &["usage", "metrics", "custom"];
/// Those of them that say something else than figures.
pub(super) const METADATA_ASIDE: Names = &["custom"];
/// `metadata.usage`, `accumulated_usage`.
pub(super) const USAGE: Names =
    &["inputTokens", "outputTokens", "totalTokens", "cacheReadInputTokens", "cacheWriteInputTokens"];
/// `metadata.metrics`, `accumulated_metrics`.
pub(super) const METRICS: Names = &["latencyMs", "timeToFirstByteMs"];
/// `event_loop_metrics`.
pub(super) const COUNTERS: Names = &["accumulated_usage", "accumulated_metrics", "cycle_metrics", "tool_usage"];
/// An element of `guardrail_events`, `guardrail_event`.
pub(super) const GUARDRAIL_EVENT: Names =
    &["message_id", "agent_id", "action", "timestamp", "stop_reason", "policies_triggered", "trace"];

/// The keys of Strands' blocks.
pub(super) const BLOCKS: Names = &[
    "text",
    "toolUse",
    "toolResult",
    "reasoningContent",
    "reasoning",
    "cachePoint",
    "guardContent",
    "citationsContent",
    "citations",
    "interruptResponse",
    "searchResult",
    "image",
    "audio",
    "video",
    "document",
];
/// The keys of the parts of a tool's result.
pub(super) const PARTS: Names = &["text", "json", "image", "audio", "video", "document", "searchResult"];

/// How a shape names the id of a tool call, and which fields its request and its result have.
pub(super) struct ToolFields {
    pub(super) request_id: &'static str,
    pub(super) result_id: &'static str,
    pub(super) request: Names,
    pub(super) result: Names,
}

/// `toolUse`, `toolResult`; the last three of a result are those of tools behind MCP.
pub(super) const STRANDS_TOOL: ToolFields = ToolFields {
    request_id: "toolUseId",
    result_id: "toolUseId",
    request: &["toolUseId", "name", "input", "reasoningSignature"],
    result: &["toolUseId", "status", "content", "structuredContent", "metadata", "isError"],
};
/// What tools behind MCP give beside the content.
pub(super) const RESULT_ASIDE: Names = &["structuredContent", "metadata"];
/// `tool_use`, `tool_result`.
pub(super) const ANTHROPIC_TOOL: ToolFields = ToolFields {
    request_id: "id",
    result_id: "tool_use_id",
    request: &["type", "id", "name", "input", "cache_control"],
    result: &["type", "tool_use_id", "content", "is_error", "cache_control"],
};

/// An element of OpenAI's `tool_calls`, and its `function_call`s.
pub(super) const CALL: Names =
    &["id", "call_id", "type", "index", "status", "function", "custom", "name", "arguments", "args", "input"];
/// `function` or `custom` of such an element.
pub(super) const CALLED: Names = &["name", "arguments", "input"];

/// `reasoningContent`.
pub(super) const REASONING_CONTENT: Names = &["reasoningText", "redactedContent"];
/// `reasoningContent.reasoningText`.
pub(super) const REASONING_TEXT: Names = &["text", "signature"];
/// TypeScript's `reasoning`.
pub(super) const REASONING: Names = &["text", "signature", "redactedContent"];
/// `cachePoint`; TypeScript's has `cacheType`.
pub(super) const CACHE_POINT: Names = &["type", "cacheType", "ttl"];
/// How long it is kept.
pub(super) const CACHE_POINT_ASIDE: Names = &["ttl"];
/// `guardContent`.
pub(super) const GUARD: Names = &["text", "image"];
/// `guardContent.text`.
pub(super) const GUARD_TEXT: Names = &["text", "qualifiers"];
/// `citationsContent`; TypeScript's `citations`.
pub(super) const CITED: Names = &["content", "citations"];
/// An element of `citationsContent.content`.
pub(super) const CITED_TEXT: Names = &["text"];
/// An element of `citationsContent.citations`.
pub(super) const CITATION: Names = &["title", "source", "location", "sourceContent"];
/// `image`, `audio`, `video`, `document`.
pub(super) const MEDIUM: Names = &["format", "name", "source", "citations", "context"];
/// What a model reads of a document besides itself.
pub(super) const MEDIUM_ASIDE: Names = &["citations", "context"];
/// `interruptResponse`.
pub(super) const INTERRUPT_RESPONSE: Names = &["interruptId", "response"];
/// The `source` of a medium.
pub(super) const SOURCE: Names = &[
    "bytes",
    "location",
    "s3Location",
    "url",
    "file_id",
    "data",
    "text",
    "content",
    "type",
    "media_type",
    "__bytes_encoded__",
];
/// `image_url`, `input_audio` and `file` of OpenAI's blocks.
pub(super) const OPENAI_MEDIUM: Names =
    &["url", "detail", "data", "format", "filename", "file_data", "file_id", "file_url"];

/// The fields of a block with a `type`.
pub(super) fn typed(word: &str) -> Names {
    match word {
        "text" | "input_text" | "output_text" => {
            &["type", "text", "citations", "annotations", "logprobs", "cache_control"]
        }
        "refusal" => &["type", "refusal"],
        "thinking" => &["type", "thinking", "signature"],
        "redacted_thinking" => &["type", "data"],
        "reasoning" => &["type", "id", "reasoning", "text", "summary", "encrypted_content", "signature", "status"],
        "tool_use" => ANTHROPIC_TOOL.request,
        "tool_result" => ANTHROPIC_TOOL.result,
        "function_call" => CALL,
        "function_call_output" => &["type", "id", "call_id", "output", "status"],
        "image_url" => &["type", "image_url"],
        "input_image" => &["type", "image_url", "file_id", "detail"],
        "input_audio" => &["type", "input_audio"],
        "file" => &["type", "file"],
        "input_file" => &["type", "filename", "file_data", "file_id", "file_url"],
        _ => &["type", "format", "name", "title", "source", "citations", "context", "cache_control"],
    }
}

/// Tells of every field beside the known ones. Null holds nothing.
pub(super) fn told(fields: &Document, known: &[Names], path: &Path, notes: &mut Notes) {
    for (key, value) in beside(fields, known) {
        notes.unknown(&path.key(key), value);
    }
}

/// Tells of every field beside the known ones, and has them shown after what they belong to.
pub(super) fn shown(fields: &Document, known: &[Names], path: &Path, notes: &mut Notes) {
    for (key, value) in beside(fields, known) {
        notes.beside(&path.key(key), value);
    }
}

/// Has some known fields shown after what they belong to. What is empty holds nothing.
pub(super) fn aside(fields: &Document, names: Names, path: &Path, notes: &mut Notes) {
    for (key, value) in names.iter().filter_map(|key| Some((key, fields.get(key)?))) {
        if !is_nothing(value) {
            notes.aside(&path.key(key), value);
        }
    }
}

/// Whether a value holds nothing.
pub(super) fn is_nothing(value: &Bson) -> bool {
    match value {
        Bson::Null => true,
        Bson::String(text) => text.is_empty(),
        Bson::Array(items) => items.is_empty(),
        Bson::Document(fields) => fields.is_empty(),
        _ => false,
    }
}

fn beside<'a>(fields: &'a Document, known: &'a [Names]) -> impl Iterator<Item = (&'a str, &'a Bson)> {
    fields
        .iter()
        .map(|(key, value)| (key.as_str(), value))
        .filter(|(key, value)| !matches!(value, Bson::Null) && !known.iter().any(|names| names.contains(key)))
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;
    use crate::session::Block;

    #[test]
    fn what_stands_beside_known_fields_is_told_with_its_value_and_shown_under_its_place() {
        let block = Path::At("m.content.0");
        let mut notes = Notes::default();
        let fields = doc! { "toolUseId": "t", "cost": 3, "nothing": Bson::Null };
        shown(&fields, &[STRANDS_TOOL.request], &block.key("toolUse"), &mut notes);
        assert_eq!(notes.take_beside(&block), Some(Block::Beside(doc! { "toolUse.cost": 3 })));
        assert_eq!(notes.take_beside(&block), None);
        told(&doc! { "usage": 1, "price": "high" }, &[METADATA], &Path::At("m.metadata"), &mut notes);
        assert_eq!(notes.take_beside(&block), None);
        let found = notes.into_findings();
        let told: Vec<_> = found.iter().map(|found| (found.path.as_str(), found.problem.as_str())).collect();
        let expected = [
            ("m.content.0.toolUse.cost", "This field is not known here; it is shown as stored: 3"),
            ("m.metadata.price", "This field is not known here: \"high\""),
        ];
        assert_eq!(told, expected);
    }
}
