//! Moving among the rows, folding and sorting them.

use bson::Bson;

use super::{FormSort, MetadataForm};
use crate::app::{
    keymap::Action,
    tui::state::tree::{Fold, Key, PathKey},
};

impl MetadataForm {
    /// Moves, folds or unfolds. `false`: the action is none of that.
    pub fn go(&mut self, action: Action, page: usize) -> bool {
        if self.selection.on_action(action, &self.rows, page) {
            self.selection.show(self.rows.len(), page);
            return true;
        }
        let at = self.selected();
        match (action, self.rows.get(at).map(|row| row.fold)) {
            (Action::Right, Some(Fold::Folded)) | (Action::Left, Some(Fold::Unfolded)) => self.turn(),
            (Action::Left, _) => {
                let mut path = self.path(at);
                path.pop();
                if !path.is_empty() {
                    self.select(&path);
                }
            }
            (Action::Right, _) => {}
            _ => return false,
        }
        true
    }

    /// Unfolds the selected value, or folds it.
    pub fn turn(&mut self) {
        let at = self.selected();
        let Some(fold) = self.rows.get(at).map(|row| row.fold) else { return };
        let path = self.path(at);
        let keys: Vec<Key<'_>> = path.iter().map(PathKey::key).collect();
        match fold {
            Fold::Folded => self.unfolded.unfold(&keys),
            Fold::Unfolded => self.unfolded.fold(&keys),
            Fold::Leaf => return,
        }
        self.arrange();
    }

    /// Turns a true or false.
    pub fn toggle(&mut self) {
        if matches!(self.value(self.selected()), Some(Bson::Boolean(_))) {
            self.edit();
        }
    }

    /// The next order of the rows.
    pub fn sort_next(&mut self) {
        self.sort = self.sort.next();
        self.arrange();
        self.says = Some(match self.sort {
            FormSort::Stored => "as they are stored".to_owned(),
            sort => format!("sorted {}", sort.word()),
        });
    }

    /// A click on a row of the view: selects it, and folds, unfolds or is to edit what was selected already (`true`).
    pub fn click(&mut self, y: usize, page: usize) -> bool {
        let at = self.top(page).saturating_add(y);
        if at >= self.rows.len() || self.is_typing() {
            return false;
        }
        let again = self.selected() == at;
        self.selection.select(at, &self.rows);
        let is_leaf = self.rows[at].fold == Fold::Leaf;
        if again && !is_leaf {
            self.turn();
        }
        again && is_leaf
    }
}
