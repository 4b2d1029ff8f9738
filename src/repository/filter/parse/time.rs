//! Times: ages, days and instants, and what is right where one is written in another way.

use jiff::{
    SignedDuration, Timestamp, Zoned, civil,
    fmt::temporal::Pieces,
    tz::{Offset, TimeZone},
};

use super::{Comparison, FilterTest, Mistake, spelling, word::Word};
use crate::session::StoredDate;

/// A time as it was typed.
pub(super) enum When {
    /// So long ago (`7d`): the instant that was then.
    Age(StoredDate),
    /// A day: its first instant, and that of the next one.
    Day(StoredDate, StoredDate),
    /// An instant.
    Instant(StoredDate),
}

impl When {
    /// From when on, for `since:`.
    pub fn start(&self) -> StoredDate {
        match self {
            Self::Age(at) | Self::Day(at, _) | Self::Instant(at) => *at,
        }
    }

    /// Before when, for `until:`, which includes a day.
    pub fn end(&self) -> StoredDate {
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
    test: fn(Comparison, StoredDate) -> FilterTest,
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
        return now.timestamp().checked_sub(age).map(|at| When::Age(at.into())).map_err(|_| long_ago());
    }
    if let Some((start, end)) = day(&text, now.time_zone()) {
        return Ok(When::Day(start, end));
    }
    let mistake = || Mistake::new(value.span(), format!("`{text}` is not a time")).or(right_spelling(&text));
    exact(&text).map(When::Instant).ok_or_else(mistake)
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
pub(super) fn day(text: &str, zone: &TimeZone) -> Option<(StoredDate, StoredDate)> {
    let shaped = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let day: civil::Date = text.parse().ok().filter(|_| shaped)?;
    let start = first_instant(day, zone)?;
    // The last day of the calendar has no morrow.
    let end = match day.tomorrow() {
        Ok(morrow) => first_instant(morrow, zone)?,
        Err(_) => StoredDate::from_millis(start.millis() + DAY_MS),
    };
    Some((start, end))
}

const DAY_MS: i64 = 86_400_000;

fn first_instant(day: civil::Date, zone: &TimeZone) -> Option<StoredDate> {
    if let Ok(at) = day.to_zoned(zone.clone()) {
        return Some(at.timestamp().into());
    }
    beyond_clocks(day.at(0, 0, 0, 0), zone.to_offset(Timestamp::MAX))
}

/// An RFC 3339 instant.
pub(super) fn exact(text: &str) -> Option<StoredDate> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.into());
    }
    let pieces = Pieces::parse(text).ok()?;
    beyond_clocks(pieces.date().to_datetime(pieces.time()?), pieces.to_numeric_offset()?)
}

/// What lies in the last day of the calendar, which a [`Timestamp`] does not reach: 9999-12-31 is a usual "for ever", and a stored
/// date goes on there.
fn beyond_clocks(at: civil::DateTime, offset: Offset) -> Option<StoredDate> {
    let since = at.duration_since(civil::date(1970, 1, 1).at(0, 0, 0, 0));
    let millis = i64::try_from(since.as_millis()).ok()? - i64::from(offset.seconds()) * 1000;
    (millis > Timestamp::MAX.as_millisecond()).then_some(StoredDate::from_millis(millis))
}

