//! Opening a session, or creating it.

use bson::Document;

use super::SessionManager;
use crate::{
    repository::{Error, Result},
    session::{edit, record::NewSession, setters},
};

/// What a session is created with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionSettings {
    /// `application_name`: fixed once the session is created.
    pub application_name: Option<String>,
    /// `session_type`: `AGENT`, as Strands has it.
    pub session_type: String,
    /// Fields of `metadata` that a new session has as `""`.
    pub metadata_fields: Vec<String>,
    /// Whether a new session also asks for indexes on those fields.
    pub index_metadata_fields: bool,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            application_name: None,
            session_type: "AGENT".to_owned(),
            metadata_fields: Vec::new(),
            index_metadata_fields: false,
        }
    }
}

impl SessionSettings {
    /// The same with fields of `metadata` that a new session has as `""`.
    #[must_use]
    pub fn metadata_fields<S: Into<String>>(mut self, fields: impl IntoIterator<Item = S>) -> Self {
        self.metadata_fields = fields.into_iter().map(Into::into).collect();
        self
    }

    setters! {
        fields { session_type: String }
        options { application_name: String }
        exact { index_metadata_fields: bool }
    }
}

impl SessionManager {
    /// Creates the session where there is none of its `_id`. `true`: it is new.
    ///
    /// # Errors
    /// [`Error::Key`] for a metadata field that cannot be one, [`Error::Invalid`] where the session is missing and its
    /// `_id` is no string, and what a connection can meet.
    pub async fn open_or_create(&self) -> Result<bool> {
        match self.head().await {
            Err(Error::NotFound { .. }) => {}
            other => return other.map(|_| false),
        }
        let new = self.new_session()?;
        match self.repository().create_session(&new).await {
            // Another process was faster: the session is there, which is all that was asked for.
            Err(Error::Exists { .. }) => return Ok(false),
            other => other?,
        };
        let settings = &self.0.settings;
        if settings.index_metadata_fields && !settings.metadata_fields.is_empty() {
            self.repository().index_metadata(&settings.metadata_fields).await?;
        }
        Ok(true)
    }

    fn new_session(&self) -> Result<NewSession> {
        let Some(id) = self.key().bson().as_str() else {
            return Err(Error::invalid(self.id(), "a new session", "its _id is no string")
                .with_hint("a session is created with a string"));
        };
        let settings = &self.0.settings;
        let mut metadata = Document::new();
        for field in &settings.metadata_fields {
            edit::check_new_key(field).map_err(|reason| Error::key(self.id(), field, "a metadata key", reason))?;
            metadata.insert(field, "");
        }
        let mut new = NewSession::new(id).session_type(settings.session_type.as_str()).metadata(metadata);
        new.application_name.clone_from(&settings.application_name);
        Ok(new)
    }
}
