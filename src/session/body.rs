//! Messages as agents have them: Strands' `Message`, built block by block and read with types.

mod parts;
mod read;

use std::fmt;

use bson::{Binary, Bson, Document, doc, spec::BinarySubtype};
use serde::{Deserialize, Serialize};

use super::{ToolStatus, Usage, plain};

pub use parts::{Image, Reasoning, ToolResult, ToolUse};

/// A message as agents have it, Strands' `Message`: `{role, content: [block…], tracking_id?, metadata?}`.
///
/// ```
/// use strandscope::{MessageBody, ToolStatus, Usage, bson::doc};
///
/// let question = MessageBody::user("Where is order A100?");
/// let call = MessageBody::assistant("Let me look.")
///     .with_tool_use("t-1", "lookup_order", doc! { "order_id": "A100" })
///     .with_usage(Usage::new(120, 30));
/// let answer = MessageBody::new("user", Vec::new()).with_tool_result("t-1", &ToolStatus::Success, "it left on Monday");
///
/// assert_eq!(question.texts(), ["Where is order A100?"]);
/// assert_eq!(call.tool_uses()[0].name, "lookup_order");
/// assert_eq!(answer.tool_results()[0].text(), "it left on Monday");
/// assert_eq!(call.usage().and_then(|usage| usage.total), Some(150));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageBody(pub(crate) Document);

impl MessageBody {
    /// A message of blocks as Strands writes them, one key each.
    #[must_use]
    pub fn new(role: &str, content: Vec<Document>) -> Self {
        Self(doc! { "role": role, "content": content })
    }

    /// A message of one text.
    #[must_use]
    pub fn text(role: &str, text: &str) -> Self {
        Self::new(role, vec![doc! { "text": text }])
    }

    /// A user's prompt.
    #[must_use]
    pub fn user(text: &str) -> Self {
        Self::text("user", text)
    }

    /// What a model said.
    #[must_use]
    pub fn assistant(text: &str) -> Self {
        Self::text("assistant", text)
    }

    /// The same with one more block, as Strands writes it.
    #[must_use]
    pub fn with_block(mut self, block: Document) -> Self {
        match self.0.get_mut("content") {
            Some(Bson::Array(content)) => content.push(block.into()),
            _ => drop(self.0.insert("content", vec![block])),
        }
        self
    }

    /// The same with one more `text`.
    #[must_use]
    pub fn with_text(self, text: &str) -> Self {
        self.with_block(doc! { "text": text })
    }

    /// The same with one more `toolUse`.
    #[must_use]
    pub fn with_tool_use(self, id: &str, name: &str, input: impl Into<Bson>) -> Self {
        self.with_block(doc! { "toolUse": { "toolUseId": id, "name": name, "input": input.into() } })
    }

    /// The same with one more `toolResult` of one text.
    #[must_use]
    pub fn with_tool_result(self, id: &str, status: &ToolStatus, text: &str) -> Self {
        self.with_tool_result_of(id, status, vec![doc! { "text": text }])
    }

    /// The same with one more `toolResult` of parts: `{text}`, `{json}`, `{image}` and the like.
    #[must_use]
    pub fn with_tool_result_of(self, id: &str, status: &ToolStatus, content: Vec<Document>) -> Self {
        self.with_block(doc! { "toolResult": { "toolUseId": id, "status": status.as_str(), "content": content } })
    }

    /// The same with one more `reasoningContent`, without a signature.
    #[must_use]
    pub fn with_reasoning(self, text: &str) -> Self {
        self.with_block(doc! { "reasoningContent": { "reasoningText": { "text": text } } })
    }

    /// The same with one more `reasoningContent` and the signature that its provider gave.
    #[must_use]
    pub fn with_signed_reasoning(self, text: &str, signature: &str) -> Self {
        self.with_block(doc! { "reasoningContent": { "reasoningText": { "text": text, "signature": signature } } })
    }

    /// The same with one more `reasoningContent` that only its provider can read.
    #[must_use]
    pub fn with_redacted_reasoning(self, bytes: Vec<u8>) -> Self {
        self.with_block(doc! { "reasoningContent": { "redactedContent": binary(bytes) } })
    }

    /// The same with one more `image`; `format` is e.g. `png`.
    #[must_use]
    pub fn with_image(self, format: &str, bytes: Vec<u8>) -> Self {
        self.with_block(doc! { "image": { "format": format, "source": { "bytes": binary(bytes) } } })
    }

    /// The same with the tokens that it took: `metadata.usage`.
    #[must_use]
    pub fn with_usage(mut self, usage: Usage) -> Self {
        let mut metadata = self.0.get_document("metadata").cloned().unwrap_or_default();
        metadata.insert("usage", usage.to_document());
        self.0.insert("metadata", metadata);
        self
    }

    /// The same with all of its `metadata`, as [`crate::manager::EventLoopMetrics::add_call`] gives it.
    #[must_use]
    pub fn with_metadata(mut self, metadata: Document) -> Self {
        self.0.insert("metadata", metadata);
        self
    }

    /// The same with a `tracking_id` of the caller's own; one is given where there is none when it is stored.
    #[must_use]
    pub fn with_tracking_id(mut self, id: impl Into<String>) -> Self {
        self.0.insert("tracking_id", id.into());
        self
    }

    /// Gives it a `tracking_id`, a UUID v4, where it has none.
    pub(crate) fn ensure_tracking_id(&mut self) {
        if self.tracking_id().is_none() {
            self.0.insert("tracking_id", uuid::Uuid::new_v4().to_string());
        }
    }

    /// The document.
    #[must_use]
    pub fn as_document(&self) -> &Document {
        &self.0
    }

    /// The document, to change what has no method here.
    pub fn as_document_mut(&mut self) -> &mut Document {
        &mut self.0
    }

    /// The document.
    #[must_use]
    pub fn into_document(self) -> Document {
        self.0
    }
}

fn binary(bytes: Vec<u8>) -> Binary {
    Binary { subtype: BinarySubtype::Generic, bytes }
}

impl From<Document> for MessageBody {
    fn from(stored: Document) -> Self {
        Self(stored)
    }
}

impl From<MessageBody> for Document {
    fn from(body: MessageBody) -> Self {
        body.0
    }
}

/// The text of a message as it is shown. Stored text: make it safe before it reaches a terminal.
impl fmt::Display for MessageBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain::text_of(&self.read()))
    }
}

#[cfg(test)]
mod tests;
