//! The state of the screen: `(state, Input) -> [Effect]`, without I/O and nothing async.

pub mod conversation;
pub mod effect;

pub use effect::{Effect, Tickets};
