//! Opening a session, and going into one that is shown.

use crate::{
    app::{
        task::command::Lane,
        tui::state::{AppState, Effect, areas::Pane, named::ChosenSession},
    },
    repository::Error,
    session::Summary,
};

impl AppState {
    /// Opens a session in the conversation pane, at once where it is shown there. Who goes into the one that is open, or is being
    /// opened, finds it as it was left.
    pub(in crate::app::tui::state) fn open(&mut self, row: &Summary) -> Vec<Effect> {
        let is_open = self.workspace.conversation.stays_open(&row.key);
        if !is_open {
            self.note_jump();
        }
        let is_shown = self.workspace.conversation.previews(&row.key);
        if self.workspace.conversation.key() != Some(&row.key) {
            self.workspace.reset_side_panes();
        }
        self.focus = Pane::Conversation;
        self.workspace.open_id = None;
        // The cursor of the list stands on what is open, also where that was asked for by its id.
        self.workspace.list.prefer(&row.key);
        if is_shown {
            return self.enter_preview();
        }
        let called = self.workspace.list.called(row).to_owned();
        let mut effects = self.on_entered(&ChosenSession { key: row.key.clone(), name: called.clone() });
        if is_open {
            return effects;
        }
        effects.extend(self.workspace.conversation.open(row, &called, &mut self.tickets));
        effects
    }

    /// Who goes into a pane of a session that was only shown has opened it.
    pub(super) fn enter_preview(&mut self) -> Vec<Effect> {
        let was_in_list = std::mem::replace(&mut self.workspace.visits.was_in_list, self.focus == Pane::Sessions);
        if self.focus == Pane::Sessions {
            return Vec::new();
        }
        let Some(session) = self.workspace.conversation.enter() else {
            let left = was_in_list.then(|| self.workspace.conversation.ask_left(&mut self.tickets));
            return left.flatten().into_iter().collect();
        };
        let mut effects = self.on_entered(&session);
        effects.extend(self.workspace.conversation.ask_owed(&mut self.tickets));
        let is_open = self.workspace.conversation.session().is_some_and(|open| open.key == session.key);
        if is_open {
            effects.extend(self.on_draft_session(&session.key));
        }
        effects
    }

    /// A session that was to be opened from the list cannot be: one is back there. What is shown, and was only looked at, is not gone
    /// into in its stead, and where nothing is shown there is nothing to be in, unless it is opened once the connection is back.
    pub(in crate::app::tui::state) fn back_to_list(&mut self, lane: Lane, error: &Error) {
        let conversation = &self.workspace.conversation;
        let is_kept = error.is_passing() && !conversation.is_preview();
        if lane == Lane::Open && conversation.is_first_opening() && !is_kept {
            self.focus = Pane::Sessions;
        }
    }

    /// Somebody looks at it: nothing else is to be shown, and it is remembered.
    fn on_entered(&mut self, session: &ChosenSession) -> Vec<Effect> {
        self.alerts.unmark(&session.key);
        self.workspace.visits.rest.since = None;
        self.note_recent(session)
    }
}