/// What is right in place of a text that is no time.
fn right_spelling(text: &str) -> String {
    if text.parse::<civil::DateTime>().is_ok() && text.contains(['T', 't']) {
        return "an instant needs its zone: add `Z` for UTC".into();
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits: String = unsigned.chars().take_while(char::is_ascii_digit).collect();
    let rest = unsigned.get(digits.len()..).unwrap_or_default();
    // In parts, or a fraction.
    if rest.contains(|c: char| c.is_ascii_digit())
        && let Some(right) = spelling::age(unsigned)
    {
        return format!("write `{right}`");
    }
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
        other => match spelling::unit(other) {
            Some((unit, _)) if unit != "ms" => unit,
            _ if other.starts_with(['-', '/', '.']) => return DAYS.into(),
            _ => return TIMES.into(),
        },
    };
    format!("write `{digits}{unit}`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::Filter;

    /// The start of 9999-12-31, and of the day that no calendar tells any more.
    const LAST: i64 = 253_402_214_400_000;
    const BEYOND: i64 = LAST + DAY_MS;

    fn read(text: &str, zone: &TimeZone) -> Vec<FilterTest> {
        let filter = Filter::parse_at(text, &Timestamp::UNIX_EPOCH.to_zoned(zone.clone())).unwrap();
        filter.terms.into_iter().map(|term| term.test).collect()
    }

    #[test]
    fn the_last_day_of_the_calendar_is_a_day_like_others() {
        use Comparison::{Greater, GreaterOrEqual, Less};
        let of = |text: &str| read(text, &TimeZone::UTC);
        let at = StoredDate::from_millis;
        assert_eq!(of("until:9999-12-31"), [FilterTest::Until(at(BEYOND))]);
        assert_eq!(of("since:9999-12-31"), [FilterTest::Since(at(LAST))]);
        assert_eq!(of("until:9999-12-30"), [FilterTest::Until(at(LAST))]);
        assert_eq!(of("created:>9999-12-31"), [FilterTest::Created(GreaterOrEqual, at(BEYOND))]);
        assert_eq!(of("updated:<=9999-12-31"), [FilterTest::Updated(Less, at(BEYOND))]);
        let both = [FilterTest::Created(GreaterOrEqual, at(LAST)), FilterTest::Created(Less, at(BEYOND))];
        assert_eq!(of("created:9999-12-31"), both);
        assert_eq!(of("updated:>9999-12-31T23:59:59.999Z"), [FilterTest::Updated(Greater, at(BEYOND - 1))]);
        assert_eq!(of("updated:>9999-12-31T22:59:59.999-01:00"), [FilterTest::Updated(Greater, at(BEYOND - 1))]);
        let tests = of("meta.v:9999-12-31");
        let [FilterTest::Metadata { day: Some(day), .. }] = &tests[..] else { panic!() };
        assert_eq!(*day, at(LAST)..at(BEYOND));
        for (text, millis) in
            [(">9999-12-31", BEYOND - 1), (">=9999-12-31", LAST), ("9999-12-31T23:59:59Z", BEYOND - 1000)]
        {
            let tests = of(&format!("meta.v:{text}"));
            let [FilterTest::Metadata { readings, .. }] = &tests[..] else { panic!() };
            let date = bson::Bson::DateTime(at(millis).into());
            assert!(readings.contains(&date), "{text}: {readings:?}");
        }
    }

    #[test]
    fn the_last_day_begins_where_the_reader_is() {
        for (hours, zone) in [(5, TimeZone::fixed(Offset::constant(-5))), (-9, TimeZone::fixed(Offset::constant(9)))] {
            let end = StoredDate::from_millis(BEYOND + hours * 3_600_000);
            assert_eq!(read("until:9999-12-31", &zone), [FilterTest::Until(end)]);
        }
    }

    #[test]
    fn an_age_in_parts_is_refused_with_the_right_spelling() {
        for (text, right) in [("1d12h", "36h"), ("1h30m", "90m"), ("1.5h", "90m"), (".5d", "12h")] {
            let mistake = Filter::parse(&format!("since:{text}"), Timestamp::now()).unwrap_err();
            assert_eq!(mistake.hint, Some(format!("write `{right}`")), "{text}");
        }
        let day = Filter::parse("since:01.11.2026", Timestamp::now()).unwrap_err();
        assert!(day.hint.is_some_and(|hint| hint.contains("a day as")));
    }

    #[test]
    fn the_first_year_is_one_like_others() {
        let start: Timestamp = "0001-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(read("since:0001-01-01", &TimeZone::UTC), [FilterTest::Since(start.into())]);
    }

    #[test]
    fn what_no_calendar_tells_is_no_time() {
        for text in ["10000-01-01", "9999-12-32", "9999-12-31T24:00:01Z", "9999-12-31T23:59:59"] {
            let mistake = Filter::parse(&format!("until:{text}"), Timestamp::UNIX_EPOCH).unwrap_err();
            assert!(mistake.problem.contains("is not a time"), "{text}: {mistake}");
        }
    }
}
