//! What a message is laid out from.

use super::{Foldable, Pairs};
use crate::{
    app::tui::render::Look,
    session::{Feedback, Message, StoredDate},
};

/// A feedback on a message.
#[derive(Clone, Copy)]
pub struct ShownFeedback<'a> {
    pub feedback: &'a Feedback,
    pub stand: FeedbackStand,
}

/// How far a feedback is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedbackStand {
    /// It is stored.
    Stored,
    /// It is on its way.
    Pending,
    /// It is being taken back.
    TakenBack,
}

/// Where an image stands in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureSpot {
    /// The block, as it is shown: a result stands at its tool use.
    pub block: usize,
    /// The part of the tool's result that it is.
    pub part: Option<usize>,
}

/// An image under its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShownPicture {
    /// It takes so many rows.
    Rows(u16),
    /// Why it is not shown.
    Not(&'static str),
}

/// All that a message's look depends on, besides the width.
pub struct ShownMessage<'a> {
    pub message: &'a Message,
    /// The agent's name, where the tab shows several.
    pub agent: Option<&'a str>,
    /// Nothing stands above it.
    pub first: bool,
    /// A new day begins here.
    pub day: Option<StoredDate>,
    /// A new run begins here: what its line says.
    pub run: Option<String>,
    /// What was read ends above it: what its line says.
    pub last_seen: Option<&'a str>,
    pub tokens: Option<u64>,
    pub latency_ms: Option<u64>,
    /// It came with the last reload.
    pub new: bool,
    pub pairs: Pairs,
    /// Whether a block is unfolded.
    pub is_open: &'a dyn Fn(Foldable, usize) -> bool,
    pub feedbacks: Vec<ShownFeedback<'a>>,
    /// What is shown of an image; `None`: its line alone.
    pub picture: &'a dyn Fn(PictureSpot) -> Option<ShownPicture>,
    /// Seconds a tool use took, by the index of its result and its id.
    pub took: &'a dyn Fn(u64, &str) -> Option<f64>,
    pub look: &'a Look,
}
