//! The panes: state to frame.

pub mod conversation;
