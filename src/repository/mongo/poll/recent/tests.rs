use std::cmp::Reverse;

use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_700_000_000_000;
const YEAR: i64 = 365 * 86_400_000;

fn at(ms: i64) -> StoredDate {
    StoredDate::from_millis(ms)
}

fn row(id: &str, updated: i64, created: i64) -> Summary {
    let mut row = Summary::new(id);
    (row.updated_at, row.created_at) = (Some(at(updated)), Some(at(created)));
    row
}

/// An old session.
fn old(id: &str, updated: i64) -> Summary {
    row(id, updated, NOW - YEAR)
}

/// What a server answers.
fn answer(stored: &[Summary], stretch: &DateStretch) -> Vec<Summary> {
    let is_asked = |row: &&Summary| {
        date(row).is_some_and(|at| stretch.from.is_none_or(|from| at >= from) && stretch.to.is_none_or(|to| at <= to))
            && !stretch.less.contains(row.key.bson())
    };
    let mut rows: Vec<Summary> = stored.iter().filter(is_asked).cloned().collect();
    rows.sort_by_key(|row| Reverse(date(row)));
    rows.truncate(AT_ONCE);
    rows
}

fn look(recent: &mut RecentSessions, stored: &[Summary], now: i64) -> Vec<RecentChange> {
    let asked = recent.stretches(at(now));
    let answers: Vec<Vec<Summary>> = asked.iter().map(|stretch| answer(stored, stretch)).collect();
    let changes = recent.changes(&answers);
    recent.note(&asked, &answers, at(now));
    changes
}

fn updated(id: &str, ms: i64) -> RecentChange {
    RecentChange::Updated(id.into(), at(ms))
}

#[test]
fn what_is_changed_or_new_is_told_once_and_oldest_first() {
    let mut recent = RecentSessions::new(at(NOW));
    let mut stored = vec![old("a", NOW - 5_000), old("b", NOW - 5_000), old("far", NOW - YEAR)];
    assert_eq!(look(&mut recent, &stored, NOW), []);
    assert_eq!(look(&mut recent, &stored, NOW), []);
    // Another of the newest date; one that was looked at never.
    stored.push(row("new", NOW - 5_000, NOW - 5_000));
    stored[2] = old("far", NOW);
    let told = look(&mut recent, &stored, NOW);
    assert_eq!(told, [RecentChange::New("new".into()), updated("far", NOW)]);
    stored[3] = row("new", NOW + 1, NOW - 5_000);
    assert_eq!(look(&mut recent, &stored, NOW), [updated("new", NOW + 1)]);
    assert_eq!(look(&mut recent, &stored, NOW), []);
    // One that went and came again is new again.
    recent.forget(&"new".into());
    assert_eq!(look(&mut recent, &stored, NOW), [RecentChange::New("new".into())]);
}

#[test]
fn an_empty_collection_gets_its_first_session() {
    let mut recent = RecentSessions::new(at(NOW));
    assert_eq!(look(&mut recent, &[], NOW), []);
    let stored = [row("first", NOW + 400, NOW + 400)];
    assert_eq!(look(&mut recent, &stored, NOW + 500), [RecentChange::New("first".into())]);
}

#[test]
fn dates_ahead_hide_nothing() {
    for ahead in [1, MOST_AHEAD, MOST_AHEAD + 1, 2 * AT_ONCE] {
        let mut recent = RecentSessions::new(at(NOW));
        let mut stored: Vec<Summary> = (0..ahead).map(|n| old(&format!("ahead {n}"), NOW + YEAR)).collect();
        stored.push(old("a", NOW - 1_000));
        // Where there are many of them, the first look is followed by another.
        assert_eq!((look(&mut recent, &stored, NOW), look(&mut recent, &stored, NOW)), (Vec::new(), Vec::new()));
        stored[ahead] = old("a", NOW + 10);
        assert_eq!(look(&mut recent, &stored, NOW + 20), [updated("a", NOW + 10)], "{ahead}");
        stored[0] = old("ahead 0", NOW + YEAR + 1);
        let told = look(&mut recent, &stored, NOW + 20);
        assert_eq!(told.len(), usize::from(ahead <= MOST_AHEAD), "{ahead}");
    }
}

