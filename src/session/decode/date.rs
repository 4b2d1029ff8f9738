//! Dates: BSON dates, and what else stands where one should.

use bson::{Bson, DateTime, Document};
use jiff::{Timestamp, civil, tz::TimeZone};

use super::{
    notes::{Notes, Path},
    value,
};
use crate::session::{StoredDate, UnclearDate, number::EXACT};

/// From here on, and below its negative, a number that stands for a date counts milliseconds, else seconds. As seconds it
/// lies in the year 5138, as milliseconds in 1973.
const MILLISECONDS: f64 = 1e11;

/// A point in time: a BSON date; also an ISO 8601 text (UTC where it names no offset), a number of seconds or milliseconds
/// since 1970, and BSON's internal timestamp. What is finer than a millisecond is left out.
#[must_use]
pub fn stored_date(value: &Bson) -> Option<StoredDate> {
    let ms = match value {
        Bson::DateTime(date) => date.timestamp_millis(),
        Bson::String(text) => return iso_date(text),
        Bson::Timestamp(stamp) => i64::from(stamp.time) * 1000,
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => return counted(value),
        _ => return None,
    };
    Some(StoredDate::from_millis(ms))
}

/// A number that stands for a date.
fn counted(value: &Bson) -> Option<StoredDate> {
    if let Bson::Int64(ms) = value
        && !is_seconds(value)
    {
        return Some(StoredDate::from_millis(*ms));
    }
    let number = float(value)?;
    let ms = if is_seconds(value) { number * 1000.0 } else { number };
    (ms.abs() < EXACT).then(|| StoredDate::from_millis(ms.round() as i64))
}

fn is_seconds(value: &Bson) -> bool {
    float(value).is_some_and(|number| number.abs() < MILLISECONDS)
}

fn float(value: &Bson) -> Option<f64> {
    match value {
        Bson::Int32(n) => Some(f64::from(*n)),
        Bson::Int64(n) => Some(*n as f64),
        Bson::Double(n) => Some(*n),
        Bson::Decimal128(n) => n.to_string().parse().ok(),
        _ => None,
    }
}

/// An ISO 8601 text; one without an offset is in UTC, one without a time is that day's midnight.
fn iso_date(text: &str) -> Option<StoredDate> {
    let text = text.trim();
    let civil = || text.parse::<civil::DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let known = text.parse::<Timestamp>().ok().or_else(civil).map(StoredDate::from);
    // The last hours of the year 9999, such as Python's `datetime.max`, are past what a timestamp knows.
    let last = |text: &str| DateTime::parse_rfc3339_str(text).ok().map(StoredDate::from);
    known.or_else(|| last(text)).or_else(|| last(&format!("{text}Z")))
}

/// An ISO 8601 text that names a day and a time.
pub(crate) fn clear_text(text: &str) -> Option<StoredDate> {
    let is_day = |day: &str| day.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+'));
    let has_time = text.trim().split_once(['T', 't', ' ']).is_some_and(|(day, _)| is_day(day));
    iso_date(text).filter(|_| has_time)
}

/// Which of `created_at` and `updated_at` is no clear date: see [`UnclearDate`]. Absence and null are neither.
pub(super) fn unclear(document: &Document) -> Vec<UnclearDate> {
    let one = |field: &'static str| document.get(field).and_then(|value| unclear_one(field, value));
    ["updated_at", "created_at"].into_iter().filter_map(one).collect()
}

fn unclear_one(field: &'static str, value: &Bson) -> Option<UnclearDate> {
    let is_clear = match value {
        Bson::DateTime(_) | Bson::Null => true,
        Bson::String(text) => clear_text(text).is_some(),
        _ => false,
    };
    (!is_clear).then(|| UnclearDate { field, found: Notes::default().found(&Path::At(field), value) })
}

/// A date field; one of another type is read where it can be, and noted.
pub(super) fn date(fields: &Document, key: &str, path: &Path, notes: &mut Notes) -> Option<StoredDate> {
    let value = fields.get(key)?;
    if matches!(value, Bson::Null) { None } else { date_value(value, &path.key(key), notes) }
}

/// A date; one of another type is read where it can be, and noted.
pub(super) fn date_value(value: &Bson, path: &Path, notes: &mut Notes) -> Option<StoredDate> {
    let found = stored_date(value);
    match (value, found) {
        (Bson::DateTime(_), Some(at)) if !at.has_usual_year() => {
            notes.odd(
                path,
                "This date lies outside the years 0 to 9999; it is shown in milliseconds since 1970.",
                value,
            );
        }
        (Bson::DateTime(_), _) => {}
        (_, Some(at)) => {
            let problem =
                format!("Expected a date, found {}; it is read as {}{at}.", notes.found(path, value), unit(value));
            notes.push(path, problem, Some(value.clone()));
        }
        (_, None) => notes.mistyped(path, "a date", value),
    }
    found
}

