//! How long ago a session of the fleet may have changed last.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};

use crate::session::edit::date;

/// How long ago a session may have changed last, in whole seconds; an hour unless something else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FleetWindow(i64);

impl FleetWindow {
    /// 15 minutes.
    pub const QUARTER: Self = Self(15 * 60);
    /// An hour.
    pub const HOUR: Self = Self(3600);
    /// 6 hours.
    pub const SIX_HOURS: Self = Self(6 * 3600);
    /// 24 hours.
    pub const DAY: Self = Self(24 * 3600);

    /// Those that are stepped through, the shortest first.
    pub const STEPS: [Self; 7] =
        [Self::QUARTER, Self::HOUR, Self(2 * 3600), Self::SIX_HOURS, Self(12 * 3600), Self::DAY, Self(7 * 24 * 3600)];

    /// How long it is.
    #[must_use]
    pub fn length(self) -> SignedDuration {
        SignedDuration::from_secs(self.0)
    }

    /// When it begins, where it ends at `now`.
    #[must_use]
    pub fn start(self, now: Timestamp) -> Timestamp {
        now.checked_sub(self.length()).unwrap_or(Timestamp::MIN)
    }

    /// The next longer step, after the longest the shortest. `own`, which a person typed, is one of them.
    #[must_use]
    pub fn next(self, own: Option<Self>) -> Self {
        let steps = || Self::STEPS.into_iter().chain(own);
        steps().filter(|step| *step > self).min().or_else(|| steps().min()).unwrap_or_default()
    }
}

impl Default for FleetWindow {
    fn default() -> Self {
        Self::HOUR
    }
}

/// As it is typed: `90m`, `2h`, `7d`; of one day `24h`.
impl fmt::Display for FleetWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAY: i64 = 86_400;
        match self.0 {
            seconds if seconds > DAY && seconds % DAY == 0 => write!(f, "{}d", seconds / DAY),
            seconds if seconds % 3600 == 0 => write!(f, "{}h", seconds / 3600),
            seconds if seconds % 60 == 0 => write!(f, "{}m", seconds / 60),
            seconds => write!(f, "{seconds}s"),
        }
    }
}

/// A whole number with a unit; the error is a sentence without a full stop.
impl FromStr for FleetWindow {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        date::span(typed)
            .map(|length| length.as_secs())
            .filter(|seconds| *seconds > 0)
            .map(Self)
            .ok_or_else(|| "give a whole number with a unit, such as 90m, 2h or 7d".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_length_is_read_and_written_as_it_is_typed() {
        for typed in ["45s", "15m", "90m", "1h", "2h", "24h", "7d"] {
            assert_eq!(typed.parse::<FleetWindow>().map(|window| window.to_string()), Ok(typed.to_owned()));
        }
        assert_eq!("60m".parse(), Ok(FleetWindow::HOUR));
        assert_eq!("1d".parse(), Ok(FleetWindow::DAY));
        for wrong in ["", "h", "0m", "-5m", "1.5h", "soon", "5 m", "5y", "99999999999999999999w"] {
            assert!(wrong.parse::<FleetWindow>().is_err(), "{wrong}");
        }
        let longest: FleetWindow = "9999999999w".parse().unwrap();
        assert_eq!(longest.start(Timestamp::UNIX_EPOCH), Timestamp::MIN);
    }

    #[test]
    fn steps_go_round_and_what_was_typed_is_one_of_them() {
        let mut window = FleetWindow::HOUR;
        let mut seen = Vec::new();
        for _ in 0..FleetWindow::STEPS.len() {
            window = window.next(None);
            seen.push(window.to_string());
        }
        assert_eq!(seen, ["2h", "6h", "12h", "24h", "7d", "15m", "1h"]);
        let own: FleetWindow = "90m".parse().unwrap();
        assert_eq!(own.next(Some(own)).to_string(), "2h");
        assert_eq!(FleetWindow::HOUR.next(Some(own)), own);
        let long: FleetWindow = "30d".parse().unwrap();
        assert_eq!(long.next(Some(long)), FleetWindow::QUARTER);
    }
}
