//! What follows of every change: each pane has its place, and what it lacks is asked for.

use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::layout::Margin;

use super::{AppState, Effect, Input, areas::Pane, modal::Modal};

impl AppState {
    /// Whether it is a character for a typed line.
    pub(super) fn is_typed(&self, input: &Input) -> bool {
        let Input::Key(key) = input else { return false };
        let is_sign = matches!(key.code, KeyCode::Char(_)) && (key.modifiers - KeyModifiers::SHIFT).is_empty();
        is_sign && self.is_line_typed()
    }

    fn is_line_typed(&self) -> bool {
        matches!(self.modals.last(), Some(Modal::Prompt(_)))
    }

    /// Gives every pane its place, and asks for what the list now lacks. A character of a typed line changes only which rows are
    /// shown: for that line alone the panes are not measured, as a burst of thousands is to be taken.
    pub(super) fn settle(&mut self, is_typed: bool) -> Vec<Effect> {
        self.offer_as_typed();
        let shows_others = self.narrow_as_typed();
        self.workspace.conversation.tick(self.look.now);
        self.workspace.conversation.count_findings();
        self.workspace.list.tick(self.look.now);
        let mut effects = self.close_preview();
        if shows_others || !(is_typed && self.is_line_typed()) {
            self.arrange_panes();
        }
        let inner = self.areas.inner(Pane::Conversation);
        if let Some(area) = inner.filter(|_| inner != self.workspace.conversation_inner) {
            self.workspace.conversation_inner = inner;
            self.workspace.conversation.resize(area.as_size(), &self.look);
        }
        self.resize_side_panes();
        self.show_pending_feedback();
        let body = self.areas.body.inner(Margin::new(1, 1));
        for modal in &mut self.modals {
            match modal {
                Modal::Inspector(inspector) => inspector.resize(body.as_size()),
                Modal::Editor(editor) => {
                    editor.resize(body.width.saturating_sub(2).into());
                    let elsewhere = editor.home.filter(|home| self.workspace.home != Some(*home));
                    editor.elsewhere = elsewhere.map(|home| self.homes.name(home));
                }
                _ => {}
            }
        }
        self.arrange_fleet();
        if !self.workspace.connection.is_open() || self.workspace.connection.lost.is_some() {
            return effects;
        }
        effects.extend(self.workspace.list.fill(&mut self.tickets));
        effects.extend(self.workspace.conversation.ask(&mut self.tickets));
        effects.extend(self.ask_for_pictures());
        effects.extend(self.ask_for_offers());
        effects.extend(self.tell_of_columns());
        effects.extend(self.follow_cursor());
        effects.extend(self.foresee());
        effects.extend(self.look_closer());
        effects.extend(self.ask_for_fleet());
        effects.extend(self.resume_review());
        effects
    }
}