/// What a number that stands for a date counts.
fn unit(value: &Bson) -> &'static str {
    match value {
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) if is_seconds(value) => {
            "seconds since 1970, "
        }
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => "milliseconds since 1970, ",
        _ => "",
    }
}

/// A date that Strands itself writes as an ISO string.
pub(super) fn strands_date(fields: &Document, key: &str, path: &Path, notes: &mut Notes) -> Option<StoredDate> {
    match fields.get(key)? {
        value @ Bson::String(_) => value::field(fields, key, path, notes, "a date", |_| stored_date(value)),
        _ => date(fields, key, path, notes),
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    fn ms(value: impl Into<Bson>) -> Option<i64> {
        stored_date(&value.into()).map(StoredDate::millis)
    }

    #[test]
    fn small_numbers_are_seconds_and_large_ones_milliseconds() {
        assert_eq!(ms(1_795_443_080), Some(1_795_443_080_000));
        assert_eq!(ms(1_795_443_080_i64), Some(1_795_443_080_000));
        assert_eq!(ms(1_795_443_080.5), Some(1_795_443_080_500));
        assert_eq!(ms(1_795_443_080_500_i64), Some(1_795_443_080_500));
        assert_eq!(ms(1_795_443_080_500.0), Some(1_795_443_080_500));
        assert_eq!(ms(-5), Some(-5000));
        assert_eq!(ms(99_999_999_999_i64), Some(99_999_999_999_000));
        assert_eq!(ms(100_000_000_000_i64), Some(100_000_000_000));
        assert_eq!((ms(i64::MAX), ms(i64::MIN)), (Some(i64::MAX), Some(i64::MIN)));
        assert_eq!((ms(f64::NAN), ms(f64::INFINITY), ms(1e300)), (None, None, None));
    }

    #[test]
    fn dates_beyond_the_year_9999_are_what_is_stored() {
        for far in [253_402_300_800_000, i64::MAX, i64::MIN] {
            assert_eq!(ms(DateTime::from_millis(far)), Some(far));
        }
        for text in ["9999-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999+00:00", "9999-12-31T23:59:59.999Z"] {
            assert_eq!(ms(text), Some(253_402_300_799_999), "{text}");
        }
    }

    #[test]
    fn a_number_is_a_finding_that_says_how_it_is_read() {
        let problem = |value: Bson| {
            let mut notes = Notes::default();
            date_value(&value, &Path::At("updated_at"), &mut notes);
            notes.into_findings().pop().map(|finding| finding.problem)
        };
        assert_eq!(
            problem(Bson::Double(1_795_443_080.5)).unwrap(),
            "Expected a date, found a double (1795443080.5); it is read as seconds since 1970, 2026-11-23T14:11:20.5Z."
        );
        assert!(problem(Bson::Int64(1_795_443_080_500)).unwrap().contains("as milliseconds since 1970, 2026-11-23"));
        assert!(problem(DateTime::from_millis(i64::MAX).into()).unwrap().contains("9223372036854775807"));
        assert_eq!(problem(DateTime::from_millis(0).into()), None);
    }

    #[test]
    fn clear_are_dates_and_texts_with_a_time() {
        let found = |value: Bson| -> Vec<String> {
            unclear(&doc! { "updated_at": value }).into_iter().map(|one| one.found).collect()
        };
        for clear in [
            Bson::DateTime(DateTime::from_millis(i64::MAX)),
            Bson::Null,
            "2024-01-15T09:00:00+00:00".into(),
            "2024-01-15 09:00:00".into(),
        ] {
            assert_eq!(found(clear.clone()), Vec::<String>::new(), "{clear}");
        }
        for (value, told) in [
            (Bson::from("2024-01-15"), "a string (\"2024-01-15\")"),
            ("2024-01-15[Europe/Trieste]".into(), "a string (\"2024-01-15[Europe/Trieste]\")"),
            ("soon".into(), "a string (\"soon\")"),
            (Bson::Int64(1_705_309_200_000), "an int64 (1705309200000)"),
            (Bson::Int32(1_705_309_200), "an int32 (1705309200)"),
            (Bson::Double(1_705_309_200.0), "a double (1705309200.0)"),
            (Bson::Array(vec![DateTime::from_millis(0).into()]), "an array ([{\"$date\":\"1970-01-01T00:00:00Z\"}])"),
        ] {
            assert_eq!(found(value), [told]);
        }
        assert!(unclear(&doc! {}).is_empty());
    }
}
