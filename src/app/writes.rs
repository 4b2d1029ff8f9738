//! What a person changes by hand: carried out through the session manager and the hooks, by the rules of the place, and written
//! down in the journal, so that there is a way back. The browser and the commands write here alike.

pub mod bulk;
mod hand;
pub mod journal;
mod own;

pub use hand::{
    DeletionTerms, HandDeletion, HandOutcome, HandWriter, Turn, TurnProgress, Turned, WritePlace, field_deeds,
    guarded_edits, in_the_way, sealed_deeds, value_start,
};
pub use journal::Journal;

use crate::session::{
    MetadataEdit, SessionKey,
    record::{FeedbackChange, NewFeedback},
};

/// A change by hand, guarded by what was on screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Edits values in the metadata: all of them or none.
    Metadata(SessionKey, Vec<MetadataEdit>),
    /// Adds a feedback.
    Feedback(SessionKey, NewFeedback),
    /// Changes a feedback that was given here, or takes it back.
    ChangeFeedback(SessionKey, FeedbackChange),
    /// Deletes the session, after a private copy was kept.
    Delete(SessionKey),
    /// Takes back the newest change that was made here and not taken back.
    Undo(UndoScope),
    /// Makes the change again that was taken back last.
    Redo(UndoScope),
}

/// Among which changes the newest is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UndoScope {
    /// Those of one session.
    Session(SessionKey),
    /// All at the place.
    Place,
}

impl Write {
    /// The session; `None` of what may change several.
    #[must_use]
    pub fn session(&self) -> Option<&SessionKey> {
        match self {
            Self::Metadata(key, _) | Self::Feedback(key, _) | Self::ChangeFeedback(key, _) | Self::Delete(key) => {
                Some(key)
            }
            Self::Undo(UndoScope::Session(key)) | Self::Redo(UndoScope::Session(key)) => Some(key),
            Self::Undo(UndoScope::Place) | Self::Redo(UndoScope::Place) => None,
        }
    }
}
