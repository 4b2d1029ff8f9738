//! All of a session at once, to look at: what is stored, and what is wrong with it.

use bson::{Bson, Document};
use jiff::Timestamp;

use crate::{
    metrics::{Outline, health},
    session::{Finding, Session, StoredValue, decode},
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
    /// Of a document, and what of its stored bytes could not be read as they are.
    #[must_use]
    pub fn of(document: Document, told: Vec<Finding>, now: Timestamp) -> Self {
        let document = Bson::Document(document);
        let stored = StoredValue::from(&document);
        let Bson::Document(document) = document else { return Self { document: stored, findings: told } };
        let mut session = decode::session(document);
        decode::raw::in_session(&mut session, told);
        let outline = Outline::from(&session);
        Self::new(stored, &session, &outline, now)
    }

    /// Of what was read of a document.
    pub(super) fn new(document: StoredValue, session: &Session, outline: &Outline, now: Timestamp) -> Self {
        let findings = session.all_findings().cloned().chain(health(session, outline, now)).collect();
        Self { document, findings }
    }
}
