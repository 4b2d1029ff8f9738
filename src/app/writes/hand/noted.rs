//! What the journal is told of a change, before and after.

use std::io;

use uuid::Uuid;

use super::HandWriter;
use crate::{
    app::{
        text,
        writes::journal::{Deed, DeedState, JournalEntry},
    },
    disk,
    repository::{Error, ErrorKind, Result},
    session::SessionKey,
};

/// A change that the journal knows of, or why it does not.
#[derive(Debug, Default)]
pub(super) struct BegunDeed {
    id: Option<Uuid>,
    notes: Vec<String>,
}

impl HandWriter {
    /// Writes a change down before it is sent.
    ///
    /// # Errors
    /// Where a stored value would be lost and the journal cannot be written; where something is only added, that is noted.
    pub(super) async fn begin(&self, key: &SessionKey, deed: Deed) -> Result<BegunDeed> {
        if matches!(&deed, Deed::Metadata(fields) if fields.is_empty()) {
            return Ok(BegunDeed::default());
        }
        let entry = JournalEntry::new(&self.place.identity, key.clone(), deed);
        let (id, loses) = (entry.id, entry.loses_a_value());
        match self.journal.begin(vec![entry]).await {
            Ok(()) => Ok(BegunDeed { id: Some(id), notes: Vec::new() }),
            Err(error) if loses => Err(self.refused(&error)),
            Err(error) => Ok(BegunDeed { id: None, notes: vec![self.no_way_back(&error)] }),
        }
    }

    /// Writes down what became of it, and gives what has to be said.
    pub(super) async fn settle(&self, begun: BegunDeed, failed: Option<&Error>) -> Vec<String> {
        let BegunDeed { id, notes } = begun;
        let state = match failed {
            None => DeedState::Done,
            // What is stored will tell.
            Some(error) if error.kind() == ErrorKind::Unconfirmed => return notes,
            Some(_) => DeedState::Failed,
        };
        self.settle_all(id.map(|id| (id, state)).into_iter().collect()).await;
        notes
    }

    /// Writes outcomes down; where that fails what is stored tells.
    pub(in crate::app::writes) async fn settle_all(&self, outcomes: Vec<(Uuid, DeedState)>) {
        if let Err(error) = self.journal.settle(outcomes).await {
            tracing::warn!(%error, "what became of a change could not be written to the journal");
        }
    }

    /// A session was put back from a copy: its deletion is taken back, also where another copy of it was meant by that.
    pub(super) async fn settle_restored(&self, session: &SessionKey) -> Vec<String> {
        let read = match self.journal.read().await {
            Ok(read) => read,
            Err(error) => return vec![self.no_way_back(&error)],
        };
        let is_its = |entry: &&JournalEntry| {
            let is_deletion = matches!(entry.deed, Deed::Deletion { .. });
            let is_meant = entry.session == *session && entry.place == self.place.identity;
            is_deletion && is_meant && !matches!(entry.state, DeedState::Failed | DeedState::Undone)
        };
        let deletions = read.entries.iter().filter(is_its).map(|entry| (entry.id, DeedState::Undone));
        self.settle_all(deletions.collect()).await;
        self.journal.notes(&read)
    }

    /// Nothing is changed without a way back.
    pub(in crate::app::writes) fn refused(&self, error: &io::Error) -> Error {
        let reason = format!("{}; nothing was changed, for there would be no way back", disk::reason(error));
        Error::other(format!("writing {}", self.journal_name()), reason)
            .with_hint("make room on the disk, or let the folder be written to")
    }

    /// It cannot be read.
    pub(super) fn unread(&self, error: &io::Error) -> Error {
        Error::other(format!("reading {}", self.journal_name()), disk::reason(error))
    }

    pub(super) fn no_way_back(&self, error: &io::Error) -> String {
        let (name, reason) = (self.journal_name(), disk::reason(error));
        format!("{name} could not be written ({reason}): this change cannot be taken back from here")
    }

    fn journal_name(&self) -> String {
        let folder = self.journal.folder().map(|folder| format!(" in {}", folder.display())).unwrap_or_default();
        text::line(&format!("the journal of changes{folder}")).into_owned()
    }
}
