//! The columns of the table: what they are called, and what they say of a session.

use bson::Bson;
use jiff::Timestamp;

use crate::{
    app::{
        cli::{output::time, table::Side},
        config::Column,
        place::sealed_words,
        row_figures::RowFigures,
        text,
        tui::render::scalar::scalar,
    },
    metrics::row_findings,
    repository::{Sort, SortBy},
    session::{Details, Summary, Usage, plain, secret},
};

use super::tally;

/// What is known of a session.
#[derive(Clone, Copy)]
pub struct ListedRow<'a> {
    pub summary: &'a Summary,
    /// What it is called among the others.
    pub name: &'a str,
    pub details: Option<&'a Details>,
    pub figures: Option<&'a RowFigures>,
}

/// The columns without `--columns`: the date and the rest, with what is sorted by.
pub fn usual(sort: &Sort) -> Vec<Column> {
    let date = if sort.by == SortBy::Created { Column::Created } else { Column::Changed };
    let mut columns = vec![date, Column::Id, Column::Application, Column::Messages, Column::Tokens, Column::Feedback];
    let sorted = Column::of(&sort.by);
    if !columns.contains(&sorted) {
        columns.push(sorted);
    }
    columns
}

/// Whether it is read from the messages.
pub fn needs_messages(column: &Column) -> bool {
    column.sort_by().needs_messages()
}

/// Whether it is counted apart from the row.
pub fn needs_details(column: &Column) -> bool {
    !matches!(
        column,
        Column::Changed
            | Column::Created
            | Column::Id
            | Column::Application
            | Column::SessionType
            | Column::Tokens
            | Column::Calls
            | Column::Errors
            | Column::Latency
            | Column::Meta(_)
    )
}

/// What it is called in `--columns`.
pub fn column_name(column: &Column) -> String {
    text::line(&column.to_string()).into_owned()
}

/// Its heading and where its values stand.
pub fn heading(column: &Column) -> (String, Side) {
    let (name, side) = match column {
        Column::Changed => ("UPDATED", Side::Left),
        Column::Created => ("CREATED", Side::Left),
        Column::Id => ("ID", Side::Flexible),
        Column::Application => ("APPLICATION", Side::Flexible),
        Column::SessionType => ("TYPE", Side::Left),
        Column::Agents => ("AGENTS", Side::Right),
        Column::Model => ("MODEL", Side::Flexible),
        Column::Messages => ("MESSAGES", Side::Right),
        Column::Tokens => ("TOKENS", Side::Right),
        Column::Calls => ("CALLS", Side::Right),
        Column::Errors => ("ERRORS", Side::Right),
        Column::Latency => ("P95 MS", Side::Right),
        Column::Feedback => ("FEEDBACK", Side::Left),
        Column::Guardrail => ("GUARDRAIL", Side::Right),
        Column::Findings => ("FINDINGS", Side::Right),
        Column::Size => ("BYTES", Side::Right),
        Column::Meta(key) => return (text::line(&format!("meta.{key}")).into_owned(), Side::Flexible),
    };
    (name.to_owned(), side)
}

/// What it says of a session, as safe text; `None` where that is not known, or nothing is there.
pub fn value(column: &Column, row: ListedRow<'_>) -> Option<String> {
    let ListedRow { summary, details, figures, .. } = row;
    let safe = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(|text| text::line(text).into_owned());
    let number = |value: Option<u64>| value.map(|value| value.to_string());
    match column {
        Column::Changed => summary.updated_at.map(|at| time(Some(at))),
        Column::Created => summary.created_at.map(|at| time(Some(at))),
        Column::Id => Some(text::line(&summary.spelled(row.name)).into_owned()),
        Column::Application => safe(summary.application_name.as_deref()),
        Column::SessionType => safe(summary.session_type.as_deref()),
        Column::Agents => number(details.map(|details| details.agents.len() as u64)),
        Column::Model => safe(details.and_then(|details| details.agents.first()?.model.as_deref())),
        Column::Messages => number(details.map(|details| details.messages)),
        Column::Tokens => figures.and_then(|figures| tokens(&figures.usage)),
        Column::Calls => number(figures.and_then(|figures| figures.calls)),
        Column::Errors => number(figures.and_then(|figures| figures.errors)),
        Column::Latency => number(figures.and_then(|figures| figures.latency_p95_ms)),
        Column::Feedback => details.map(|details| tally(&details.feedbacks)),
        Column::Guardrail => number(details.map(|details| details.guardrail_events)),
        Column::Findings => number(findings(row)),
        Column::Size => number(details.and_then(|details| details.bytes)),
        Column::Meta(key) => {
            summary.meta(key).map(|value| text::line(&stored(&secret::shown(key, value))).into_owned())
        }
    }
}

/// Objects and arrays as JSON, anything else as a person reads it; what is encrypted is only named.
fn stored(value: &Bson) -> String {
    let words = sealed_words(value).or_else(|| scalar(value, usize::MAX));
    words.unwrap_or_else(|| plain::compact(value))
}

fn findings(row: ListedRow<'_>) -> Option<u64> {
    let of_histories = row.figures?.findings?;
    Some(of_histories.saturating_add(row_findings(row.summary, row.details?, Timestamp::now()) as u64))
}

fn tokens(usage: &Usage) -> Option<String> {
    let figure = usage.total_tokens()?;
    Some(if usage.partial { format!(">={figure}") } else { figure.to_string() })
}
