//! What people add to a session: metadata and feedback, through the hooks.

use bson::Document;

use super::SessionManager;
use crate::{
    hook::{HookAnswer, HookOperation, HookPayload},
    repository::{Result, SessionRepository},
    session::{Feedback, MetadataEdit, record::NewFeedback},
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
            HookAnswer::Done => Ok(Document::new()),
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

    /// Runs an operation through the hooks.
    async fn operate(&self, payload: HookPayload) -> Result<HookAnswer> {
        let operation = HookOperation::new(self.key().clone(), payload);
        let repository: &dyn SessionRepository = self.repository().as_ref();
        self.0.hooks.run(operation, move |operation| carry_out(repository, operation)).await
    }
}

async fn carry_out(repository: &dyn SessionRepository, operation: HookOperation) -> Result<HookAnswer> {
    let HookOperation { session, payload } = operation;
    match payload {
        HookPayload::MetadataGet => return Ok(HookAnswer::Metadata(repository.metadata(&session).await?)),
        HookPayload::MetadataUpdate(edits) | HookPayload::MetadataDelete(edits) => {
            repository.edit_metadata(&session, &edits).await?;
        }
        HookPayload::FeedbackAdd(feedback) => repository.add_feedback(&session, &feedback).await?,
    }
    Ok(HookAnswer::Done)
}
