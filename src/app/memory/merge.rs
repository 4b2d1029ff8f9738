//! Several programs remember in one file: each puts in what it changed, and leaves what others did.

use std::cmp::Reverse;

use super::{MOST_RECENT, MOST_TYPED, Memory, RememberedSession};

impl Memory {
    /// What is to stand in a file that holds `kept` by now, where this program last found or left `base` there.
    #[must_use]
    pub fn merged(&self, base: &Self, kept: Self) -> Self {
        Self {
            bookmarks: sessions(&self.bookmarks, &base.bookmarks, kept.bookmarks, usize::MAX),
            recent: sessions(&self.recent, &base.recent, kept.recent, MOST_RECENT),
            filters: typed(&self.filters, &base.filters, kept.filters),
            commands: typed(&self.commands, &base.commands, kept.commands),
            finds: typed(&self.finds, &base.finds, kept.finds),
            room: if self.room == base.room { kept.room } else { self.room },
        }
    }
}

/// Session by session: what was added or removed here since, and what others added or removed; the last ones first.
fn sessions(
    now: &[RememberedSession],
    base: &[RememberedSession],
    kept: Vec<RememberedSession>,
    most: usize,
) -> Vec<RememberedSession> {
    let is_in = |list: &[RememberedSession], one: &RememberedSession| list.iter().any(|other| other.is(one));
    // What nothing was done to here is there as long as nobody else took it away.
    let mut all: Vec<RememberedSession> =
        now.iter().filter(|one| !base.contains(one) || is_in(&kept, one)).cloned().collect();
    for other in kept {
        match all.iter_mut().find(|one| one.is(&other)) {
            Some(one) if one.at < other.at => *one = other,
            Some(_) => {}
            None if is_in(base, &other) => {}
            None => all.push(other),
        }
    }
    all.sort_by_key(|one| Reverse(one.at));
    all.truncate(most);
    all
}

/// What was typed here since, before what others typed.
fn typed(now: &[String], base: &[String], kept: Vec<String>) -> Vec<String> {
    // Whatever stands before a text that is new was typed after it, also one that was known.
    let new = now.iter().rposition(|text| !base.contains(text)).map_or(0, |at| at + 1);
    let (last, rest) = (base.first(), &now[new..]);
    let again = rest.iter().take_while(|text| Some(*text) != last);
    let mut all: Vec<String> = now[..new].iter().chain(again).cloned().collect();
    let others: Vec<String> = kept.into_iter().filter(|text| !all.contains(text)).collect();
    all.extend(others);
    all.truncate(MOST_TYPED);
    all
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::app::memory::PaneRoom;

    fn session(id: &str, second: i64) -> RememberedSession {
        RememberedSession {
            store: "here".to_owned(),
            location: "agents.sessions".to_owned(),
            place: "local".to_owned(),
            id: format!("{id:?}"),
            name: id.to_owned(),
            at: Timestamp::from_second(second).ok(),
        }
    }

    fn ids(list: &[RememberedSession]) -> Vec<&str> {
        list.iter().map(|session| session.name.as_str()).collect()
    }

    fn bookmarked(list: &[RememberedSession]) -> Memory {
        Memory { bookmarks: list.to_vec(), ..Memory::default() }
    }

    #[test]
    fn two_programs_take_nothing_from_each_other() {
        let [a, b, c, d] = [session("a", 1), session("b", 2), session("c", 3), session("d", 4)];
        let base = bookmarked(&[b.clone(), a.clone()]);
        // One took `a` away and kept `d`; the other took `b` away and kept `c`.
        let here = bookmarked(&[d, b]);
        let there = bookmarked(&[c, a]);
        assert_eq!(ids(&here.merged(&base, there).bookmarks), ["d", "c"]);
    }

    #[test]
    fn what_was_opened_last_comes_first_once() {
        let base = Memory { recent: vec![session("a", 1)], ..Memory::default() };
        let here = Memory { recent: vec![session("b", 5), session("a", 1)], ..Memory::default() };
        let there = Memory { recent: vec![session("a", 9), session("c", 4)], ..Memory::default() };
        assert_eq!(ids(&here.merged(&base, there).recent), ["a", "b", "c"]);
        let many: Vec<_> = (0..80).map(|at| session(&at.to_string(), at)).collect();
        let merged = Memory { recent: many, ..Memory::default() }.merged(&Memory::default(), Memory::default());
        assert_eq!((merged.recent.len(), merged.recent[0].name.as_str()), (MOST_RECENT, "79"));
    }

    #[test]
    fn what_was_typed_here_stands_before_what_others_typed() {
        let of = |texts: &[&str]| Memory {
            filters: texts.iter().map(|text| (*text).to_owned()).collect(),
            ..Memory::default()
        };
        let merged = of(&["new", "b", "a"]).merged(&of(&["a", "b"]), of(&["theirs", "a", "b"]));
        assert_eq!(merged.filters, ["new", "b", "theirs", "a"]);
        assert_eq!(of(&["a"]).merged(&of(&[]), of(&["b"])).filters, ["a", "b"]);
        let again = of(&["a", "new", "b"]).merged(&of(&["a", "b"]), of(&["theirs", "a", "b"]));
        assert_eq!(again.filters, ["a", "new", "b", "theirs"], "the last one of before was typed once more");
    }

    #[test]
    fn room_is_whose_changed_it() {
        let wide = Memory { room: PaneRoom { list_columns: Some(50), ..PaneRoom::default() }, ..Memory::default() };
        assert_eq!(wide.merged(&Memory::default(), Memory::default()).room.list_columns, Some(50));
        assert_eq!(wide.merged(&wide, Memory::default()).room.list_columns, None, "another program changed it since");
    }

    fn few() -> impl Strategy<Value = Vec<RememberedSession>> {
        prop::collection::vec((0u8..6, 0i64..9), 0..8).prop_map(|list| {
            let mut memory = Memory::default();
            for (id, at) in list {
                memory.note_recent(session(&id.to_string(), at));
            }
            memory.recent
        })
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_there_twice(now in few(), base in few(), kept in few()) {
            let [here, before, there] = [&now, &base, &kept].map(|list| bookmarked(list));
            let merged = here.merged(&before, there).bookmarks;
            for one in &merged {
                prop_assert_eq!(merged.iter().filter(|other| other.is(one)).count(), 1);
            }
            let has = |list: &[RememberedSession], one: &RememberedSession| list.iter().any(|other| other.is(one));
            for one in now.iter().chain(&kept) {
                let taken_away = has(&base, one) && !(has(&now, one) && has(&kept, one));
                prop_assert!(taken_away || has(&merged, one), "{one:?}");
            }
            // Who changed nothing leaves what is there.
            let unchanged = before.merged(&before, bookmarked(&kept)).bookmarks;
            prop_assert_eq!(unchanged.len(), kept.len());
        }
    }
}
