//! One session of a batch: what is about to be written, writing it, and what its error means.

use std::path::PathBuf;

use bson::Bson;
use uuid::Uuid;

use crate::{
    app::writes::{
        DeletionTerms, HandWriter, Write, WritePlace,
        bulk::{SessionOutcome, change::describe},
        field_deeds,
        journal::{Deed, DeedState, JournalEntry},
        sealed_deeds,
    },
    repository::{Error, ErrorKind, Result},
    session::{Change, SessionKey, Summary, decode, encode},
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

    /// What the journal is told before it is sent; `None` of a deletion, which tells it itself once its copy is kept.
    pub fn entry(&self, place: &WritePlace, group: Uuid) -> Option<JournalEntry> {
        let deed = match &self.write {
            Write::Metadata(_, edits) => {
                let fields = field_deeds(edits, self.row.metadata.as_ref().and_then(Bson::as_document));
                Deed::Metadata(sealed_deeds(fields, self.key(), &place.rules.reveal))
            }
            Write::Feedback(_, feedback) => {
                Deed::Feedback { before: None, after: Some(encode::feedback(feedback).into()) }
            }
            _ => return None,
        };
        Some(self.entry_of(deed, &place.identity, group))
    }

    /// The same of a deletion alone.
    pub fn deletion(&self, place: &str, group: Uuid) -> Option<JournalEntry> {
        let deletes = matches!(self.write, Write::Delete(_));
        deletes.then(|| self.entry_of(Deed::Deletion { copy: PathBuf::new() }, place, group))
    }

    fn entry_of(&self, deed: Deed, place: &str, group: Uuid) -> JournalEntry {
        JournalEntry { id: self.id, ..JournalEntry::new(place, self.key().clone(), deed).in_group(group) }
    }

    /// What the journal is told once it ended; `None`: nothing, what is stored tells.
    pub fn state(&self, outcome: SessionOutcome) -> Option<DeedState> {
        match outcome {
            _ if matches!(self.write, Write::Delete(_)) => None,
            SessionOutcome::Done => Some(DeedState::Done),
            SessionOutcome::Unsure => None,
            _ => Some(DeedState::Failed),
        }
    }
}

/// Writes it, and gives what changed; `None`: it came alive meanwhile, or is gone, and is not deleted by its age. It is in the journal
/// already, but for a deletion.
pub(super) async fn write(
    hand: &HandWriter,
    write: Write,
    deletion: Option<JournalEntry>,
    terms: DeletionTerms,
) -> Result<Option<Change>> {
    match (write, deletion) {
        (Write::Metadata(key, edits), _) => {
            let change = Change::edited(key.clone(), &edits);
            hand.manager(&key)?.edit_metadata(edits).await.map(|()| Some(change))
        }
        (Write::Feedback(key, feedback), _) => {
            let stored = decode::feedback(&encode::feedback(&feedback).into());
            hand.manager(&key)?.add_feedback(feedback).await?;
            Ok(Some(Change::feedback(key, stored)))
        }
        (Write::Delete(key), Some(entry)) => {
            let deletion = hand.delete_as(entry, terms).await;
            deletion.notes.iter().for_each(|note| tracing::warn!("{note}"));
            Ok(deletion.deleted?.then(|| Change::deleted(key)))
        }
        _ => Err(Error::other("changing many sessions", "it is no change of many")),
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

/// A session that may have another turn: it could not be written, nobody can say whether it was, or the run was stopped before.
#[derive(Debug, Clone)]
pub(super) struct OpenSession {
    pub key: SessionKey,
    /// What a person knows it by.
    pub name: String,
    /// What it was counted as; `None`: it was not.
    pub outcome: Option<SessionOutcome>,
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
