//! A value that folds, as a list: which row is selected and what is unfolded. The same for the metadata pane and the
//! inspector.

use super::{
    list::{Rows, Selection},
    tree::{self, Fold, PathKey, TreeRow, Unfolded},
};
use crate::app::keymap::Action;

/// The state of a tree that folds.
#[derive(Debug, Clone, Default)]
pub struct FoldingTree {
    /// The selected row, by its path.
    pub selection: Selection<Vec<PathKey>>,
    /// Which nested values are unfolded; by name, so that one session can be held against the next.
    pub unfolded: Unfolded,
}

/// What came of an action.
#[derive(Debug)]
pub enum TreeTaken<'a> {
    /// It moved or folded.
    Moved,
    /// This row is to be copied.
    Copy(TreeRow<'a>),
}

impl Rows for Vec<TreeRow<'_>> {
    type Key = Vec<PathKey>;

    fn count(&self) -> usize {
        self.len()
    }

    fn key(&self, at: usize) -> Option<Vec<PathKey>> {
        (at < self.len()).then(|| tree::path(self, at).into_iter().map(PathKey::from).collect())
    }

    fn is(&self, at: usize, key: &Vec<PathKey>) -> bool {
        self.get(at).is_some_and(|row| row.depth + 1 == key.len() && key.last().is_some_and(|last| last.is(row.key)))
            && tree::path(self, at).into_iter().zip(key).all(|(step, key)| key.is(step))
    }
}

impl FoldingTree {
    /// Unfolded like this, at its start.
    #[must_use]
    pub fn new(unfolded: Unfolded) -> Self {
        Self { selection: Selection::default(), unfolded }
    }

    /// Moves, folds or copies in a view of so many rows; `rows` gives those that are visible. `None`: not for a tree.
    pub fn take<'a>(
        &mut self,
        action: Action,
        page: usize,
        rows: impl Fn(&Unfolded) -> Vec<TreeRow<'a>>,
    ) -> Option<TreeTaken<'a>> {
        let visible = rows(&self.unfolded);
        if self.selection.on_action(action, &visible, page) {
            self.selection.show(visible.len(), page);
            return Some(TreeTaken::Moved);
        }
        let at = self.selection.at(visible.len());
        let row = visible.get(at)?;
        match (action, row.fold) {
            (Action::Right | Action::Open, Fold::Folded) | (Action::Left | Action::Open, Fold::Unfolded) => {
                self.turn(&visible, at);
            }
            (Action::Left, _) => self.selection.select(tree::parent(&visible, at)?, &visible),
            (Action::Copy, _) => return Some(TreeTaken::Copy(*row)),
            _ => return None,
        }
        self.settle(page, &rows(&self.unfolded));
        Some(TreeTaken::Moved)
    }

    /// Unfolds what is folded, and the other way round.
    fn turn(&mut self, visible: &[TreeRow<'_>], at: usize) {
        let way = tree::path(visible, at);
        match visible[at].fold {
            Fold::Folded => self.unfolded.unfold(&way),
            Fold::Unfolded => self.unfolded.fold(&way),
            Fold::Leaf => {}
        }
    }

    /// Rows came or went: the selected one stays selected and in view.
    pub fn settle(&mut self, page: usize, visible: &Vec<TreeRow<'_>>) {
        self.selection.settle(visible);
        self.selection.show(visible.len(), page);
    }

    /// Click on a row of the view: selects, and folds or unfolds what was selected already.
    pub fn click(&mut self, y: usize, visible: &Vec<TreeRow<'_>>) {
        let at = self.selection.first().saturating_add(y);
        if at >= visible.len() {
            return;
        }
        let again = self.selection.at(visible.len()) == at;
        self.selection.select(at, visible);
        if again {
            self.turn(visible, at);
        }
    }

    /// Scrolls by lines; negative is up.
    pub fn scroll(&mut self, lines: i32, page: usize, visible: &Vec<TreeRow<'_>>) {
        self.selection.scroll(lines, visible, page);
    }
}
