//! The screen: a terminal guard, the loop, state without I/O, and panes that only read it.

pub mod render;
pub mod run;
pub mod state;
pub mod terminal;
pub mod view;
