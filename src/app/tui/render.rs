//! Text to styled lines, beneath the state: Markdown, highlighting, wrapping, figures, and a message of a conversation. Everything here
//! is pure: what is drawn depends on what is given alone.

pub mod format;
pub mod found;
pub mod goes;
pub mod highlight;
pub mod links;
pub mod look;
pub mod markdown;
pub mod message;
pub mod picture;
pub mod plot;
pub mod scalar;
pub mod typed;
pub mod wrap;

pub use look::Look;
