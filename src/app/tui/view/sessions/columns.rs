//! The columns of the list: which of them fit, what they say.

use std::collections::HashMap;

use bson::Bson;
use ratatui::style::Style;

use crate::{
    app::{
        config::Column,
        place::{Reveal, sealed_words},
        text,
        tui::{
            render::{Look, format, look::Marks},
            state::AppState,
        },
    },
    metrics::row_findings,
    repository::{Sort, SortBy},
    session::{Details, FeedbackTally, MetadataPath, SessionKey, Summary, distinct_names},
};

/// The columns that fit.
pub(super) struct SessionColumns {
    pub cells: Vec<ColumnCell>,
    /// Cells after the id for the mark of guardrail events and findings: none where no row in view has any.
    pub flag: usize,
    /// Headings of the wanted columns that had no room, as configured.
    pub hidden: Vec<String>,
    sort: Sort,
    /// What rows are called whose name is another's in view too.
    exact: HashMap<SessionKey, String>,
    /// What opens encrypted metadata.
    reveal: Reveal,
}

/// A column with its width in cells.
pub(super) struct ColumnCell {
    column: Column,
    width: usize,
    /// Its heading is cut short, to leave more to the id.
    short: bool,
    right: bool,
}

/// A row, what it is called, and what came after it.
#[derive(Clone, Copy)]
pub(super) struct ShownRow<'a> {
    row: &'a Summary,
    name: &'a str,
    details: Option<&'a Details>,
    reveal: &'a Reveal,
}

/// Rows that the columns are measured by, besides those in view: scrolling must not move columns about.
const MEASURED: usize = 100;
/// Cells of the live dot before the id.
const DOT: usize = 2;
/// The id keeps so many cells, where it is that long, before it shrinks for another column: a UUID is seen whole.
const READABLE_ID: usize = 36;

