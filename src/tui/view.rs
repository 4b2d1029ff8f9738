//! The panes: state to frame.

pub mod block;
pub mod conversation;
pub mod explain;
pub mod feedback;
pub mod inspector;
pub mod metadata;
pub mod metrics;
pub mod row;
#[cfg(test)]
pub(crate) mod sample;
pub mod value;

use ratatui::Frame;

use super::state::AppState;

/// Draws the whole screen.
pub fn draw(frame: &mut Frame<'_>, state: &AppState) {
    let _ = (frame, state);
    todo!()
}
