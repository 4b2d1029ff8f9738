//! Deleting sessions: what goes is shown, and the id or their number is typed.

mod asked;

use super::{named::ChosenSession, typed_word::TypedWord};
use crate::{
    app::{task::Ticket, tui::render::goes::DeletedSums},
    session::SessionKey,
};

/// Sessions that are to be deleted.
#[derive(Debug, Clone)]
pub struct DeletionPane {
    /// The one that is; `None`: several.
    pub one: Option<ChosenSession>,
    /// What is typed so far.
    pub typed: TypedWord,
    /// What goes, as far as it is counted.
    pub sums: DeletedSums,
    /// How far that is.
    pub stand: CountStand,
    /// Those that are there: these are deleted and no others, whatever matches by then.
    keys: Vec<SessionKey>,
    /// What they are counted by.
    ticket: Ticket,
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
