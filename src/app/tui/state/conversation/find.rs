//! Places found in the conversation.

use super::{moved::MovedAgents, timeline::Spot};
use crate::app::task::Ticket;

/// A search.
#[derive(Debug)]
pub(super) struct Find {
    pub needle: String,
    /// While it runs.
    pub ticket: Option<Ticket>,
    /// Newest first.
    pub hits: Vec<Spot>,
    /// The hit that was gone to.
    pub current: Option<usize>,
    /// Messages looked at.
    pub searched: u64,
}

/// What the border says of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindStatus {
    /// What is looked for (stored nowhere, but typed: still to be made safe).
    pub needle: String,
    /// Number of the current hit, from 1; 0 before the first.
    pub current: usize,
    /// Hits found so far.
    pub hits: usize,
    /// Messages looked at, while the search still runs.
    pub searching: Option<u64>,
}

impl Find {
    pub fn status(&self) -> FindStatus {
        FindStatus {
            needle: self.needle.clone(),
            current: self.current.map_or(0, |current| current + 1),
            hits: self.hits.len(),
            searching: self.ticket.map(|_| self.searched),
        }
    }

    /// The session was read again and its agents stand elsewhere: hits stay with their agent, or go with it.
    pub fn follow(&mut self, moved: &MovedAgents) {
        let at = self.current.and_then(|at| self.hits.get(at).copied()).and_then(|spot| moved.spot(spot));
        self.hits = self.hits.iter().filter_map(|spot| moved.spot(*spot)).collect();
        self.current = at.and_then(|at| self.hits.iter().position(|spot| *spot == at));
    }

    /// Goes on by one hit, around the ends once all are known.
    pub fn step(&mut self, forward: bool) -> Option<Spot> {
        let last = self.hits.len().checked_sub(1)?;
        let done = self.ticket.is_none();
        let next = match (self.current, forward) {
            (None, _) => 0,
            (Some(at), true) if at < last => at + 1,
            (Some(at), false) if at > 0 => at - 1,
            // At an end: around once all are known.
            (Some(at), true) => {
                if done {
                    0
                } else {
                    at
                }
            }
            (Some(at), false) => {
                if done {
                    last
                } else {
                    at
                }
            }
        };
        self.current = Some(next);
        self.hits.get(next).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_stay_with_their_agent() {
        let hit = |agent, index| Spot { agent, index };
        let hits = vec![hit(2, 9), hit(0, 3), hit(1, 2)];
        let mut find = Find { needle: "x".into(), ticket: None, hits, current: Some(2), searched: 1 };
        // The first agent is gone: the others moved up.
        find.follow(&MovedAgents::new(vec![None, Some(0), Some(1)]));
        assert_eq!((find.hits.as_slice(), find.current), (&[hit(1, 9), hit(0, 2)][..], Some(1)));
    }

    #[test]
    fn going_on_stops_at_the_end_while_searching_and_turns_around_after() {
        let hit = |index| Spot { agent: 0, index };
        let mut find = Find {
            needle: "x".into(),
            ticket: Some(Ticket(1)),
            hits: vec![hit(9), hit(3)],
            current: None,
            searched: 1,
        };
        assert_eq!(find.step(true), Some(hit(9)));
        assert_eq!(find.step(true), Some(hit(3)));
        assert_eq!(find.step(true), Some(hit(3)));
        find.ticket = None;
        assert_eq!(find.step(true), Some(hit(9)));
        assert_eq!(find.step(false), Some(hit(3)));
    }
}
