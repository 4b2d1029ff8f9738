//! Tools: what the model asked for, and what came back.

use bson::{Bson, Document};

use super::{
    keyed::Keyed,
    known::{self, ToolFields},
    media,
    notes::{Notes, Path},
    shape, value,
};
use crate::session::{Block, StoredValue, ToolContent, ToolStatus};

/// `toolUse`, or Anthropic's `tool_use`.
pub(super) fn request(fields: &Document, names: &ToolFields, path: &Path, notes: &mut Notes) -> Block {
    needs_id(fields, names.request_id, path, notes);
    Block::ToolUse {
        id: value::text(fields, names.request_id, path, notes),
        name: value::text(fields, "name", path, notes),
        input: fields.get("input").map(StoredValue::from).unwrap_or_default(),
    }
}

/// A call and its result find each other by that id: its absence is noted.
pub(super) fn needs_id(fields: &Document, key: &str, path: &Path, notes: &mut Notes) {
    if matches!(fields.get(key), None | Some(Bson::Null)) {
        notes.missing(&path.key(key), "the id that a call and its result share");
    }
}

/// `toolResult`, or Anthropic's `tool_result` with `is_error` for the status.
pub(super) fn result(fields: &Document, names: &ToolFields, path: &Path, notes: &mut Notes) -> Block {
    needs_id(fields, names.result_id, path, notes);
    let said = value::text(fields, "status", path, notes).map(|word| status(&word, path, notes));
    let mut failed = |key: &str| value::field(fields, key, path, notes, "a boolean", Bson::as_bool);
    let status = match (said, failed("is_error"), failed("isError")) {
        // Of a tool behind MCP: its own word on it.
        (None | Some(ToolStatus::Success), _, Some(true)) => Some(ToolStatus::Error),
        (None, Some(failed), _) | (None, None, Some(failed)) => {
            Some(if failed { ToolStatus::Error } else { ToolStatus::Success })
        }
        (said, ..) => said,
    };
    known::aside(fields, known::RESULT_ASIDE, path, notes);
    let content = content(fields.get("content"), &path.key("content"), notes);
    Block::ToolResult { id: value::text(fields, names.result_id, path, notes), status, content }
}

/// What `status` says; any word but the known ones tells nothing of how it went.
fn status(word: &str, path: &Path, notes: &mut Notes) -> ToolStatus {
    let found = ToolStatus::from(word);
    if matches!(found, ToolStatus::Other(_)) {
        let problem = "A tool's result is success, error or cancelled; this tells nothing of how it went.";
        notes.odd(&path.key("status"), problem, &Bson::from(word));
    }
    found
}

/// The result of a `function_call_output`, with what its own `status` says. That it was completed is said of the output,
/// not of how the function went.
pub(super) fn stated(output: Block, fields: &Document, path: &Path, notes: &mut Notes) -> Block {
    let word = value::text(fields, "status", path, notes).filter(|word| word != "completed");
    let said = word.map(|word| if word == "failed" { ToolStatus::Error } else { status(&word, path, notes) });
    match output {
        Block::ToolResult { id, content, .. } => Block::ToolResult { id, status: said, content },
        other => other,
    }
}

/// What a tool gave: a text, or an array of parts.
pub(super) fn content(stored: Option<&Bson>, path: &Path, notes: &mut Notes) -> Vec<ToolContent> {
    match stored {
        None | Some(Bson::Null) => Vec::new(),
        Some(Bson::String(text)) => vec![ToolContent::Text(text.clone())],
        Some(Bson::Array(parts)) => {
            let mut found = Vec::with_capacity(parts.len());
            for (i, stored) in parts.iter().enumerate() {
                part(stored, &path.index(i), notes, &mut found);
            }
            found
        }
        Some(other) => {
            notes.mistyped(path, "an array of results", other);
            vec![ToolContent::Unknown(other.into())]
        }
    }
}

/// One element of the content; more than one part where an object holds more than one.
fn part(value: &Bson, path: &Path, notes: &mut Notes, out: &mut Vec<ToolContent>) {
    match value {
        Bson::String(text) => out.push(ToolContent::Text(text.clone())),
        Bson::Document(fields) => match shape::typed(fields) {
            Some(word) => match typed(word, fields, path, notes) {
                Some(found) => {
                    out.push(found);
                    known::shown(fields, &[known::typed(word)], path, notes);
                }
                None => KEYED.read(value, fields, path, notes, out),
            },
            None => KEYED.read(value, fields, path, notes, out),
        },
        other => out.push(unknown(other, path, notes)),
    }
}

fn unknown(value: &Bson, path: &Path, notes: &mut Notes) -> ToolContent {
    notes.odd(path, "This part of a tool's result is of no known kind; it is shown as stored.", value);
    ToolContent::Unknown(value.into())
}

/// Anthropic's and OpenAI's `{type, …}`.
fn typed(word: &str, fields: &Document, path: &Path, notes: &mut Notes) -> Option<ToolContent> {
    match shape::text(word, fields) {
        Some(text) => Some(ToolContent::Text(text.to_owned())),
        None => media::typed(word, fields, path, notes).map(ToolContent::Media),
    }
}

/// Strands' `{text}`, `{json}`, `{image}` and the like.
const KEYED: Keyed<ToolContent> = Keyed { names: known::PARTS, one, unknown };

fn one(key: &str, value: &Bson, path: &Path, notes: &mut Notes) -> Option<ToolContent> {
    match (key, value) {
        ("text", Bson::String(text)) => Some(ToolContent::Text(text.clone())),
        ("json", value) | ("searchResult", value @ Bson::Document(_)) => Some(ToolContent::Json(value.into())),
        (word, Bson::Document(medium)) => {
            shape::medium(word).map(|kind| ToolContent::Media(media::read(kind, medium, path, notes)))
        }
        _ => None,
    }
}
