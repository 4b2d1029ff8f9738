//! What a database server said.

/// What a database server said of an operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the server said {name} ({code}): {message}")]
#[non_exhaustive]
pub struct ServerError {
    /// Its number, e.g. 50.
    pub code: i32,
    /// Its name, e.g. `MaxTimeMSExpired`; empty where the server gave none.
    pub name: String,
    /// The first line of what it said.
    pub message: String,
}

impl ServerError {
    /// What a server said.
    #[must_use]
    pub fn new(code: i32, name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, name: name.into(), message: message.into() }
    }
}
