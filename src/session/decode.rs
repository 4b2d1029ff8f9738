//! Documents to nouns, tolerantly: every function here is total and never panics.

use bson::{Bson, Document};

use super::{Agent, AgentId, Message, Session};

/// Reads a whole session document (or one whose `messages` were cut to a window, see [`Window`]).
#[must_use]
pub fn session(document: Document) -> Session {
    let _ = document;
    todo!()
}

/// Reads one agent from the value of `agents.<id>`. `first_index` is the stored index of `messages[0]`;
/// `message_count` how many are stored where `messages` is only a part of them.
#[must_use]
pub fn agent(id: AgentId, value: Bson, first_index: u64, message_count: Option<u64>) -> Agent {
    let _ = (id, value, first_index, message_count);
    todo!()
}

/// Reads one message; `path` is where it stands, for findings.
#[must_use]
pub fn message(value: Bson, index: u64, path: &str) -> Message {
    let _ = (value, index, path);
    todo!()
}

/// A whole number that is not negative, from any BSON number that is one exactly.
#[must_use]
pub fn unsigned(value: &Bson) -> Option<u64> {
    match value {
        Bson::Int32(n) => u64::try_from(*n).ok(),
        Bson::Int64(n) => u64::try_from(*n).ok(),
        Bson::Double(n) if n.is_finite() && *n >= 0.0 && *n < 9.0e15 => Some(n.round() as u64),
        _ => None,
    }
}
