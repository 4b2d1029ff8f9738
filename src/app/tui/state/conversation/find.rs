//! Places found in the conversation.

use super::{
    ConversationState, Effect, Tickets,
    moved::MovedAgents,
    open::Open,
    timeline::{Spot, Timeline},
};
use crate::{
    app::task::{Command, Ticket, command::Lane},
    session::{AgentId, Change, ChangeKind, Message, Session, plain},
};

/// A search. It begins at the message that was selected, and counts in the order of reading.
#[derive(Debug)]
pub(super) struct Find {
    pub needle: String,
    /// While it runs.
    pub ticket: Option<Ticket>,
    /// It ran to its end: neither failed nor given up.
    pub complete: bool,
    /// In the order of reading, see [`Find::arrange`].
    pub hits: Vec<Spot>,
    /// The hit that was gone to.
    pub current: Option<Spot>,
    /// Where the reader was when it began; `None`: before the first message.
    pub from: Option<Spot>,
    /// Whose messages are searched; `None`: those of all agents.
    pub agent: Option<AgentId>,
    /// Messages looked at, of the newest first.
    pub searched: u64,
    /// The message that the current hit was shown in.
    pub shown: Option<Spot>,
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
    /// It ended before all was searched.
    pub cut_short: bool,
}

impl ConversationState {
    /// Finds a text in the whole conversation of the current tab, from the selected message on; an empty one ends the search.
    pub fn find(&mut self, needle: &str, tickets: &mut Tickets) -> Vec<Effect> {
        let running = self.find.take().is_some_and(|find| find.ticket.is_some());
        let Some(open) = self.open.as_ref().filter(|_| !needle.is_empty()) else {
            self.refresh();
            return if running { vec![Effect::Ask(Command::Cancel(Lane::Find))] } else { Vec::new() };
        };
        let ticket = tickets.take();
        let (key, agent, from) = (open.session.key.clone(), open.agent().cloned(), open.spot());
        self.find = Some(Find {
            needle: needle.to_owned(),
            ticket: Some(ticket),
            complete: false,
            hits: Vec::new(),
            current: None,
            from,
            agent: agent.clone(),
            searched: 0,
            shown: None,
        });
        self.refresh();
        vec![Effect::Ask(Command::Find(ticket, key, agent, needle.to_owned()))]
    }

    /// The search that failed, once more.
    pub fn find_again(&mut self, tickets: &mut Tickets) -> Vec<Effect> {
        let needle = self.find.as_ref().map(|find| find.needle.clone());
        needle.map(|needle| self.find(&needle, tickets)).unwrap_or_default()
    }

    /// What the border says of the search.
    #[must_use]
    pub fn find_status(&self) -> Option<FindStatus> {
        self.find.as_ref().map(Find::status)
    }
}

impl Find {
    pub fn status(&self) -> FindStatus {
        FindStatus {
            needle: self.needle.clone(),
            current: self.at().map_or(0, |at| at + 1),
            hits: self.hits.len(),
            searching: self.ticket.map(|_| self.searched),
            cut_short: self.ticket.is_none() && !self.complete,
        }
    }

    fn at(&self) -> Option<usize> {
        let current = self.current?;
        self.hits.iter().position(|spot| *spot == current)
    }

    /// Puts the hits in the order in which the tab is read; those that it does not show come last, agent by agent.
    pub fn arrange(&mut self, timeline: &Timeline) {
        self.hits.sort_by_key(|spot| (timeline.place(*spot).unwrap_or(usize::MAX), *spot));
        // A message that came while it was searched may be found and told.
        self.hits.dedup();
    }

    /// The session changed: what was said in it since is found too.
    pub fn take(&mut self, change: &Change, open: &Open) {
        let Some(id) = change.agent().filter(|id| self.covers(id)) else { return };
        let Some(agent) = open.session.agents.iter().position(|agent| agent.id == *id) else { return };
        match &change.kind {
            ChangeKind::Messages(_, messages) | ChangeKind::Rewritten(_, messages) => self.look_at(agent, messages),
            ChangeKind::Agent(told) => self.look_at(agent, &told.messages),
            ChangeKind::Truncated(_, count) => self.keep(|spot| spot.agent != agent || spot.index < *count),
            ChangeKind::History(_, messages) => {
                self.keep(|spot| spot.agent != agent || spot.index < messages.len() as u64);
                self.look_at(agent, messages);
            }
            ChangeKind::MessageFields(_, index, _) => {
                if let Some(message) = open.windows[agent].fresh(*index) {
                    self.look_at(agent, [&**message]);
                }
            }
            _ => {}
        }
    }

