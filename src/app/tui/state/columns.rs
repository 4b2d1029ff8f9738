//! The columns of the list: which of them fit, where they stand, what they say; one geometry for drawing and for the mouse.

mod held;
#[cfg(test)]
mod tests;
mod values;

pub use held::ColumnWidths;
pub use values::is_flagged;

use std::collections::HashMap;

use ratatui::style::Style;

use crate::{
    app::{
        config::Column,
        place::Reveal,
        text,
        tui::render::{Look, format, look::Marks},
    },
    repository::{Sort, SortBy},
    session::{Details, SessionKey, Summary, distinct_names},
};

use self::values::value;
use super::AppState;

/// The columns that fit.
pub struct SessionColumns {
    /// From left to right.
    pub cells: Vec<ColumnCell>,
    /// Names of the wanted columns that had no room, as configured.
    pub hidden: Vec<String>,
    sort: Sort,
    /// What rows are called whose name is another's in view too.
    exact: HashMap<SessionKey, String>,
    /// What opens encrypted metadata.
    reveal: Reveal,
}

/// A column with its width in cells.
pub struct ColumnCell {
    column: Column,
    width: usize,
    /// Its heading is cut short, to leave more to the id.
    short: bool,
    right: bool,
}

/// A row, what it is called, and what came after it.
#[derive(Clone, Copy)]
pub struct ShownRow<'a> {
    row: &'a Summary,
    name: &'a str,
    details: Option<&'a Details>,
    /// By what the row was sorted, and the figure that it had then.
    ranked: Option<(&'a SortBy, u64)>,
    reveal: &'a Reveal,
}

/// Cells of the live dot before the id.
const DOT: usize = 2;
/// Cells behind the id for the mark of what is wrong with the session; kept free, so that none moves a column.
pub const FLAG: usize = 2;
/// The id keeps so many cells, where most are that long, before it shrinks for another column.
const READABLE_ID: usize = 36;
/// Of UUIDs, which nobody reads, so many are kept where a column would have no room: `5f3c…9a21`; more where rows in view would look
/// the same.
const SHORT_UUID: usize = 9;
/// So many cells of the longest id are kept, however few are that long.
const SHORT_ID: usize = 24;
/// The heading of the findings, which is a mark where it is short.
const FINDINGS: &str = "FIND";

impl SessionColumns {
    /// As many of the wanted columns as fit in so many cells: the last one is the first to go, the one that the list is sorted by
    /// stays. Each is as wide as the rows of this list needed so far; the id takes what is left and is the last to shrink.
    #[must_use]
    pub fn fit(state: &AppState, cells: usize) -> Self {
        let list = &state.workspace.list;
        let widths = &state.workspace.room.widths;
        let sort = list.listed().1.clone();
        let sorted = column_of(&sort);
        let in_view: Vec<&Summary> = list.in_view().map(|(_, row)| row).collect();
        let names = distinct_names(in_view.iter().copied(), std::iter::empty());
        let mut all = Self::whole(state);
        let id = all.iter().find(|cell| cell.is_id()).map_or(0, |cell| cell.width);
        let readable = || widths.usual_name(SHORT_ID).min(READABLE_ID);
        let kept = id.min(widths.short_uuid().unwrap_or_else(readable) + DOT);
        // One cell before each column.
        let used = |all: &[ColumnCell]| all.iter().map(|cell| cell.width + 1).sum::<usize>() + FLAG;
        if used(&all) > cells {
            for cell in &mut all {
                cell.shorten(widths);
            }
        }
        let mut hidden = Vec::new();
        while used(&all) - id + kept > cells
            && let Some(last) = all.iter().rposition(|cell| !cell.is_id() && cell.column != sorted)
        {
            hidden.insert(0, all.remove(last).name().to_owned());
        }
        let others = used(&all) - id;
        if let Some(cell) = all.iter_mut().find(|cell| cell.is_id()) {
            cell.width = cells.saturating_sub(others).max(DOT);
        }
        let named = in_view.into_iter().zip(names).filter(|(row, name)| *name != row.name());
        let exact = named.map(|(row, name)| (row.key.clone(), name.to_owned())).collect();
        Self { cells: all, hidden, sort, exact, reveal: state.reveal.clone() }
    }

    /// All that are wanted, as wide as they need.
    fn whole(state: &AppState) -> Vec<ColumnCell> {
        let widths = &state.workspace.room.widths;
        wanted(state).into_iter().map(|column| ColumnCell::of(column, widths)).collect()
    }

    /// Cells that all of them need; `None` while no row is known.
    #[must_use]
    pub fn needs(state: &AppState) -> Option<usize> {
        let cells = || Self::whole(state).iter().map(|cell| cell.width + 1).sum::<usize>();
        (!state.workspace.list.rows.is_empty()).then(|| cells() + FLAG + state.workspace.room.widths.rate())
    }

    /// The column whose heading stands at that cell of the pane's inner area.
    #[must_use]
    pub fn at(&self, x: usize) -> Option<&Column> {
        let mut right = 0;
        let hit = |cell: &&ColumnCell| {
            right += cell.width + 1 + if cell.is_id() { FLAG } else { 0 };
            x < right
        };
        self.cells.iter().find(hit).map(|cell| &cell.column)
    }

    /// A row with what it is called among those in view.
    #[must_use]
    pub fn shown<'a>(
        &'a self,
        row: &'a Summary,
        details: Option<&'a Details>,
        ranked: Option<(&'a SortBy, u64)>,
    ) -> ShownRow<'a> {
        let name = self.exact.get(&row.key).map_or_else(|| row.name(), String::as_str);
        ShownRow { row, name, details, ranked, reveal: &self.reveal }
    }

    /// Whether the list is sorted by that column.
    #[must_use]
    pub fn is_sorted(&self, cell: &ColumnCell) -> bool {
        cell.column == column_of(&self.sort)
    }

    /// Whether the least stands first.
    #[must_use]
    pub fn ascends(&self) -> bool {
        self.sort.ascending
    }
}

