//! strandscope: sessions of AI agents, kept in MongoDB or in a folder, read right to the token.
//!
//! # The house
//!
//! ```text
//! terminal -> keymap -> Intent -+-> state::update -> [Command] -> task::worker -> SessionReader -> MongoDB | folder
//!                               |        |                             |
//! view <- frame <- AppState <---+--------+<------ Event {ticket} <-----+
//! ```
//!
//! Who may import whom: [`session`] imports nothing of ours, [`metrics`] only [`session`]; only [`repository::mongo`]
//! names the `mongodb` crate; `tui::state` has no I/O and nothing async; `tui::view` only reads state. The test
//! `tests/house.rs` checks these rules.

pub mod config;
pub mod metrics;
pub mod repository;
pub mod session;
pub mod task;
pub mod text;
pub mod tui;