    /// The session was read again, with the last messages of its agents: what came since the last of `counts` is found too. Of what lies
    /// between, nobody tells.
    pub fn take_again(&mut self, session: &Session, counts: &[u64]) {
        for (at, (agent, count)) in session.agents.iter().zip(counts).enumerate() {
            if !self.covers(&agent.id) {
                continue;
            }
            let first = agent.messages.first().map_or(agent.message_count, |message| message.index);
            self.complete &= first <= *count;
            self.look_at(at, agent.messages.iter().filter(|message| message.index >= *count));
        }
    }

    fn covers(&self, agent: &AgentId) -> bool {
        self.agent.as_ref().is_none_or(|wanted| wanted == agent)
    }

    /// Messages of the agent at that position are these now.
    fn look_at<'a>(&mut self, agent: usize, messages: impl IntoIterator<Item = &'a Message>) {
        let needle = self.needle.to_lowercase();
        for message in messages {
            let spot = Spot { agent, index: message.index };
            // Mostly it is one of the last.
            match (self.hits.iter().rposition(|hit| *hit == spot), plain::says(message, &needle)) {
                (None, true) => self.hits.push(spot),
                (Some(at), false) => {
                    self.hits.remove(at);
                    self.current.take_if(|current| *current == spot);
                }
                _ => {}
            }
        }
    }

    /// The session was read again and its agents stand elsewhere: hits stay with their agent, or go with it.
    pub fn follow(&mut self, moved: &MovedAgents) {
        self.hits = self.hits.iter().filter_map(|spot| moved.spot(*spot)).collect();
        self.current = self.current.and_then(|spot| moved.spot(spot)).filter(|spot| self.hits.contains(spot));
        self.from = self.from.and_then(|spot| moved.spot(spot));
        self.shown = None;
    }

    /// Messages went: hits in them go too.
    pub fn keep(&mut self, is_there: impl Fn(Spot) -> bool) {
        self.hits.retain(|spot| is_there(*spot));
        self.current = self.current.filter(|spot| is_there(*spot));
    }

    /// The hit to go to first, once it is known: the one where the reader was or the next below, else the last above. What lies
    /// below is known once the search, which begins at the newest message, has come past the reader.
    pub fn first(&self, timeline: &Timeline) -> Option<Spot> {
        let from = self.from.and_then(|spot| timeline.place(spot)).unwrap_or(0);
        let passed = match timeline {
            Timeline::One { len, .. } => len.saturating_sub(self.searched) <= from as u64,
            Timeline::Merged { .. } => false,
        };
        if self.ticket.is_some() && !passed {
            return None;
        }
        let below = self.hits.iter().find(|spot| timeline.place(**spot).is_some_and(|place| place >= from));
        let above = || self.hits.iter().rfind(|spot| timeline.place(**spot).is_some());
        below.or_else(above).or_else(|| self.hits.first()).copied()
    }

    /// The reader went elsewhere since the current hit was shown: the next one is that after the message he is at now, or before it.
    pub fn set_out(&mut self, from: Spot, down: bool, timeline: &Timeline) {
        let Some(from) = timeline.place(from) else { return };
        let place = |spot: &&Spot| timeline.place(**spot);
        let nearest = if down {
            self.hits.iter().rfind(|spot| place(spot).is_some_and(|place| place <= from))
        } else {
            self.hits.iter().find(|spot| place(spot).is_some_and(|place| place >= from))
        };
        self.current = nearest.copied();
    }

    /// Goes on by one hit, down or up; around the ends once all are known, which of a search that was cut short they never are.
    pub fn step(&mut self, down: bool) -> Option<Spot> {
        let last = self.hits.len().checked_sub(1)?;
        let done = self.complete;
        let next = match (self.at(), down) {
            (None, true) => 0,
            (None, false) => last,
            (Some(at), true) if at < last => at + 1,
            (Some(at), false) if at > 0 => at - 1,
            // The newest are known from the start; what is above the first one only at the end.
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
        self.current = self.hits.get(next).copied();
        self.current
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(index: u64) -> Spot {
        Spot { agent: 0, index }
    }

    fn find(ticket: Option<Ticket>, hits: &[Spot], from: u64, searched: u64) -> Find {
        let (needle, complete) = ("x".into(), ticket.is_none());
        Find {
            needle,
            ticket,
            complete,
            hits: hits.to_vec(),
            current: None,
            from: Some(hit(from)),
            agent: None,
            searched,
            shown: None,
        }
    }

    #[test]
    fn hits_stay_with_their_agent() {
        let hit = |agent, index| Spot { agent, index };
        let hits = vec![hit(2, 9), hit(0, 3), hit(1, 2)];
        let mut find = Find { current: Some(hit(1, 2)), ..find(None, &hits, 0, 1) };
        // The first agent is gone: the others moved up.
        find.follow(&MovedAgents::new(vec![None, Some(0), Some(1)]));
        assert_eq!((find.hits.as_slice(), find.current), (&[hit(1, 9), hit(0, 2)][..], Some(hit(0, 2))));
    }

    #[test]
    fn going_on_stops_at_the_end_while_searching_and_turns_around_after() {
        let mut find = find(Some(Ticket(1)), &[hit(3), hit(9)], 0, 1);
        assert_eq!(find.step(true), Some(hit(3)));
        assert_eq!(find.step(false), Some(hit(3)), "more may be found above");
        assert_eq!(find.step(true), Some(hit(9)));
        assert_eq!((find.status().current, find.status().hits), (2, 2));
        find.ticket = None;
        assert_eq!(find.step(true), Some(hit(9)), "it was cut short: more may be there");
        assert!(find.status().cut_short);
        find.complete = true;
        assert!(!find.status().cut_short);
        assert_eq!(find.step(true), Some(hit(3)));
        assert_eq!(find.step(false), Some(hit(9)));
    }

    #[test]
    fn it_begins_where_the_reader_is_as_soon_as_that_is_known() {
        let timeline = Timeline::One { agent: 0, len: 100 };
        let hits = [hit(10), hit(40), hit(90)];
        assert_eq!(find(Some(Ticket(1)), &hits[2..], 30, 20).first(&timeline), None, "there may be one nearer");
        assert_eq!(find(Some(Ticket(1)), &hits[1..], 30, 70).first(&timeline), Some(hit(40)));
        assert_eq!(find(None, &hits, 40, 100).first(&timeline), Some(hit(40)), "the very message");
        assert_eq!(find(Some(Ticket(1)), &hits[2..], 99, 20).first(&timeline), Some(hit(90)), "the last above");
        assert_eq!(find(None, &[], 0, 100).first(&timeline), None);
    }

    #[test]
    fn who_went_elsewhere_goes_on_from_there() {
        let timeline = Timeline::One { agent: 0, len: 100 };
        let hits = [hit(10), hit(40), hit(90)];
        let next = |from: u64, down: bool| {
            let mut found = find(None, &hits, 0, 100);
            found.current = Some(hit(10));
            found.set_out(hit(from), down, &timeline);
            found.step(down)
        };
        assert_eq!([next(50, true), next(50, false)], [Some(hit(90)), Some(hit(40))]);
        assert_eq!([next(40, true), next(40, false)], [Some(hit(90)), Some(hit(10))], "not the one that he is at");
        assert_eq!([next(5, true), next(95, false)], [Some(hit(10)), Some(hit(90))]);
        assert_eq!([next(95, true), next(5, false)], [Some(hit(10)), Some(hit(90))], "around the ends");
    }

    #[test]
    fn hits_count_in_the_order_of_reading() {
        let mut found = find(None, &[hit(9), hit(3), hit(5)], 0, 10);
        found.arrange(&Timeline::One { agent: 0, len: 10 });
        assert_eq!(found.hits, [hit(3), hit(5), hit(9)]);
        let merged = Timeline::merged(&[2, 1], &[vec![Some(1), Some(9)], vec![Some(5)]]);
        let other = Spot { agent: 1, index: 0 };
        let mut found = find(None, &[hit(1), hit(0), other], 0, 3);
        found.arrange(&merged);
        assert_eq!(found.hits, [hit(0), other, hit(1)]);
    }
}
