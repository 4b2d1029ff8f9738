//! The same change of many sessions: which, what it comes to for each, and carrying it out.
//!
//! ```text
//! change --- what is changed, and what that comes to for one session
//! source --- the sessions, a batch at a time, each with what is needed of its metadata
//! preview -- what a run would do now; changes nothing
//! run ------ a guarded write a session, several at once; can be stopped and gone on with
//! report --- what became of each session, in a file of the state folder
//! tally ---- how many of each
//! ```
//!
//! Nothing here grows with the number of sessions: a batch is read, written and forgotten. Each session is guarded by what was read of
//! it shortly before, not by the preview, which is old by the time the last of ten thousand has its turn.

mod change;
mod preview;
mod report;
mod run;
mod sealed;
mod source;
mod tally;
#[cfg(test)]
mod tests;
mod typed;

pub use change::{BulkChange, BulkFit};
pub use preview::{BulkPreview, FittedRow};
pub use run::{BulkEnd, BulkProgress, BulkRun, LeftToDo};
pub use source::BulkScope;
pub use tally::{BulkSample, BulkTally, SessionOutcome};
pub use typed::BulkKind;

use crate::session::edit::DateContext;

/// A change of many sessions.
#[derive(Debug, Clone)]
pub struct BulkOrder {
    /// Which sessions.
    pub scope: BulkScope,
    /// What is changed.
    pub change: BulkChange,
    /// What dates that are typed go by. Its `now` is the `created_at` of feedback too: however often the order is gone on with, it
    /// stays.
    pub dates: DateContext,
}
