//! The screen: a terminal guard, the loop, state without I/O, and panes that only read it.

pub mod format;
pub mod highlight;
pub mod look;
pub mod markdown;
pub mod run;
pub mod state;
pub mod terminal;
pub mod view;
pub mod wrap;

pub use look::Look;
