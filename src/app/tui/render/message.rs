//! A message of a conversation as lines.

mod header;
mod item;
mod layout;
mod shown;

pub use layout::{Laid, Piece, lay, note};
pub use shown::{FeedbackStand, PictureSpot, ShownFeedback, ShownMessage, ShownPicture};

use std::sync::Arc;

use crate::session::{Block, Message, Role, ToolContent, ToolStatus};

/// What can be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Foldable {
    /// Reasoning.
    Reasoning,
    /// A tool use with its result.
    Tool,
}

/// What of a message's tools stands elsewhere.
#[derive(Debug, Default)]
pub struct Pairs {
    /// Per tool use that has a result, by its block.
    pub results: Vec<(usize, FoundResult)>,
    /// Blocks that are shown with their tool use, further up, in order.
    pub shown_above: Vec<usize>,
    /// Its tool uses wait for a person: with what, as stored.
    pub waiting: Option<String>,
}

/// Where the result of a tool use stands.
#[derive(Debug, Clone)]
pub struct FoundResult {
    pub message: Arc<Message>,
    pub block: usize,
}

impl FoundResult {
    /// The result itself: its status and content.
    pub(super) fn parts(&self) -> Option<(Option<&ToolStatus>, &[ToolContent])> {
        match self.message.shown_content().get(self.block)? {
            Block::ToolResult { status, content, .. } => Some((status.as_ref(), content)),
            _ => None,
        }
    }
}

impl Pairs {
    /// The result of the tool use at a block.
    pub(super) fn result(&self, block: usize) -> Option<&FoundResult> {
        let at = self.results.binary_search_by_key(&block, |(block, _)| *block).ok()?;
        Some(&self.results[at].1)
    }

    /// Whether a block is shown with its tool use, further up.
    pub(super) fn is_above(&self, block: usize) -> bool {
        self.shown_above.binary_search(&block).is_ok()
    }

    /// Whether nothing of a message is left to show in its own place.
    #[must_use]
    pub fn hides(&self, message: &Message) -> bool {
        !message.content.is_empty()
            && message.redaction.is_none()
            && message.guardrail_event.is_none()
            && message.findings.is_empty()
            && message.role != Role::Assistant
            && self.shown_above.len() == message.content.len()
    }
}
