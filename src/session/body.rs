//! Messages as agents have them: Strands' `Message`, built block by block and read with types.

use std::fmt;

use bson::{Binary, Bson, Document, doc, spec::BinarySubtype};
use serde::{Deserialize, Serialize};

use super::{Block, Message, ToolContent, ToolStatus, Usage, decode, encode, plain};

/// A message as agents have it, Strands' `Message`: `{role, content: [block…], tracking_id?, metadata?}`.
///
/// ```
/// use bson::doc;
/// use strandscope::{MessageBody, ToolStatus, Usage};
///
/// let question = MessageBody::user("Where is order A100?");
/// let call = MessageBody::assistant("Let me look.")
///     .with_tool_use("t-1", "lookup_order", doc! { "order_id": "A100" })
///     .with_usage(Usage::default().input(120_u64).output(30_u64));
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

/// A `toolUse` block: the model asks for a tool.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ToolUse {
    /// `toolUseId`; empty where there is none.
    pub id: String,
    /// `name`; empty where there is none.
    pub name: String,
    /// `input`, any JSON.
    pub input: Bson,
}

/// A `toolResult` block: what the tool gave.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ToolResult {
    /// `toolUseId`; empty where there is none.
    pub id: String,
    /// `status`.
    pub status: Option<ToolStatus>,
    /// `content`.
    pub content: Vec<ToolContent>,
}

impl ToolResult {
    /// Its texts, one a line.
    #[must_use]
    pub fn text(&self) -> String {
        let texts = self.content.iter().filter_map(|part| match part {
            ToolContent::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }
}

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
        self.with_block(doc! { "toolResult": { "toolUseId": id, "status": status.word(), "content": content } })
    }

    /// The same with one more `reasoningContent`.
    #[must_use]
    pub fn with_reasoning(self, text: &str) -> Self {
        self.with_block(doc! { "reasoningContent": { "reasoningText": { "text": text } } })
    }

    /// The same with one more `image`; `format` is e.g. `png`.
    #[must_use]
    pub fn with_image(self, format: &str, bytes: Vec<u8>) -> Self {
        let bytes = Binary { subtype: BinarySubtype::Generic, bytes };
        self.with_block(doc! { "image": { "format": format, "source": { "bytes": bytes } } })
    }

    /// The same with the tokens that it took: `metadata.usage`.
    #[must_use]
    pub fn with_usage(mut self, usage: Usage) -> Self {
        let mut metadata = self.0.get_document("metadata").cloned().unwrap_or_default();
        metadata.insert("usage", encode::usage(&usage));
        self.0.insert("metadata", metadata);
        self
    }

    /// The same with all of its `metadata`, as [`crate::manager::EventLoopMetrics::add_call`] gives it.
    #[must_use]
    pub fn with_metadata(mut self, metadata: Document) -> Self {
        self.0.insert("metadata", metadata);
        self
    }

    /// The same with a `tracking_id` of the caller's own; a manager gives one where there is none.
    #[must_use]
    pub fn with_tracking_id(mut self, id: impl Into<String>) -> Self {
        self.0.insert("tracking_id", id.into());
        self
    }

    /// `role`; empty where there is none.
    #[must_use]
    pub fn role(&self) -> &str {
        self.0.get_str("role").unwrap_or_default()
    }

    /// `content` as stored: the blocks that are documents.
    pub fn blocks(&self) -> impl Iterator<Item = &Document> {
        self.0.get_array("content").into_iter().flatten().filter_map(Bson::as_document)
    }

    /// `content`, read with types and as tolerantly as everything stored is.
    #[must_use]
    pub fn content(&self) -> Vec<Block> {
        self.read().content
    }

    /// The texts.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let text = |block| if let Block::Text(text) = block { Some(text) } else { None };
        self.content().into_iter().filter_map(text).collect()
    }

    /// The tools that the model asks for.
    #[must_use]
    pub fn tool_uses(&self) -> Vec<ToolUse> {
        let tool_use = |block| match block {
            Block::ToolUse { id, name, input } => {
                Some(ToolUse { id: id.unwrap_or_default(), name: name.unwrap_or_default(), input })
            }
            _ => None,
        };
        self.content().into_iter().filter_map(tool_use).collect()
    }

    /// What tools gave.
    #[must_use]
    pub fn tool_results(&self) -> Vec<ToolResult> {
        let result = |block| match block {
            Block::ToolResult { id, status, content } => {
                Some(ToolResult { id: id.unwrap_or_default(), status, content })
            }
            _ => None,
        };
        self.content().into_iter().filter_map(result).collect()
    }

    /// The tokens that it took: `metadata.usage`.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        self.read().usage
    }

    /// `tracking_id`.
    #[must_use]
    pub fn tracking_id(&self) -> Option<&str> {
        self.0.get_str("tracking_id").ok()
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

    fn read(&self) -> Message {
        decode::message(doc! { "message": self.0.clone() }.into(), 0, "")
    }
}

impl From<Document> for MessageBody {
    fn from(stored: Document) -> Self {
        Self(stored)
    }
}

/// The text of a message as it is shown. Stored text: make it safe before it reaches a terminal.
impl fmt::Display for MessageBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain::text_of(&self.read()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_reads_back_as_it_was_built() {
        let body = MessageBody::assistant("a")
            .with_reasoning("why")
            .with_tool_use("t", "look", doc! { "x": 1 })
            .with_tool_result("t", &ToolStatus::Error, "gone")
            .with_image("png", vec![1, 2, 3])
            .with_usage(Usage { input: Some(3), output: Some(4), ..Usage::default() });
        assert_eq!(body.texts(), ["a"]);
        assert!(matches!(&body.content()[1], Block::Reasoning { text: Some(text), .. } if text == "why"));
        assert_eq!(body.tool_uses()[0].input, Bson::Document(doc! { "x": 1 }));
        let result = &body.tool_results()[0];
        assert_eq!((result.text().as_str(), &result.status), ("gone", &Some(ToolStatus::Error)));
        assert!(matches!(body.content()[4], Block::Media(_)));
        assert_eq!(body.usage().unwrap().total, Some(7));
        let read = body.read();
        assert!(read.findings.iter().all(|finding| finding.path.contains("message_id")), "{:?}", read.findings);
    }

    #[test]
    fn it_is_its_document_in_json() {
        let body = MessageBody::user("hi").with_tracking_id("id-1");
        let json = serde_json::to_value(&body).unwrap();
        assert_eq!(json["tracking_id"], "id-1");
        assert_eq!(serde_json::from_value::<MessageBody>(json).unwrap(), body);
        assert_eq!(body.to_string(), "hi");
    }
}
