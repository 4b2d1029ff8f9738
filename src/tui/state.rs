//! The state of the screen: `(state, Input) -> [Effect]`, without I/O and nothing async.

pub mod areas;
pub mod connection;
pub mod conversation;
pub mod effect;
pub mod feedback;
pub mod inspector;
pub mod list;
pub mod metadata;
pub mod metrics;
pub mod modal;
pub mod places;
pub mod prompt;
pub mod sessions;
pub mod tree;

pub use effect::{Effect, Tickets};