impl SessionColumns {
    /// As many of the wanted columns as fit in so many cells: the last one is the first to go, the date that the list is sorted by
    /// stays. Each is as wide as its rows need; the id takes what is left and is the last to shrink.
    pub fn fit(state: &AppState, cells: usize) -> Self {
        let (list, look) = (&state.workspace.list, &state.look);
        let sort = list.listed().1.clone();
        let sorted = column_of(&sort);
        let in_view: Vec<&Summary> = list.in_view().map(|(_, row)| row).collect();
        let names = distinct_names(in_view.iter().copied(), std::iter::empty());
        let measured = list.rows.iter().take(MEASURED).map(|row| (row, row.name()));
        let rows: Vec<ShownRow<'_>> = measured
            .chain(in_view.iter().copied().zip(names.iter().copied()))
            .map(|(row, name)| ShownRow { row, name, details: list.details(row), reveal: &state.reveal })
            .collect();
        let flagged = |shown: &ShownRow<'_>| {
            let by_details = shown.details.is_some_and(|details| is_flagged(shown.row, details, look));
            by_details || state.is_alerted(&shown.row.key)
        };
        let flag = if rows.iter().any(flagged) { 2 } else { 0 };
        let mut wanted: Vec<Column> = state.ui.columns.clone();
        if !wanted.contains(&Column::Id) {
            wanted.insert(0, Column::Id);
        }
        show_sorted(&mut wanted, &sort);
        let mut all: Vec<ColumnCell> = wanted.into_iter().map(|column| ColumnCell::of(column, &rows, look)).collect();
        let id = all.iter().find(|cell| cell.is_id()).map_or(0, |cell| cell.width);
        // One cell before each column.
        let used = |all: &[ColumnCell]| all.iter().map(|cell| cell.width + 1).sum::<usize>() + flag;
        if used(&all) > cells {
            for cell in &mut all {
                cell.shorten(&rows, look);
            }
        }
        let mut hidden = Vec::new();
        while used(&all) - id + id.min(READABLE_ID + DOT) > cells
            && let Some(last) = all.iter().rposition(|cell| !cell.is_id() && cell.column != sorted)
        {
            hidden.insert(0, all.remove(last).heading().trim().to_owned());
        }
        let others = used(&all) - id;
        if let Some(cell) = all.iter_mut().find(|cell| cell.is_id()) {
            cell.width = cells.saturating_sub(others).max(DOT);
        }
        let named = in_view.into_iter().zip(names).filter(|(row, name)| *name != row.name());
        let exact = named.map(|(row, name)| (row.key.clone(), name.to_owned())).collect();
        Self { cells: all, flag, hidden, sort, exact, reveal: state.reveal.clone() }
    }

    /// A row with what it is called among those in view.
    pub fn shown<'a>(&'a self, row: &'a Summary, details: Option<&'a Details>) -> ShownRow<'a> {
        let name = self.exact.get(&row.key).map_or_else(|| row.name(), String::as_str);
        ShownRow { row, name, details, reveal: &self.reveal }
    }

    /// Whether the list is sorted by that column.
    pub fn is_sorted(&self, cell: &ColumnCell) -> bool {
        cell.column == column_of(&self.sort)
    }

    /// Whether the least stands first.
    pub fn ascends(&self) -> bool {
        self.sort.ascending
    }
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
    /// As wide as its heading and its values in view, within bounds.
    fn of(column: Column, rows: &[ShownRow<'_>], look: &Look) -> Self {
        let right = is_number(&column) || all_numbers(&column, rows);
        let mut cell = Self { column, width: 0, short: false, right };
        cell.measure(rows, look);
        cell
    }

    fn shorten(&mut self, rows: &[ShownRow<'_>], look: &Look) {
        self.short = true;
        if !self.is_id() {
            self.measure(rows, look);
        }
    }

    fn measure(&mut self, rows: &[ShownRow<'_>], look: &Look) {
        let (least, most) = match self.column {
            Column::Id => (14, 400),
            Column::Application | Column::Model | Column::Meta(_) if self.short => (4, 14),
            Column::Application | Column::Model | Column::Meta(_) => (4, 24),
            Column::Messages | Column::Calls | Column::Latency => (3, 8),
            Column::Tokens => (4, 8),
            Column::Errors | Column::Findings => (3, 6),
            _ => (2, 10),
        };
        let values = rows.iter().map(|shown| format::width(&self.value(*shown, look).0));
        let dot = if self.is_id() { DOT } else { 0 };
        let value = values.max().unwrap_or(0) + dot;
        self.width = value.max(format::width(self.heading())).clamp(least, most);
    }

    pub fn is_id(&self) -> bool {
        self.column == Column::Id
    }

    pub fn column(&self) -> &Column {
        &self.column
    }

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
            Column::Findings => "FIND",
            Column::Size => "SIZE",
            Column::Meta(key) => key,
        }
    }

    /// What it says of a row, as safe text; blank where that is not known.
    pub fn value(&self, shown: ShownRow<'_>, look: &Look) -> (String, Style) {
        let ShownRow { row, name, details, reveal } = shown;
        let theme = &look.theme;
        let age = |at: Option<crate::session::StoredDate>| at.map(|at| format::age(at, look.now)).unwrap_or_default();
        let safe = |value: Option<&str>| value.map(|value| text::line(value).into_owned()).unwrap_or_default();
        let known = |value: &dyn Fn(&Details) -> Option<String>| details.and_then(value).unwrap_or_default();
        match &self.column {
            Column::Changed => (age(row.updated_at), theme.dim),
            Column::Created => (age(row.created_at), theme.dim),
            Column::Id => (safe(Some(name)), theme.text),
            Column::Application => (safe(row.application_name.as_deref()), theme.text),
            Column::SessionType => (safe(row.session_type.as_deref()), theme.dim),
            Column::Agents => (known(&|d| Some(format::short(d.agents.len() as u64))), theme.text),
            Column::Model => (known(&|d| Some(safe(d.agents.first()?.model.as_deref()))), theme.dim),
            Column::Messages => (known(&|d| Some(format::short(d.messages))), theme.text),
            Column::Tokens => (known(&|d| tokens(d, look.marks)), theme.text),
            Column::Calls => (known(&|d| d.calls.map(format::short)), theme.text),
            Column::Errors => (known(&|d| d.errors.map(format::short)), if_any(details.and_then(|d| d.errors), look)),
            Column::Latency => (known(&|d| d.latency_p95_ms.map(format::millis)), theme.text),
            Column::Feedback => (known(&|d| Some(feedback(d.feedbacks))), theme.text),
            Column::Guardrail => {
                let events = |d: &Details| (d.guardrail_events > 0).then(|| format::short(d.guardrail_events));
                (known(&events), theme.warn)
            }
            Column::Findings => {
                let count = details.and_then(|details| findings(row, details, look));
                let style = if count == Some(0) { theme.dim } else { theme.warn };
                (count.map(format::short).unwrap_or_default(), style)
            }
            Column::Size => (known(&|d| d.bytes.map(format::bytes)), theme.dim),
            Column::Meta(key) => match row.meta(key).map(|value| (value, sealed_words(value))) {
                None => (String::new(), theme.text),
                Some((value, None)) => (meta(value), theme.text),
                Some((value, Some(words))) => match reveal.open(&row.key, &MetadataPath::from(key), value) {
                    Some(opened) => (meta(&opened), theme.text),
                    None => (words, theme.dim),
                },
            },
        }
    }

    /// Cut and padded to the column's width; numbers stand at the right.
    pub fn pad(&self, value: &str, marks: &Marks) -> String {
        self.pad_by(value, 0, marks)
    }

    /// As [`Self::pad`], leaving out so many cells.
    pub fn pad_by(&self, value: &str, less: usize, marks: &Marks) -> String {
        let width = self.width.saturating_sub(less);
        // Of ids the end tells as much as the start.
        let fit = if self.is_id() { format::fit_middle } else { format::fit };
        let value = fit(&text::line(value), width, marks);
        let fill = " ".repeat(width.saturating_sub(format::width(&value)));
        if self.right { fill + &value } else { value + &fill }
    }
}

