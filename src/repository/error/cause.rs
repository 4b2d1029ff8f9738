//! What lies beneath an error.

use std::{error::Error as StdError, ops::Deref, sync::Arc};

/// What lies beneath an error: a [`ServerError`](crate::ServerError), a [`std::io::Error`], a parser's. Clones share it.
/// It is the error's `source()` itself, so that it can be cast down.
#[derive(Debug, Clone)]
pub struct Cause(Arc<dyn StdError + Send + Sync>);

impl Cause {
    /// An error that holds no password.
    #[must_use]
    pub fn new(error: impl StdError + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }
}

impl Deref for Cause {
    type Target = dyn StdError + Send + Sync;

    fn deref(&self) -> &Self::Target {
        self.0.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::{Error, ServerError};

    #[test]
    fn what_lies_beneath_can_be_cast_down() {
        let error = Error::other("listing", "it failed").caused_by(ServerError::new(13, "Unauthorized", "no"));
        let source = error.source().and_then(|source| source.downcast_ref::<ServerError>());
        assert_eq!(source.map(|server| server.code), Some(13));
        assert!(Error::unreachable("h", "refused").source().is_none());
    }
}
