//! What was changed by hand, kept in a file of the state folder: when, who, where, and what stood there before and after.

use std::path::PathBuf;

use bson::Bson;
use jiff::Timestamp;
use uuid::Uuid;

use crate::session::{MetadataPath, SessionKey};

/// The journal. Cheap to clone; several windows may write it at once.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    folder: Option<PathBuf>,
}

/// One change of one session.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalEntry {
    /// Names it.
    pub id: Uuid,
    /// Changes that are taken back as one, such as those of a bulk edit.
    pub group: Option<Uuid>,
    /// When.
    pub at: Timestamp,
    /// Who: `user@host`.
    pub who: String,
    /// The place, by its [identity](super::WritePlace::identity).
    pub place: String,
    /// The session.
    pub session: SessionKey,
    /// What was changed.
    pub deed: Deed,
    /// What became of it.
    pub state: DeedState,
}

/// What was changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Values in the metadata, all at once.
    Metadata(Vec<FieldDeed>),
    /// An element of `feedbacks`, as it was stored before and after; `None`: it was not there.
    Feedback {
        /// Before.
        before: Option<Bson>,
        /// After.
        after: Option<Bson>,
    },
    /// The session was deleted; its private copy is there.
    Deletion {
        /// The copy.
        copy: PathBuf,
    },
}

/// A value in the metadata before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDeed {
    /// Where it stands.
    pub path: MetadataPath,
    /// What stood there; `None`: nothing.
    pub before: Option<Bson>,
    /// What stands there; `None`: nothing.
    pub after: Option<Bson>,
    /// The field that followed it in its object, before; `None`: it was the last, or not there.
    pub next: Option<String>,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeedState {
    /// It was begun, and nobody wrote down how it ended: what is stored tells.
    Begun,
    /// It is stored.
    Done,
    /// It was refused or failed, and changed nothing.
    Failed,
    /// It is stored, and was taken back.
    Undone,
}

impl Journal {
    /// In that folder; without one nothing is written down.
    #[must_use]
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// Where it is kept.
    #[must_use]
    pub fn folder(&self) -> Option<&PathBuf> {
        self.folder.as_ref()
    }
}
