//! Filters and texts to find, as they were typed.

use crate::{
    app::{
        config::filters,
        tui::state::{AppState, Effect, areas::Pane, prompt::TypedMistake},
    },
    repository::Filter,
};

impl AppState {
    /// A filter as it was typed.
    ///
    /// # Errors
    /// The first mistake in it.
    pub(in crate::app::tui::state) fn read_filter(&self, typed: &str) -> Result<Filter, TypedMistake> {
        let lists = |name: &str| self.remembered_ids(name);
        let expanded = filters::expand_with(&self.filters, &lists, typed)
            .map_err(|unknown| TypedMistake { span: unknown.span, problem: unknown.problem })?;
        let mut filter =
            Filter::parse_at(&expanded, &self.look.now.to_zoned(self.look.zone.clone())).map_err(|error| {
                // Within a saved filter there is no word to point at but its name.
                let span = if expanded == typed { error.span.clone() } else { 0..typed.len() };
                TypedMistake { span, problem: error.sentence() }
            })?;
        typed.trim().clone_into(&mut filter.source);
        self.reveal.search(&mut filter);
        Ok(filter)
    }

    /// Lists the sessions that match a filter as it was typed.
    ///
    /// # Errors
    /// The first mistake in it.
    pub(in crate::app::tui::state) fn filter(&mut self, typed: &str) -> Result<Vec<Effect>, TypedMistake> {
        let filter = self.read_filter(typed)?;
        if !self.workspace.connection.is_open() {
            return Ok(self.say("choose a connection first"));
        }
        self.focus = Pane::Sessions;
        self.workspace.last_error = None;
        self.leave_review_of_list();
        Ok(self.list_matching(filter))
    }

    /// Lists what matches, and says where marks go with the filter that they were of.
    pub(in crate::app::tui::state) fn list_matching(&mut self, filter: Filter) -> Vec<Effect> {
        let had_marks = self.workspace.list.has_marks();
        let effects = self.workspace.list.set_filter(filter, &mut self.tickets);
        if had_marks && !self.workspace.list.has_marks() {
            let said = self.said.take().map(|said| format!("{said}; ")).unwrap_or_default();
            self.said = Some(format!("{said}nothing is marked any more: all that matched before was"));
        }
        effects
    }

    pub(in crate::app::tui::state) fn find_text(&mut self, text: &str) -> Vec<Effect> {
        self.note_jump();
        text.clone_into(&mut self.workspace.find);
        self.focus = Pane::Conversation;
        self.workspace.conversation.find(text, &mut self.tickets)
    }
}
