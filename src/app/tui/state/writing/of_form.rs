//! Keys of the panes that open the form on the metadata.

use super::super::{AppState, Effect, areas::Pane, chosen::Then, metadata::stored_of, tree::PathKey};
use crate::app::keymap::Action;

impl AppState {
    /// Whether an action opens the form from where the focus is.
    pub(in super::super) fn is_of_the_form(&self, action: Action) -> bool {
        let of_pane = self.focus == Pane::Metadata;
        match action {
            Action::Edit | Action::Add | Action::Remove => true,
            // What cannot be written unfolds and folds, and that is all.
            Action::Open => of_pane && !self.read_only(),
            Action::Save | Action::Discard => of_pane && self.kept_form().is_some(),
            _ => of_pane && action.is_of_field(),
        }
    }

    /// Opens the form for an action: of the row in the list, or on what is selected in the metadata pane.
    ///
    /// # Errors
    /// Why it cannot be, in a sentence.
    pub(super) fn on_field(&mut self, action: Action) -> Result<Vec<Effect>, String> {
        match (self.focus, action) {
            (Pane::Sessions, Action::Add) => return self.on_chosen(Then::Add),
            (Pane::Sessions, Action::Edit) => return self.on_chosen(Then::Edit),
            _ => {}
        }
        let (chosen, session) = self.open_session()?;
        let (stored, made) = (stored_of(session)?, session.created_at);
        let path = self.workspace.metadata.path(Some(session));
        let goes_on = matches!(action, Action::Save | Action::Discard);
        if self.focus != Pane::Metadata && action != Action::Add {
            return Err(self.with_key("choose a field of the metadata first", Action::PaneMetadata));
        }
        if goes_on || (self.kept_form().is_some() && action == Action::Edit) {
            let then = goes_on.then_some(action);
            return Ok(self.open_form(&chosen, (&stored, made), &[], then));
        }
        if action != Action::Add {
            if let Some(PathKey::Name(top)) = path.first() {
                self.refuse_underway(&chosen.key, top)?;
            } else if action != Action::PasteField {
                return Err(self.with_key("there is no field here; add one", Action::Add));
            }
        }
        Ok(self.open_form(&chosen, (&stored, made), &path, Some(action)))
    }
}
