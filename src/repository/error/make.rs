//! Making errors: their fields may grow, so other crates make none by naming them.

use std::{error::Error as StdError, path::Path, time::Duration};

use bson::{Bson, Document};

use super::{Cause, Error};
use crate::{
    repository::Scope,
    session::{MetadataEdit, MetadataPath, edit::EditRefusal},
};

impl Error {
    /// What is wrong with a connection string, without anything of its credentials.
    pub(crate) fn uri(reason: impl Into<String>) -> Self {
        Self::Uri { reason: reason.into(), hint: None, source: None }
    }

    /// No server answered at these hosts, in a few words why.
    #[must_use]
    pub fn unreachable(hosts: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Unreachable { hosts: hosts.into(), reason: reason.into(), answered: false, hint: None, source: None }
    }

    /// What answered at these hosts cannot be used now, in a few words why.
    #[must_use]
    pub fn unusable(hosts: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Unreachable { hosts: hosts.into(), reason: reason.into(), answered: true, hint: None, source: None }
    }

    /// The pool of these hosts is closed.
    pub(crate) fn closed(hosts: impl Into<String>) -> Self {
        Self::unusable(hosts, "the connection was closed").with_hint("open the store again")
    }

    /// No right to an action, e.g. `find`, on `database.collection` or a database.
    #[must_use]
    pub fn denied(action: impl Into<String>, namespace: impl Into<String>) -> Self {
        Self::Denied { action: action.into(), namespace: namespace.into(), anonymous: false, source: None }
    }

    /// Nothing can be written there: `why` reads on after the location, e.g. `is a view`; `None`: it was opened for reading
    /// alone.
    #[must_use]
    pub fn read_only(location: impl Into<String>, why: Option<&'static str>) -> Self {
        Self::ReadOnly { location: location.into(), why }
    }

    /// No such session where it was looked for.
    #[must_use]
    pub fn not_found(session: impl Into<String>, location: impl Into<String>) -> Self {
        Self::NotFound { id: session.into(), location: location.into() }
    }

    /// What lies outside of the scope of a store: `session "x"`, or a change that would move one out.
    #[must_use]
    pub fn out_of_scope(what: impl Into<String>, scope: &Scope, location: impl Into<String>) -> Self {
        Self::OutOfScope { what: what.into(), scope: scope.quoted(), location: location.into() }
    }

    /// What stands there is no session: what it is, as in `a checkpoint of LangGraph`.
    #[must_use]
    pub fn foreign(id: impl Into<String>, location: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Foreign { id: id.into(), location: location.into(), what: what.into() }
    }

    /// Something of that name is stored already. `what` is `session` or `agent`; `place` is the location, or the session
    /// for an agent.
    #[must_use]
    pub fn exists(what: &'static str, name: impl Into<String>, place: impl Into<String>) -> Self {
        Self::Exists { what, name: name.into(), place: place.into() }
    }

    /// The session has no such agent.
    #[must_use]
    pub fn unknown_agent(session: impl Into<String>, agent: impl Into<String>) -> Self {
        Self::UnknownAgent { id: session.into(), agent: agent.into() }
    }

    /// The agent of the session has no such message.
    #[must_use]
    pub fn unknown_message(session: impl Into<String>, agent: impl Into<String>, message_id: i64) -> Self {
        Self::UnknownMessage { id: session.into(), agent: agent.into(), message_id }
    }

    /// The stored value of a field, e.g. `metadata.priority`, is not the one that was edited.
    #[must_use]
    pub fn conflict(session: impl Into<String>, field: impl Into<String>, stored: Option<Bson>) -> Self {
        Self::Conflict { id: session.into(), field: field.into(), stored: stored.map(Box::new) }
    }

    /// The feedback that was to be changed or taken back is not stored as it was seen.
    #[must_use]
    pub fn feedback_conflict(session: impl Into<String>) -> Self {
        Self::conflict(session, "the feedback", None)
    }

