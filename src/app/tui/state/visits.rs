//! Sessions as one goes through them: shown under the cursor, opened, come back to, kept.

mod entering;
mod jumps;
mod menu;
mod preview;
mod remembered;

pub(super) use jumps::JumpList;
use preview::CursorRest;

use crate::app::memory::{Memory, RememberedSession};

/// How one goes through the sessions of a connection.
#[derive(Debug, Default)]
pub struct Visits {
    /// Where the cursor of the list rests.
    rest: CursorRest,
    /// The keys went to the list.
    was_in_list: bool,
}

impl Visits {
    /// The list is read again: what the cursor rests on then shows itself, unless something is shown.
    pub(super) fn look_anew(&mut self) {
        self.rest.follows = false;
    }
}

/// Which sessions are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RememberedKind {
    /// Those that a person keeps.
    Bookmarks,
    /// Those that were open lately.
    Recent,
}

impl RememberedKind {
    /// Them, of every place, the last one first.
    fn of(self, memory: &Memory) -> &[RememberedSession] {
        match self {
            Self::Bookmarks => &memory.bookmarks,
            Self::Recent => &memory.recent,
        }
    }
}

#[cfg(test)]
mod tests;
