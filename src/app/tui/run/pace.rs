//! When the next frame is drawn: a key's at once, what is told soon, and nothing where nothing happened.

use std::time::Duration;

use tokio::time::Instant;

/// The shortest time between two frames that no key asked for: 60 a second.
const FRAME: Duration = Duration::from_micros(16_667);

/// How long what is told may be taken in before keys and frames have their turn.
pub(super) const TURN: Duration = Duration::from_millis(5);

/// Which frame is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum OwedFrame {
    /// None.
    #[default]
    Nothing,
    /// One, together with what happens until its time has come.
    Soon,
    /// One, now.
    Now,
}

/// Spaces the frames.
#[derive(Debug, Default)]
pub(super) struct FramePace {
    owed: OwedFrame,
    last: Option<Instant>,
}

impl FramePace {
    /// Something was told, or a time has come.
    pub fn soon(&mut self) {
        self.owed = self.owed.max(OwedFrame::Soon);
    }

    /// Somebody waits for it: a key, another size.
    pub fn now(&mut self) {
        self.owed = OwedFrame::Now;
    }

    /// Whether somebody waits for a frame.
    pub fn is_urgent(&self) -> bool {
        self.owed == OwedFrame::Now
    }

    /// How long until the frame that is owed; `None`: none is.
    pub fn wait(&self, now: Instant) -> Option<Duration> {
        match (self.owed, self.last) {
            (OwedFrame::Nothing, _) => None,
            (OwedFrame::Soon, Some(last)) => Some((last + FRAME).saturating_duration_since(now)),
            (OwedFrame::Soon, None) | (OwedFrame::Now, _) => Some(Duration::ZERO),
        }
    }

    /// It was drawn.
    pub fn drawn(&mut self, now: Instant) {
        (self.owed, self.last) = (OwedFrame::Nothing, Some(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_waits_for_its_frame_and_a_key_does_not() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut pace = FramePace::default();
        assert_eq!(pace.wait(at(0)), None, "nothing happened");
        pace.soon();
        assert_eq!(pace.wait(at(0)), Some(Duration::ZERO), "the first");
        pace.drawn(at(0));
        assert_eq!(pace.wait(at(1)), None);
        pace.soon();
        pace.soon();
        assert_eq!(pace.wait(at(10)), FRAME.checked_sub(Duration::from_millis(10)));
        assert_eq!(pace.wait(at(17)), Some(Duration::ZERO), "the last frame is not lost");
        pace.now();
        pace.soon();
        assert!(pace.is_urgent());
        assert_eq!(pace.wait(at(1)), Some(Duration::ZERO));
        pace.drawn(at(1));
        assert!(!pace.is_urgent());
        assert_eq!(pace.wait(at(500)), None);
    }

    #[test]
    fn of_a_second_of_news_sixty_frames_are_drawn() {
        let start = Instant::now();
        let (mut pace, mut frames) = (FramePace::default(), 0);
        for ms in 0..1000 {
            let now = start + Duration::from_millis(ms);
            pace.soon();
            if pace.wait(now) == Some(Duration::ZERO) {
                pace.drawn(now);
                frames += 1;
            }
        }
        assert!((50..=60).contains(&frames), "{frames}");
    }
}
