//! An editor that came back by itself, because what it held could not be stored: no key that was meant for something else changes
//! or stores it, and a person knows what stands against it.

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;

use super::Editor;

/// How an editor came back.
#[derive(Debug, Clone, Default)]
pub(super) struct Returned {
    /// Keys that were pressed for what was there before still come: it takes none before it is taken up.
    waits: bool,
    /// It may have been carried out after all, or may still be.
    unsure: bool,
    /// When feedback was given that may be stored already.
    given_at: Option<Timestamp>,
}

impl Editor {
    /// Comes back after it could not be stored.
    pub fn refused(&mut self, problem: String) {
        self.problem = Some(problem);
        self.leaving = false;
        self.returned.get_or_insert_default().waits = true;
    }

    /// What was sent may have been carried out after all; of feedback with the time it was given at.
    pub fn may_be_done(&mut self, given_at: Option<Timestamp>) {
        let returned = self.returned.get_or_insert_default();
        returned.unsure = true;
        returned.given_at = returned.given_at.or(given_at);
    }

    /// Whether what it holds may have been stored after all.
    #[must_use]
    pub fn is_unsure(&self) -> bool {
        self.returned.as_ref().is_some_and(|returned| returned.unsure)
    }

    /// When the feedback was given that it holds, where that may be stored already.
    #[must_use]
    pub fn given_at(&self) -> Option<Timestamp> {
        self.returned.as_ref().and_then(|returned| returned.given_at)
    }

    /// Whether it came back and was not taken up yet.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.returned.as_ref().is_some_and(|returned| returned.waits)
    }

    /// Whether it waits to be taken up, and the key does no more than that at most. Leaving it is always heard.
    pub(super) fn waits_for(&mut self, key: KeyEvent) -> bool {
        match &mut self.returned {
            Some(returned) if returned.waits && key.code != KeyCode::Esc => {
                returned.waits = key.code != KeyCode::Enter;
                true
            }
            _ => false,
        }
    }
}
