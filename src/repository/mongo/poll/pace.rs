//! How long to wait between two looks.

use std::time::Duration;

/// The pace while things happen, and the slowest.
pub(super) const SHORTEST: Duration = Duration::from_millis(500);
pub(super) const LONGEST: Duration = Duration::from_secs(5);

/// After so many looks in a row that found nothing, the next waits are twice as long: an agent is silent for some seconds while it
/// works, and a pace that changed with each of its pauses would be restless.
const QUIET_LOOKS: u32 = 8;

/// The wait before the next look.
#[derive(Debug, Clone, Copy)]
pub(super) struct PollPace {
    wait: Duration,
    quiet: u32,
}

impl Default for PollPace {
    fn default() -> Self {
        Self { wait: SHORTEST, quiet: 0 }
    }
}

impl PollPace {
    pub(super) fn wait(self) -> Duration {
        self.wait
    }

    /// After a look that found something, or nothing.
    pub(super) fn note(&mut self, happened: bool) {
        if happened {
            *self = Self::default();
            return;
        }
        self.quiet += 1;
        if self.quiet >= QUIET_LOOKS {
            *self = Self { wait: (self.wait * 2).min(LONGEST), quiet: 0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_slows_down_in_silence_and_is_quick_again_at_once() {
        let mut pace = PollPace::default();
        let mut waits = vec![pace.wait()];
        for _ in 0..100 {
            pace.note(false);
            if waits.last() != Some(&pace.wait()) {
                waits.push(pace.wait());
            }
        }
        let waits: Vec<u128> = waits.iter().map(Duration::as_millis).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 5000]);
        pace.note(true);
        assert_eq!(pace.wait(), SHORTEST);
        for _ in 1..QUIET_LOOKS {
            pace.note(false);
        }
        assert_eq!(pace.wait(), SHORTEST);
    }
}
