//! What the driver says, as one sentence without secrets.
//!
//! Never the driver's `Debug`, and of its texts only what is known to hold no credentials.

mod denied;
pub(super) mod fault;
mod member;
mod topology;
mod uri;

pub(super) use denied::is_denied;
pub(super) use fault::{AskedTls, Fault};
pub(super) use uri::{check_files, uri_mistake};

use std::{io, time::Duration};

use mongodb::error::{Error as DriverError, ErrorKind, WriteFailure};

use super::members::Members;
use crate::repository::{Cause, Error, Hint, ServerError};

/// What was being done: for the words of an error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Doing {
    /// The right it takes, e.g. `find`.
    pub(super) action: &'static str,
    /// What was read, e.g. `the list of sessions`.
    pub(super) what: &'static str,
}

impl Doing {
    pub(super) const fn new(action: &'static str, what: &'static str) -> Self {
        Self { action, what }
    }
}

/// Where it was done: for the words of an error.
#[derive(Debug, Clone, Default)]
pub(super) struct Deployment {
    pub(super) hosts: String,
    pub(super) namespace: String,
    pub(super) limit: Duration,
    /// What to say of the password where the login fails.
    pub(super) login_hint: Option<&'static str>,
    /// The replica set that the connection string names.
    pub(super) set: Option<String>,
    /// What the connection string says of TLS.
    pub(super) tls: AskedTls,
    /// One logs in by a certificate or a token, not a password.
    pub(super) passwordless: bool,
    /// The connection string names no user.
    pub(super) anonymous: bool,
    /// The connection string lets others than the primary be read from.
    pub(super) reads_elsewhere: bool,
    /// What is known of the members; `None` for a lent client, whose events go to its owner.
    pub(super) members: Option<Members>,
}

mod code {
    pub(super) const UNAUTHORIZED: i32 = 13;
    pub(super) const AUTHENTICATION_FAILED: i32 = 18;
    pub(super) const MAX_TIME_EXPIRED: i32 = 50;
    pub(super) const EXCEEDED_TIME_LIMIT: i32 = 262;
    pub(super) const OBJECT_TOO_LARGE: i32 = 10334;
    pub(super) const BUFFER_TOO_LARGE: [i32; 4] = [13548, 17260, 17419, 17420];
    pub(super) const ATLAS: i32 = 8000;
    /// The server is stopping, has no primary or lost another member.
    pub(super) const GONE: [i32; 13] = [6, 7, 89, 91, 133, 189, 9001, 10058, 10107, 11600, 11602, 13435, 13436];
    /// The server is no primary, so it did not begin with what was asked.
    pub(super) const NO_PRIMARY: [i32; 3] = [10107, 13435, 10058];
    /// The server is starting, stopping or stepping down, so it broke off what was asked.
    pub(super) const BROKEN_OFF: [i32; 5] = [91, 189, 11600, 11602, 13436];
    /// So many members did not acknowledge a write in the time of `wtimeoutMS`.
    pub(super) const WRITE_CONCERN_FAILED: i32 = 64;
    pub(super) const UNKNOWN_WRITE_CONCERN: i32 = 79;
    pub(super) const UNSATISFIABLE: i32 = 100;
    /// A view takes no writes.
    pub(super) const VIEW: i32 = 166;
    /// A server that stands alone has no change streams.
    pub(super) const NO_STREAMS: i32 = 40573;
    /// A stage of a pipeline that the server does not know.
    pub(super) const UNKNOWN_STAGE: i32 = 40324;
    /// A sharded cluster says so of a database that nothing was stored in yet.
    pub(super) const NO_NAMESPACE: i32 = 26;
}

const LOGIN_FAILED: &str = "authentication failed";

fn server_code(error: &DriverError) -> Option<i32> {
    match error.kind.as_ref() {
        ErrorKind::Command(command) => Some(command.code),
        _ => None,
    }
}

/// Whether the server's time limit ended it.
pub(super) fn is_timed_out(error: &DriverError) -> bool {
    matches!(server_code(error), Some(code::MAX_TIME_EXPIRED | code::EXCEEDED_TIME_LIMIT))
}

/// Whether the answer would not have fitted into one document.
pub(super) fn is_too_large(error: &DriverError) -> bool {
    server_code(error).is_some_and(|code| code == code::OBJECT_TOO_LARGE || code::BUFFER_TOO_LARGE.contains(&code))
}

