//! How wide the rows of a list need its columns: kept while that list is shown, so that nothing jumps while one moves through it.

use std::{
    collections::{HashMap, HashSet, VecDeque},
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
    session::{Details, Summary, distinct_names},
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
    /// The rows in view, as they were measured.
    view: VecDeque<MeasuredRow>,
    /// Their names were measured; `true`: at the top of the list, where a column may go for them.
    named: Option<bool>,
    /// Rows in view that were measured, each as often as it was.
    #[cfg(test)]
    pub measured: usize,
}

/// A row as it was measured: while it stays so, only what goes with the time is measured again.
#[derive(Debug)]
struct MeasuredRow {
    row: Summary,
    details: Option<Details>,
    ranked: Option<u64>,
}

impl MeasuredRow {
    /// Takes a row out of the first `left`, which were in view before, with those above it: rows mostly keep their order.
    fn among(view: &mut VecDeque<Self>, left: &mut usize, row: &Summary) -> Option<Self> {
        let at = view.iter().take(*left).position(|held| held.row.key == row.key)?;
        view.drain(..at);
        *left -= at + 1;
        view.pop_front()
    }

    fn is_as(&self, row: &Summary, details: Option<&Details>, ranked: Option<u64>) -> bool {
        self.row == *row && self.details.as_ref() == details && self.ranked == ranked
    }
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
            self.view.clear();
        }
        // What comes into view while one pages is cut where its name is longer: neither a column nor a pane moves for that.
        let is_at_top = list.top() == 0 && list.narrowed_to().is_none();
        let first = self.first_rows(list.rows.len());
        let mut grew = false;
        for row in &list.rows[first] {
            grew |= self.take((row, list.details(row)), is_at_top.then(|| row.name()), false, state);
        }
        self.measure_view(is_at_top, state) || grew
    }

    /// Measures the rows in view that are not as they were.
    fn measure_view(&mut self, is_at_top: bool, state: &AppState) -> bool {
        let list = &state.workspace.list;
        let in_view: Vec<&Summary> = list.in_view().map(|(_, row)| row).collect();
        let mut left = self.view.len();
        // What rows are called follows from the rows in view.
        let is_same = left == in_view.len() && self.view.iter().zip(&in_view).all(|(held, row)| held.row == **row);
        if is_at_top {
            let mut first = list.rows.iter().take(MEASURED);
            let has_uuids = !list.rows.is_empty() && first.all(|row| Uuid::try_parse(row.name()).is_ok());
            if self.has_uuids != has_uuids {
                (self.has_uuids, self.named) = (has_uuids, None);
            }
        }
        let needs_names = is_at_top || self.has_uuids;
        let names = if needs_names && !(is_same && self.named == Some(is_at_top)) {
            distinct_names(in_view.iter().copied(), std::iter::empty())
        } else {
            Vec::new()
        };
        let mut grew = false;
        for (at, row) in in_view.into_iter().enumerate() {
            let (details, ranked) = (list.details(row), list.ranked(row).map(|(_, figure)| figure));
            let held = MeasuredRow::among(&mut self.view, &mut left, row);
            let held = held.filter(|held| held.is_as(row, details, ranked));
            #[cfg(test)]
            {
                self.measured += usize::from(held.is_none());
            }
            let name = names.get(at).copied().filter(|_| is_at_top);
            grew |= self.take((row, details), name, held.is_some(), state);
            let held = held.unwrap_or_else(|| MeasuredRow { row: row.clone(), details: details.cloned(), ranked });
            self.view.push_back(held);
            let rate = rate_of(list.writes_of(row, state.look.now)).map_or(0, |rate| rate.len() + 2);
            grew |= rate > self.rate;
            self.rate = self.rate.max(rate);
        }
        self.view.drain(..left);
        if is_at_top {
            let usual = usual_of(names.iter().map(|name| format::width(&text::line(name))).collect());
            grew |= usual > self.usual_name;
            self.usual_name = self.usual_name.max(usual);
        }
        if self.has_uuids {
            self.apart = self.apart.max(apart(&names, state.look.marks));
        }
        self.named = needs_names.then_some(is_at_top);
        grew
    }

    /// Those of the first rows that were not measured yet.
    fn first_rows(&mut self, known: usize) -> Range<usize> {
        let to = known.min(MEASURED);
        let reached = to.max(self.first);
        let from = std::mem::replace(&mut self.first, reached);
        from.min(to)..to
    }

    /// Measures a row; what it is called only where that is given, and of one that `is_held` else only what goes with the time.
    fn take(
        &mut self,
        (row, details): (&Summary, Option<&Details>),
        name: Option<&str>,
        is_held: bool,
        state: &AppState,
    ) -> bool {
        let look = &state.look;
        let ranked = state.workspace.list.ranked(row);
        let shown = ShownRow { row, name: name.unwrap_or_default(), details, ranked, reveal: &state.reveal };
        let mut grew = false;
        for column in &self.wanted {
            let is_measured = match column {
                Column::Id => name.is_none(),
                Column::Changed | Column::Created | Column::Findings => false,
                _ => is_held,
            };
            if is_measured {
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
