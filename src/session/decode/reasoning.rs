//! What a model thought: its text with the signature that goes back with it, or bytes that only the provider can read.

use bson::{Bson, Document};

use super::{
    bytes::HeldBytes,
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
    /// Anthropic's `thinking` and `redacted_thinking`.
    pub(super) fn anthropic(word: &str, fields: &'a Document) -> Option<Self> {
        match word {
            "thinking" => {
                let text = fields.get_str("thinking").ok()?.to_owned();
                Some(Self { text: Some(text), signature: fields.get("signature"), redacted: None })
            }
            "redacted_thinking" => {
                let redacted = fields.get("data").and_then(HeldBytes::read);
                Some(Self { text: None, signature: None, redacted })
            }
            _ => None,
        }
    }

    /// Strands' `reasoningContent`; `None` where it holds neither text nor bytes.
    pub(super) fn strands(fields: &'a Document, path: &Path, notes: &mut Notes) -> Option<Self> {
        let (text, signature) = match fields.get("reasoningText") {
            Some(Bson::Document(inner)) => {
                (value::text(inner, "text", &path.key("reasoningText"), notes), inner.get("signature"))
            }
            Some(Bson::String(text)) => (Some(text.clone()), None),
            _ => (None, None),
        };
        let redacted = fields.get("redactedContent").and_then(HeldBytes::read);
        (text.is_some() || redacted.is_some()).then_some(Self { text, signature, redacted })
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

/// All of the reasoning in a block; `None` where it holds none.
pub(super) fn read(fields: &Document) -> Option<Reasoning> {
    let found = if let Some(word) = shape::anthropic(fields) {
        StoredReasoning::anthropic(word, fields)
    } else {
        let inner = fields.get_document("reasoningContent").ok()?;
        StoredReasoning::strands(inner, &Path::At(""), &mut Notes::default())
    };
    found.map(StoredReasoning::whole)
}
