//! What a message holds, read with types and as tolerantly as everything stored is.

use bson::{Bson, Document, doc};

use super::{Image, MessageBody, Reasoning, ToolResult, ToolUse};
use crate::session::{Block, Message, Usage, decode};

impl MessageBody {
    /// `role`; empty where there is none.
    #[must_use]
    pub fn role(&self) -> &str {
        self.0.get_str("role").unwrap_or_default()
    }

    /// `content` as stored: the blocks that are documents.
    pub fn blocks(&self) -> impl Iterator<Item = &Document> {
        self.0.get_array("content").into_iter().flatten().filter_map(Bson::as_document)
    }

    /// `content`, read with types. Images and redacted reasoning are only told of: see [`Self::images`] and
    /// [`Self::reasoning`].
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

    /// What the model thought, with signatures: what its provider wants back before the tool calls that follow it.
    #[must_use]
    pub fn reasoning(&self) -> Vec<Reasoning> {
        decode::flat_reasoning(&self.0).into_iter().chain(self.blocks().filter_map(decode::reasoning)).collect()
    }

    /// The images, with their bytes. Those in results of tools are not among them.
    #[must_use]
    pub fn images(&self) -> Vec<Image> {
        self.blocks().filter_map(decode::image).collect()
    }

    /// The images, with their bytes, also those in results of tools, in the order in which they are stored.
    #[must_use]
    pub fn all_images(&self) -> Vec<Image> {
        self.blocks().flat_map(|block| decode::image(block).into_iter().chain(images_of_result(block))).collect()
    }

    /// The tools that the model asks for.
    #[must_use]
    pub fn tool_uses(&self) -> Vec<ToolUse> {
        let tool_use = |block| match block {
            Block::ToolUse { id, name, input } => {
                Some(ToolUse { id: id.unwrap_or_default(), name: name.unwrap_or_default(), input: input.bson() })
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

    pub(super) fn read(&self) -> Message {
        decode::message(doc! { "message": self.0.clone() }.into(), 0, "")
    }
}

/// The images in a block that is the result of a tool.
fn images_of_result(block: &Document) -> Vec<Image> {
    let results = ["toolResult", "tool_result"].into_iter().filter_map(|key| block.get_document(key).ok());
    let contents = results.chain([block]).flat_map(|result| ["content", "output"].map(|key| result.get_array(key)));
    contents.flatten().flatten().filter_map(Bson::as_document).filter_map(decode::image).collect()
}
