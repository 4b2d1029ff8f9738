//! What goes through the hooks, and what comes of it.

use std::{fmt, sync::Arc};

use bson::Document;

use crate::{
    repository::{Error, SessionCopy, SessionReader},
    session::{
        MetadataEdit, SessionKey,
        record::{FeedbackChange, NewFeedback},
    },
};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HookAction {
    /// Metadata is read.
    MetadataGet,
    /// Fields of the metadata are set.
    MetadataUpdate,
    /// Fields of the metadata are removed.
    MetadataDelete,
    /// A feedback is added.
    FeedbackAdd,
    /// A feedback is changed.
    FeedbackUpdate,
    /// A feedback is taken back.
    FeedbackDelete,
    /// The session is deleted.
    SessionDelete,
    /// The session is put back from a copy.
    SessionRestore,
}

impl HookAction {
    /// Every action.
    pub const ALL: &'static [Self] = &[
        Self::MetadataGet,
        Self::MetadataUpdate,
        Self::MetadataDelete,
        Self::FeedbackAdd,
        Self::FeedbackUpdate,
        Self::FeedbackDelete,
        Self::SessionDelete,
        Self::SessionRestore,
    ];

    /// Whether it changes something.
    #[must_use]
    pub fn is_change(self) -> bool {
        self != Self::MetadataGet
    }

    /// Its name, in errors and in what a webhook sends: `metadata.get`, `metadata.update`, `metadata.delete`,
    /// `feedback.add`, `feedback.update`, `feedback.delete`, `session.delete`, `session.restore`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MetadataGet => "metadata.get",
            Self::MetadataUpdate => "metadata.update",
            Self::MetadataDelete => "metadata.delete",
            Self::FeedbackAdd => "feedback.add",
            Self::FeedbackUpdate => "feedback.update",
            Self::FeedbackDelete => "feedback.delete",
            Self::SessionDelete => "session.delete",
            Self::SessionRestore => "session.restore",
        }
    }
}

impl fmt::Display for HookAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One operation on one session, on its way through the hooks.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HookOperation {
    /// The session's `_id`.
    pub session: SessionKey,
    /// What is to be done.
    pub payload: HookPayload,
    /// The store that it is carried out in, for hooks that look something up; `None` where nobody says.
    pub store: Option<HookStore>,
}

/// The store that an operation is carried out in. It is read beside the hooks, so what is read has not gone through them: what is
/// encrypted is so still. The store of a manager that is made for a tenant has the sessions of that tenant alone.
#[derive(Debug, Clone)]
pub struct HookStore(Arc<dyn SessionReader>);

impl HookStore {
    /// That store.
    #[must_use]
    pub fn new(reader: Arc<dyn SessionReader>) -> Self {
        Self(reader)
    }

    /// What reads it.
    #[must_use]
    pub fn reader(&self) -> &Arc<dyn SessionReader> {
        &self.0
    }
}

/// Whether they read through the same.
impl PartialEq for HookStore {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for HookStore {}

/// What is to be done, with its values. A hook may change them before it goes on.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum HookPayload {
    /// Read the metadata.
    MetadataGet,
    /// Set these fields.
    MetadataUpdate(Vec<MetadataEdit>),
    /// Remove these fields.
    MetadataDelete(Vec<MetadataEdit>),
    /// Add this feedback.
    FeedbackAdd(NewFeedback),
    /// Change a feedback.
    FeedbackUpdate(FeedbackChange),
    /// Take a feedback back.
    FeedbackDelete(FeedbackChange),
    /// Delete the session.
    SessionDelete,
    /// Put the session back as it is in this copy, which holds the viewer password in clear.
    SessionRestore(Arc<SessionCopy>),
}

impl HookOperation {
    /// An operation on the session with that `_id`.
    #[must_use]
    pub fn new(session: impl Into<SessionKey>, payload: HookPayload) -> Self {
        Self { session: session.into(), payload, store: None }
    }

    /// The same, carried out in that store.
    #[must_use]
    pub fn within(mut self, store: HookStore) -> Self {
        self.store = Some(store);
        self
    }

    /// Which action it is.
    #[must_use]
    pub fn action(&self) -> HookAction {
        match self.payload {
            HookPayload::MetadataGet => HookAction::MetadataGet,
            HookPayload::MetadataUpdate(_) => HookAction::MetadataUpdate,
            HookPayload::MetadataDelete(_) => HookAction::MetadataDelete,
            HookPayload::FeedbackAdd(_) => HookAction::FeedbackAdd,
            HookPayload::FeedbackUpdate(_) => HookAction::FeedbackUpdate,
            HookPayload::FeedbackDelete(_) => HookAction::FeedbackDelete,
            HookPayload::SessionDelete => HookAction::SessionDelete,
            HookPayload::SessionRestore(_) => HookAction::SessionRestore,
        }
    }

    /// The error of a hook that refuses it.
    #[must_use]
    pub fn refused(&self, hook: &str, reason: impl Into<String>) -> Error {
        Error::Refused {
            hook: hook.to_owned(),
            action: self.action().name().to_owned(),
            id: self.session.text().to_owned(),
            reason: reason.into(),
        }
    }
}

/// What came of an operation.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum HookAnswer {
    /// The metadata that was read.
    Metadata(Document),
    /// It is stored.
    Done,
    /// The feedback is changed or taken back, which stood there in `feedbacks`, from 0.
    FeedbackAt(u64),
    /// Nothing had to be done: the session that was to be deleted for its age came alive, or was gone already.
    Unchanged,
}
