//! What the columns of the list say of a row.

use bson::Bson;
use ratatui::style::Style;

use super::ShownRow;
use crate::{
    app::{
        config::Column,
        place::sealed_words,
        text,
        tui::render::{Look, format, look::Marks, scalar::scalar},
    },
    metrics::row_findings,
    session::{Details, FeedbackTally, MetadataPath, StoredDate, Summary, plain, secret},
};

/// Bytes of a text that are looked at.
const MOST: usize = 1000;

/// What a column says of a row, as safe text; blank where that is not known. What the row was sorted by is known before what else is
/// counted of it.
pub(super) fn value(column: &Column, shown: ShownRow<'_>, look: &Look) -> (String, Style) {
    let (says, style) = known_value(column, shown, look);
    // None of them is blank in its column.
    let is_told = !says.is_empty() || (*column == Column::Guardrail && shown.details.is_some());
    let ranked = shown.ranked.filter(|(by, _)| !is_told && **by == column.sort_by());
    let ranked = ranked.and_then(|(_, figure)| Some((figure, figure_text(column, figure)?)));
    match (ranked, column) {
        (None, _) => (says, style),
        (Some((figure, text)), Column::Errors) => (text, if_any(Some(figure), look)),
        (Some((0, text)), Column::Findings) => (text, look.theme.dim),
        (Some((_, text)), _) => (text, style),
    }
}

/// A figure as its column says it; `None` where the figure alone does not tell that.
fn figure_text(column: &Column, figure: u64) -> Option<String> {
    match column {
        Column::Agents | Column::Messages | Column::Tokens | Column::Calls | Column::Errors | Column::Findings => {
            Some(format::short(figure))
        }
        Column::Guardrail => (figure > 0).then(|| format::short(figure)),
        Column::Latency => Some(format::millis(figure)),
        Column::Size => Some(format::bytes(figure)),
        _ => None,
    }
}

/// The same of what is known of the row.
fn known_value(column: &Column, shown: ShownRow<'_>, look: &Look) -> (String, Style) {
    let ShownRow { row, name, details, reveal, .. } = shown;
    let theme = &look.theme;
    let age = |at: Option<StoredDate>| at.map(|at| format::age(at, look.now)).unwrap_or_default();
    let safe = |value: Option<&str>| value.map(|value| text::line(value).into_owned()).unwrap_or_default();
    let known = |value: &dyn Fn(&Details) -> Option<String>| details.and_then(value).unwrap_or_default();
    match column {
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
            Some((value, None)) => (meta(key, value), theme.text),
            Some((value, Some(words))) => match reveal.open(&row.key, &MetadataPath::from(key), value) {
                Some(opened) => (meta(key, &opened), theme.text),
                None => (words, theme.dim),
            },
        },
    }
}

/// Whether a row is marked: a guardrail stepped in, an agent waits for a person, or something is wrong with its histories.
#[must_use]
pub fn is_flagged(row: &Summary, details: &Details, look: &Look) -> bool {
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

/// Only of objects and arrays as JSON. A text may be megabytes long, of which a few cells are shown.
fn meta(key: &str, value: &Bson) -> String {
    let value = secret::shown(key, value);
    text::line(&scalar(&value, MOST).unwrap_or_else(|| plain::compact(&value))).into_owned()
}
