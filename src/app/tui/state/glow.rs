//! What changed by itself stands out for a moment.

use std::{collections::HashMap, hash::Hash, time::Duration};

use jiff::{SignedDuration, Timestamp};

/// How long.
const GLOW: SignedDuration = SignedDuration::from_secs(1);

/// Most that stands out at once: more than any screen shows.
const MOST: usize = 1000;

/// Things that changed just now, by their keys.
#[derive(Debug, Clone)]
pub struct Glow<K> {
    until: HashMap<K, Timestamp>,
}

impl<K> Default for Glow<K> {
    fn default() -> Self {
        Self { until: HashMap::new() }
    }
}

impl<K: Eq + Hash> Glow<K> {
    /// It changed just now.
    pub fn light(&mut self, key: K, now: Timestamp) {
        if self.until.len() >= MOST {
            self.until.retain(|_, until| is_lit(*until, now));
        }
        if self.until.len() < MOST
            && let Ok(until) = now.checked_add(GLOW)
        {
            self.until.insert(key, until);
        }
    }

    /// Whether it changed a moment ago.
    #[must_use]
    pub fn is_lit(&self, key: &K, now: Timestamp) -> bool {
        self.until.get(key).is_some_and(|until| is_lit(*until, now))
    }

    /// Whether nothing was lit since it was cleared, so that no key has to be looked up.
    #[must_use]
    pub fn is_dark(&self) -> bool {
        self.until.is_empty()
    }

    /// All that stands out.
    pub fn lit(&self, now: Timestamp) -> impl Iterator<Item = &K> {
        self.until.iter().filter(move |(_, until)| is_lit(**until, now)).map(|(key, _)| key)
    }

    /// How long until the first of what stands out does not any more; `None`: nothing does.
    #[must_use]
    pub fn next_end(&self, now: Timestamp) -> Option<Duration> {
        let left = self.until.values().filter(|until| is_lit(**until, now));
        left.map(|until| until.duration_since(now).unsigned_abs()).min()
    }

    /// Nothing stands out any more.
    pub fn clear(&mut self) {
        self.until.clear();
    }
}

/// A clock that was put back leaves nothing lit for longer.
fn is_lit(until: Timestamp, now: Timestamp) -> bool {
    now < until && until.duration_since(now) <= GLOW
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_000_000 + ms).unwrap()
    }

    #[test]
    fn it_ends_after_a_second_and_is_waited_for_once() {
        let mut glow = Glow::default();
        assert_eq!(glow.next_end(at(0)), None);
        glow.light("a", at(0));
        glow.light("b", at(400));
        assert!(glow.is_lit(&"a", at(999)) && !glow.is_lit(&"a", at(1000)) && !glow.is_lit(&"c", at(0)));
        assert_eq!(glow.next_end(at(500)), Some(Duration::from_millis(500)));
        assert_eq!(glow.next_end(at(1000)), Some(Duration::from_millis(400)));
        assert_eq!(glow.next_end(at(1400)), None, "nothing is waited for any more");
        assert_eq!(glow.lit(at(1200)).collect::<Vec<_>>(), [&"b"]);
        glow.clear();
        assert!(glow.is_dark());
    }

    #[test]
    fn a_clock_that_is_put_back_and_many_keys_do_no_harm() {
        let mut glow = Glow::default();
        glow.light(0, at(60_000));
        assert!(!glow.is_lit(&0, at(0)));
        assert_eq!(glow.next_end(at(0)), None);
        for key in 0..5000 {
            glow.light(key, at(0));
        }
        assert!(glow.until.len() <= MOST);
        glow.light(6000, at(2000));
        assert!(glow.is_lit(&6000, at(2000)), "what is over makes room");
    }
}
