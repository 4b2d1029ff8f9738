//! Tools: what the model asked for, and what came back.

use bson::{Bson, Document};

use super::{
    media,
    notes::{Notes, Path},
    shape, value,
};
use crate::session::{Block, ToolContent, ToolStatus};

/// `toolUse`, or Anthropic's `tool_use` with another name for the id.
pub(super) fn request(fields: &Document, id: &str, path: &Path, notes: &mut Notes) -> Block {
    Block::ToolUse {
        id: value::text(fields, id, path, notes),
        name: value::text(fields, "name", path, notes),
        input: fields.get("input").cloned().unwrap_or(Bson::Null),
    }
}

/// `toolResult`, or Anthropic's `tool_result` with another name for the id and `is_error` for the status.
pub(super) fn result(fields: &Document, id: &str, path: &Path, notes: &mut Notes) -> Block {
    let status = value::text(fields, "status", path, notes).map(|word| ToolStatus::from(word.as_str())).or_else(|| {
        value::field(fields, "is_error", path, notes, "a boolean", Bson::as_bool)
            .map(|failed| if failed { ToolStatus::Error } else { ToolStatus::Success })
    });
    let content = match fields.get("content") {
        None | Some(Bson::Null) => Vec::new(),
        Some(Bson::String(text)) => vec![ToolContent::Text(text.clone())],
        Some(Bson::Array(parts)) => {
            let path = path.key("content");
            parts.iter().enumerate().map(|(i, part)| self::part(part, &path.index(i), notes)).collect()
        }
        Some(other) => {
            notes.mistyped(&path.key("content"), "an array of results", other);
            vec![ToolContent::Unknown(other.clone())]
        }
    };
    Block::ToolResult { id: value::text(fields, id, path, notes), status, content }
}

fn part(value: &Bson, path: &Path, notes: &mut Notes) -> ToolContent {
    let found = match value {
        Bson::String(text) => Some(ToolContent::Text(text.clone())),
        Bson::Document(fields) => typed(fields, path, notes).or_else(|| keyed(fields, path, notes)),
        _ => None,
    };
    found.unwrap_or_else(|| {
        notes.odd(path, "This part of a tool's result is of no known kind; it is shown as stored.", value);
        ToolContent::Unknown(value.clone())
    })
}

/// Anthropic's `{type, …}`.
fn typed(fields: &Document, path: &Path, notes: &mut Notes) -> Option<ToolContent> {
    match fields.get_str("type").ok()? {
        "text" => fields.get_str("text").ok().map(|text| ToolContent::Text(text.to_owned())),
        word => shape::medium(word).map(|kind| ToolContent::Media(media::read(kind, fields, path, notes))),
    }
}

/// Strands' `{text}`, `{json}`, `{image}` and the like: exactly one key, so that nothing beside it is hidden.
fn keyed(fields: &Document, path: &Path, notes: &mut Notes) -> Option<ToolContent> {
    let mut filled = fields.iter().filter(|(_, value)| !matches!(value, Bson::Null));
    let (key, value) = filled.next().or_else(|| fields.iter().next())?;
    if filled.next().is_some() {
        return None;
    }
    match (key.as_str(), value) {
        ("text", Bson::String(text)) => Some(ToolContent::Text(text.clone())),
        ("json", value) => Some(ToolContent::Json(value.clone())),
        (word, Bson::Document(medium)) => {
            shape::medium(word).map(|kind| ToolContent::Media(media::read(kind, medium, &path.key(word), notes)))
        }
        _ => None,
    }
}
