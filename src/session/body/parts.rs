//! The blocks of a message, each with all that it holds.

use bson::Bson;

use crate::session::{ToolContent, ToolStatus, plain};

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
    /// Its parts, one a line: texts as they are, JSON compact, an image or the like by its kind and size.
    #[must_use]
    pub fn text(&self) -> String {
        plain::tool_text(&self.content)
    }
}

/// A `reasoningContent` block: what the model thought. Bedrock and Anthropic want it back as it came.
///
/// Source: Strands' `ReasoningContentBlock`; Anthropic's `thinking` and `redacted_thinking` are read as well.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reasoning {
    /// `reasoningText.text`; `None` where it is redacted.
    pub text: Option<String>,
    /// `reasoningText.signature`: by it the provider knows that the text is its own.
    pub signature: Option<String>,
    /// `redactedContent`, decoded: bytes that only the provider can read.
    pub redacted: Option<Vec<u8>>,
}

/// An `image` block with its bytes. Source: Strands' `ImageContent`; Anthropic's `{type: "image", …}` is read as well.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Image {
    /// `format`, e.g. `png`; Anthropic's `source.media_type` without `image/`.
    pub format: Option<String>,
    /// `source.bytes`, decoded; `None` where the image is elsewhere or cannot be read.
    pub bytes: Option<Vec<u8>>,
    /// Where the image is instead, as stored: `source.location`, `source.url` and the like.
    pub location: Option<Bson>,
}
