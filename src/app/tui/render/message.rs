//! A message of a conversation as lines.

mod header;
mod item;
mod layout;
mod shown;

pub use layout::{Laid, Piece, lay, note};
pub use shown::ShownMessage;

use std::sync::Arc;

use crate::session::{Block, Message, Role};

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
    /// Per tool use: its block, and the message with its result.
    pub results: Vec<(usize, Arc<Message>)>,
    /// Blocks that are shown with their tool use, further up.
    pub shown_above: Vec<usize>,
}

impl Pairs {
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

/// The results in a message of a tool use.
pub fn results<'a>(message: &'a Message, wanted: &'a str) -> impl Iterator<Item = &'a Block> {
    message
        .shown_content()
        .iter()
        .filter(move |block| matches!(block, Block::ToolResult { id: Some(id), .. } if id == wanted))
}
