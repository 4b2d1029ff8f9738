//! Deleting sessions: what goes is shown, and the id or their number is typed.

mod asked;
mod own;

pub use own::OwnDeletions;

use super::{named::ChosenSession, typed_word::TypedWord};
use crate::{
    app::{task::Ticket, tui::render::goes::DeletedSums, writes::bulk::BulkChange},
    session::SessionKey,
};

/// Sessions that are to be deleted.
#[derive(Debug, Clone)]
pub struct DeletionPane {
    /// Those that are marked, or only what of them is old.
    pub change: BulkChange,
    /// The one that is; `None`: several.
    pub one: Option<ChosenSession>,
    /// What is typed so far.
    pub typed: TypedWord,
    /// What goes, as far as it is counted.
    pub sums: DeletedSums,
    /// So many have no clear date, and stay where the age decides.
    pub undated: u64,
    /// How far that is.
    pub stand: CountStand,
    /// Those that are there: these are deleted and no others, whatever matches by then.
    keys: Vec<SessionKey>,
    /// What they are counted by.
    ticket: Ticket,
}

impl DeletionPane {
    /// The first of several, by their ids, as far as they are counted.
    pub fn first(&self, most: usize) -> impl Iterator<Item = &str> {
        self.keys.iter().take(most).map(SessionKey::text)
    }
}

/// How far counting is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CountStand {
    /// There is more to count.
    UnderWay,
    /// All is.
    Done,
    /// It failed, in a sentence.
    Failed(String),
}
