//! The shapes of the answers.

use serde_json::{Value, json};

pub fn list() -> Value {
    let row = object(
        &json!({
            "session_id": { "type": "string" },
            "application_name": maybe("string"),
            "session_type": maybe("string"),
            "created_at": date(),
            "updated_at": date(),
            "agents": { "type": ["array", "null"], "items": { "type": "object" } },
            "messages": maybe("integer"),
            "feedbacks": maybe("object"),
            "guardrail_events": maybe("integer"),
            "bytes": maybe("integer"),
            "usage": maybe("object"),
            "metadata": {},
            "metadata_cut": { "type": "boolean" },
            "agents_left_out": { "type": "integer" },
        }),
        &["session_id"],
    );
    object(
        &json!({
            "sessions": { "type": "array", "items": row },
            "matching": maybe("integer"),
            "complete": { "type": "boolean" },
            "next": maybe("string"),
            "note": maybe("string"),
        }),
        &["sessions", "complete", "next"],
    )
}

pub fn show() -> Value {
    let block = object(
        &json!({
            "type": { "type": "string" },
            "toolUseId": { "type": "string" },
            "tool": { "type": "string" },
            "status": { "type": "string" },
            "text": { "type": "string" },
            "characters": { "type": "integer", "description": "Length of the whole text, where it was cut." },
        }),
        &["type", "text"],
    );
    let message = object(
        &json!({
            "index": { "type": "integer" },
            "message_id": maybe("integer"),
            "role": { "type": "string" },
            "created_at": date(),
            "totalTokens": maybe("integer"),
            "latency_ms": maybe("integer"),
            "redacted": { "type": "boolean" },
            "guardrail": { "type": "string" },
            "content": { "type": "array", "items": block },
            "blocks_left_out": { "type": "integer" },
            "cut": { "type": "boolean" },
        }),
        &["index", "role", "content"],
    );
    object(
        &json!({
            "session_id": { "type": "string" },
            "agent": maybe("string"),
            "agents": { "type": "array", "items": { "type": "object" } },
            "stored": { "type": ["integer", "null"], "description": "Messages that the agent has in all." },
            "messages": { "type": "array", "items": message },
            "next": maybe("string"),
        }),
        &["session_id", "messages", "next"],
    )
}

pub fn find() -> Value {
    let hit = object(
        &json!({
            "session_id": { "type": "string" },
            "application_name": maybe("string"),
            "agent_id": { "type": "string" },
            "index": { "type": "integer", "description": "Of the message, for show_messages." },
            "role": { "type": "string" },
            "created_at": date(),
            "type": { "type": "string" },
            "tool": maybe("string"),
            "status": maybe("string"),
            "excerpt": { "type": "string" },
        }),
        &["session_id", "agent_id", "index", "excerpt"],
    );
    object(
        &json!({
            "hits": { "type": "array", "items": hit },
            "searched": object(
                &json!({ "sessions": { "type": "integer" }, "messages": { "type": "integer" } }),
                &["sessions", "messages"],
            ),
            "complete": { "type": "boolean" },
            "stopped_by": { "enum": ["limit", "time", "sessions", null] },
            "next": maybe("string"),
            "note": maybe("string"),
        }),
        &["hits", "complete", "next"],
    )
}

pub fn metrics() -> Value {
    object(
        &json!({
            "session_id": { "type": "string" },
            "total": { "type": "object" },
            "agents": { "type": "object", "description": "By agent_id." },
            "agents_left_out": { "type": "integer" },
        }),
        &["session_id", "total", "agents"],
    )
}

pub fn health() -> Value {
    let check = object(
        &json!({
            "name": { "type": "string", "description": "What was looked at: a path in the document, or `size`." },
            "verdict": { "enum": ["ok", "warn", "fail"] },
            "found": { "type": "string" },
            "advice": maybe("string"),
        }),
        &["name", "verdict", "found"],
    );
    let error = object(
        &json!({
            "agent_id": { "type": "string" },
            "index": { "type": "integer" },
            "created_at": date(),
            "tool": maybe("string"),
            "text": { "type": "string" },
        }),
        &["agent_id", "index", "text"],
    );
    object(
        &json!({
            "session_id": { "type": "string" },
            "healthy": { "type": "boolean" },
            "checks": { "type": "array", "items": check },
            "checks_left_out": { "type": "integer" },
            "tool_errors": { "type": "array", "items": error },
            "tool_errors_in_all": { "type": "integer" },
        }),
        &["session_id", "healthy", "checks", "tool_errors"],
    )
}

fn object(properties: &Value, needed: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": needed })
}

fn maybe(kind: &str) -> Value {
    json!({ "type": [kind, "null"] })
}

/// RFC 3339; a date beyond what that can say is Extended JSON.
fn date() -> Value {
    json!({ "type": ["string", "object", "null"] })
}
