//! How often a terminal rings and notifies: a hundred sessions that go wrong at once are one noise.

use jiff::{SignedDuration, Timestamp};

use super::AlertRule;

/// Once in that time.
const EVERY: SignedDuration = SignedDuration::from_secs(1);

/// When it did so last.
#[derive(Debug, Default)]
pub struct RingPace {
    rang: Option<Timestamp>,
    notified: Option<Timestamp>,
}

impl RingPace {
    /// Whether to ring, and whether to notify, for an alert of that rule at `now`.
    pub fn take(&mut self, rule: &AlertRule, now: Timestamp) -> (bool, bool) {
        (rule.bell && is_due(&mut self.rang, now), rule.notify && is_due(&mut self.notified, now))
    }
}

fn is_due(last: &mut Option<Timestamp>, now: Timestamp) -> bool {
    // A clock that was set back starts anew.
    let is_due = last.is_none_or(|last| now.duration_since(last).abs() >= EVERY);
    if is_due {
        *last = Some(now);
    }
    is_due
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::alert::AlertWhen;

    #[test]
    fn many_alerts_at_once_are_one_noise() {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let when = AlertWhen::Guardrail;
        let loud = AlertRule { name: "r".into(), when, filter: None, bell: true, notify: true, webhook: None };
        let silent = AlertRule { bell: false, notify: false, ..loud.clone() };
        let mut pace = RingPace::default();
        assert_eq!(pace.take(&silent, at(0)), (false, false));
        assert_eq!(pace.take(&loud, at(0)), (true, true));
        assert_eq!(pace.take(&loud, at(999)), (false, false));
        let ringing = AlertRule { notify: false, ..loud.clone() };
        assert_eq!(pace.take(&ringing, at(1000)), (true, false));
        assert_eq!(pace.take(&loud, at(1500)), (false, true));
    }
}
