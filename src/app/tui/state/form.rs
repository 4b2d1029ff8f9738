//! The metadata form: a row a field with key, value and BSON type, edited in place; nothing is written until it is saved.

use bson::Document;

use super::{AppState, Effect, connection::HomePlace, named::ChosenSession};
use crate::app::keymap::Action;

/// The form on the metadata of one session.
#[derive(Debug, Clone)]
pub struct MetadataForm {
    /// The session.
    pub session: ChosenSession,
    /// The place it was opened at: there alone it is saved.
    pub home: Option<HomePlace>,
    /// What was stored when its fields were last the ones shown: what a save is guarded by.
    pub base: Document,
    /// The same with what was changed here and is not saved.
    pub mine: Document,
    /// What is stored by now, as far as it was told.
    pub theirs: Document,
}

impl AppState {
    /// An action while the form has the keys.
    pub(super) fn in_form(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Back | Action::Quit => self.close_modal(),
            _ => Vec::new(),
        }
    }
}
