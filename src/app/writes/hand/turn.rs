//! Which way a change is turned, and what that means of what is stored.

use crate::app::writes::journal::DeedState;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// A change is taken back.
    Back,
    /// One that was taken back is made again.
    Again,
}

impl Turn {
    pub(super) fn underway(self) -> DeedState {
        match self {
            Self::Back => DeedState::Undoing,
            Self::Again => DeedState::Redoing,
        }
    }

    /// What it is where that ended well, and where it did not.
    pub(super) fn ends(self) -> (DeedState, DeedState) {
        match self {
            Self::Back => (DeedState::Undone, DeedState::Done),
            Self::Again => (DeedState::Done, DeedState::Undone),
        }
    }

    /// What must be stored, and what is stored then.
    pub(super) fn sides(self) -> (StoredSide, StoredSide) {
        match self {
            Self::Back => (StoredSide::After, StoredSide::Before),
            Self::Again => (StoredSide::Before, StoredSide::After),
        }
    }
}

/// How far a change of several sessions is taken back or made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnProgress {
    /// So many are.
    pub done: usize,
    /// Of so many.
    pub of: usize,
}

/// What of a change is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StoredSide {
    /// What stood there before it.
    Before,
    /// What it made.
    After,
    /// Something else: another change came after it.
    Neither,
}
