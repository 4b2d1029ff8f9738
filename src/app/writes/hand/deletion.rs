//! Deleting a session: the journal knows of each copy that is kept, before anything is deleted.

use std::path::PathBuf;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{HandOutcome, HandWriter};
use crate::{
    app::{
        copy::PrivateCopy,
        writes::journal::{Deed, DeedState, Journal, JournalEntry},
    },
    manager::CopyKeeper,
    repository::{Result, SessionCopy},
    session::{Change, SessionKey},
};

/// How a session is deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeletionTerms {
    /// Only where it was last alive before then.
    pub cutoff: Option<Timestamp>,
    /// No private copy is kept: there is no way back.
    pub without_copy: bool,
}

/// What a deletion came to.
#[derive(Debug)]
pub struct HandDeletion {
    /// Whether it is deleted; `false`: it is gone already, or came alive meanwhile.
    pub deleted: Result<bool>,
    /// Copies that are kept, the newest last.
    pub copies: Vec<PathBuf>,
    /// No copy could be kept.
    pub unkept: bool,
    /// What else has to be known, a sentence each.
    pub notes: Vec<String>,
}

impl HandDeletion {
    /// What the screen is told of the deletion of that session.
    pub(in crate::app::writes) fn outcome(self, key: SessionKey) -> Result<HandOutcome> {
        self.deleted?;
        let copy = self.copies.last().cloned();
        Ok(HandOutcome { changes: vec![Change::deleted(key)], copy, says: None, notes: self.notes })
    }
}

impl HandWriter {
    /// Deletes a session.
    pub async fn delete(&self, key: &SessionKey, terms: DeletionTerms) -> HandDeletion {
        let deed = Deed::Deletion { copy: PathBuf::new() };
        self.delete_as(JournalEntry::new(&self.place.identity, key.clone(), deed), terms).await
    }

    /// The same under an entry of the journal, which may be taken back with others as one.
    pub(in crate::app::writes) async fn delete_as(&self, entry: JournalEntry, terms: DeletionTerms) -> HandDeletion {
        let (id, key) = (entry.id, entry.session.clone());
        let mut keeper = JournaledCopy {
            copy: PrivateCopy::new(&key, self.copies.clone()),
            journal: self.journal.clone(),
            entry,
            unwritten: None,
            discarded: false,
        };
        let deleted = self.try_to_delete(&key, terms, &mut keeper).await;
        let state = match &deleted {
            Ok(true) => Some(DeedState::Done),
            // It is surely still there.
            _ if keeper.discarded => Some(DeedState::Failed),
            // What is stored will tell.
            _ => None,
        };
        if !terms.without_copy {
            self.settle_all(state.map(|state| (id, state)).into_iter().collect()).await;
        }
        let notes = keeper.unwritten.take().map(|error| self.no_way_back(&error)).into_iter().collect();
        let unkept = !terms.without_copy && keeper.copy.has_failed();
        HandDeletion { deleted, copies: keeper.copy.paths().to_vec(), unkept, notes }
    }

    async fn try_to_delete(&self, key: &SessionKey, terms: DeletionTerms, keeper: &mut JournaledCopy) -> Result<bool> {
        let manager = self.manager(key)?;
        match (terms.cutoff, terms.without_copy) {
            (Some(cutoff), true) => manager.delete_session_if_older(cutoff, None).await,
            (Some(cutoff), false) => manager.delete_session_if_older(cutoff, Some(keeper)).await,
            (None, true) => manager.delete_session().await.map(|()| true),
            (None, false) => manager.delete_session_kept(keeper).await.map(|()| true),
        }
    }
}

/// A private copy of which the journal knows.
struct JournaledCopy {
    copy: PrivateCopy,
    journal: Journal,
    entry: JournalEntry,
    /// Why it does not.
    unwritten: Option<std::io::Error>,
    /// The session is still there.
    discarded: bool,
}

#[async_trait]
impl CopyKeeper for JournaledCopy {
    async fn keep(&mut self, copy: &SessionCopy) -> Result<()> {
        self.discarded = false;
        self.copy.keep(copy).await?;
        if let Some(path) = self.copy.paths().last() {
            self.entry.deed = Deed::Deletion { copy: path.clone() };
            // The copy is the way back: without the journal `restore` puts it back.
            self.unwritten = self.journal.begin(vec![self.entry.clone()]).await.err();
        }
        Ok(())
    }

    async fn settle(&mut self) {
        self.copy.settle().await;
    }

    async fn discard(&mut self) {
        self.copy.discard().await;
        self.discarded = true;
    }
}