/// Whether a row is marked: a guardrail stepped in, an agent waits for a person, or something is wrong with its histories.
pub(super) fn is_flagged(row: &Summary, details: &Details, look: &Look) -> bool {
    details.guardrail_events > 0
        || details.findings.is_some_and(|findings| findings > 0)
        || row_findings(row, details, look.now) > 0
}

/// How many findings there are, once the messages were read.
fn findings(row: &Summary, details: &Details, look: &Look) -> Option<u64> {
    Some(details.findings?.saturating_add(row_findings(row, details, look.now) as u64))
}

/// A count of what went wrong.
fn if_any(count: Option<u64>, look: &Look) -> Style {
    if count.is_some_and(|count| count > 0) { look.theme.error } else { look.theme.dim }
}

fn all_numbers(column: &Column, rows: &[ShownRow<'_>]) -> bool {
    let Column::Meta(key) = column else { return false };
    let number = |value: &Bson| {
        matches!(value, Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) | Bson::Null)
    };
    let mut values = rows.iter().filter_map(|shown| shown.row.meta(key)).peekable();
    values.peek().is_some() && values.all(number)
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

fn tokens(details: &Details, marks: &Marks) -> Option<String> {
    let usage = details.usage?;
    Some(format::at_least(format::short(usage.total_tokens()?), usage.partial, marks))
}

/// As the command line's tally: up, down, neutral, and ratings of another kind.
fn feedback(tally: FeedbackTally) -> String {
    let counts = [('+', tally.up), ('-', tally.down), ('~', tally.neutral), ('?', tally.other)];
    let parts = counts.iter().filter(|(_, count)| *count > 0);
    parts.map(|(sign, count)| format!("{sign}{}", format::short(*count))).collect::<Vec<_>>().join(" ")
}

fn meta(value: &Bson) -> String {
    let text = match value {
        Bson::String(text) => text.clone(),
        other => other.clone().into_relaxed_extjson().to_string(),
    };
    text::line(&text).into_owned()
}
