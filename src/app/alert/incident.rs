//! When a rule tells of a session: once an incident, and at most once a minute.

use jiff::{SignedDuration, Timestamp};

/// A rule tells no more than once in that time of one session.
const LEAST: SignedDuration = SignedDuration::from_secs(60);
/// A filter is asked of a session that changes all the time once in that time.
const ASKED: SignedDuration = SignedDuration::from_secs(10);

/// One rule at one session.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Incident {
    /// It was told, and goes on.
    is_on: bool,
    told: Option<Timestamp>,
    asked: Option<Timestamp>,
    /// The session changed since its filter was asked.
    is_unasked: bool,
}

impl Incident {
    /// Of something that lasts: whether to tell that it began. Over, it can begin again.
    pub fn lasts(&mut self, holds: bool, now: Timestamp) -> bool {
        if !holds {
            self.is_on = false;
            return false;
        }
        let begins = !self.is_on && self.tell(now);
        self.is_on |= begins;
        begins
    }

    /// Of something that happens in a moment: whether to tell it.
    pub fn happens(&mut self, now: Timestamp) -> bool {
        self.tell(now)
    }

    /// The session changed: whether its filter may be asked again. If not, it is asked later: see [`Self::asks_in`].
    pub fn may_ask(&mut self, now: Timestamp) -> bool {
        let may = !is_within(self.asked, now, ASKED);
        if may {
            self.asked = Some(now);
        }
        self.is_unasked = !may;
        may
    }

    /// How long until the filter may be asked, where the session changed since it was; zero or less: now.
    pub fn asks_in(&self, now: Timestamp) -> Option<SignedDuration> {
        let asked = self.asked.filter(|_| self.is_unasked)?;
        let passed = now.duration_since(asked);
        // A clock that was set back starts anew.
        Some(if passed.is_negative() { SignedDuration::ZERO } else { ASKED - passed })
    }

    fn tell(&mut self, now: Timestamp) -> bool {
        let tells = !is_within(self.told, now, LEAST);
        if tells {
            self.told = Some(now);
        }
        tells
    }
}

fn is_within(then: Option<Timestamp>, now: Timestamp, time: SignedDuration) -> bool {
    // A clock that was set back starts anew.
    then.is_some_and(|then| now.duration_since(then).abs() < time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn what_lasts_is_told_once_until_it_is_over() {
        let mut incident = Incident::default();
        assert!(!incident.lasts(false, at(0)));
        assert!(incident.lasts(true, at(1)));
        assert!(!incident.lasts(true, at(1)) && !incident.lasts(true, at(500)));
        assert!(!incident.lasts(false, at(501)));
        assert!(incident.lasts(true, at(502)), "it began again");
        assert!(!incident.lasts(false, at(503)));
        assert!(!incident.lasts(true, at(504)), "within the minute");
        assert!(incident.lasts(true, at(562)), "it still holds after it");
    }

    #[test]
    fn what_happens_is_told_once_a_minute() {
        let mut incident = Incident::default();
        assert!(incident.happens(at(0)) && !incident.happens(at(0)) && !incident.happens(at(59)));
        assert!(incident.happens(at(60)));
        assert!(incident.happens(at(-100)), "the clock was set back");
    }

    #[test]
    fn a_filter_is_not_asked_at_every_change() {
        let mut incident = Incident::default();
        assert!(incident.may_ask(at(0)) && incident.asks_in(at(1)).is_none());
        assert!(!incident.may_ask(at(9)));
        assert_eq!(incident.asks_in(at(9)), Some(SignedDuration::from_secs(1)), "the last change is not forgotten");
        assert_eq!(incident.asks_in(at(-5)), Some(SignedDuration::ZERO), "the clock was set back");
        assert!(incident.may_ask(at(10)) && incident.asks_in(at(10)).is_none());
    }
}
