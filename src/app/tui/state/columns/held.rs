//! How wide the rows of a list need its columns: kept while that list is shown, so that nothing jumps while one moves through it.

use std::{collections::HashMap, ops::Range};

use bson::Bson;

use super::{
    ShownRow,
    values::{is_flagged, value},
    wanted,
};
use crate::{
    app::{
        config::Column,
        tui::{render::format, state::AppState},
    },
    repository::Sort,
    session::{Summary, distinct_names},
};

/// So many of the first rows are measured besides those in view: most of what comes into view later fits.
const MEASURED: usize = 100;

/// What was measured of the rows of a list. Grows until another list is shown.
#[derive(Debug, Default)]
pub struct ColumnWidths {
    /// Which list: the filter as it was typed, and the order.
    of: Option<(String, Sort)>,
    columns: HashMap<Column, HeldWidth>,
    /// Some row is marked behind its name.
    flagged: bool,
    /// So many of the first rows were measured.
    first: usize,
    /// The columns that they were measured for.
    wanted: Vec<Column>,
}

/// What was measured of a column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct HeldWidth {
    /// Of the widest value.
    cells: usize,
    /// There was a value of the metadata.
    is_valued: bool,
    /// And one that is no number.
    is_text: bool,
}

impl ColumnWidths {
    /// Measures the first rows, once, and those in view. Whether anything is wider than before.
    pub fn measure(&mut self, state: &AppState) -> bool {
        let list = &state.workspace.list;
        let (filter, sort) = list.listed();
        if self.of.as_ref().is_none_or(|(source, by)| *source != filter.source || by != sort) {
            *self = Self { of: Some((filter.source.clone(), sort.clone())), ..Self::default() };
        }
        let columns = wanted(state);
        if self.wanted != columns {
            (self.first, self.wanted) = (0, columns);
        }
        let first = self.first_rows(list.rows.len());
        let mut grew = false;
        for row in &list.rows[first] {
            grew |= self.take(row, row.name(), state);
        }
        let in_view: Vec<&Summary> = list.in_view().map(|(_, row)| row).collect();
        let names = distinct_names(in_view.iter().copied(), std::iter::empty());
        for (row, name) in in_view.iter().zip(names) {
            grew |= self.take(row, name, state);
        }
        grew
    }

    /// Those of the first rows that were not measured yet.
    fn first_rows(&mut self, known: usize) -> Range<usize> {
        let to = known.min(MEASURED);
        let reached = to.max(self.first);
        let from = std::mem::replace(&mut self.first, reached);
        from.min(to)..to
    }

    fn take(&mut self, row: &Summary, name: &str, state: &AppState) -> bool {
        let look = &state.look;
        let details = state.workspace.list.details(row);
        let shown = ShownRow { row, name, details, reveal: &state.reveal };
        let mut grew = false;
        for column in &self.wanted {
            let before = self.columns.get(column).copied().unwrap_or_default();
            let mut held = before;
            held.cells = held.cells.max(format::width(&value(column, shown, look).0));
            if let Column::Meta(key) = column
                && let Some(value) = row.meta(key)
            {
                held.is_valued = true;
                held.is_text |= !is_number(value);
            }
            if held != before {
                self.columns.insert(column.clone(), held);
                grew = true;
            }
        }
        let is_flagged = details.is_some_and(|details| is_flagged(row, details, look)) || state.is_alerted(&row.key);
        grew |= is_flagged && !self.flagged;
        self.flagged |= is_flagged;
        grew
    }

    /// Cells of the widest value of a column.
    pub(super) fn cells(&self, column: &Column) -> usize {
        self.columns.get(column).map_or(0, |held| held.cells)
    }

    /// Whether all values of a field of the metadata are numbers.
    pub(super) fn holds_numbers(&self, column: &Column) -> bool {
        self.columns.get(column).is_some_and(|held| held.is_valued && !held.is_text)
    }

    /// Cells behind the name for the mark of what is wrong: none where no row has any.
    pub(super) fn flag(&self) -> usize {
        if self.flagged { 2 } else { 0 }
    }
}

fn is_number(value: &Bson) -> bool {
    matches!(value, Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) | Bson::Null)
}
