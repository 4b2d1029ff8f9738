//! Content blocks: Strands' one-key objects, and Anthropic's and OpenAI's `{type, …}`.

use bson::{Bson, Document};

use super::{
    function,
    keyed::Keyed,
    known, media,
    notes::{Notes, Path},
    reasoning::StoredReasoning,
    shape, tool,
};
use crate::session::Block;

/// `content`: an array of blocks, or a plain string. Where it is not `needed`, nothing may stand there.
pub(super) fn content(fields: &Document, path: &Path, needed: bool, notes: &mut Notes) -> Vec<Block> {
    let path = path.key("content");
    match fields.get("content") {
        None | Some(Bson::Null) if !needed => Vec::new(),
        None => {
            notes.missing(&path, "content blocks");
            Vec::new()
        }
        Some(Bson::Null) => {
            notes.mistyped(&path, "content blocks", &Bson::Null);
            Vec::new()
        }
        // OpenAI's calls stand beside a content of nothing.
        Some(Bson::String(text)) if text.is_empty() && !needed => Vec::new(),
        Some(Bson::String(text)) => vec![Block::Text(text.clone())],
        Some(Bson::Array(blocks)) => {
            let mut found = Vec::with_capacity(blocks.len());
            for (i, value) in blocks.iter().enumerate() {
                let path = path.index(i);
                read(value, &path, notes, &mut found);
                found.extend(notes.take_beside(&path));
            }
            found
        }
        Some(other) => {
            notes.mistyped(&path, "an array of content blocks", other);
            vec![Block::Unknown(other.into())]
        }
    }
}

/// One element of `content`; more than one block where an object holds more than one.
fn read(value: &Bson, path: &Path, notes: &mut Notes, out: &mut Vec<Block>) {
    match value {
        Bson::String(text) => out.push(Block::Text(text.clone())),
        Bson::Document(fields) => match shape::typed(fields) {
            Some(word) => match typed(word, fields, path, notes) {
                Some(block) => {
                    out.push(block);
                    known::shown(fields, &[known::typed(word)], path, notes);
                }
                None => out.push(unknown(value, path, notes)),
            },
            None => KEYED.read(value, fields, path, notes, out),
        },
        other => out.push(unknown(other, path, notes)),
    }
}

/// A block of no known kind.
pub(super) fn unknown(value: &Bson, path: &Path, notes: &mut Notes) -> Block {
    notes.odd(path, "This content block is of no known kind; it is shown as stored.", value);
    Block::Unknown(value.into())
}

/// Anthropic's and OpenAI's `{type, …}`; `None` when it is of no known kind or lacks what its kind needs.
fn typed(word: &str, fields: &Document, path: &Path, notes: &mut Notes) -> Option<Block> {
    if let Some(text) = shape::text(word, fields) {
        return Some(cited(text.to_owned(), sources(fields, path, notes)));
    }
    match word {
        "tool_use" => Some(tool::request(fields, &known::ANTHROPIC_TOOL, path, notes)),
        "tool_result" => Some(tool::result(fields, &known::ANTHROPIC_TOOL, path, notes)),
        "function_call" => {
            let found = function::call(fields, "call_id", path, notes)?;
            tool::needs_id(fields, "call_id", path, notes);
            Some(found)
        }
        "function_call_output" => {
            tool::needs_id(fields, "call_id", path, notes);
            Some(tool::stated(function::output(fields, path, notes), fields, path, notes))
        }
        "thinking" | "redacted_thinking" | "reasoning" => {
            StoredReasoning::typed(word, fields, path, notes).map(StoredReasoning::into_block)
        }
        _ => media::typed(word, fields, path, notes).map(Block::Media),
    }
}

/// The sources of a text, under the one name or the other; what else stands there is shown after it.
fn sources<'a>(fields: &'a Document, path: &Path, notes: &mut Notes) -> Option<&'a Bson> {
    let mut found = None;
    for key in ["citations", "annotations"] {
        match fields.get(key).filter(|value| !known::is_nothing(value)) {
            None => {}
            Some(list @ Bson::Array(_)) if found.is_none() => found = Some(list),
            Some(list @ Bson::Array(_)) => notes.aside(&path.key(key), list),
            Some(other) => {
                notes.mistyped(&path.key(key), "an array of sources", other);
                notes.aside(&path.key(key), other);
            }
        }
    }
    found
}

