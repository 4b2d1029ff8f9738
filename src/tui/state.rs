//! The state of the screen: `(state, Input) -> [Effect]`, without I/O and nothing async.

pub mod conversation;
pub mod effect;
pub mod feedback;
pub mod inspector;
pub mod metadata;
pub mod metrics;
pub mod places;

pub use effect::{Effect, Tickets};
