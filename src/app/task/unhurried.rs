//! Changes that are told no finer come no faster than somebody reads: each of them makes the screen read its session again, or what is
//! counted of it.

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;

use crate::session::{Change, ChangeDate, ChangeKind, SessionKey};

/// The shortest time between two of one session.
const PAUSE: Duration = Duration::from_secs(1);

/// Sessions that are remembered before those are forgotten whose pause is over.
const MANY: usize = 1000;

/// Holds back what comes too soon, and gives the last of each session once its time has come. One that was only touched is told
/// apart: it keeps no other change waiting.
#[derive(Debug, Default)]
pub(super) struct Unhurried {
    unclear: HeldBack,
    touched: HeldBack,
}

/// Changes of one kind.
#[derive(Debug, Default)]
struct HeldBack {
    told: HashMap<SessionKey, Instant>,
    held: HashMap<SessionKey, Change>,
}

impl Unhurried {
    /// What of the changes goes out now.
    pub(super) fn admit(&mut self, changes: Vec<Change>, now: Instant) -> Vec<Change> {
        let one = |change: Change| {
            self.keep_up(&change);
            self.take(change, now)
        };
        changes.into_iter().filter_map(one).collect()
    }

    /// What is held comes out after changes that followed it: with the date that was told last.
    fn keep_up(&mut self, later: &Change) {
        if matches!(later.dated, ChangeDate::Stored(_)) {
            let held = [&mut self.unclear, &mut self.touched].map(|of_kind| of_kind.held.get_mut(&later.session));
            for held in held.into_iter().flatten() {
                held.dated = later.dated;
            }
        }
    }

    fn take(&mut self, change: Change, now: Instant) -> Option<Change> {
        match change.kind {
            ChangeKind::Unclear(_) => self.unclear.take(change, now),
            ChangeKind::Touched(_) => self.touched.take(change, now),
            ChangeKind::Created(_) | ChangeKind::Deleted => {
                self.unclear.held.remove(&change.session);
                self.touched.held.remove(&change.session);
                Some(change)
            }
            _ => Some(change),
        }
    }

    /// When the next of what is held goes out.
    pub(super) fn next(&self) -> Option<Instant> {
        self.unclear.next().into_iter().chain(self.touched.next()).min()
    }

    /// What is held no longer.
    pub(super) fn due(&mut self, now: Instant) -> Vec<Change> {
        let mut due = self.unclear.due(now);
        due.extend(self.touched.due(now));
        due
    }
}

impl HeldBack {
    fn take(&mut self, change: Change, now: Instant) -> Option<Change> {
        if self.told.get(&change.session).is_some_and(|told| now < *told + PAUSE) {
            self.held.insert(change.session.clone(), change);
            return None;
        }
        self.note(&change.session, now);
        Some(change)
    }

    fn note(&mut self, session: &SessionKey, now: Instant) {
        if self.told.len() >= MANY {
            self.told.retain(|_, told| now < *told + PAUSE);
        }
        self.told.insert(session.clone(), now);
    }

    fn next(&self) -> Option<Instant> {
        self.held.keys().filter_map(|session| self.told.get(session)).min().map(|told| *told + PAUSE)
    }

    fn due(&mut self, now: Instant) -> Vec<Change> {
        let told = &self.told;
        let is_due = |session: &SessionKey| told.get(session).is_none_or(|told| now >= *told + PAUSE);
        let due: Vec<Change> = self.held.extract_if(|session, _| is_due(session)).map(|(_, change)| change).collect();
        for change in &due {
            self.note(&change.session, now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::StoredDate;

    #[test]
    fn the_first_and_the_last_of_many_are_told_and_none_is_lost() {
        let mut unhurried = Unhurried::default();
        let start = Instant::now();
        let unclear = |id: &str| Change::unclear(id.into(), None);
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(unhurried.admit(vec![unclear("a"), unclear("b"), unclear("a")], at(0)).len(), 2);
        assert_eq!(unhurried.admit(vec![unclear("a"), Change::deleted("b".into())], at(500)).len(), 1);
        assert_eq!(unhurried.next(), Some(at(1000)));
        assert!(unhurried.due(at(999)).is_empty());
        assert_eq!(unhurried.due(at(1000)).len(), 1);
        assert_eq!((unhurried.next(), unhurried.admit(vec![unclear("a")], at(1500)).len()), (None, 0));
        assert_eq!(unhurried.due(at(2000)).len(), 1);
        assert_eq!(unhurried.admit(vec![unclear("a")], at(3000)).len(), 1);
    }

    #[test]
    fn what_is_held_is_told_with_the_date_that_was_told_last() {
        let mut unhurried = Unhurried::default();
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let unclear = |ms: i64| {
            let stored = ChangeDate::Stored(Some(StoredDate::from_millis(ms)));
            Change::unclear("a".into(), None).dated(stored)
        };
        assert_eq!(unhurried.admit(vec![unclear(1), unclear(2)], at(0)).len(), 1);
        let later = Change::field("a".into(), "k", None).dated(unclear(3).dated);
        assert_eq!(unhurried.admit(vec![later], at(500)).len(), 1);
        let due = unhurried.due(at(1000));
        assert_eq!(due.iter().map(|change| change.dated).collect::<Vec<_>>(), [unclear(3).dated]);
    }

    #[test]
    fn one_that_is_touched_again_and_again_is_told_so_once_a_second_and_keeps_nothing_else_waiting() {
        let mut unhurried = Unhurried::default();
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let touched = |ms: i64| Change::touched("a".into(), StoredDate::from_millis(ms));
        assert_eq!(unhurried.admit((0..10).map(touched).collect(), at(0)).len(), 1);
        assert_eq!(unhurried.admit(vec![Change::unclear("a".into(), None)], at(500)).len(), 1);
        assert_eq!((unhurried.next(), unhurried.due(at(999)).len()), (Some(at(1000)), 0));
        let due = unhurried.due(at(1000));
        assert!(matches!(due[..], [Change { kind: ChangeKind::Touched(last), .. }] if last.millis() == 9), "{due:?}");
        assert_eq!(unhurried.next(), None);
    }
}
