//! What follows of every change: each pane has its place, and what it lacks is asked for.

use ratatui::layout::Margin;

use super::{AppState, Effect, areas::Pane, modal::Modal};

impl AppState {
    /// Gives every pane its place, and asks for what the list now lacks.
    pub(super) fn settle(&mut self) -> Vec<Effect> {
        self.offer_as_typed();
        self.narrow_as_typed();
        self.workspace.conversation.tick(self.look.now);
        self.workspace.conversation.count_findings();
        self.workspace.list.tick(self.look.now);
        let mut effects = self.close_preview();
        self.arrange_panes();
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
        effects.extend(self.follow_cursor());
        effects.extend(self.foresee());
        effects.extend(self.look_closer());
        effects.extend(self.ask_for_fleet());
        effects.extend(self.resume_review());
        effects
    }
}
