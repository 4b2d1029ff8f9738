//! The columns of the list: which of them fit, what they say.

use bson::Bson;
use ratatui::style::Style;

use crate::{
    config::Column,
    repository::Sort,
    session::{Details, Summary, Tally},
    text,
    tui::{Look, format, look::Marks},
};

/// The columns that fit.
pub(super) struct Columns {
    pub cells: Vec<Cell>,
    sort: Sort,
}

/// A column with its width in cells.
pub(super) struct Cell {
    column: Column,
    width: usize,
}

/// Least width of the id, with the dot before it.
const MIN_ID: usize = 14;

impl Columns {
    /// As many of the wanted columns as fit in so many cells, the leftmost first; the id takes what is left.
    pub fn fit(wanted: &[Column], sort: Sort, cells: usize) -> Self {
        let mut columns: Vec<Column> = wanted.to_vec();
        if !columns.contains(&Column::Id) {
            columns.insert(0, Column::Id);
        }
        show_sorted_date(&mut columns, sort);
        // One cell before each column, and one after the id for its guardrail mark.
        let width = |columns: &[Column]| columns.iter().map(|column| least(column) + 1).sum::<usize>() + 1;
        while width(&columns) > cells {
            let Some(last) = columns.iter().rposition(|column| *column != Column::Id) else { break };
            columns.remove(last);
        }
        let spare = cells.saturating_sub(width(&columns));
        let cells = columns.into_iter().map(|column| {
            let more = if column == Column::Id { spare } else { 0 };
            Cell { width: least(&column) + more, column }
        });
        Self { cells: cells.collect(), sort }
    }

    /// Whether the list is sorted by that column.
    pub fn is_sorted(&self, cell: &Cell) -> bool {
        cell.column == date_column(self.sort)
    }
}

fn date_column(sort: Sort) -> Column {
    match sort {
        Sort::Updated => Column::Changed,
        Sort::Created => Column::Created,
    }
}

/// The order must show: its date takes the place of the other one where only that one was wanted.
fn show_sorted_date(columns: &mut [Column], sort: Sort) {
    let sorted = date_column(sort);
    if columns.contains(&sorted) {
        return;
    }
    let other = columns.iter_mut().find(|column| matches!(column, Column::Changed | Column::Created));
    if let Some(other) = other {
        *other = sorted;
    }
}

fn least(column: &Column) -> usize {
    match column {
        Column::Id => MIN_ID,
        Column::Changed | Column::Created => 7,
        Column::Application | Column::Model => 14,
        Column::SessionType | Column::Size => 8,
        Column::Agents | Column::Tokens => 6,
        Column::Messages => 4,
        Column::Feedback => 5,
        Column::Guardrail => 2,
        Column::Meta(key) => format::width(key).clamp(6, 14),
    }
}

impl Cell {
    pub fn is_id(&self) -> bool {
        self.column == Column::Id
    }

    pub fn heading(&self) -> &str {
        match &self.column {
            Column::Changed => "CHANGED",
            Column::Created => "CREATED",
            Column::Id => "  ID",
            Column::Application => "APPLICATION",
            Column::SessionType => "TYPE",
            Column::Agents => "AGENTS",
            Column::Model => "MODEL",
            Column::Messages => "MSG",
            Column::Tokens => "TOKENS",
            Column::Feedback => "FB",
            Column::Guardrail => "GR",
            Column::Size => "SIZE",
            Column::Meta(key) => key,
        }
    }

    /// What it says of a row, as safe text; blank where that is not known.
    pub fn value(&self, row: &Summary, details: Option<&Details>, look: &Look) -> (String, Style) {
        let theme = &look.theme;
        let age = |at: Option<jiff::Timestamp>| at.map(|at| format::age(at, look.now)).unwrap_or_default();
        let safe = |value: Option<&str>| value.map(|value| text::line(value).into_owned()).unwrap_or_default();
        let known = |value: &dyn Fn(&Details) -> Option<String>| details.and_then(value).unwrap_or_default();
        match &self.column {
            Column::Changed => (age(row.updated_at), theme.dim),
            Column::Created => (age(row.created_at), theme.dim),
            Column::Id => (safe(Some(row.name())), theme.text),
            Column::Application => (safe(row.application_name.as_deref()), theme.text),
            Column::SessionType => (safe(row.session_type.as_deref()), theme.dim),
            Column::Agents => (known(&|d| Some(format::short(d.agents.len() as u64))), theme.text),
            Column::Model => (known(&|d| Some(safe(d.agents.first()?.model.as_deref()))), theme.dim),
            Column::Messages => (known(&|d| Some(format::short(d.messages))), theme.text),
            Column::Tokens => (known(&|d| Some(format::short(tokens(d)?))), theme.text),
            Column::Feedback => (known(&|d| Some(feedback(d.feedbacks))), theme.text),
            Column::Guardrail => {
                let events = |d: &Details| (d.guardrail_events > 0).then(|| format::short(d.guardrail_events));
                (known(&events), theme.warn)
            }
            Column::Size => (known(&|d| d.bytes.map(format::bytes)), theme.dim),
            Column::Meta(key) => (row.meta(key).map(meta).unwrap_or_default(), theme.text),
        }
    }

    /// Cut and padded to the column's width; numbers stand at the right.
    pub fn pad(&self, value: &str, marks: &Marks) -> String {
        self.pad_by(value, 0, marks)
    }

    /// As [`Self::pad`], leaving out so many cells.
    pub fn pad_by(&self, value: &str, less: usize, marks: &Marks) -> String {
        let width = self.width.saturating_sub(less);
        let value = format::fit(&text::line(value), width, marks);
        let fill = " ".repeat(width.saturating_sub(format::width(&value)));
        if self.is_right_aligned() { fill + &value } else { value + &fill }
    }

    fn is_right_aligned(&self) -> bool {
        matches!(
            self.column,
            Column::Changed
                | Column::Created
                | Column::Agents
                | Column::Messages
                | Column::Tokens
                | Column::Guardrail
                | Column::Size
        )
    }
}

fn tokens(details: &Details) -> Option<u64> {
    let usage = details.usage?;
    usage.total.or_else(|| Some(usage.input? + usage.output?))
}

fn feedback(tally: Tally) -> String {
    let part = |count: u64, sign: &str| (count > 0).then(|| format!("{sign}{}", format::short(count)));
    [part(tally.up, "+"), part(tally.down, "-")].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn meta(value: &Bson) -> String {
    let text = match value {
        Bson::String(text) => text.clone(),
        other => other.clone().into_relaxed_extjson().to_string(),
    };
    text::line(&text).into_owned()
}