/// How often a session is written to: `12/min`; `None` where it is not.
#[must_use]
pub fn rate_of(writes: u64) -> Option<String> {
    (writes > 0).then(|| format!("{}/min", format::short(writes)))
}

/// The columns that are to be shown, from left to right.
fn wanted(state: &AppState) -> Vec<Column> {
    let mut wanted: Vec<Column> = state.ui.columns.clone();
    if !wanted.contains(&Column::Id) {
        wanted.insert(0, Column::Id);
    }
    show_sorted(&mut wanted, state.workspace.list.listed().1);
    wanted
}

/// The column that shows what a list is sorted by.
fn column_of(sort: &Sort) -> Column {
    Column::of(&sort.by)
}

/// The order must show: a date takes the place of the other one where only that one was wanted, anything else stands behind the id.
fn show_sorted(columns: &mut Vec<Column>, sort: &Sort) {
    let sorted = column_of(sort);
    if columns.contains(&sorted) {
        return;
    }
    if matches!(sort.by, SortBy::Updated | SortBy::Created) {
        let other = columns.iter_mut().find(|column| matches!(column, Column::Changed | Column::Created));
        if let Some(other) = other {
            *other = sorted;
        }
        return;
    }
    let at = columns.iter().position(|column| *column == Column::Id).map_or(0, |id| id + 1);
    columns.insert(at, sorted);
}

impl ColumnCell {
    /// As wide as its heading and its values so far, within bounds.
    fn of(column: Column, widths: &ColumnWidths) -> Self {
        let right = is_number(&column) || widths.holds_numbers(&column);
        let mut cell = Self { column, width: 0, short: false, right };
        cell.measure(widths);
        cell
    }

    fn shorten(&mut self, widths: &ColumnWidths) {
        self.short = true;
        if !self.is_id() {
            self.measure(widths);
        }
    }

    fn measure(&mut self, widths: &ColumnWidths) {
        let (least, most) = match self.column {
            Column::Id => (14, 400),
            Column::Application | Column::Model | Column::Meta(_) if self.short => (4, 14),
            Column::Application | Column::Model | Column::Meta(_) => (4, 24),
            Column::Messages | Column::Calls | Column::Latency => (3, 8),
            Column::Tokens => (4, 8),
            Column::Errors | Column::Findings => (3, 6),
            // As most of them need: no column moves as more of them become known.
            Column::Feedback if !self.short => (5, 10),
            _ => (2, 10),
        };
        let dot = if self.is_id() { DOT } else { 0 };
        let value = widths.cells(&self.column) + dot;
        self.width = value.max(format::width(self.heading())).clamp(least, most);
    }

    /// Whether it is what the session is called.
    #[must_use]
    pub fn is_id(&self) -> bool {
        self.column == Column::Id
    }

    /// What it shows.
    #[must_use]
    pub fn column(&self) -> &Column {
        &self.column
    }

    /// What stands above it.
    #[must_use]
    pub fn heading(&self) -> &str {
        match &self.column {
            Column::Changed if self.short => "AGE",
            Column::Changed => "CHANGED",
            Column::Created if self.short => "MADE",
            Column::Created => "CREATED",
            Column::Id => "  ID",
            Column::Application if self.short => "APP",
            Column::Application => "APPLICATION",
            Column::SessionType => "TYPE",
            Column::Agents if self.short => "AG",
            Column::Agents => "AGENTS",
            Column::Model => "MODEL",
            Column::Messages => "MSG",
            Column::Tokens if self.short => "TOK",
            Column::Tokens => "TOKENS",
            Column::Calls => "CALLS",
            Column::Errors => "ERR",
            Column::Latency if self.short => "P95",
            Column::Latency => "LAT P95",
            Column::Feedback => "FB",
            Column::Guardrail => "GR",
            Column::Findings if self.short => "!",
            Column::Findings => FINDINGS,
            Column::Size => "SIZE",
            Column::Meta(key) => key,
        }
    }

    /// What it is called where it has no room: its heading, in letters.
    fn name(&self) -> &str {
        if self.column == Column::Findings { FINDINGS } else { self.heading().trim() }
    }

    /// What it says of a row, as safe text; blank where that is not known.
    #[must_use]
    pub fn value(&self, shown: ShownRow<'_>, look: &Look) -> (String, Style) {
        value(&self.column, shown, look)
    }

    /// Cut and padded to the column's width; numbers stand at the right.
    #[must_use]
    pub fn pad(&self, value: &str, marks: &Marks) -> String {
        self.pad_by(value, 0, marks)
    }

    /// As [`Self::pad`], leaving out so many cells.
    #[must_use]
    pub fn pad_by(&self, value: &str, less: usize, marks: &Marks) -> String {
        let width = self.width.saturating_sub(less);
        // Of ids the end tells as much as the start.
        let fit = if self.is_id() { format::fit_middle } else { format::fit };
        let value = fit(&text::line(value), width, marks);
        let fill = " ".repeat(width.saturating_sub(format::width(&value)));
        if self.right { fill + &value } else { value + &fill }
    }
}

/// Whether its values are numbers, which stand at the right.
fn is_number(column: &Column) -> bool {
    matches!(
        column,
        Column::Changed
            | Column::Created
            | Column::Agents
            | Column::Messages
            | Column::Tokens
            | Column::Calls
            | Column::Errors
            | Column::Latency
            | Column::Guardrail
            | Column::Findings
            | Column::Size
    )
}
