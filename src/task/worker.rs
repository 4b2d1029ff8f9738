//! The task itself.

use tokio::sync::mpsc;

use super::{Command, Event};
use crate::repository::Limits;

/// The two ends a screen holds.
pub struct Task {
    /// Questions; bounded.
    pub commands: mpsc::Sender<Command>,
    /// Answers; bounded.
    pub events: mpsc::Receiver<Event>,
}

/// Starts the task on the current runtime. It ends when `commands` is dropped.
#[must_use]
pub fn spawn(limits: Limits) -> Task {
    let _ = limits;
    todo!()
}
