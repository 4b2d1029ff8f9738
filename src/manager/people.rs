//! What people change of a session, through the hooks: metadata and feedback, and that it is deleted or put back.

use std::sync::Arc;

use bson::Document;
use jiff::Timestamp;
use tokio::sync::Mutex;

use super::{CopyKeeper, SessionManager, deletion, retention};
use crate::{
    hook::{HookAnswer, HookOperation, HookPayload, HookStore},
    repository::{Error, Result, SessionCopy, SessionRepository},
    session::{
        Feedback, MetadataEdit,
        record::{FeedbackChange, NewFeedback},
    },
};

impl SessionManager {
    /// The metadata; empty where there is none.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound), [`Error::NotAnObject`](crate::Error::NotAnObject), and what a hook
    /// says.
    pub async fn metadata(&self) -> Result<Document> {
        match self.operate(HookPayload::MetadataGet).await? {
            HookAnswer::Metadata(fields) => Ok(fields),
            _ => Ok(Document::new()),
        }
    }

    /// Sets and removes fields of the metadata: all of them or none. Removals alone are a `metadata.delete` for the hooks,
    /// all else is a `metadata.update`.
    ///
    /// # Errors
    /// As [`SessionWriter::edit_metadata`](crate::SessionWriter::edit_metadata), and what a hook says.
    pub async fn edit_metadata(&self, edits: Vec<MetadataEdit>) -> Result<()> {
        let removes = !edits.is_empty() && edits.iter().all(|edit| edit.value.is_none());
        let payload = if removes { HookPayload::MetadataDelete(edits) } else { HookPayload::MetadataUpdate(edits) };
        self.operate(payload).await.map(drop)
    }

    /// The feedbacks, in stored order.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound), and what a connection can meet.
    pub async fn feedbacks(&self) -> Result<Vec<Feedback>> {
        self.repository().feedbacks(self.key()).await
    }

    /// Adds a feedback.
    ///
    /// # Errors
    /// As [`SessionWriter::add_feedback`](crate::SessionWriter::add_feedback), and what a hook says.
    pub async fn add_feedback(&self, feedback: NewFeedback) -> Result<()> {
        self.operate(HookPayload::FeedbackAdd(feedback)).await.map(drop)
    }

    /// Changes a feedback, or takes it back, where it is still stored just as it was. Gives where in `feedbacks` it stood, from 0;
    /// `None` where a hook answered in the repository's place.
    ///
    /// # Errors
    /// As [`SessionWriter::change_feedback`](crate::SessionWriter::change_feedback), and what a hook says.
    pub async fn change_feedback(&self, change: FeedbackChange) -> Result<Option<u64>> {
        let removes = change.new.is_none();
        let payload = if removes { HookPayload::FeedbackDelete(change) } else { HookPayload::FeedbackUpdate(change) };
        match self.operate(payload).await? {
            HookAnswer::FeedbackAt(index) => Ok(Some(index)),
            _ => Ok(None),
        }
    }

    /// Deletes the session.
    ///
    /// # Errors
    /// As [`SessionWriter::delete_session`](crate::SessionWriter::delete_session), and what a hook says.
    pub async fn delete_session(&self) -> Result<()> {
        self.delete(None, None).await.map(drop)
    }

    /// Deletes the session once a copy of it is kept, and only as it was copied: what an agent appends meanwhile is in the
    /// copy too. [`Self::restore_session`] puts it back.
    ///
    /// # Errors
    /// What the keeper and a hook say, and as [`SessionWriter::delete_session`](crate::SessionWriter::delete_session). The keeper
    /// is told to discard its copies only where the session is surely still there.
    pub async fn delete_session_kept(&self, keeper: &mut dyn CopyKeeper) -> Result<()> {
        self.delete(None, Some(keeper)).await.map(drop)
    }

