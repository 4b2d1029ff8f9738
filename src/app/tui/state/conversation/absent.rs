//! Why no session is shown.

use super::ConversationState;
use crate::{app::tui::render::look::Marks, session::Session};

/// Why no session is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSession {
    /// None is open.
    Closed,
    /// One is being read.
    Opening,
}

impl NoSession {
    /// What every pane of a session says in its stead.
    #[must_use]
    pub fn words(self, marks: &Marks) -> String {
        match self {
            Self::Closed => "no session open".to_owned(),
            Self::Opening => format!("reading{}", marks.ellipsis),
        }
    }
}

impl ConversationState {
    /// The open session.
    ///
    /// # Errors
    /// Why there is none.
    pub fn shown(&self) -> Result<&Session, NoSession> {
        let why = if self.key().is_some() { NoSession::Opening } else { NoSession::Closed };
        self.session().ok_or(why)
    }
}
