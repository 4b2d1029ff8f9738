//! A panic in the task's work.

use crate::repository::Error;

/// A panic in a read or a write is an error of that work alone, not the end of the program.
pub(super) fn crashed(doing: &str, join: &tokio::task::JoinError) -> Error {
    tracing::error!(%join, "crash while {doing}");
    Error::other(doing, "it crashed").with_hint("please report this, with the log")
}