    /// A key that cannot be a segment of a path, and why. `what` is `an agent id` or `a metadata key`.
    #[must_use]
    pub fn key(session: impl Into<String>, key: impl Into<String>, what: &'static str, reason: &'static str) -> Self {
        Self::Key { id: session.into(), key: key.into(), what, reason }
    }

    /// The session's `metadata` holds something else than an object.
    #[must_use]
    pub fn not_an_object(session: impl Into<String>) -> Self {
        Self::NotAnObject { id: session.into(), field: "the metadata".to_owned() }
    }

    /// A key of an edit of metadata that cannot be one.
    #[must_use]
    pub fn metadata_key(session: impl Into<String>, edit: &MetadataEdit, reason: &'static str) -> Self {
        Self::key(session, edit.path.to_string(), "a metadata key", reason)
    }

    /// Why edits of metadata are not carried out: see [`apply`](crate::edit::apply); `metadata`: what is stored.
    #[must_use]
    pub fn edit_refused(
        session: impl Into<String>,
        edits: &[MetadataEdit],
        refusal: EditRefusal,
        metadata: &Document,
    ) -> Self {
        let (EditRefusal::Conflict(position) | EditRefusal::NoObject(position)) = refusal;
        let Some(path) = edits.get(position).map(|edit| &edit.path) else {
            return Self::not_an_object(session);
        };
        match refusal {
            EditRefusal::Conflict(_) => Self::conflict(session, path.field(), path.value(metadata).cloned()),
            EditRefusal::NoObject(_) => {
                let is_none = |parent: &MetadataPath| parent.value(metadata).and_then(Bson::as_document).is_none();
                let parent = path.parents().find(is_none).map_or_else(|| path.field(), |parent| parent.field());
                Self::NotAnObject { id: session.into(), field: parent }
            }
        }
    }

    /// So many bytes more would make the session larger than the limit.
    #[must_use]
    pub fn too_large(session: impl Into<String>, size: u64, limit: u64) -> Self {
        Self::TooLarge { id: session.into(), size, limit }
    }

    /// No connection came free in time.
    #[must_use]
    pub fn exhausted(doing: impl Into<String>, waited: Duration) -> Self {
        Self::Exhausted { doing: doing.into(), waited }
    }

    /// A read that the time limit ended.
    #[must_use]
    pub fn timed_out(what: impl Into<String>, limit: Duration) -> Self {
        Self::TimedOut { what: what.into(), limit, source: None }
    }

    /// A folder or file that cannot be read or written: what was tried and why it failed, in a few words.
    #[must_use]
    pub fn folder(path: &Path, reason: impl Into<String>) -> Self {
        Self::Folder { path: path.to_owned(), reason: reason.into(), hint: None, source: None }
    }

    /// What was given for a session cannot be stored, in a few words why.
    #[must_use]
    pub fn invalid(session: impl Into<String>, what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { id: session.into(), what: what.into(), reason: reason.into(), hint: None }
    }

    /// Anything else: what was being done, and in a few words why it failed.
    #[must_use]
    pub fn other(doing: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Other { doing: doing.into(), reason: reason.into(), hint: None, source: None }
    }

    /// The same with what lies beneath, where the error has a place for that. It must hold no password.
    #[must_use]
    pub fn caused_by(self, cause: impl StdError + Send + Sync + 'static) -> Self {
        self.with_cause(Cause::new(cause))
    }

    /// The same for a cause that is shared already.
    #[must_use]
    pub(crate) fn with_cause(mut self, cause: Cause) -> Self {
        if let Self::Uri { source, .. }
        | Self::Unreachable { source, .. }
        | Self::Authentication { source, .. }
        | Self::Denied { source, .. }
        | Self::TimedOut { source, .. }
        | Self::Folder { source, .. }
        | Self::Unconfirmed { source, .. }
        | Self::Unacknowledged { source, .. }
        | Self::Other { source, .. } = &mut self
        {
            *source = Some(cause);
        }
        self
    }
}
