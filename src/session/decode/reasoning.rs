//! What a model thought: its text with the signature that goes back with it, or bytes that only the provider can read.

use bson::{Bson, Document};

use super::{
    bytes::HeldBytes,
    known,
    notes::{Notes, Path},
    shape, value,
};
use crate::session::{Block, Reasoning};

/// Reasoning where it stands: a [`Block`] only tells of it, a [`Reasoning`] holds all of it.
pub(super) struct StoredReasoning<'a> {
    text: Option<String>,
    signature: Option<&'a Bson>,
    redacted: Option<HeldBytes<'a>>,
}

impl<'a> StoredReasoning<'a> {
    /// Anthropic's `thinking` and `redacted_thinking`, OpenAI's `reasoning`.
    pub(super) fn typed(word: &str, fields: &'a Document, path: &Path, notes: &mut Notes) -> Option<Self> {
        match word {
            "thinking" => {
                let text = fields.get_str("thinking").ok()?.to_owned();
                Some(Self { text: Some(text), signature: fields.get("signature"), redacted: None })
            }
            "redacted_thinking" => {
                let redacted = bytes(fields, "data", path, notes);
                Some(Self { text: None, signature: None, redacted })
            }
            "reasoning" => {
                Self::found(said(fields), fields.get("signature"), bytes(fields, "encrypted_content", path, notes))
            }
            _ => None,
        }
    }

    /// Strands' `reasoningContent`; `None` where it holds neither text nor signature nor bytes.
    pub(super) fn strands(fields: &'a Document, path: &Path, notes: &mut Notes) -> Option<Self> {
        let place = path.key("reasoningText");
        let (text, signature) = match fields.get("reasoningText") {
            Some(Bson::Document(inner)) => (value::text(inner, "text", &place, notes), inner.get("signature")),
            Some(Bson::String(text)) => (Some(text.clone()), None),
            None | Some(Bson::Null) => (None, None),
            Some(other) => {
                notes.mistyped(&place, "reasoning (an object with a text)", other);
                (None, None)
            }
        };
        let found = Self::found(text, signature, bytes(fields, "redactedContent", path, notes))?;
        known::shown(fields, &[known::REASONING_CONTENT], path, notes);
        if let Some(Bson::Document(inner)) = fields.get("reasoningText") {
            known::shown(inner, &[known::REASONING_TEXT], &place, notes);
        }
        Some(found)
    }

    /// TypeScript's `reasoning`; `None` where it holds neither text nor signature nor bytes.
    pub(super) fn typescript(fields: &'a Document, path: &Path, notes: &mut Notes) -> Option<Self> {
        let text = value::text(fields, "text", path, notes);
        let found = Self::found(text, fields.get("signature"), bytes(fields, "redactedContent", path, notes))?;
        known::shown(fields, &[known::REASONING], path, notes);
        Some(found)
    }

    fn found(text: Option<String>, signature: Option<&'a Bson>, redacted: Option<HeldBytes<'a>>) -> Option<Self> {
        let signed = signature.is_some_and(|signature| !matches!(signature, Bson::Null));
        (text.is_some() || redacted.is_some() || signed).then_some(Self { text, signature, redacted })
    }

    /// As a message's content tells of it.
    pub(super) fn into_block(self) -> Block {
        Block::Reasoning { text: self.text, redacted_bytes: self.redacted.map(HeldBytes::size) }
    }

    fn whole(self) -> Reasoning {
        Reasoning {
            text: self.text,
            signature: self.signature.and_then(Bson::as_str).map(str::to_owned),
            redacted: self.redacted.and_then(HeldBytes::decoded),
        }
    }
}

/// Bytes; anything else that stands there is noted.
fn bytes<'a>(fields: &'a Document, key: &str, path: &Path, notes: &mut Notes) -> Option<HeldBytes<'a>> {
    let stored = fields.get(key).filter(|stored| !matches!(stored, Bson::Null))?;
    let found = HeldBytes::read(stored);
    if found.is_none() {
        notes.mistyped(&path.key(key), "bytes", stored);
    }
    found
}

/// The words of OpenAI's `reasoning`: its own, or the summary of them.
fn said(fields: &Document) -> Option<String> {
    let own = ["reasoning", "text"].iter().find_map(|key| fields.get_str(key).ok());
    let summary = || {
        let parts = fields.get_array("summary").ok()?;
        let texts: Vec<&str> = parts.iter().filter_map(|part| part.as_document()?.get_str("text").ok()).collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    };
    own.map(str::to_owned).or_else(summary)
}

/// All of the reasoning in a block; `None` where it holds none.
pub(super) fn read(fields: &Document) -> Option<Reasoning> {
    let (path, notes) = (&Path::At(""), &mut Notes::default());
    let found = if let Some(word) = shape::typed(fields) {
        StoredReasoning::typed(word, fields, path, notes)
    } else if let Ok(inner) = fields.get_document("reasoningContent") {
        StoredReasoning::strands(inner, path, notes)
    } else {
        StoredReasoning::typescript(fields.get_document("reasoning").ok()?, path, notes)
    };
    found.map(StoredReasoning::whole)
}
