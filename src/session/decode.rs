//! Documents to nouns, tolerantly: every function here is total and never panics.
//!
//! What cannot be read is kept as stored and listed as a [`Finding`](super::Finding); the rest is read all the same.

mod agent;
mod block;
mod bytes;
mod date;
mod extra;
mod figures;
mod function;
mod keyed;
mod known;
mod media;
mod message;
mod notes;
mod openai;
pub(crate) mod raw;
mod reasoning;
mod session;
mod shape;
mod tool;
mod value;

pub(crate) use agent::dates as agent_dates;
pub(crate) use date::clear_text;
pub use date::stored_date;
pub use extra::{feedback, guardrail_event, rating};
pub(crate) use extra::{feedbacks, guardrail_events, last_feedback};
pub use session::{agent_count, details, session, summary};

use bson::{Bson, Document};

pub use super::number::{signed, unsigned};
use super::{AgentId, Counters, Image, Message, Reasoning, StoredAgent};
use notes::{Notes, Path};
use raw::{RawReader, RawValue};

/// Reads one agent from the value of `agents.<id>`. `first_index` is the stored index of `messages[0]`;
/// `message_count` how many are stored where `messages` is only a part of them.
#[must_use]
pub fn agent(id: AgentId, value: Bson, first_index: u64, message_count: Option<u64>) -> StoredAgent {
    agent::read(id, value, first_index, message_count)
}

/// Reads one message; `path` is where it stands, for findings.
#[must_use]
pub fn message(value: Bson, index: u64, path: &str) -> Message {
    message::read_whole(value, index, &Path::At(path))
}

/// Reads one message from its bytes; what there is to say of those is among its findings.
pub(crate) fn message_in_bytes(value: RawValue<'_>, index: u64, path: &str) -> Message {
    let mut reader = RawReader::holding();
    let read = reader.read(value, path);
    let told = reader.into_findings();
    let mut message = message::read(&read, index, &Path::At(path));
    message.raw = if told.is_empty() { value.stored() } else { read.into() };
    message.findings.extend(told);
    message
}

/// The counters that stand on a message (`event_loop_metrics`); `None` where they tell no figure.
pub(super) fn counters(message: &Document) -> Option<Box<Counters>> {
    figures::counters(message, &Path::At(""), &mut Notes::default())
}

/// The reasoning in a content block, of which its [`Block`](super::Block) only tells; `None` where it holds none.
pub(super) fn reasoning(block: &Document) -> Option<Reasoning> {
    reasoning::read(block)
}

/// The reasoning that OpenAI's messages have beside their content; `None` where there is none.
pub(super) fn flat_reasoning(message: &Document) -> Option<Reasoning> {
    openai::flat_reasoning(message).map(|text| Reasoning { text: Some(text), signature: None, redacted: None })
}

/// The image in a content block, with its bytes; `None` where it holds none.
pub(super) fn image(block: &Document) -> Option<Image> {
    media::image(block)
}
