//! How far what is taken in lags behind what is told.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// How often it is noted how much waits.
const NOTES: Duration = Duration::from_millis(250);

/// Notes that are kept: of longer than a full channel takes.
const MOST: usize = 256;

/// What was waiting when. Events are counted, as their channel tells only how many there are.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    /// Events taken in so far.
    taken: u64,
    /// When how many had come.
    notes: VecDeque<(Instant, u64)>,
}

impl Backlog {
    /// One event was taken in.
    pub fn take(&mut self) {
        self.taken += 1;
    }

    /// So many events wait. For how long the oldest of them has, as far as that was noted.
    pub fn note(&mut self, waiting: usize, now: Instant) -> Option<Duration> {
        self.notes.retain(|(_, came)| *came > self.taken);
        if waiting == 0 {
            self.notes.clear();
            return None;
        }
        let last = self.notes.back().map(|(at, _)| *at);
        if self.notes.len() < MOST && last.is_none_or(|at| now.saturating_duration_since(at) >= NOTES) {
            self.notes.push_back((now, self.taken + waiting as u64));
        }
        self.notes.front().map(|(at, _)| now.saturating_duration_since(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_that_waits_tells_how_far_behind_it_is() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut backlog = Backlog::default();
        assert_eq!(backlog.note(0, at(0)), None);
        assert_eq!(backlog.note(10, at(0)), Some(Duration::ZERO));
        // One is taken a second, one comes a second: the ten that waited at first are gone after ten seconds.
        for second in 1..=9 {
            backlog.take();
            assert_eq!(backlog.note(10, at(second * 1000)), Some(Duration::from_secs(second)));
        }
        backlog.take();
        assert_eq!(backlog.note(10, at(10_000)), Some(Duration::from_secs(9)), "those of the first second wait still");
        backlog.take();
        assert_eq!(backlog.note(0, at(10_100)), None, "caught up");
        assert_eq!(backlog.note(3, at(10_200)), Some(Duration::ZERO));
    }

    #[test]
    fn what_is_noted_is_bounded() {
        let start = Instant::now();
        let mut backlog = Backlog::default();
        for second in 0..10_000 {
            backlog.note(5, start + Duration::from_secs(second));
        }
        assert!(backlog.notes.len() <= MOST);
    }
}
