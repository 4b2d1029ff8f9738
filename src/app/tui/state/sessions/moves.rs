//! Moves in the list, and what a key does there.

use super::{Effect, SessionList};
use crate::app::keymap::Action;

impl SessionList {
    /// Moves. `None`: not for this pane.
    pub fn on_action(&mut self, action: Action) -> Option<Vec<Effect>> {
        if self.selection.on_action(action, &self.rows, self.height) {
            self.selection.show(self.rows.len(), self.height);
            (self.stalled, self.preferred) = (false, None);
            let says =
                (action == Action::Bottom && self.has_more()).then_some("the end of what was read; more is being read");
            return Some(says.map(|says| Effect::Say(says.to_owned())).into_iter().collect());
        }
        match action {
            Action::Mark => {
                self.mark_selected();
                Some(Vec::new())
            }
            Action::MarkAll => {
                self.mark_all();
                Some(Vec::new())
            }
            Action::Copy => {
                Some(self.selected_row().map(|row| Effect::Copy(self.called(row).to_owned())).into_iter().collect())
            }
            _ => None,
        }
    }

    /// Selects a row, or the last one.
    pub fn select(&mut self, position: usize) {
        self.preferred = None;
        self.selection.select(position, &self.rows);
        self.selection.show(self.rows.len(), self.height);
    }

    /// Position of the selected row.
    #[must_use]
    pub fn selected(&self) -> usize {
        self.selection.at(self.rows.len())
    }

    /// Position of the first row in view.
    #[must_use]
    pub fn top(&self) -> usize {
        self.selection.first()
    }

    /// Scrolls by lines, the selection staying in view; negative is up.
    pub fn scroll(&mut self, lines: i32) {
        self.preferred = None;
        self.selection.scroll(lines, &self.rows, self.height);
    }

    /// Fits the view to so many rows.
    pub fn set_height(&mut self, height: u16) {
        self.height = usize::from(height);
        self.selection.show(self.rows.len(), self.height);
        if self.top() == 0 {
            self.marks.at_top();
        }
    }
}
