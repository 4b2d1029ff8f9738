//! Lists to choose from.

use super::list::Selection;
use crate::app::keymap::Action;

/// A list to choose from.
#[derive(Debug, Clone)]
pub struct Menu<T> {
    /// What there is.
    pub items: Vec<T>,
    /// The selected one.
    pub selection: Selection<usize>,
}

impl<T> Menu<T> {
    /// The first one selected.
    #[must_use]
    pub fn new(items: Vec<T>) -> Self {
        Self { items, selection: Selection::default() }
    }

    /// Moves the selection in a view of so many rows. `false`: not for a menu.
    pub fn on_action(&mut self, action: Action, page: u16) -> bool {
        self.selection.on_action(action, &self.items.len(), page.into())
    }

    /// Selects an item. `true`: it was selected already.
    pub fn select(&mut self, at: usize) -> bool {
        let was = self.selected() == at;
        self.selection.select(at, &self.items.len());
        was
    }

    /// Position of the selected item.
    #[must_use]
    pub fn selected(&self) -> usize {
        self.selection.at(self.items.len())
    }

    /// The selected item.
    #[must_use]
    pub fn chosen(&self) -> Option<&T> {
        self.items.get(self.selected())
    }
}
