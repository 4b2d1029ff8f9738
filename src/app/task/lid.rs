//! A machine that slept: its clock is further on than the time this program lived through.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// How often the clock is looked at.
pub(super) const LOOKS: Duration = Duration::from_secs(5);

/// A jump of more than that between two looks is no delay of this program's own.
const JUMP: SignedDuration = SignedDuration::from_secs(15);

/// Notices that the machine slept, or that this program was stopped.
#[derive(Debug, Default)]
pub(super) struct SleepWatch {
    seen: Option<Timestamp>,
}

impl SleepWatch {
    /// Looks at the clock. Whether time passed that nobody lived through: what was connected then may not be any more.
    pub fn slept(&mut self, now: Timestamp) -> bool {
        let before = self.seen.replace(now);
        before.is_some_and(|before| now.duration_since(before) > JUMP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_of_the_clock_is_told_once_and_no_delay_is() {
        let mut watch = SleepWatch::default();
        let mut slept = |second: i64| watch.slept(Timestamp::from_second(1_000_000 + second).unwrap());
        assert_eq!([0, 5, 12, 27].map(&mut slept), [false; 4]);
        assert!(slept(27 + 3600));
        assert!(!slept(27 + 3605));
        assert!(!slept(10), "a clock that is put back is no sleep");
    }
}
