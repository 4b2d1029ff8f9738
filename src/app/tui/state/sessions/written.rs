//! How often sessions were written to in the last minute.

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;

use crate::session::SessionKey;

/// A minute is counted in parts of so many seconds: what is shown of it changes no more often.
const PART_S: i64 = 5;
const PARTS: usize = 12;

/// Sessions that are counted at most; beyond that those that rest are forgotten first.
const MOST: usize = 5000;

/// Writes that were told, of the sessions written to lately.
#[derive(Debug, Default)]
pub(super) struct WriteTimes {
    of: HashMap<SessionKey, LastMinute>,
}

/// One session's.
#[derive(Debug, Clone, Copy, Default)]
struct LastMinute {
    /// The part of time that was counted last.
    part: i64,
    /// Writes in it and in those before it, each at its number modulo how many there are.
    counts: [u32; PARTS],
}

fn part_of(now: Timestamp) -> i64 {
    now.as_second().div_euclid(PART_S)
}

fn slot(part: i64) -> usize {
    part.rem_euclid(PARTS as i64) as usize
}

impl LastMinute {
    fn count(&mut self, now: Timestamp) {
        // By a clock that was put back it counts to the last part.
        let part = part_of(now).max(self.part);
        let passed = (part - self.part).min(PARTS as i64);
        for gone in 0..passed {
            self.counts[slot(part - gone)] = 0;
        }
        self.part = part;
        let count = &mut self.counts[slot(part)];
        *count = count.saturating_add(1);
    }

    /// The parts of the last minute in which something was written, the oldest first, with how many parts are left of each.
    fn parts(&self, now: Timestamp) -> impl Iterator<Item = (i64, u32)> {
        let age = part_of(now).saturating_sub(self.part).max(0);
        let counts = self.counts;
        let part = self.part;
        (0..PARTS as i64)
            .rev()
            .map(move |back| (PARTS as i64 - age - back, counts[slot(part - back)]))
            .filter(|(left, count)| *left > 0 && *count > 0)
    }

    fn total(&self, now: Timestamp) -> u64 {
        self.parts(now).map(|(_, count)| u64::from(count)).sum()
    }
}

impl WriteTimes {
    /// A change of a session was told.
    pub fn count(&mut self, key: &SessionKey, now: Timestamp) {
        if let Some(minute) = self.of.get_mut(key) {
            return minute.count(now);
        }
        if self.of.len() >= MOST {
            self.of.retain(|_, minute| minute.total(now) > 0);
        }
        if self.of.len() < MOST {
            let mut minute = LastMinute::default();
            minute.count(now);
            self.of.insert(key.clone(), minute);
        }
    }

    /// How many writes there were in the last minute.
    pub fn in_last_minute(&self, key: &SessionKey, now: Timestamp) -> u64 {
        self.of.get(key).map_or(0, |minute| minute.total(now))
    }

    /// How long until that is another number.
    pub fn next_change(&self, key: &SessionKey, now: Timestamp) -> Option<Duration> {
        let (left, _) = self.of.get(key)?.parts(now).next()?;
        let ends = (part_of(now) + left).saturating_mul(PART_S);
        u64::try_from(ends - now.as_second()).ok().map(|seconds| Duration::from_secs(seconds.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    #[test]
    fn writes_of_the_last_minute_are_counted_and_no_others() {
        let (mut times, key) = (WriteTimes::default(), SessionKey::from("a"));
        assert_eq!((times.in_last_minute(&key, at(0)), times.next_change(&key, at(0))), (0, None));
        for second in 0..30 {
            times.count(&key, at(second));
        }
        assert_eq!(times.in_last_minute(&key, at(30)), 30);
        assert_eq!(times.next_change(&key, at(30)), Some(Duration::from_secs(30)));
        assert_eq!(times.in_last_minute(&key, at(60)), 25, "those of the first five seconds are gone");
        assert_eq!(times.in_last_minute(&key, at(84)), 5);
        assert_eq!(times.next_change(&key, at(84)), Some(Duration::from_secs(1)));
        assert_eq!((times.in_last_minute(&key, at(90)), times.next_change(&key, at(90))), (0, None));
        times.count(&key, at(1000));
        assert_eq!(times.in_last_minute(&key, at(1000)), 1);
        times.count(&key, at(10));
        assert_eq!(times.in_last_minute(&key, at(1000)), 2, "a clock was put back");
    }

    #[test]
    fn the_change_that_is_waited_for_comes() {
        let (mut times, key) = (WriteTimes::default(), SessionKey::from("a"));
        for second in [3, 4, 11, 26] {
            times.count(&key, at(second));
        }
        let mut now = 26;
        let mut seen = vec![times.in_last_minute(&key, at(now))];
        while let Some(wait) = times.next_change(&key, at(now)) {
            now += wait.as_secs() as i64;
            let count = times.in_last_minute(&key, at(now));
            assert_ne!(Some(&count), seen.last());
            seen.push(count);
        }
        assert_eq!(seen, [4, 2, 1, 0]);
    }

    #[test]
    fn sessions_that_rest_make_room() {
        let mut times = WriteTimes::default();
        for id in 0..MOST + 10 {
            times.count(&SessionKey::from(id.to_string().as_str()), at(0));
        }
        assert_eq!(times.of.len(), MOST);
        times.count(&"new".into(), at(120));
        assert_eq!((times.of.len(), times.in_last_minute(&"new".into(), at(120))), (1, 1));
    }
}