#[test]
fn more_than_one_answer_holds_is_told_by_the_next_looks() {
    for one_instant in [true, false] {
        let mut recent = RecentSessions::new(at(NOW));
        let many = 3 * AT_ONCE + 7;
        let write = |n: usize| if one_instant { NOW } else { NOW + n as i64 % 900 };
        let mut stored: Vec<Summary> =
            (0..many).map(|n| old(&format!("s{n}"), NOW - YEAR + n as i64 * 1_000_000)).collect();
        assert_eq!(look(&mut recent, &stored, NOW), []);
        stored = (0..many).map(|n| old(&format!("s{n}"), write(n))).collect();
        let mut told = HashSet::new();
        for _ in 0..10 {
            for change in look(&mut recent, &stored, NOW + 1_000) {
                let RecentChange::Updated(key, _) = change else { panic!("{change:?}") };
                assert!(told.insert(key), "once");
            }
        }
        assert_eq!(told.len(), many);
        assert!(recent.unread.is_none());
    }
}

#[test]
fn a_first_look_that_is_not_the_whole_tells_nothing_of_the_rest() {
    let mut recent = RecentSessions::new(at(NOW));
    let mut stored: Vec<Summary> = (0..2 * AT_ONCE).map(|n| old(&format!("s{n}"), NOW - n as i64)).collect();
    for _ in 0..20 {
        assert_eq!(look(&mut recent, &stored, NOW), []);
    }
    stored[2 * AT_ONCE - 1].updated_at = Some(at(NOW + 1));
    assert_eq!(look(&mut recent, &stored, NOW), [updated(&format!("s{}", 2 * AT_ONCE - 1), NOW + 1)]);
}

proptest! {
    #[test]
    fn whatever_clocks_say_within_bounds_each_session_is_told_as_it_is_at_last(
        writes in prop::collection::vec((0usize..8, -9_000i64..100_000, 0i64..5_000, any::<bool>()), 0..60),
    ) {
        let mut recent = RecentSessions::new(at(NOW));
        let mut stored: Vec<Summary> = (0..4).map(|n| old(&format!("s{n}"), NOW - YEAR)).collect();
        look(&mut recent, &stored, NOW);
        let mut shown: HashMap<SessionKey, i64> = stored.iter().map(|row| (row.key.clone(), NOW - YEAR)).collect();
        let mut now = NOW;
        let mut take = |changes: Vec<RecentChange>, stored: &[Summary]| for change in changes {
            match change {
                RecentChange::Updated(key, at) => { shown.insert(key, at.millis()); }
                RecentChange::New(key) => {
                    let row = stored.iter().find(|row| row.key == key).expect("it is there");
                    assert!(shown.insert(key, date(row).expect("a date")).is_none(), "new once");
                }
            }
        };
        for (number, skew, passed, looks) in writes {
            now += passed;
            let key: SessionKey = format!("s{number}").as_str().into();
            match stored.iter_mut().find(|row| row.key == key) {
                Some(row) => row.updated_at = Some(at(now + skew)),
                None => stored.push(row(&format!("s{number}"), now + skew, now + skew)),
            }
            if looks {
                take(look(&mut recent, &stored, now), &stored);
            }
        }
        for _ in 0..=WIDE_EACH {
            take(look(&mut recent, &stored, now), &stored);
        }
        for row in &stored {
            let at = date(row).expect("a date");
            // A look goes back that far.
            if at >= now - SKEW_MS {
                prop_assert_eq!(shown.get(&row.key), Some(&at));
            }
        }
    }
}
