//! The program: a terminal browser and commands on top of the library. Not part of the library's interface: nothing here
//! is kept stable.
//!
//! ```text
//! terminal -> keymap -> Action -+-> state::update -> [Effect] -> task -> SessionRepository -> MongoDB | folder
//!                               |        |                        |   (writes: SessionManager and hooks)
//! view <- frame <- AppState <---+--------+<------ Event {ticket} <+
//! ```

pub mod agreed;
pub mod alert;
pub mod cli;
mod clock;
pub mod config;
pub mod copy;
pub mod demo;
pub mod examine;
pub mod fleet;
pub mod json;
pub mod keymap;
pub mod mcp;
pub mod memory;
pub mod missing_field;
mod named_program;
pub mod namesakes;
pub mod pager;
pub mod place;
pub mod row_figures;
pub mod search;
mod signals;
pub mod task;
pub mod text;
pub mod told;
pub mod tui;
pub mod writes;
