//! Carrying out what a person changes.

use std::{path::PathBuf, sync::Arc};

use super::{Journal, Write};
use crate::{
    app::{
        copy::PrivateCopy,
        place::{Place, Store, WriteRules},
    },
    hook::Hooks,
    manager::SessionManager,
    repository::{Error, Result, SessionReader},
    session::{Change, decode, encode},
};

/// The place that is written to, for the journal, for reports and for its rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WritePlace {
    /// What a person calls it: a profile's name, a host's or a folder's. Holds no password.
    pub name: String,
    /// What it is, whatever it is called: hosts, database and collection, or the folder. Holds no password.
    pub identity: String,
    /// What it asks of a person who writes there.
    pub rules: WriteRules,
}

impl WritePlace {
    /// The place, with what is open there.
    #[must_use]
    pub fn of(place: &Place, reader: &dyn SessionReader) -> Self {
        Self { name: place.name.clone(), identity: reader.identity(), rules: place.rules.clone() }
    }
}

/// What a write came to.
#[derive(Debug, Clone, Default)]
pub struct HandOutcome {
    /// What changed, for what is shown of it.
    pub changes: Vec<Change>,
    /// The private copy that a deletion left.
    pub copy: Option<PathBuf>,
    /// What was undone or redone, in a sentence, of those. Safe text.
    pub says: Option<String>,
    /// What else has to be known, a sentence each: the journal could not be written.
    pub notes: Vec<String>,
}

/// Carries out what a person changes at one place.
#[derive(Clone)]
pub struct HandWriter {
    /// Which.
    pub place: WritePlace,
    /// What is open there.
    pub store: Store,
    /// Around every change.
    pub hooks: Hooks,
    /// Where a deletion keeps a private copy; without it nothing is deleted.
    pub copies: Option<PathBuf>,
    /// Where every change is written down.
    pub journal: Journal,
}

impl HandOutcome {
    /// What a write comes to that did just what it says: a metadata edit, a feedback, a deletion.
    #[must_use]
    pub fn of(write: &Write) -> Self {
        let change = match write {
            Write::Metadata(key, edits) => Change::edited(key.clone(), edits),
            Write::Feedback(key, feedback) => {
                Change::feedback(key.clone(), decode::feedback(&encode::feedback(feedback).into()))
            }
            Write::Delete(key) => Change::deleted(key.clone()),
            Write::ChangeFeedback(..) | Write::Undo(_) | Write::Redo(_) => return Self::default(),
        };
        Self { changes: vec![change], ..Self::default() }
    }
}

impl HandWriter {
    /// Carries it out.
    ///
    /// # Errors
    /// As the methods of [`SessionManager`]; where the place protects what would be changed; and where there would be no way back,
    /// since the journal cannot be written.
    pub async fn carry_out(&self, write: Write) -> Result<HandOutcome> {
        let repository = self.store.repository()?;
        let manager = |key| SessionManager::builder(Arc::clone(&repository), key).hooks(self.hooks.clone()).build();
        let mut outcome = HandOutcome::of(&write);
        match write {
            Write::Metadata(key, edits) => manager(key).edit_metadata(edits).await?,
            Write::Feedback(key, feedback) => manager(key).add_feedback(feedback).await?,
            Write::ChangeFeedback(key, change) => {
                let index = manager(key.clone()).change_feedback(change.clone()).await?;
                outcome.changes = vec![Change::feedback_changed(key, index, &change)];
            }
            Write::Undo(_) | Write::Redo(_) => {
                return Err(Error::other("writing", "it is not built"));
            }
            Write::Delete(key) => {
                let mut copy = PrivateCopy::new(&key, self.copies.clone());
                manager(key).delete_session_kept(&mut copy).await?;
                outcome.copy = copy.paths().last().cloned();
            }
        }
        Ok(outcome)
    }
}
