//! One change of one session, as the journal knows it.

use std::path::PathBuf;

use bson::Bson;
use jiff::Timestamp;
use uuid::Uuid;

use crate::session::{MetadataPath, SessionKey};

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
    /// The place, by its [identity](super::super::WritePlace::identity).
    pub place: String,
    /// The session.
    pub session: SessionKey,
    /// What was changed.
    pub deed: Deed,
    /// What became of it.
    pub state: DeedState,
}

impl JournalEntry {
    /// A change that is about to be made, now and by this user.
    #[must_use]
    pub fn new(place: impl Into<String>, session: SessionKey, deed: Deed) -> Self {
        Self {
            id: Uuid::new_v4(),
            group: None,
            at: Timestamp::now(),
            who: who(),
            place: place.into(),
            session,
            deed,
            state: DeedState::Begun,
        }
    }

    /// The same as a part of what is taken back as one.
    #[must_use]
    pub fn in_group(mut self, group: Uuid) -> Self {
        self.group = Some(group);
        self
    }

    /// Whether a value that is stored would be lost with it.
    #[must_use]
    pub fn loses_a_value(&self) -> bool {
        match &self.deed {
            Deed::Metadata(fields) => fields.iter().any(|field| field.before.is_some()),
            Deed::Feedback { before, .. } => before.is_some(),
            // Its copy is kept.
            Deed::Deletion { .. } => false,
        }
    }
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
    /// The field that followed it in its object, before, where it lost its place; `None`: it was the last, was not there, or kept
    /// its place.
    pub next: Option<String>,
    /// The field that follows it, after, where it was put in front of another.
    pub put: Option<String>,
}

impl FieldDeed {
    /// Whether it has another place among its siblings than before, and was there before.
    #[must_use]
    pub fn is_moved(&self) -> bool {
        self.put.is_some() && self.before.is_some() && self.after.is_some()
    }

    /// The other way round.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let Self { path, before, after, next, put } = self.clone();
        Self { path, before: after, after: before, next: put, put: next }
    }
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
    /// It is stored and was to be taken back; nobody wrote down how that ended.
    Undoing,
    /// It is stored, and was taken back.
    Undone,
    /// It was taken back and was to be made again; nobody wrote down how that ended.
    Redoing,
}

/// This user: `user@host`, as far as the system tells.
fn who() -> String {
    let named =
        |names: &[&str]| names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let user = named(&["USER", "LOGNAME", "USERNAME"]).unwrap_or_else(|| "?".to_owned());
    format!("{user}@{}", host().unwrap_or_else(|| "?".to_owned()))
}

#[cfg(unix)]
fn host() -> Option<String> {
    let system = rustix::system::uname();
    let name = system.nodename().to_string_lossy().into_owned();
    (!name.is_empty()).then_some(name)
}

#[cfg(not(unix))]
fn host() -> Option<String> {
    std::env::var("COMPUTERNAME").ok()
}
