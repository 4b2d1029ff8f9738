//! Times: ages, days and instants, and what is right where one is written in another way.

use jiff::{SignedDuration, Timestamp, Zoned, civil, tz::TimeZone};

use super::{Comparison, FilterTest, Mistake, word::Word};

/// A time as it was typed.
pub(super) enum When {
    /// So long ago (`7d`): the instant that was then.
    Age(Timestamp),
    /// A day: its first instant, and that of the next one.
    Day(Timestamp, Timestamp),
    /// An instant.
    Instant(Timestamp),
}

impl When {
    /// From when on, for `since:`.
    pub fn start(&self) -> Timestamp {
        match self {
            Self::Age(at) | Self::Day(at, _) | Self::Instant(at) => *at,
        }
    }

    /// Before when, for `until:`, which includes a day.
    pub fn end(&self) -> Timestamp {
        match self {
            Self::Age(at) | Self::Day(_, at) | Self::Instant(at) => *at,
        }
    }
}

/// What a time may be.
const TIMES: &str =
    "write an age (`7d`, `12h`, `30m`, `2w`), a day (`2026-11-01`) or an instant (`2026-11-01T12:00:00Z`)";
/// How a day, and with it a longer time, is written.
const DAYS: &str = "write a day as `2026-11-01`; a month is `created:>=2026-11-01 created:<2026-12-01`";

/// `since:` and `until:`: a time without a sign.
pub(super) fn bound(word: &Word, value: &Word, now: &Zoned) -> Result<When, Mistake> {
    if value.strip('<').or_else(|| value.strip('>')).or_else(|| value.strip('=')).is_some() {
        let hint = "leave it out: `since:TIME` is from then on, `until:TIME` up to then";
        return Err(Mistake::new(word.span(), "`since:` and `until:` take no sign").or(hint));
    }
    instant(word, value, now)
}

/// `created:` and `updated:`. An age compares ages: `<12h` is younger. A day is a whole one: `>` is after it, `>=` from its
/// start on, and without a sign it is that day.
pub(super) fn dated(
    word: &Word,
    prefix: &str,
    (sign, value): (Option<Comparison>, &Word),
    now: &Zoned,
    test: fn(Comparison, Timestamp) -> FilterTest,
) -> Result<Vec<FilterTest>, Mistake> {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    let one = |comparison, at| Ok(vec![test(comparison, at)]);
    match (instant(word, value, now)?, sign) {
        (When::Day(start, end), None | Some(Equal)) => Ok(vec![test(GreaterOrEqual, start), test(Less, end)]),
        (When::Day(_, end), Some(Greater)) => one(GreaterOrEqual, end),
        (When::Day(start, _), Some(GreaterOrEqual)) => one(GreaterOrEqual, start),
        (When::Day(start, _), Some(Less)) => one(Less, start),
        (When::Day(_, end), Some(LessOrEqual)) => one(Less, end),
        (When::Age(then), Some(Less)) => one(Greater, then),
        (When::Age(then), Some(LessOrEqual)) => one(GreaterOrEqual, then),
        (When::Age(then), Some(Greater)) => one(Less, then),
        (When::Age(then), Some(GreaterOrEqual)) => one(LessOrEqual, then),
        (When::Age(_), None | Some(Equal)) => {
            let age = value.text();
            let hint = format!("write `{prefix}:<{age}` for younger, `{prefix}:>{age}` for older");
            Err(Mistake::new(word.span(), "nothing says whether younger or older than that").or(hint))
        }
        (When::Instant(at), Some(sign)) => one(sign, at),
        (When::Instant(_), None) => {
            let hint = "put `>` or `<` after the colon";
            Err(Mistake::new(word.span(), "nothing says whether after or before that time").or(hint))
        }
    }
}

/// An age (`7d`), a day (`2026-11-01`) or an RFC 3339 instant.
fn instant(word: &Word, value: &Word, now: &Zoned) -> Result<When, Mistake> {
    let text = value.text();
    if text.is_empty() {
        return Err(Mistake::new(word.span(), "a time must follow").or(TIMES));
    }
    if let Some(age) = age(&text) {
        let long_ago =
            || Mistake::new(value.span(), format!("`{text}` is too long ago")).or("give a shorter age or a day");
        return now.timestamp().checked_sub(age).map(When::Age).map_err(|_| long_ago());
    }
    if let Some((start, end)) = day(&text, now.time_zone()) {
        return Ok(When::Day(start, end));
    }
    let mistake = || Mistake::new(value.span(), format!("`{text}` is not a time")).or(right_spelling(&text));
    text.parse().map(When::Instant).map_err(|_| mistake())
}

/// An age; one too large to count is the largest.
pub(super) fn age(text: &str) -> Option<SignedDuration> {
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

/// A day in the form `2026-11-01`: its first instant, and that of the next one.
pub(super) fn day(text: &str, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let shaped = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let day: civil::Date = text.parse().ok().filter(|_| shaped)?;
    let first = |day: civil::Date| day.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
    let start = first(day)?;
    // The last day that can be told has no morrow.
    let end = day.tomorrow().ok().and_then(first).unwrap_or(Timestamp::MAX);
    Some((start, end))
}

/// What is right in place of a text that is no time.
fn right_spelling(text: &str) -> String {
    if text.parse::<civil::DateTime>().is_ok() && text.contains(['T', 't']) {
        return "an instant needs its zone: add `Z` for UTC".into();
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits: String = unsigned.chars().take_while(char::is_ascii_digit).collect();
    let rest = unsigned.get(digits.len()..).unwrap_or_default();
    if digits.is_empty() {
        return TIMES.into();
    }
    let unit = match rest.to_ascii_lowercase().as_str() {
        "" if digits.len() == 4 || digits.len() == 8 => return DAYS.into(),
        "" => {
            return format!(
                "a number needs its unit: `{digits}m` minutes, `{digits}h` hours, `{digits}d` days, `{digits}w` weeks"
            );
        }
        "m" if rest == "M" => return format!("write `{digits}m` for minutes; months in days, such as `90d`"),
        "mo" | "mon" | "month" | "months" => return "months differ in length: write days, such as `90d`".into(),
        "y" | "yr" | "year" | "years" => return "write days, such as `365d`".into(),
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "w" | "week" | "weeks" => "w",
        other if other.starts_with(['-', '/', '.']) => return DAYS.into(),
        _ => return TIMES.into(),
    };
    format!("write `{digits}{unit}`")
}