    /// Deletes the session unless it was last alive after `cutoff`; with a keeper only once a copy is kept. `false`: it was, or it
    /// is gone already.
    ///
    /// # Errors
    /// As [`Self::delete_session_kept`].
    pub async fn delete_session_if_older(
        &self,
        cutoff: Timestamp,
        keeper: Option<&mut dyn CopyKeeper>,
    ) -> Result<bool> {
        self.delete(Some(cutoff), keeper).await
    }

    async fn delete(&self, cutoff: Option<Timestamp>, keeper: Option<&mut dyn CopyKeeper>) -> Result<bool> {
        let repository: &dyn SessionRepository = self.repository().as_ref();
        repository.admits(self.key())?;
        let operation = self.operation(HookPayload::SessionDelete);
        // A chain carries out what it is given once at most, but its end may be called from anywhere.
        let keeper = Mutex::new(keeper);
        let keeper = &keeper;
        let last = move |operation: HookOperation| async move {
            let mut keeper = keeper.lock().await;
            let key = &operation.session;
            let deleted = match (keeper.as_deref_mut(), cutoff) {
                (Some(keeper), Some(cutoff)) => {
                    retention::delete_if_older_kept(repository, key, cutoff, keeper).await?
                }
                (Some(keeper), None) => deletion::delete(repository, key, None, keeper).await?,
                (None, Some(cutoff)) => retention::delete_if_older(repository, key, cutoff).await?,
                (None, None) => repository.delete_session(key).await.map(|()| true)?,
            };
            Ok::<_, Error>(if deleted { HookAnswer::Done } else { HookAnswer::Unchanged })
        };
        let answer = self.0.hooks.run(operation, last).await?;
        let deleted = answer != HookAnswer::Unchanged;
        if deleted {
            // Its agents can be initialized anew.
            self.slots().clear();
        }
        Ok(deleted)
    }

    /// Puts the session back from its exact copy.
    ///
    /// # Errors
    /// As [`SessionWriter::restore`](crate::SessionWriter::restore), [`Error::Invalid`](crate::Error::Invalid) for the copy of another
    /// session, and what a hook says.
    pub async fn restore_session(&self, copy: SessionCopy) -> Result<()> {
        // The hooks would be told of this one.
        if let Some(other) = copy.session().filter(|session| session != self.key()) {
            let reason = format!("it is of session {:?}", other.text());
            return Err(Error::invalid(self.key().text(), "the copy", reason));
        }
        self.operate(HookPayload::SessionRestore(Arc::new(copy))).await.map(drop)
    }

    /// An operation on the session, which tells its hooks where it is stored.
    pub(super) fn operation(&self, payload: HookPayload) -> HookOperation {
        let store = HookStore::new(self.repository().clone());
        HookOperation::new(self.key().clone(), payload).within(store)
    }

    /// Runs an operation through the hooks.
    async fn operate(&self, payload: HookPayload) -> Result<HookAnswer> {
        let operation = self.operation(payload);
        let repository: &dyn SessionRepository = self.repository().as_ref();
        // A hook sees nothing of what is refused anyway: it may answer in the repository's place.
        repository.admits(&operation.session)?;
        self.0.hooks.run(operation, move |operation| carry_out(repository, operation)).await
    }
}

async fn carry_out(repository: &dyn SessionRepository, operation: HookOperation) -> Result<HookAnswer> {
    let HookOperation { session, payload, .. } = operation;
    match payload {
        HookPayload::MetadataGet => return Ok(HookAnswer::Metadata(repository.metadata(&session).await?)),
        HookPayload::MetadataUpdate(edits) | HookPayload::MetadataDelete(edits) => {
            repository.edit_metadata(&session, &edits).await?;
        }
        HookPayload::FeedbackAdd(feedback) => repository.add_feedback(&session, &feedback).await?,
        HookPayload::FeedbackUpdate(change) | HookPayload::FeedbackDelete(change) => {
            return Ok(HookAnswer::FeedbackAt(repository.change_feedback(&session, &change).await?));
        }
        HookPayload::SessionDelete => repository.delete_session(&session).await?,
        HookPayload::SessionRestore(copy) => drop(repository.restore(&copy).await?),
    }
    Ok(HookAnswer::Done)
}