/// Whether what was to be stored would not fit into one document: the server said so, or the driver before sending.
pub(super) fn is_too_large_to_store(error: &DriverError) -> bool {
    let written = match error.kind.as_ref() {
        ErrorKind::Write(WriteFailure::WriteError(write)) => Some(write.code),
        ErrorKind::InvalidArgument { message, .. } => {
            return message.contains("BSON size") || message.contains("too large");
        }
        _ => None,
    };
    is_too_large(error)
        || written.is_some_and(|code| code == code::OBJECT_TOO_LARGE || code::BUFFER_TOO_LARGE.contains(&code))
}

/// Whether the server refused an operation before it changed anything, because of the part it plays in its set.
pub(super) fn is_refused_by_member(error: &DriverError) -> bool {
    server_code(error).is_some_and(|code| code::NO_PRIMARY.contains(&code) || code::BROKEN_OFF.contains(&code))
}

/// Whether the server has no change streams.
pub(super) fn has_no_streams(error: &DriverError) -> bool {
    server_code(error) == Some(code::NO_STREAMS)
}

/// Whether the server does not know a stage of the pipeline: it is older than that.
pub(super) fn knows_no_stage(error: &DriverError) -> bool {
    server_code(error) == Some(code::UNKNOWN_STAGE)
}

/// Whether the server said that it does not do that; asking again would change nothing.
pub(super) fn is_refused(error: &DriverError) -> bool {
    server_code(error).is_some_and(|code| code != code::NO_NAMESPACE && !is_timed_out(error) && !is_lost(error))
}

/// Whether the connection was lost or the server plays another part than before: asking again may go well.
pub(super) fn is_lost(error: &DriverError) -> bool {
    match error.kind.as_ref() {
        ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. } => true,
        ErrorKind::ServerSelection { message, .. } => !message.contains("wire version"),
        _ => server_code(error).is_some_and(|code| code::GONE.contains(&code)),
    }
}

/// The driver's error as ours.
pub(super) fn error(error: &DriverError, doing: Doing, place: &Deployment) -> Error {
    hinted(on(told(error, doing, place), beneath(error)), place)
}

/// A refused login with what may be wrong with what one logs in with.
fn hinted(error: Error, place: &Deployment) -> Error {
    match error {
        Error::Authentication { reason, source, .. } => Error::Authentication {
            reason,
            by_password: !place.passwordless,
            hint: place.login_hint.map(Hint::from),
            source,
        },
        other => other,
    }
}

/// An error with what lies beneath it, if anything is known.
fn on(error: Error, cause: Option<Cause>) -> Error {
    match cause {
        Some(cause) => error.with_cause(cause),
        None => error,
    }
}

/// What lies beneath: the server's words or the system's error, which hold no credentials. The driver's own texts may.
fn beneath(error: &DriverError) -> Option<Cause> {
    let server = match error.kind.as_ref() {
        ErrorKind::Command(command) => said(command.code, &command.code_name, &command.message),
        ErrorKind::Write(WriteFailure::WriteError(write)) => {
            said(write.code, write.code_name.as_deref().unwrap_or_default(), &write.message)
        }
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => {
            said(concern.code, &concern.code_name, &concern.message)
        }
        ErrorKind::Io(io) => return Some(Cause::new(wordless(io))),
        _ => return inner(error).and_then(beneath),
    };
    Some(Cause::new(server))
}

/// The driver's error that the driver's error was made from.
fn inner(error: &DriverError) -> Option<&DriverError> {
    let source = std::error::Error::source(error)?;
    source.downcast_ref::<Box<DriverError>>().map(AsRef::as_ref).or_else(|| source.downcast_ref())
}

