//! Secrets that cannot be had.

use std::io;

use crate::repository::Error;

/// Why a secret cannot be had, in a few words.
#[derive(Debug)]
pub(super) struct MissingSecret {
    pub why: String,
    /// What gives it did not end in time.
    pub is_late: bool,
}

impl<T: Into<String>> From<T> for MissingSecret {
    fn from(why: T) -> Self {
        Self { why: why.into(), is_late: false }
    }
}

impl MissingSecret {
    /// The error of a connection that wants it: what it is, and from where.
    pub fn told(self, what: &str, place: &str, hint: &'static str) -> Error {
        let error = Error::uri(format!("{what} cannot be had from {place}: {}", self.why)).with_hint(hint);
        if self.is_late { error.caused_by(io::Error::from(io::ErrorKind::TimedOut)) } else { error }
    }
}
