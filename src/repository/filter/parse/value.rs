//! Values: what types a metadata value may be read as, and instants.

use bson::{Bson, DateTime};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{Comparison, Mistake, word::Word};

/// An instant, or a whole day in UTC.
pub(super) struct When {
    /// The instant, or the day's midnight.
    pub start: Timestamp,
    /// The instant, or the midnight that ends the day.
    pub end: Timestamp,
}

/// The types a metadata value may be read as. In quotes it is text only. For `>` and the like a number is only a
/// number: by text, `high` would be above 5.
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
        _ => day(&text)
            .map(|when| when.start)
            .or_else(|| text.parse().ok())
            .map(|at: Timestamp| Bson::DateTime(DateTime::from_millis(at.as_millisecond()))),
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

/// What a time may be.
const TIMES: &str =
    "write an age (`7d`, `12h`, `30m`, `2w`), a day (`2026-11-01`) or an instant (`2026-11-01T12:00:00Z`)";

/// An age (`7d`), a day (`2026-11-01`) or an RFC 3339 instant.
pub(super) fn instant(word: &Word, value: &Word, now: Timestamp) -> Result<When, Mistake> {
    let text = value.text();
    if text.is_empty() {
        return Err(Mistake::new(word.span(), "a time must follow").or(TIMES));
    }
    let whole = |at| When { start: at, end: at };
    if let Some(age) = age(&text) {
        let long_ago =
            || Mistake::new(value.span(), format!("`{text}` is too long ago")).or("give a shorter age or a day");
        return now.checked_sub(age).map(whole).map_err(|_| long_ago());
    }
    if let Some(when) = day(&text) {
        return Ok(when);
    }
    text.parse().map(whole).map_err(|_| {
        let hint = if text.parse::<jiff::civil::DateTime>().is_ok() && text.contains(['T', 't']) {
            "an instant needs its zone: add `Z` for UTC"
        } else {
            TIMES
        };
        Mistake::new(value.span(), format!("`{text}` is not a time")).or(hint)
    })
}

/// An age; one too large to count is the largest.
fn age(text: &str) -> Option<SignedDuration> {
    let unit = text.chars().next_back()?;
    let seconds: i64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return None,
    };
    let digits = text.strip_suffix(unit)?;
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(SignedDuration::from_secs(digits.parse().unwrap_or(i64::MAX).saturating_mul(seconds)))
}

/// A day in UTC, in the form `2026-11-01`.
fn day(text: &str) -> Option<When> {
    let shaped = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let day: Date = text.parse().ok().filter(|_| shaped)?;
    let midnight = |day: Date| day.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
    let start = midnight(day)?;
    // The last day that can be told has no morrow.
    let end = day.tomorrow().ok().and_then(midnight).unwrap_or(Timestamp::MAX);
    Some(When { start, end })
}
