//! Values: what types a metadata value may be read as.

use std::ops::Range;

use bson::{Bson, DateTime};
use jiff::tz::TimeZone;

use super::{Comparison, time, word::Word};
use crate::session::StoredDate;

/// The types a metadata value may be read as. In quotes it is text only. For `>` and the like a number is only a
/// number: by text, `high` would be above 5. A day is one in this zone: where it is to be equal it is a range, the second
/// that is given; else its first instant, but after `>` and `<=` its last.
pub(super) fn readings(
    value: &Word,
    comparison: Comparison,
    zone: &TimeZone,
) -> (Vec<Bson>, Option<Range<StoredDate>>) {
    let text = value.text();
    if value.has_quotes() {
        return (vec![Bson::String(text)], None);
    }
    if let Some(number) = number(&text) {
        let by_text = (comparison == Comparison::Equal).then_some(Bson::String(text));
        return (by_text.into_iter().chain([number]).collect(), None);
    }
    let date = |at: StoredDate| Bson::DateTime(at.into());
    let (typed, day) = match (text.as_str(), time::day(&text, zone)) {
        ("true", _) => (Some(Bson::Boolean(true)), None),
        ("false", _) => (Some(Bson::Boolean(false)), None),
        ("null", _) => (Some(Bson::Null), None),
        (_, Some((start, end))) => match comparison {
            Comparison::Equal => (None, Some(start..end)),
            Comparison::Greater | Comparison::LessOrEqual => {
                (Some(Bson::DateTime(DateTime::from_millis(end.millis() - 1))), None)
            }
            Comparison::GreaterOrEqual | Comparison::Less => (Some(date(start)), None),
        },
        (other, None) => (time::exact(other).map(date), None),
    };
    (std::iter::once(Bson::String(text)).chain(typed).collect(), day)
}

fn number(text: &str) -> Option<Bson> {
    // Rust also reads `inf`, `nan` and the like, which nobody means here.
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return None;
    }
    let whole = text.parse().ok().map(Bson::Int64);
    whole.or_else(|| text.parse().ok().filter(|n: &f64| n.is_finite()).map(Bson::Double))
}
