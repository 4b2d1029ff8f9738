//! The session manager: what an agent program calls, and what the browser and the commands write through.

use std::sync::Arc;

use bson::Document;

use crate::{
    hook::{Answer, Boxed, Hooks, Operation, Payload},
    repository::{Result, SessionRepository},
    session::{Feedback, SessionKey, edit::MetadataEdit, record::NewFeedback},
};

/// Manages one session. Making one contacts nothing.
#[derive(Clone)]
pub struct SessionManager {
    repository: Arc<dyn SessionRepository>,
    hooks: Hooks,
    key: SessionKey,
}

impl SessionManager {
    /// A manager of the session with that `_id`, in that repository.
    #[must_use]
    pub fn new(repository: Arc<dyn SessionRepository>, key: impl Into<SessionKey>) -> Self {
        Self { repository, hooks: Hooks::default(), key: key.into() }
    }

    /// The same with hooks around metadata and feedback.
    #[must_use]
    pub fn with_hooks(mut self, hooks: Hooks) -> Self {
        self.hooks = hooks;
        self
    }

    /// The session's `_id`.
    #[must_use]
    pub fn key(&self) -> &SessionKey {
        &self.key
    }

    /// The metadata; empty where there is none.
    ///
    /// # Errors
    /// [`crate::repository::Error::NotFound`], [`crate::repository::Error::NotAnObject`], and what a hook says.
    pub async fn metadata(&self) -> Result<Document> {
        match self.operate(Payload::MetadataGet).await? {
            Answer::Metadata(fields) => Ok(fields),
            Answer::Done => Ok(Document::new()),
        }
    }

    /// Sets and removes fields of the metadata: all of them or none. Removals alone are a `metadata.delete` for the hooks,
    /// all else is a `metadata.update`.
    ///
    /// # Errors
    /// As [`crate::repository::SessionWriter::edit_metadata`], and what a hook says.
    pub async fn edit_metadata(&self, edits: Vec<MetadataEdit>) -> Result<()> {
        let removes = !edits.is_empty() && edits.iter().all(|edit| edit.value.is_none());
        let payload = if removes { Payload::MetadataDelete(edits) } else { Payload::MetadataUpdate(edits) };
        self.operate(payload).await.map(drop)
    }

    /// The feedbacks, in stored order.
    ///
    /// # Errors
    /// [`crate::repository::Error::NotFound`], and what a connection can meet.
    pub async fn feedbacks(&self) -> Result<Vec<Feedback>> {
        self.repository.feedbacks(&self.key).await
    }

    /// Adds a feedback.
    ///
    /// # Errors
    /// As [`crate::repository::SessionWriter::add_feedback`], and what a hook says.
    pub async fn add_feedback(&self, feedback: NewFeedback) -> Result<()> {
        self.operate(Payload::FeedbackAdd(feedback)).await.map(drop)
    }

    /// Deletes the session.
    ///
    /// # Errors
    /// As [`crate::repository::SessionWriter::delete_session`].
    pub async fn delete_session(&self) -> Result<()> {
        self.repository.delete_session(&self.key).await
    }

    /// Runs an operation through the hooks.
    async fn operate(&self, payload: Payload) -> Result<Answer> {
        let operation = Operation { session: self.key.clone(), payload };
        let repository = &self.repository;
        let last = |operation: Operation| -> Boxed<'_, Result<Answer>> {
            Box::pin(async move { carry_out(repository.as_ref(), operation).await })
        };
        self.hooks.run(operation, &last).await
    }
}

async fn carry_out(repository: &dyn SessionRepository, operation: Operation) -> Result<Answer> {
    let Operation { session, payload } = operation;
    match payload {
        Payload::MetadataGet => return Ok(Answer::Metadata(repository.metadata(&session).await?)),
        Payload::MetadataUpdate(edits) | Payload::MetadataDelete(edits) => {
            repository.edit_metadata(&session, &edits).await?;
        }
        Payload::FeedbackAdd(feedback) => repository.add_feedback(&session, &feedback).await?,
    }
    Ok(Answer::Done)
}
