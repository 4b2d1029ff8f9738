//! In which order messages are shown: one agent's own order, or all agents' merged by time.

/// A message: its agent (by position in the session) and its stored index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Spot {
    pub agent: usize,
    pub index: u64,
}

/// Dates of an agent's messages in ms since 1970, by index; `None` where there is none or it is not known yet.
pub(super) type Dates = Vec<Option<i64>>;

/// The order of a tab.
#[derive(Debug)]
pub(super) enum Timeline {
    /// One agent's messages.
    One { agent: usize, len: u64 },
    /// Every agent's.
    Merged {
        spots: Vec<(u32, u32)>,
        /// By agent and index: the place in `spots`.
        places: Vec<Vec<u32>>,
        /// By agent: the latest date of its messages.
        latest: Vec<Option<i64>>,
    },
}

impl Timeline {
    /// Merged by date; ties by agent, then index. Every agent keeps its own order: a message without a date stands
    /// after its predecessor, and so does one whose clock ran behind.
    pub fn merged(counts: &[u64], dates: &[Dates]) -> Self {
        let mut keyed = Vec::with_capacity(counts.iter().sum::<u64>() as usize);
        let mut all_latest = Vec::with_capacity(counts.len());
        for (agent, count) in counts.iter().enumerate() {
            let mut latest = None;
            for index in 0..*count {
                let date = dates.get(agent).and_then(|dates| dates.get(index as usize)).copied().flatten();
                latest = latest.max(date);
                keyed.push((latest, agent as u32, index as u32));
            }
            all_latest.push(latest);
        }
        keyed.sort_unstable();
        let mut places: Vec<Vec<u32>> = counts.iter().map(|count| vec![0; *count as usize]).collect();
        for (place, (_, agent, index)) in keyed.iter().enumerate() {
            places[*agent as usize][*index as usize] = place as u32;
        }
        let spots = keyed.into_iter().map(|(_, agent, index)| (agent, index)).collect();
        Self::Merged { spots, places, latest: all_latest }
    }

    /// An agent has so many messages now, more at its end. `false`: they do not come last of all, and nothing is changed.
    pub fn grow(&mut self, agent: usize, count: u64, dates: &Dates) -> bool {
        let (spots, places, latest) = match self {
            Self::One { agent: one, len } => {
                if *one == agent {
                    *len = count;
                }
                return true;
            }
            Self::Merged { spots, places, latest } => (spots, places, latest),
        };
        let (Some(places), Some(before)) = (places.get_mut(agent), latest.get(agent).copied()) else { return false };
        let (known, count) = (places.len(), count as usize);
        let date = |index: usize| dates.get(index).copied().flatten();
        let last = spots.last().map(|(agent, index)| (latest[*agent as usize], *agent, *index));
        // The first of them has the earliest date of them in this order.
        let first = (before.max(date(known)), agent as u32, known as u32);
        if count < known || last.is_some_and(|last| count > known && first < last) {
            return false;
        }
        for index in known..count {
            latest[agent] = latest[agent].max(date(index));
            places.push(spots.len() as u32);
            spots.push((agent as u32, index as u32));
        }
        true
    }

    pub fn len(&self) -> usize {
        match self {
            Self::One { len, .. } => *len as usize,
            Self::Merged { spots, .. } => spots.len(),
        }
    }

    pub fn at(&self, place: usize) -> Option<Spot> {
        match self {
            Self::One { agent, len } => ((place as u64) < *len).then_some(Spot { agent: *agent, index: place as u64 }),
            Self::Merged { spots, .. } => {
                spots.get(place).map(|(agent, index)| Spot { agent: *agent as usize, index: u64::from(*index) })
            }
        }
    }

    pub fn place(&self, spot: Spot) -> Option<usize> {
        match self {
            Self::One { agent, len } => (*agent == spot.agent && spot.index < *len).then_some(spot.index as usize),
            Self::Merged { places, .. } => {
                places.get(spot.agent)?.get(usize::try_from(spot.index).ok()?).map(|place| *place as usize)
            }
        }
    }

    pub fn shows(&self, agent: usize) -> bool {
        matches!(self, Self::Merged { .. }) || matches!(self, Self::One { agent: one, .. } if *one == agent)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(dates: &[Dates]) -> Vec<(usize, u64)> {
        let counts: Vec<u64> = dates.iter().map(|dates| dates.len() as u64).collect();
        let timeline = Timeline::merged(&counts, dates);
        (0..timeline.len()).filter_map(|place| timeline.at(place)).map(|spot| (spot.agent, spot.index)).collect()
    }

    #[test]
    fn ties_go_by_agent_then_index() {
        assert_eq!(order(&[vec![Some(5), Some(5)], vec![Some(5), Some(1)]]), [(0, 0), (0, 1), (1, 0), (1, 1)]);
        assert_eq!(order(&[vec![Some(1), Some(3)], vec![Some(2)]]), [(0, 0), (1, 0), (0, 1)]);
    }

    #[test]
    fn a_message_without_a_date_follows_its_predecessor() {
        assert_eq!(order(&[vec![Some(2), None], vec![Some(1), Some(3)]]), [(1, 0), (0, 0), (0, 1), (1, 1)]);
        assert_eq!(order(&[vec![Some(2)], vec![None, Some(3)]]), [(1, 0), (0, 0), (1, 1)]);
    }

    proptest! {
        #[test]
        fn every_message_stands_once_and_in_its_agents_order(
            dates in prop::collection::vec(prop::collection::vec(prop::option::of(0i64..20), 0..20), 0..4)
        ) {
            let counts: Vec<u64> = dates.iter().map(|dates| dates.len() as u64).collect();
            let timeline = Timeline::merged(&counts, &dates);
            let mut grown = Timeline::merged(&vec![0; counts.len()], &dates);
            let mut short: Vec<u64> = vec![0; counts.len()];
            for (agent, len) in counts.iter().enumerate() {
                for count in 1..=*len {
                    short[agent] = count;
                    if !grown.grow(agent, count, &dates[agent]) {
                        grown = Timeline::merged(&short, &dates);
                    }
                }
            }
            let places = |timeline: &Timeline| (0..timeline.len()).map(|place| timeline.at(place)).collect::<Vec<_>>();
            prop_assert_eq!(places(&grown), places(&timeline));
            prop_assert_eq!(timeline.len() as u64, counts.iter().sum::<u64>());
            let mut next = vec![0; counts.len()];
            for place in 0..timeline.len() {
                let spot = timeline.at(place).unwrap();
                prop_assert_eq!(spot.index, next[spot.agent]);
                prop_assert_eq!(timeline.place(spot), Some(place));
                next[spot.agent] += 1;
            }
        }
    }
}
