//! How wide the rows of a list need its columns: kept while that list is shown, so that nothing jumps while one moves through it.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use bson::Bson;
use uuid::Uuid;

use super::{READABLE_ID, SHORT_UUID, ShownRow, rate_of, values::value, wanted};
use crate::{
    app::{
        config::Column,
        text,
        tui::{
            render::{format, look::Marks},
            state::AppState,
        },
    },
    repository::Sort,
    session::{Summary, distinct_names},
};

/// So many of the first rows are measured besides those in view: most of what comes into view later fits.
const MEASURED: usize = 100;
/// One row in so many may have a name of an unusual length: no column goes for it.
const UNUSUAL: usize = 5;

/// What was measured of the rows of a list. Grows until another list is shown.
#[derive(Debug, Default)]
pub struct ColumnWidths {
    /// Which list: the filter as it was typed, and the order.
    of: Option<(String, Sort)>,
    columns: HashMap<Column, HeldWidth>,
    /// Cells of the names of the first rows in view, but for a few that are longer than the others.
    usual_name: usize,
    /// The names of the first rows are UUIDs, all of them.
    has_uuids: bool,
    /// Cells in which those in view so far could be told apart.
    apart: usize,
    /// Cells behind a name for how often the session is written to: none before one is.
    rate: usize,
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
        // What comes into view while one pages is cut where its name is longer: neither a column nor a pane moves for that.
        let is_at_top = list.top() == 0 && list.narrowed_to().is_none();
        let first = self.first_rows(list.rows.len());
        let mut grew = false;
        for row in &list.rows[first] {
            grew |= self.take(row, is_at_top.then(|| row.name()), state);
        }
        let in_view: Vec<&Summary> = list.in_view().map(|(_, row)| row).collect();
        let names = distinct_names(in_view.iter().copied(), std::iter::empty());
        for (row, name) in in_view.iter().zip(&names) {
            grew |= self.take(row, is_at_top.then_some(*name), state);
            let rate = rate_of(list.writes_of(row, state.look.now)).map_or(0, |rate| rate.len() + 2);
            grew |= rate > self.rate;
            self.rate = self.rate.max(rate);
        }
        if is_at_top {
            let usual = usual_of(names.iter().map(|name| format::width(&text::line(name))).collect());
            grew |= usual > self.usual_name;
            self.usual_name = self.usual_name.max(usual);
            let mut first = list.rows.iter().take(MEASURED);
            self.has_uuids = !list.rows.is_empty() && first.all(|row| Uuid::try_parse(row.name()).is_ok());
        }
        if self.has_uuids {
            self.apart = self.apart.max(apart(&names, state.look.marks));
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

    /// Measures a row; what it is called only where that is given.
    fn take(&mut self, row: &Summary, name: Option<&str>, state: &AppState) -> bool {
        let look = &state.look;
        let list = &state.workspace.list;
        let (details, ranked) = (list.details(row), list.ranked(row));
        let shown = ShownRow { row, name: name.unwrap_or_default(), details, ranked, reveal: &state.reveal };
        let mut grew = false;
        for column in &self.wanted {
            if *column == Column::Id && name.is_none() {
                continue;
            }
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

    /// Cells that the list has besides for how often a session is written to.
    pub(super) fn rate(&self) -> usize {
        self.rate
    }

    /// Cells that most names need, and at least `short` of the longest.
    pub(super) fn usual_name(&self, short: usize) -> usize {
        self.usual_name.max(self.cells(&Column::Id).min(short))
    }

    /// Cells in which the names are still told apart where they are UUIDs, and no column goes for one.
    pub(super) fn short_uuid(&self) -> Option<usize> {
        self.has_uuids.then_some(self.apart)
    }
}

/// The fewest cells in which names that are cut in the middle look like no other.
fn apart(names: &[&str], marks: &Marks) -> usize {
    let are_apart = |cells: &usize| {
        let mut seen = HashSet::new();
        names.iter().all(|name| seen.insert(format::fit_middle(name, *cells, marks)))
    };
    (SHORT_UUID..READABLE_ID).find(are_apart).unwrap_or(READABLE_ID)
}

/// The widest but for those that are the unusual ones.
pub(super) fn usual_of(mut cells: Vec<usize>) -> usize {
    cells.sort_unstable();
    let unusual = cells.len() / UNUSUAL;
    cells.len().checked_sub(unusual + 1).and_then(|at| cells.get(at)).copied().unwrap_or(0)
}

fn is_number(value: &Bson) -> bool {
    matches!(value, Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) | Bson::Null)
}
