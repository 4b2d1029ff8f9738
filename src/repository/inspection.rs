//! All of a session at once, to look at: what is stored, and what is wrong with it.

use jiff::Timestamp;

use crate::{
    metrics::{Outline, health},
    session::{Finding, Session, StoredValue},
};

/// A whole session as it is stored, and all that there is to say of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Inspection {
    /// The document. It holds the viewer password in clear (`session_viewer_password`): take it out before it is shown.
    pub document: StoredValue,
    /// What cannot be read of it, and what is wrong with its histories: see [`health`].
    pub findings: Vec<Finding>,
}

impl Inspection {
    /// Of what was read of a document.
    #[must_use]
    pub fn new(document: StoredValue, session: &Session, outline: &Outline, now: Timestamp) -> Self {
        let findings = session.all_findings().cloned().chain(health(session, outline, now)).collect();
        Self { document, findings }
    }
}
