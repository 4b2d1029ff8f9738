//! Documents to nouns, tolerantly: every function here is total and never panics.
//!
//! What cannot be read is kept as stored and listed as a [`Finding`](super::Finding); the rest is read all the same.

mod agent;
mod block;
mod extra;
mod figures;
mod media;
mod message;
mod notes;
mod session;
mod tool;
mod value;

pub use extra::{feedback, guardrail_event, rating};
pub use session::{agent_count, details, session, summary};
pub use value::{signed, timestamp, unsigned};

use bson::Bson;

use super::{AgentId, Message, StoredAgent};
use notes::Path;

/// Reads one agent from the value of `agents.<id>`. `first_index` is the stored index of `messages[0]`;
/// `message_count` how many are stored where `messages` is only a part of them.
#[must_use]
pub fn agent(id: AgentId, value: Bson, first_index: u64, message_count: Option<u64>) -> StoredAgent {
    agent::read(id, value, first_index, message_count)
}

/// Reads one message; `path` is where it stands, for findings.
#[must_use]
pub fn message(value: Bson, index: u64, path: &str) -> Message {
    message::read(value, index, &Path::At(path))
}
