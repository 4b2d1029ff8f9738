//! Rows that are put together again at every key: most of them are the same as before.

use super::{FormRow, Level, RowKind};
use crate::app::tui::state::tree::{Fold, Key, PathKey};

/// Rows that are written over others: a key that stays where it was is not copied again.
pub(super) struct RowsAnew {
    rows: Vec<FormRow>,
    /// So many of them are anew.
    count: usize,
}

impl RowsAnew {
    /// Over those of before.
    pub fn over(rows: Vec<FormRow>) -> Self {
        Self { rows, count: 0 }
    }

    /// So many are there.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Without the last one.
    pub fn take_back(&mut self) {
        self.count = self.count.saturating_sub(1);
    }

    /// One more.
    pub fn push(&mut self, key: Key<'_>, fold: Fold, kind: RowKind, level: &Level<'_>) {
        let (depth, parent) = (level.depth, level.parent);
        match self.rows.get_mut(self.count) {
            None => self.rows.push(FormRow { depth, key: key.into(), fold, kind, parent }),
            Some(row) => {
                match (&mut row.key, key) {
                    (PathKey::Name(held), Key::Name(name)) => {
                        if held.as_str() != name {
                            name.clone_into(held);
                        }
                    }
                    (held, key) => *held = key.into(),
                }
                (row.depth, row.fold, row.kind, row.parent) = (depth, fold, kind, parent);
            }
        }
        self.count += 1;
    }

    /// All of them.
    pub fn done(mut self) -> Vec<FormRow> {
        self.rows.truncate(self.count);
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use crate::app::tui::state::{
        form::rows::{FormSort, ShownFields, path},
        tree::{Key, Unfolded},
    };

    #[test]
    fn rows_that_are_written_over_others_are_as_those_that_are_not() {
        let small = doc! { "a": 1, "o": { "x": 1 } };
        let large = doc! { "z": [1, { "y": 2 }], "a": 1, "long": "text", "o": { "x": 1, "w": 2 } };
        let mut unfolded = Unfolded::default();
        unfolded.unfold(&[Key::Name("o")]);
        unfolded.unfold(&[Key::Name("z"), Key::Item(1)]);
        let mut before = Vec::new();
        for (base, mine) in [(&small, &small), (&small, &large), (&large, &large), (&large, &small)] {
            for (sort, filter) in [(FormSort::Stored, ""), (FormSort::Type, ""), (FormSort::Key, "x")] {
                let shown = ShownFields { base, mine, unfolded: &unfolded, sort, filter, adding: None };
                let anew = shown.rows(Vec::new());
                before = shown.rows(before);
                assert_eq!(before, anew);
                assert!((0..anew.len()).all(|at| !path(&anew, at).is_empty()));
            }
        }
    }
}