/// An error of the system without whatever words it was given.
fn wordless(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

fn told(error: &DriverError, doing: Doing, place: &Deployment) -> Error {
    let hosts = place.hosts.clone();
    if is_timed_out(error) {
        return Error::timed_out(doing.what, place.limit);
    }
    if is_denied(error) {
        return denied::told(error, doing, place);
    }
    match error.kind.as_ref() {
        ErrorKind::Authentication { message, .. } => no_login(refusal(message)),
        ErrorKind::Command(command) if command.code == code::AUTHENTICATION_FAILED => {
            no_login(refusal(&command.message))
        }
        ErrorKind::Command(command) if command.code == code::ATLAS && command.message.contains("auth") => {
            no_login(refusal(&command.message))
        }
        ErrorKind::Command(command) if code::GONE.contains(&command.code) => {
            member::gone(command.code, &command.code_name, place)
        }
        ErrorKind::Command(command) if command.code == code::VIEW => {
            Error::read_only(place.namespace.clone(), Some("is a view"))
        }
        ErrorKind::Command(command) => refused(format!("reading {}", doing.what), command.code, &command.message),
        ErrorKind::Write(WriteFailure::WriteError(write)) if write.code == code::VIEW => {
            Error::read_only(place.namespace.clone(), Some("is a view"))
        }
        ErrorKind::Write(WriteFailure::WriteError(write)) => {
            refused(format!("writing {}", doing.what), write.code, &write.message)
        }
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => {
            if code::GONE.contains(&concern.code) {
                member::gone(concern.code, &concern.code_name, place)
            } else {
                member::unacknowledged(doing, concern)
            }
        }
        ErrorKind::IncompatibleServer { message, .. } if message.contains("load balanc") => {
            Error::unusable(hosts, "it stands behind no load balancer, which loadBalanced=true says")
                .with_hint("leave loadBalanced out of the connection string")
        }
        ErrorKind::IncompatibleServer { message, .. } => Error::TooOld { hosts, reason: first_sentence(message) },
        ErrorKind::ServerSelection { message, .. } => selection(message, place),
        ErrorKind::Io(io) => network(&io.to_string(), place),
        ErrorKind::ConnectionPoolCleared { message, .. } => network(message, place),
        ErrorKind::DnsResolve { .. } => Error::unreachable(hosts, "its name cannot be looked up"),
        ErrorKind::InvalidTlsConfig { message, .. } => uri::tls_mistake(message),
        ErrorKind::Shutdown => Error::closed(hosts),
        other => Error::other(format!("reading {}", doing.what), kind_word(other)),
    }
}

/// No server was found: too old, a refused login, or none that can be used.
fn selection(message: &str, place: &Deployment) -> Error {
    let hosts = place.hosts.clone();
    if message.contains("wire version") {
        let reason = if message.contains("requires at least") || message.contains("reports wire version") {
            "it speaks an older protocol".to_owned()
        } else {
            return Error::other(
                format!("connecting to {hosts}"),
                "the server is newer than this program can speak to",
            )
            .with_hint("look for a newer strandscope");
        };
        return Error::TooOld { hosts, reason };
    }
    if message.contains("Authentication") || message.contains("SCRAM failure") {
        return no_login(LOGIN_FAILED);
    }
    topology::unusable(place).unwrap_or_else(|| network(message, place))
}

/// What the server said, as what lies beneath an error.
fn said(code: i32, name: &str, message: &str) -> ServerError {
    ServerError::new(code, name, first_sentence(message))
}

fn refused(doing: String, code: i32, message: &str) -> Error {
    let reason = format!("{} (code {code})", first_sentence(message));
    Error::other(doing, reason).with_hint("the server's log says more")
}

fn no_login(reason: &str) -> Error {
    Error::Authentication { reason: reason.to_owned(), by_password: true, hint: None, source: None }
}

/// What kept the network from answering, in a few words, and what to do about just that.
fn network(message: &str, place: &Deployment) -> Error {
    let hosts = place.hosts.clone();
    if message.contains("ReplicaSetNoPrimary") {
        let hint = "directConnection=true or readPreference=secondaryPreferred in the connection string reads from \
                    another member";
        return Error::unusable(hosts, "the replica set has no primary now").with_hint(hint);
    }
    let fault = Fault::read(message);
    let reason = fault.words(place.tls);
    let error = if fault.answered() { Error::unusable(hosts, reason) } else { Error::unreachable(hosts, reason) };
    match fault.hint(place.tls) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn refusal(message: &str) -> &'static str {
    let lower = message.to_lowercase();
    if lower.contains("mechanism") && lower.contains("support") {
        return "the server does not offer that authentication mechanism";
    }
    if lower.contains("failed to get creds") || lower.contains("no credential provider") {
        return "no AWS credentials were found where this program runs";
    }
    LOGIN_FAILED
}

/// A server's message up to its first line's end, not longer than a line or two, and without the command that it
/// repeats, which may hold anything.
fn first_sentence(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let line = line.split(" to execute command {").next().unwrap_or_default();
    let mut short: String = line.chars().take(200).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

fn kind_word(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidArgument { .. } => "the driver refused the question",
        ErrorKind::InvalidResponse { .. } => "the server's answer could not be read",
        // It says nothing of the direction: a key of a message can hold NUL too.
        ErrorKind::Bson(_) => "what was to be sent, or the answer, is no valid BSON",
        ErrorKind::SessionsNotSupported => "the server does not support sessions",
        _ => "the driver could not do it",
    }
}

#[cfg(test)]
mod tests;
