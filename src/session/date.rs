//! Dates as they are stored.

use std::{fmt, ops::RangeInclusive};

use bson::DateTime;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The milliseconds that RFC 3339 can write: the years 0 to 9999.
const RFC_3339: RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// The clock of another machine may be so many milliseconds ahead of this one's.
const CLOCK_SKEW: i64 = 120_000;

/// A point in time as it is stored: milliseconds since 1970 in UTC, as a BSON date holds them.
///
/// A BSON date reaches far beyond the years that a [`Timestamp`] knows. Dates are ordered and compared by what is stored,
/// so that one after the year 9999 is later than all others. It is written in RFC 3339 where that has words for it, else as
/// its milliseconds.
///
/// ```
/// use strandscope::{StoredDate, Timestamp};
///
/// let far = StoredDate::from_millis(253_402_300_800_000);
/// assert!(far > StoredDate::from(Timestamp::now()));
/// assert_eq!((far.timestamp(), far.to_string()), (None, "253402300800000 ms".to_owned()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "DateTime", into = "DateTime")]
pub struct StoredDate(i64);

impl StoredDate {
    /// So many milliseconds after 1970, or before it.
    #[must_use]
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970, negative before.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The same as a [`Timestamp`]; `None` outside the years it knows, which end on 9999-12-30.
    #[must_use]
    pub fn timestamp(self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.0).ok()
    }

    /// In RFC 3339; `None` outside the years 0 to 9999.
    #[must_use]
    pub fn rfc3339(self) -> Option<String> {
        // Beyond them the conversion would give the nearest date it knows.
        self.has_usual_year().then(|| DateTime::from(self).try_to_rfc3339_string().ok()).flatten()
    }

    /// Whether it lies further ahead than clocks differ.
    pub(crate) fn is_future(self, now: Timestamp) -> bool {
        self.0.saturating_sub(now.as_millisecond()) > CLOCK_SKEW
    }

    /// Whether it lies before another date by more than clocks differ.
    pub(crate) fn is_well_before(self, other: Self) -> bool {
        other.0.saturating_sub(self.0) > CLOCK_SKEW
    }

    /// Whether it lies in the years 0 to 9999.
    pub(crate) fn has_usual_year(self) -> bool {
        RFC_3339.contains(&self.0)
    }
}

impl fmt::Display for StoredDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rfc3339() {
            Some(text) => f.pad(&text),
            None => f.pad(&format!("{} ms", self.0)),
        }
    }
}

/// Less what is finer than a millisecond.
impl From<Timestamp> for StoredDate {
    fn from(at: Timestamp) -> Self {
        Self(at.as_millisecond())
    }
}

impl From<DateTime> for StoredDate {
    fn from(at: DateTime) -> Self {
        Self(at.timestamp_millis())
    }
}

impl From<StoredDate> for DateTime {
    fn from(at: StoredDate) -> Self {
        Self::from_millis(at.0)
    }
}

/// A date of a session that is no clear one, so that no age is taken from it: see [`Session::unclear_dates`].
///
/// Clear are a BSON date, and an ISO 8601 text with date and time. Numbers (which may be seconds or milliseconds), days
/// without a time and whatever else stands there are not.
///
/// [`Session::unclear_dates`]: super::Session::unclear_dates
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnclearDate {
    /// Its field: `created_at` or `updated_at`.
    pub field: &'static str,
    /// What stands there, in words: `an int64 (1795443080)`. Stored text: make it safe before it reaches a terminal.
    pub found: String,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_rfc_3339_has_no_words_for_is_written_as_stored() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_795_443_080_500, "2026-11-23T14:11:20.5Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "253402300800000 ms"),
            (i64::MAX, "9223372036854775807 ms"),
            (-62_167_219_200_000, "0000-01-01T00:00:00Z"),
            (-62_167_219_200_001, "-62167219200001 ms"),
            (i64::MIN, "-9223372036854775808 ms"),
        ] {
            assert_eq!(StoredDate::from_millis(ms).to_string(), text);
        }
    }

    #[test]
    fn a_date_is_stored_as_a_bson_date() {
        let far = StoredDate::from_millis(i64::MAX);
        let stored = bson::serialize_to_bson(&far).unwrap();
        assert_eq!(stored, bson::Bson::DateTime(DateTime::from_millis(i64::MAX)));
        assert_eq!(bson::deserialize_from_bson::<StoredDate>(stored).unwrap(), far);
    }

    proptest! {
        #[test]
        fn dates_are_ordered_as_what_is_stored(a in any::<i64>(), b in any::<i64>()) {
            prop_assert_eq!(StoredDate::from_millis(a).cmp(&StoredDate::from_millis(b)), a.cmp(&b));
        }

        #[test]
        fn what_a_timestamp_can_hold_is_written_as_it_writes_it(ms in 0i64..253_402_200_000_000) {
            let at = Timestamp::from_millisecond(ms).unwrap();
            prop_assert_eq!(StoredDate::from(at).to_string(), at.to_string());
            prop_assert_eq!(StoredDate::from(at).timestamp(), Some(at));
        }
    }
}
