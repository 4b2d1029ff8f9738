//! Words that a place asks for before a write, such as `prod-eu`.

use super::{AppState, Effect, editor::Editor};
use crate::app::writes::Write;
use crossterm::event::KeyEvent;

/// A write that waits for the words of its place.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// The words.
    pub words: String,
    /// What is typed so far.
    pub typed: String,
    /// The write.
    pub write: Write,
    /// What a person knows the session by, as stored.
    pub name: String,
    /// What it was typed in.
    pub editor: Option<Box<Editor>>,
}

impl AppState {
    /// A key while the words are typed.
    pub(super) fn on_agreement_key(&mut self, _key: KeyEvent) -> Vec<Effect> {
        self.close_modal()
    }
}
