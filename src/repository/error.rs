//! What can go wrong: a sentence that says it, its facts as fields, what to do as [`Hint`]s, what lies beneath as the `source()`.

mod advice;
mod cause;
mod kind;
mod make;
mod server;

pub use cause::Cause;
pub use kind::ErrorKind;
pub use server::ServerError;

use std::{path::PathBuf, time::Duration};

use super::{FilterError, Hint, ScopeError};

/// Result of a repository's methods.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong. The text of each is one sentence that says what happened and holds no password; what to do is
/// [`Error::hints`].
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The connection string cannot be read, or asks for what cannot be had.
    #[error("the connection string cannot be used: {reason}")]
    #[non_exhaustive]
    Uri {
        /// What is wrong with it, without its password.
        reason: String,
        /// What to do about just that.
        hint: Option<Hint>,
        /// What the system said of a file that it names.
        #[source]
        source: Option<Cause>,
    },
    /// No server answered, or none of those that did can be used now: the two are told apart by `answered`.
    #[error("{} {hosts}{}: {reason}", kind::before_hosts(*answered), kind::after_hosts(*answered))]
    #[non_exhaustive]
    Unreachable {
        /// The hosts tried.
        hosts: String,
        /// Which member failed and how, in short.
        reason: String,
        /// Something did answer there.
        answered: bool,
        /// What to do about just that.
        hint: Option<Hint>,
        /// What the server said, where one spoke, else the system.
        #[source]
        source: Option<Cause>,
    },
    /// The server is older than what the driver speaks.
    #[error("the server at {hosts} is too old ({reason})")]
    #[non_exhaustive]
    TooOld {
        /// The hosts tried.
        hosts: String,
        /// What the driver said, in short.
        reason: String,
    },
    /// Wrong user, password or authentication database.
    #[error("the server refused the login ({reason})")]
    #[non_exhaustive]
    Authentication {
        /// What the server said, in short.
        reason: String,
        /// One logs in with a user and a password, not by a certificate or a token.
        by_password: bool,
        /// What to do about just that.
        hint: Option<Hint>,
        /// What the server said.
        #[source]
        source: Option<Cause>,
    },
    /// No collection that looks like sessions.
    #[error("no sessions found in {place}: {reason}")]
    #[non_exhaustive]
    NoSessions {
        /// Where it was looked for.
        place: String,
        /// What is there instead.
        reason: String,
        /// What to do.
        hint: Option<Hint>,
    },
    /// Several collections look like sessions, where one must be meant.
    #[error("{count} collections look like sessions")]
    #[non_exhaustive]
    Ambiguous {
        /// How many.
        count: usize,
    },
    /// A name that no database or collection can have.
    #[error("{name:?} cannot be the name of a {what}")]
    #[non_exhaustive]
    Name {
        /// The name that was given.
        name: String,
        /// `database` or `collection`.
        what: &'static str,
    },
    /// The user lacks a right.
    #[error("no right to {action} on {namespace}{}", if *anonymous { ": nobody is logged in" } else { "" })]
    #[non_exhaustive]
    Denied {
        /// What was tried, e.g. `find`.
        action: String,
        /// `database.collection`, or a database.
        namespace: String,
        /// Nobody is logged in.
        anonymous: bool,
        /// What the server said.
        #[source]
        source: Option<Cause>,
    },
    /// No such session.
    #[error("no session {id:?} in {location}")]
    #[non_exhaustive]
    NotFound {
        /// What was asked for.
        id: String,
        /// Where it was looked for.
        location: String,
    },
    /// What stands there is no session, or one of another layout: it is neither read nor written.
    #[error("{id:?} in {location} is no session that can be read: it is {what}")]
    #[non_exhaustive]
    Foreign {
        /// What was asked for.
        id: String,
        /// Where it stands.
        location: String,
        /// What it is: `a checkpoint of LangGraph, which strandscope does not read`.
        what: String,
    },
    /// The server's time limit ended a read.
    #[error("{what} took longer than {} s and was stopped", limit.as_secs_f64())]
    #[non_exhaustive]
    TimedOut {
        /// What was read.
        what: String,
        /// The limit.
        limit: Duration,
        /// What the server said.
        #[source]
        source: Option<Cause>,
    },
    /// A filter that cannot be read.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// What can be no scope.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// It lies outside of the store's scope. Whether it is there is not said.
    #[error("{what} is outside of the scope {scope} in {location}; nothing was done")]
    #[non_exhaustive]
    OutOfScope {
        /// `session "tenant-8/x"`, or a change that would move one out.
        what: String,
        /// Its scope: `"tenant-7/"`, or `tenant = "7"`.
        scope: String,
        /// Where.
        location: String,
    },
    /// A folder or file that cannot be read or written.
    #[error("{}: {reason}", path.display())]
    #[non_exhaustive]
    Folder {
        /// Which.
        path: PathBuf,
        /// What was tried and why it failed: `it is not a folder`, `writing it was denied`.
        reason: String,
        /// What to do.
        hint: Option<Hint>,
        /// What the system or the parser said.
        #[source]
        source: Option<Cause>,
    },
    /// Something of that name is stored already.
    #[error("{what} {name:?} exists already in {place}")]
    #[non_exhaustive]
    Exists {
        /// `session` or `agent`.
        what: &'static str,
        /// Its id.
        name: String,
        /// The location, or the session for an agent.
        place: String,
    },
    /// The session has no such agent.
    #[error("session {id:?} has no agent {agent:?}")]
    #[non_exhaustive]
    UnknownAgent {
        /// The session.
        id: String,
        /// The agent that was asked for.
        agent: String,
    },
    /// The agent has no such message.
    #[error("agent {agent:?} of session {id:?} has no message {message_id}")]
    #[non_exhaustive]
    UnknownMessage {
        /// The session.
        id: String,
        /// The agent.
        agent: String,
        /// The message that was asked for.
        message_id: i64,
    },
    /// The stored value is not the one that was edited: nothing was written.
    #[error("{field} of session {id:?} was changed meanwhile, nothing was written")]
    #[non_exhaustive]
    Conflict {
        /// The session.
        id: String,
        /// Which field, e.g. `metadata.priority`.
        field: String,
        /// What is stored now; `None`: it is absent.
        stored: Option<Box<bson::Bson>>,
    },
    /// An agent id or metadata key that cannot be a segment of a path.
    #[error("{key:?} cannot be {what} of session {id:?}: {reason}")]
    #[non_exhaustive]
    Key {
        /// The session.
        id: String,
        /// The key.
        key: String,
        /// `an agent id` or `a metadata key`.
        what: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// `metadata`, or what stands on the way to a value in it, is something else than an object.
    #[error("{field} of session {id:?} is not an object, so its fields cannot be read or written")]
    #[non_exhaustive]
    NotAnObject {
        /// The session.
        id: String,
        /// Which, e.g. `the metadata` or `metadata.customer`.
        field: String,
    },
    /// What would be stored is too large: nothing was written.
    #[error("session {id:?} would grow past {limit} bytes by these {size}; nothing was written")]
    #[non_exhaustive]
    TooLarge {
        /// The session.
        id: String,
        /// Bytes that were to be added.
        size: u64,
        /// The limit of a document, or of a file, in bytes.
        limit: u64,
    },
    /// No connection of the pool came free in time.
    #[error("no database connection came free within {} s while {doing}", waited.as_secs_f64())]
    #[non_exhaustive]
    Exhausted {
        /// What was to be done, with the session.
        doing: String,
        /// How long it was waited.
        waited: Duration,
    },
    /// The operation's deadline passed; it may still be carried out.
    #[error("{doing} did not finish within {} s; it may still be carried out", limit.as_secs_f64())]
    #[non_exhaustive]
    Deadline {
        /// What was being done, with the session.
        doing: String,
        /// The deadline.
        limit: Duration,
    },
    /// The connection was lost in the middle of a write, and whether it was carried out could not be told.
    #[error("the connection was lost while {doing} ({reason}); it may have been carried out")]
    #[non_exhaustive]
    Unconfirmed {
        /// What was being done, with the session.
        doing: String,
        /// What the driver said, in short.
        reason: String,
        /// What the server said, where one spoke, else the system.
        #[source]
        source: Option<Cause>,
    },
    /// It was carried out on the primary, and not acknowledged by as many members as the connection string asks for: doing it
    /// again would do it twice.
    #[error(
        "{doing} was carried out on the primary, but not acknowledged by as many members as w in the connection string asks \
         for ({reason})"
    )]
    #[non_exhaustive]
    Unacknowledged {
        /// What was being done, with the session.
        doing: String,
        /// What kept the members from it, in short.
        reason: String,
        /// What the server said.
        #[source]
        source: Option<Cause>,
    },
    /// A hook refused the operation, or failed before it.
    #[error("the hook {hook:?} stopped {action} of session {id:?}: {reason}; nothing was written")]
    #[non_exhaustive]
    Refused {
        /// Name of the hook.
        hook: String,
        /// What was to be done.
        action: String,
        /// The session.
        id: String,
        /// Why.
        reason: String,
    },
    /// What was given cannot be stored.
    #[error("{what} of session {id:?} cannot be written: {reason}; nothing was written")]
    #[non_exhaustive]
    Invalid {
        /// The session.
        id: String,
        /// What was to be written.
        what: String,
        /// Why.
        reason: String,
        /// What would be right.
        hint: Option<Hint>,
    },
    /// The store was opened for reading alone, or is of a kind that cannot be written.
    #[error("{location} {}", why.unwrap_or("was opened read-only"))]
    #[non_exhaustive]
    ReadOnly {
        /// Where.
        location: String,
        /// Why nobody can write there, e.g. `is a view`; `None`: it was opened so.
        why: Option<&'static str>,
    },
    /// Anything else.
    #[error("{doing} failed: {reason}")]
    #[non_exhaustive]
    Other {
        /// What was being done.
        doing: String,
        /// Why it failed, in short.
        reason: String,
        /// What to do.
        hint: Option<Hint>,
        /// What lies beneath.
        #[source]
        source: Option<Cause>,
    },
}
