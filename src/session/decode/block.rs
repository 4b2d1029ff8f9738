//! Content blocks: Strands' one-key objects and Anthropic's `{type, …}`.

use bson::{Bson, Document};

use super::{
    media,
    notes::{Notes, Path},
    reasoning::StoredReasoning,
    shape, tool,
};
use crate::session::Block;

/// `content`: an array of blocks, or a plain string.
pub(super) fn content(fields: &Document, path: &Path, notes: &mut Notes) -> Vec<Block> {
    let path = path.key("content");
    match fields.get("content") {
        None => {
            notes.missing(&path, "content blocks");
            Vec::new()
        }
        Some(Bson::Null) => {
            notes.mistyped(&path, "content blocks", &Bson::Null);
            Vec::new()
        }
        Some(Bson::String(text)) => vec![Block::Text(text.clone())],
        Some(Bson::Array(blocks)) => {
            let mut found = Vec::with_capacity(blocks.len());
            for (i, value) in blocks.iter().enumerate() {
                read(value, &path.index(i), notes, &mut found);
            }
            found
        }
        Some(other) => {
            notes.mistyped(&path, "an array of content blocks", other);
            vec![Block::Unknown(other.clone())]
        }
    }
}

/// One element of `content`; more than one block where an object holds more than one.
fn read(value: &Bson, path: &Path, notes: &mut Notes, out: &mut Vec<Block>) {
    match value {
        Bson::String(text) => out.push(Block::Text(text.clone())),
        Bson::Document(fields) => match shape::anthropic(fields) {
            Some(word) => out.push(typed(word, fields, path, notes).unwrap_or_else(|| unknown(value, path, notes))),
            None => keyed(fields, value, path, notes, out),
        },
        other => out.push(unknown(other, path, notes)),
    }
}

fn unknown(value: &Bson, path: &Path, notes: &mut Notes) -> Block {
    notes.odd(path, "This content block is of no known kind; it is shown as stored.", value);
    Block::Unknown(value.clone())
}

/// Anthropic's `{type, …}`; `None` when it is of no known kind or lacks what its kind needs.
fn typed(word: &str, fields: &Document, path: &Path, notes: &mut Notes) -> Option<Block> {
    match word {
        "text" => fields.get_str("text").ok().map(|text| Block::Text(text.to_owned())),
        "tool_use" => Some(tool::request(fields, "id", path, notes)),
        "tool_result" => Some(tool::result(fields, "tool_use_id", path, notes)),
        "thinking" | "redacted_thinking" => StoredReasoning::anthropic(word, fields).map(StoredReasoning::into_block),
        _ => shape::medium(word).map(|kind| Block::Media(media::read(kind, fields, path, notes))),
    }
}

/// Strands' blocks. Every key that holds something becomes a block, so that none hides another.
fn keyed(fields: &Document, whole: &Bson, path: &Path, notes: &mut Notes, out: &mut Vec<Block>) {
    let single = fields.len() == 1;
    let before = out.len();
    for (key, value) in fields {
        if matches!(value, Bson::Null) && !single {
            continue;
        }
        match one(key, value, &path.key(key), notes) {
            Some(block) => out.push(block),
            None if single => out.push(unknown(whole, path, notes)),
            None => {
                let mut part = Document::new();
                part.insert(key, value.clone());
                out.push(unknown(&Bson::Document(part), path, notes));
            }
        }
    }
    if out.len() == before {
        out.push(unknown(whole, path, notes));
    }
}

fn one(key: &str, value: &Bson, path: &Path, notes: &mut Notes) -> Option<Block> {
    match (key, value) {
        ("text", Bson::String(text)) => Some(Block::Text(text.clone())),
        ("toolUse", Bson::Document(fields)) => Some(tool::request(fields, "toolUseId", path, notes)),
        ("toolResult", Bson::Document(fields)) => Some(tool::result(fields, "toolUseId", path, notes)),
        ("reasoningContent", Bson::Document(fields)) => {
            StoredReasoning::strands(fields, path, notes).map(StoredReasoning::into_block)
        }
        ("cachePoint", value) => Some(Block::CachePoint(value.clone())),
        ("guardContent", value) => Some(Block::Guard(value.clone())),
        ("citationsContent", Bson::Document(fields)) => Some(citations(fields, path, notes)),
        (word, Bson::Document(fields)) => {
            shape::medium(word).map(|kind| Block::Media(media::read(kind, fields, path, notes)))
        }
        _ => None,
    }
}

fn citations(fields: &Document, path: &Path, notes: &mut Notes) -> Block {
    let mut text = String::new();
    match fields.get("content") {
        None | Some(Bson::Null) => {}
        Some(Bson::String(whole)) => text.push_str(whole),
        Some(Bson::Array(parts)) => {
            let path = path.key("content");
            for (i, part) in parts.iter().enumerate() {
                match part.as_document().and_then(|part| part.get_str("text").ok()) {
                    Some(part) => text.push_str(part),
                    None => notes.mistyped(&path.index(i), "a cited text", part),
                }
            }
        }
        Some(other) => notes.mistyped(&path.key("content"), "an array of cited texts", other),
    }
    Block::Citations { text, citations: fields.get("citations").cloned().unwrap_or(Bson::Null) }
}
