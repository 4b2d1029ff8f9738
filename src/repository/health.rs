//! Checks of a store.

use super::{Error, Hint};

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Verdict {
    /// All is well.
    Ok,
    /// It works, but something would make it better.
    Warn,
    /// It does not work.
    Fail,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// What was looked at, e.g. `server version`.
    pub name: String,
    /// How it went.
    pub verdict: Verdict,
    /// What was found, in one sentence.
    pub found: String,
    /// What to do about it; empty when all is well.
    pub advice: Vec<Hint>,
}

impl Check {
    /// All is well.
    #[must_use]
    pub fn ok(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self { name: name.into(), verdict: Verdict::Ok, found: found.into(), advice: Vec::new() }
    }

    /// It works, but something would make it better.
    #[must_use]
    pub fn warn(name: impl Into<String>, found: impl Into<String>, advice: impl Into<Hint>) -> Self {
        Self { verdict: Verdict::Warn, advice: vec![advice.into()], ..Self::ok(name, found) }
    }

    /// It does not work.
    #[must_use]
    pub fn fail(name: impl Into<String>, found: impl Into<String>, advice: impl Into<Hint>) -> Self {
        Self { verdict: Verdict::Fail, ..Self::warn(name, found, advice) }
    }

    /// What an error says, and what to do about just that.
    #[must_use]
    pub fn told(verdict: Verdict, name: impl Into<String>, error: &Error) -> Self {
        Self { verdict, advice: error.hints(), ..Self::ok(name, error.to_string()) }
    }
}
