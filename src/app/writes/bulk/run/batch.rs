//! One session of a batch: what is about to be written, writing it, and what its error means.

use std::{path::PathBuf, sync::Arc};

use bson::{Bson, Document};
use uuid::Uuid;

use crate::{
    app::{
        copy::PrivateCopy,
        writes::{
            HandWriter, Write,
            bulk::{SessionOutcome, change::describe},
            journal::{Deed, DeedState, FieldDeed, JournalEntry},
        },
    },
    manager::SessionManager,
    repository::{Error, ErrorKind, Result, SessionRepository},
    session::{Change, Guard, MetadataEdit, SessionKey, Summary, decode, encode},
};

/// A write that is about to be sent.
pub(super) struct BegunWrite {
    /// Names it in the journal.
    pub id: Uuid,
    pub write: Write,
    row: Summary,
}

impl BegunWrite {
    pub fn new(row: Summary, write: Write) -> Self {
        Self { id: Uuid::new_v4(), write, row }
    }

    pub fn key(&self) -> &SessionKey {
        &self.row.key
    }

    /// What a person knows the session by.
    pub fn name(&self) -> &str {
        self.row.name()
    }

    /// What is changed, in a few words.
    pub fn says(&self) -> String {
        describe(&self.write)
    }

    /// What the journal is told before it is sent; `None` of a deletion, which it is told of once the copy is there.
    pub fn entry(&self, place: &str, group: Uuid) -> Option<JournalEntry> {
        let deed = match &self.write {
            Write::Metadata(_, edits) => Deed::Metadata(edits.iter().map(|edit| self.field(edit)).collect()),
            Write::Feedback(_, feedback) => {
                Deed::Feedback { before: None, after: Some(encode::feedback(feedback).into()) }
            }
            _ => return None,
        };
        Some(JournalEntry { id: self.id, ..JournalEntry::new(place, self.key().clone(), deed).in_group(group) })
    }

    /// What the journal is told once it ended; `None`: nothing, what is stored tells.
    pub fn state(&self, outcome: SessionOutcome) -> Option<DeedState> {
        match outcome {
            SessionOutcome::Done => Some(DeedState::Done),
            SessionOutcome::Unsure => None,
            // The journal knows of no deletion that came to nothing.
            _ => (!matches!(self.write, Write::Delete(_))).then_some(DeedState::Failed),
        }
    }

    fn field(&self, edit: &MetadataEdit) -> FieldDeed {
        let before = match &edit.guard {
            Guard::Stored(stored) => stored.clone(),
            Guard::None => None,
        };
        let next = if edit.value.is_none() { self.follower(edit) } else { None };
        FieldDeed { path: edit.path.clone(), before, after: edit.value.clone(), next, put: edit.before.clone() }
    }

    /// The field that stands behind it in its object.
    fn follower(&self, edit: &MetadataEdit) -> Option<String> {
        let metadata = self.row.metadata.as_ref().and_then(Bson::as_document)?;
        let object: &Document = match edit.path.parent() {
            Some(parent) => parent.value(metadata)?.as_document()?,
            None => metadata,
        };
        object.keys().skip_while(|key| *key != edit.path.name()).nth(1).cloned()
    }

    /// A deletion that was carried out.
    pub fn deletion(id: Uuid, key: SessionKey, copy: PathBuf, place: &str, group: Uuid) -> JournalEntry {
        JournalEntry { id, ..JournalEntry::new(place, key, Deed::Deletion { copy }).in_group(group) }
    }
}

/// Writes it; what changed, and the copy that a deletion left. It is in the journal already.
pub(super) async fn write(
    hand: &HandWriter,
    repository: Arc<dyn SessionRepository>,
    write: Write,
) -> Result<(Change, Option<PathBuf>)> {
    let manager = |key: &SessionKey| SessionManager::builder(repository, key.clone()).hooks(hand.hooks.clone()).build();
    match write {
        Write::Metadata(key, edits) => {
            let change = Change::edited(key.clone(), &edits);
            manager(&key).edit_metadata(edits).await?;
            Ok((change, None))
        }
        Write::Feedback(key, feedback) => {
            let stored = decode::feedback(&encode::feedback(&feedback).into());
            manager(&key).add_feedback(feedback).await?;
            Ok((Change::feedback(key, stored), None))
        }
        Write::Delete(key) => {
            let mut copy = PrivateCopy::new(&key, hand.copies.clone());
            manager(&key).delete_session_kept(&mut copy).await?;
            let kept = copy.paths().last().cloned();
            Ok((Change::deleted(key), kept))
        }
        Write::ChangeFeedback(..) | Write::Undo(_) | Write::Redo(_) => {
            Err(Error::other("changing many sessions", "it is no change of many"))
        }
    }
}

/// What an error makes of a session.
pub(super) fn outcome_of(error: &Error) -> SessionOutcome {
    match error.kind() {
        ErrorKind::Conflict => SessionOutcome::Conflict,
        ErrorKind::NotFound => SessionOutcome::Gone,
        ErrorKind::Unconfirmed => SessionOutcome::Unsure,
        _ => SessionOutcome::Failed,
    }
}

/// A session that had its turn, and may have another: it could not be written, or nobody can say whether it was.
#[derive(Debug, Clone)]
pub(super) struct OpenSession {
    pub key: SessionKey,
    /// What a person knows it by.
    pub name: String,
    /// What it was counted as.
    pub outcome: SessionOutcome,
}

impl OpenSession {
    /// Whether another turn may come to something else.
    pub fn may_go_well_later(error: &Error) -> bool {
        matches!(error.kind(), ErrorKind::Connection | ErrorKind::Denied | ErrorKind::Busy | ErrorKind::Unconfirmed)
    }

    /// Whether every other session would meet the same.
    pub fn stops_all(error: &Error) -> bool {
        matches!(error.kind(), ErrorKind::Connection | ErrorKind::Denied) || matches!(error, Error::ReadOnly { .. })
    }
}