/// A text, with its sources where some are named.
pub(super) fn cited(text: String, sources: Option<&Bson>) -> Block {
    match sources {
        Some(Bson::Array(citations)) if !citations.is_empty() => {
            Block::Citations { text, citations: Bson::Array(citations.clone()) }
        }
        _ => Block::Text(text),
    }
}

/// Strands' blocks.
const KEYED: Keyed<Block> = Keyed { names: known::BLOCKS, one, unknown };

fn one(key: &str, value: &Bson, path: &Path, notes: &mut Notes) -> Option<Block> {
    match (key, value) {
        ("text", Bson::String(text)) => Some(Block::Text(text.clone())),
        ("toolUse", Bson::Document(fields)) => {
            known::shown(fields, &[known::STRANDS_TOOL.request], path, notes);
            Some(tool::request(fields, &known::STRANDS_TOOL, path, notes))
        }
        ("toolResult", Bson::Document(fields)) => {
            known::shown(fields, &[known::STRANDS_TOOL.result], path, notes);
            Some(tool::result(fields, &known::STRANDS_TOOL, path, notes))
        }
        ("reasoningContent", Bson::Document(fields)) => {
            StoredReasoning::strands(fields, path, notes).map(StoredReasoning::into_block)
        }
        ("reasoning", Bson::Document(fields)) => {
            StoredReasoning::typescript(fields, path, notes).map(StoredReasoning::into_block)
        }
        ("cachePoint", value) => {
            if let Bson::Document(fields) = value {
                known::shown(fields, &[known::CACHE_POINT], path, notes);
                known::aside(fields, known::CACHE_POINT_ASIDE, path, notes);
            }
            Some(Block::CachePoint(value.clone()))
        }
        ("guardContent", value) => Some(guard(value, path, notes)),
        ("citationsContent", Bson::Document(fields)) => Some(citations(fields, path, notes)),
        ("citations", Bson::Document(fields)) if known::CITED.iter().any(|key| fields.contains_key(key)) => {
            Some(citations(fields, path, notes))
        }
        ("interruptResponse", value) => {
            if let Bson::Document(fields) = value {
                known::told(fields, &[known::INTERRUPT_RESPONSE], path, notes);
            }
            Some(Block::Other { kind: "interruptResponse", value: value.into() })
        }
        ("searchResult", value) => Some(Block::Other { kind: "searchResult", value: value.into() }),
        (word, Bson::Document(fields)) => {
            shape::medium(word).map(|kind| Block::Media(media::read(kind, fields, path, notes)))
        }
        _ => None,
    }
}

fn guard(value: &Bson, path: &Path, notes: &mut Notes) -> Block {
    if let Bson::Document(fields) = value {
        known::shown(fields, &[known::GUARD], path, notes);
        if let Some(Bson::Document(text)) = fields.get("text") {
            known::shown(text, &[known::GUARD_TEXT], &path.key("text"), notes);
        }
    }
    Block::Guard(value.clone())
}

fn citations(fields: &Document, path: &Path, notes: &mut Notes) -> Block {
    known::shown(fields, &[known::CITED], path, notes);
    if let Some(Bson::Array(sources)) = fields.get("citations") {
        let path = path.key("citations");
        for (i, source) in sources.iter().enumerate() {
            match source {
                Bson::Document(source) => known::told(source, &[known::CITATION], &path.index(i), notes),
                other => notes.mistyped(&path.index(i), "a citation (an object)", other),
            }
        }
    }
    let text = cited_text(fields.get("content"), &path.key("content"), notes);
    Block::Citations { text, citations: fields.get("citations").cloned().unwrap_or(Bson::Null) }
}

fn cited_text(content: Option<&Bson>, path: &Path, notes: &mut Notes) -> String {
    let mut text = String::new();
    match content {
        None | Some(Bson::Null) => {}
        Some(Bson::String(whole)) => text.push_str(whole),
        Some(Bson::Array(parts)) => {
            for (i, part) in parts.iter().enumerate() {
                let path = path.index(i);
                let fields = part.as_document();
                match fields.and_then(|fields| fields.get_str("text").ok()) {
                    Some(part) => text.push_str(part),
                    None => notes.mistyped(&path, "a cited text", part),
                }
                if let Some(fields) = fields {
                    known::shown(fields, &[known::CITED_TEXT], &path, notes);
                }
            }
        }
        Some(other) => notes.mistyped(path, "an array of cited texts", other),
    }
    text
}
