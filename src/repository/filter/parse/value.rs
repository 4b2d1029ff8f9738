//! Values: what types a metadata value may be read as.

use bson::{Bson, DateTime};
use jiff::{Timestamp, tz::TimeZone};

use super::{Comparison, time, word::Word};

/// The types a metadata value may be read as. In quotes it is text only. For `>` and the like a number is only a
/// number: by text, `high` would be above 5. A day is in UTC, as metadata is shown: its first instant, but after `>` and
/// `<=` its last.
pub(super) fn readings(value: &Word, comparison: Comparison) -> Vec<Bson> {
    let text = value.text();
    if value.has_quotes() {
        return vec![Bson::String(text)];
    }
    if let Some(number) = number(&text) {
        return if comparison == Comparison::Equal { vec![Bson::String(text), number] } else { vec![number] };
    }
    let typed = match text.as_str() {
        "true" => Some(Bson::Boolean(true)),
        "false" => Some(Bson::Boolean(false)),
        "null" => Some(Bson::Null),
        _ => time::day(&text, &TimeZone::UTC)
            .map(|(start, end)| match comparison {
                Comparison::Greater | Comparison::LessOrEqual => DateTime::from_millis(end.as_millisecond() - 1),
                _ => DateTime::from_millis(start.as_millisecond()),
            })
            .or_else(|| text.parse::<Timestamp>().ok().map(|at| DateTime::from_millis(at.as_millisecond())))
            .map(Bson::DateTime),
    };
    std::iter::once(Bson::String(text)).chain(typed).collect()
}

fn number(text: &str) -> Option<Bson> {
    // Rust also reads `inf`, `nan` and the like, which nobody means here.
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return None;
    }
    let whole = text.parse().ok().map(Bson::Int64);
    whole.or_else(|| text.parse().ok().filter(|n: &f64| n.is_finite()).map(Bson::Double))
}
