//! Dates as people type them.

use bson::DateTime;
use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};

/// What dates that are typed go by.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DateContext {
    /// What `now`, `+3d` and `-2h` count from.
    pub now: Timestamp,
    /// The zone of a day or a time that names none.
    pub zone: TimeZone,
}

impl DateContext {
    /// Counts from this instant, and reads days in this zone.
    #[must_use]
    pub fn new(now: Timestamp, zone: TimeZone) -> Self {
        Self { now, zone }
    }
}

/// What is wrong with `23:59:60`, which would be stored as the second before it.
pub(super) const LEAP: &str = "no stored date is a leap second";

/// Reads `now`, `+3d` or `-2h` from now, RFC 3339, `2026-03-29` (its first moment) or `2026-03-29 14:00`.
///
/// # Errors
/// What is wrong, where it is more than the form.
pub(super) fn date(text: &str, dates: &DateContext) -> Result<DateTime, Option<&'static str>> {
    let stored = |at: Timestamp| DateTime::from_millis(at.as_millisecond());
    let counted = match text.split_at_checked(1) {
        _ if text == "now" => Some(Ok(dates.now)),
        Some(("+", age)) => span(age).map(|span| dates.now.checked_add(span)),
        Some(("-", age)) => span(age).map(|span| dates.now.checked_sub(span)),
        _ => None,
    };
    if let Some(at) = counted {
        return at.map(stored).map_err(|_| Some("it lies beyond the year 9999"));
    }
    let at = written(text, &dates.zone)?;
    if at.subsec_nanosecond() % 1_000_000 == 0 {
        Ok(stored(at))
    } else {
        Err(Some("a stored date has milliseconds and nothing finer"))
    }
}

fn written(text: &str, zone: &TimeZone) -> Result<Timestamp, Option<&'static str>> {
    if let Ok(at) = text.parse() {
        return if names_leap_second(text) { Err(Some(LEAP)) } else { Ok(at) };
    }
    if text.len() == 10
        && let Ok(day) = text.parse::<civil::Date>()
    {
        return day.to_zoned(zone.clone()).map(|start| start.timestamp()).map_err(|_| None);
    }
    // What names a zone and is no instant all the same is not read as if it named none.
    let names_zone = text.get(10..).is_none_or(|time| time.contains(['+', '-', 'Z', 'z', '[']));
    match text.parse::<civil::DateTime>() {
        Ok(_) if !names_zone && names_leap_second(text) => Err(Some(LEAP)),
        Ok(at) if !names_zone => zone
            .to_ambiguous_zoned(at)
            .unambiguous()
            .map(|at| at.timestamp())
            .map_err(|_| Some("the clocks change then, so it needs its offset, such as +01:00")),
        _ => Err(None),
    }
}

/// `23:59:60`: the third figure of the time, which no offset has in front of it.
fn names_leap_second(text: &str) -> bool {
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    text.match_indices(":60").any(|(at, _)| at >= 3 && text.as_bytes()[at - 3] == b':' && is_digit(at - 1))
}

/// A whole number with a unit: `90s`, `30m`, `12h`, `3d` or `2w`; a day is 24 hours. `None` for anything else, and for what
/// is too long to count.
pub(crate) fn span(text: &str) -> Option<SignedDuration> {
    const UNITS: [(char, i64); 5] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400), ('w', 604_800)];
    let (unit, seconds) = UNITS.into_iter().find(|(unit, _)| text.ends_with(*unit))?;
    let digits = text.strip_suffix(unit)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<i64>().ok()?.checked_mul(seconds).map(SignedDuration::from_secs)
}

/// An age: a span that is longer than nothing.
///
/// # Errors
/// What an age looks like.
#[cfg(feature = "app")]
pub(crate) fn age(text: &str) -> Result<SignedDuration, String> {
    let age = span(text).filter(SignedDuration::is_positive);
    age.ok_or_else(|| "give a whole number with a unit, such as 30d, 12h or 2w".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, Option<&'static str>> {
        let madrid = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let dates = DateContext::new("2026-03-27T12:00:00.0005Z".parse().unwrap(), madrid);
        let millis = date(text, &dates)?.timestamp_millis();
        Ok(Timestamp::from_millisecond(millis).unwrap().to_string())
    }

    #[test]
    fn a_date_is_an_instant_or_local_or_counted_from_now() {
        for (typed, meant) in [
            ("2026-03-29T14:00:00Z", "2026-03-29T14:00:00Z"),
            ("2026-03-29T14:00:00.123+02:00", "2026-03-29T12:00:00.123Z"),
            ("2026-03-29", "2026-03-28T23:00:00Z"),
            ("2026-03-30", "2026-03-29T22:00:00Z"),
            ("2026-03-29 14:00", "2026-03-29T12:00:00Z"),
            ("2026-03-29T14:00:30", "2026-03-29T12:00:30Z"),
            ("now", "2026-03-27T12:00:00Z"),
            ("+3d", "2026-03-30T12:00:00Z"),
            ("-2h", "2026-03-27T10:00:00Z"),
        ] {
            assert_eq!(read(typed).as_deref(), Ok(meant), "{typed}");
        }
    }

    #[test]
    fn what_no_clock_shows_or_no_date_holds_is_refused() {
        for (typed, why) in [
            ("2026-03-29 02:30", "clocks change"),
            ("2026-10-25 02:30", "clocks change"),
            ("2026-03-29T14:00:00.1234Z", "milliseconds"),
            ("2026-12-31T23:59:60Z", "leap second"),
            ("2026-12-31 23:59:60", "leap second"),
            ("+9999999w", "beyond"),
        ] {
            assert!(read(typed).unwrap_err().unwrap().contains(why), "{typed}");
        }
        for typed in
            ["", "tomorrow", "2026-13-01", "2026-02-30", "14:00", "3d", "+d", "+1y", "9999-12-31T23:59:59-10:00"]
        {
            assert_eq!(read(typed), Err(None), "{typed}");
        }
    }
}
