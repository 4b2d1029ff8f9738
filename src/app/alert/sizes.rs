//! Of which sessions the size is to be asked: a change does not tell it, and asking at each would be all that a store does.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use crate::session::SessionKey;

/// Once in that time.
const EVERY: SignedDuration = SignedDuration::from_secs(10);
/// So many sessions at once; of more, the first ones, and the others once they change again.
const MOST: usize = 500;

/// Sessions that changed since their size was asked.
#[derive(Debug, Default)]
pub(super) struct UnsizedSessions {
    changed: HashSet<SessionKey>,
    asked: Option<Timestamp>,
}

impl UnsizedSessions {
    /// That session changed.
    pub fn note(&mut self, key: &SessionKey) {
        if self.changed.len() < MOST && !self.changed.contains(key) {
            self.changed.insert(key.clone());
        }
    }

    /// It is gone.
    pub fn forget(&mut self, key: &SessionKey) {
        self.changed.remove(key);
    }

    /// How long until there is something to ask; zero or less: now.
    pub fn due_in(&self, now: Timestamp) -> Option<SignedDuration> {
        if self.changed.is_empty() {
            return None;
        }
        let passed = self.asked.map(|asked| now.duration_since(asked));
        // A clock that was set back starts anew.
        Some(passed.filter(|passed| !passed.is_negative()).map_or(SignedDuration::ZERO, |passed| EVERY - passed))
    }

    /// Those whose size is to be asked now.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<SessionKey> {
        if self.due_in(now).is_none_or(|left| left.is_positive()) {
            return Vec::new();
        }
        self.asked = Some(now);
        self.changed.drain().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    #[test]
    fn sizes_are_asked_once_in_a_while_of_what_changed() {
        let mut sizes = UnsizedSessions::default();
        assert!(sizes.due_in(at(0)).is_none() && sizes.take_due(at(0)).is_empty());
        sizes.note(&"s".into());
        sizes.note(&"s".into());
        assert_eq!(sizes.take_due(at(0)), [SessionKey::from("s")]);
        sizes.note(&"s".into());
        assert_eq!(sizes.due_in(at(3)), Some(SignedDuration::from_secs(7)));
        assert!(sizes.take_due(at(9)).is_empty());
        assert_eq!(sizes.take_due(at(10)).len(), 1);
        sizes.note(&"s".into());
        assert_eq!(sizes.take_due(at(-60)).len(), 1, "the clock was set back");
        sizes.note(&"s".into());
        sizes.forget(&"s".into());
        assert_eq!(sizes.due_in(at(100)), None);
        for n in 0..2000 {
            sizes.note(&n.to_string().as_str().into());
        }
        assert_eq!(sizes.take_due(at(100)).len(), MOST);
    }
}
