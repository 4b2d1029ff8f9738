//! The calls of the open session, figure by figure, as plots ask for them.
//!
//! It is made when the figures change: one pass over the calls of the agent that changed. A frame then asks for the highest of some
//! calls, which costs the logarithm of their number, so that it does not grow with the session.

use std::ops::Range;

use super::timeline::{Dates, Spot, Timeline};
use crate::{
    metrics::{AgentMetrics, CallMetrics, SessionMetrics},
    session::{AgentId, StoredDate},
};

/// A figure of every call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallFigure {
    /// Size of the context, tokens.
    Context,
    /// Input tokens.
    Input,
    /// Output tokens.
    Output,
    /// Tokens read from the provider's cache.
    Cached,
    /// Latency in ms.
    Latency,
    /// Output tokens a second, in tenths.
    OutputRate,
}

impl CallFigure {
    /// Every one, in the order of the plots.
    pub const ALL: [Self; 6] =
        [Self::Context, Self::Input, Self::Output, Self::Cached, Self::Latency, Self::OutputRate];

    /// Of a call; `None` where nothing tells it.
    #[must_use]
    pub fn of(self, call: &CallMetrics) -> Option<u64> {
        match self {
            Self::Context => call.context_tokens,
            Self::Input => call.usage.input,
            Self::Output => call.usage.output,
            Self::Cached => call.usage.cache_read,
            Self::Latency => call.latency_ms,
            Self::OutputRate => {
                let (output, ms) = call.usage.output.zip(call.latency_ms.filter(|ms| *ms > 0))?;
                Some(output.saturating_mul(10_000) / ms)
            }
        }
    }
}

/// Calls in the order of time: one agent's, or all agents' merged as the timeline merges their messages.
#[derive(Debug)]
pub struct CallSeries {
    /// A spot's index is the call's position among its agent's calls.
    order: Timeline,
    /// In the order of [`CallFigure::ALL`].
    figures: [Highest; 6],
}

impl CallSeries {
    fn new(order: Timeline, agents: &[(AgentId, AgentMetrics)]) -> Self {
        let figures = CallFigure::ALL.map(|figure| {
            let value = |spot: Spot| figure.of(agents.get(spot.agent)?.1.per_call.get(spot.index as usize)?);
            Highest::new((0..order.len()).map(|place| order.at(place).and_then(value)))
        });
        Self { order, figures }
    }

    /// How many calls.
    #[must_use]
    pub fn count(&self) -> usize {
        self.order.len()
    }

    /// A call's agent, by position, and its position among the calls of that agent.
    #[must_use]
    pub fn spot(&self, place: usize) -> Option<(usize, usize)> {
        self.order.at(place).map(|spot| (spot.agent, spot.index as usize))
    }

    /// Where a call stands.
    #[must_use]
    pub fn place(&self, agent: usize, call: usize) -> Option<usize> {
        self.order.place(Spot { agent, index: call as u64 })
    }

    /// A figure of a call.
    #[must_use]
    pub fn value(&self, figure: CallFigure, place: usize) -> Option<u64> {
        self.highest(figure, place..place.saturating_add(1))
    }

    /// The highest value of some calls; `None` where nothing tells any of them.
    #[must_use]
    pub fn highest(&self, figure: CallFigure, places: Range<usize>) -> Option<u64> {
        self.figures[figure as usize].of(places)
    }

    /// The newest of the calls with the highest value; where nothing tells any, the newest.
    #[must_use]
    pub fn highest_at(&self, figure: CallFigure, places: Range<usize>) -> usize {
        places.clone().max_by_key(|place| self.value(figure, *place)).unwrap_or(places.start)
    }

    /// Whether anything tells that figure of any call.
    #[must_use]
    pub fn knows(&self, figure: CallFigure) -> bool {
        self.highest(figure, 0..self.count()).is_some()
    }
}

/// The calls of every agent, and of all of them.
#[derive(Debug, Default)]
pub struct CallHistory {
    agents: Vec<CallSeries>,
    /// Only where there are several agents.
    merged: Option<CallSeries>,
    /// Agents whose figures changed since.
    stale: Vec<AgentId>,
}

impl CallHistory {
    /// Of all agents, in the order of the figures.
    #[must_use]
    pub fn of(metrics: &SessionMetrics) -> Self {
        let agents = (0..metrics.agents.len()).map(|agent| one(metrics, agent)).collect();
        Self { agents, merged: merged(metrics), stale: Vec::new() }
    }

    /// An agent's figures changed: [`Self::catch_up`] takes that over.
    pub fn mark_stale(&mut self, id: &AgentId) {
        if !self.stale.contains(id) {
            self.stale.push(id.clone());
        }
    }

    /// Takes over what changed: once for many changes, since it passes over all calls of the agents that changed.
    pub fn catch_up(&mut self, metrics: &SessionMetrics) {
        let stale = std::mem::take(&mut self.stale);
        if stale.is_empty() {
            return;
        }
        for id in &stale {
            let Some(agent) = metrics.agents.iter().position(|(known, _)| known == id) else { continue };
            let series = one(metrics, agent);
            match self.agents.get_mut(agent) {
                Some(known) => *known = series,
                None => return *self = Self::of(metrics),
            }
        }
        self.merged = merged(metrics);
    }

    /// Of the agent at a position of the figures; `None`: of all agents.
    #[must_use]
    pub fn series(&self, agent: Option<usize>) -> Option<&CallSeries> {
        match agent {
            Some(agent) => self.agents.get(agent),
            None => self.merged.as_ref().or(self.agents.first()),
        }
    }
}

fn one(metrics: &SessionMetrics, agent: usize) -> CallSeries {
    let len = metrics.agents.get(agent).map_or(0, |(_, figures)| figures.per_call.len() as u64);
    CallSeries::new(Timeline::One { agent, len }, &metrics.agents)
}

fn merged(metrics: &SessionMetrics) -> Option<CallSeries> {
    if metrics.agents.len() < 2 {
        return None;
    }
    let calls = || metrics.agents.iter().map(|(_, figures)| &figures.per_call);
    let counts: Vec<u64> = calls().map(|calls| calls.len() as u64).collect();
    let dates: Vec<Dates> =
        calls().map(|calls| calls.iter().map(|call| call.at.map(StoredDate::millis)).collect()).collect();
    Some(CallSeries::new(Timeline::merged(&counts, &dates), &metrics.agents))
}

/// The highest of any stretch of values, as a tree: leaf `i` stands at `count + i`, and every node holds the higher of its two. A value
/// is held as one more than it is, and 0 is unknown.
#[derive(Debug)]
struct Highest {
    nodes: Vec<u64>,
}

impl Highest {
    fn new(values: impl ExactSizeIterator<Item = Option<u64>>) -> Self {
        let count = values.len();
        let mut nodes = vec![0; count];
        nodes.extend(values.map(|value| value.map_or(0, |value| value.saturating_add(1))));
        for at in (1..count).rev() {
            nodes[at] = nodes[2 * at].max(nodes[2 * at + 1]);
        }
        Self { nodes }
    }

    fn of(&self, range: Range<usize>) -> Option<u64> {
        let count = self.nodes.len() / 2;
        let (mut from, mut to) = (range.start.min(count) + count, range.end.min(count) + count);
        let mut highest = 0;
        while from < to {
            if from % 2 == 1 {
                highest = highest.max(self.nodes[from]);
                from += 1;
            }
            if to % 2 == 1 {
                to -= 1;
                highest = highest.max(self.nodes[to]);
            }
            (from, to) = (from / 2, to / 2);
        }
        highest.checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn agent(id: &str, dates: &[i64]) -> (AgentId, AgentMetrics) {
        let call = |(index, second): (usize, &i64)| CallMetrics {
            index: index as u64 * 2 + 1,
            at: Some(StoredDate::from_millis(second * 1000)),
            latency_ms: Some(*second as u64),
            ..CallMetrics::default()
        };
        (id.into(), AgentMetrics { per_call: dates.iter().enumerate().map(call).collect(), ..AgentMetrics::default() })
    }

    #[test]
    fn all_agents_calls_are_merged_by_time() {
        let metrics =
            SessionMetrics { agents: vec![agent("a", &[10, 30]), agent("b", &[20])], ..SessionMetrics::default() };
        let history = CallHistory::of(&metrics);
        let all = history.series(None).unwrap();
        assert_eq!((0..all.count()).filter_map(|at| all.spot(at)).collect::<Vec<_>>(), [(0, 0), (1, 0), (0, 1)]);
        assert_eq!(all.place(0, 1), Some(2));
        assert_eq!(all.value(CallFigure::Latency, 1), Some(20));
        assert_eq!(history.series(Some(0)).map(CallSeries::count), Some(2));
        assert!(!all.knows(CallFigure::Context));
        assert!(history.series(Some(2)).is_none());
    }

    #[test]
    fn an_agent_that_changed_is_read_again() {
        let mut metrics = SessionMetrics { agents: vec![agent("a", &[10])], ..SessionMetrics::default() };
        let mut history = CallHistory::of(&metrics);
        metrics.agents[0] = agent("a", &[10, 40]);
        history.mark_stale(&"a".into());
        history.catch_up(&metrics);
        assert_eq!(history.series(None).and_then(|all| all.highest(CallFigure::Latency, 0..9)), Some(40));
        metrics.agents.push(agent("b", &[50]));
        history.mark_stale(&"b".into());
        history.catch_up(&metrics);
        assert_eq!(history.series(None).map(CallSeries::count), Some(3));
    }

    #[test]
    fn a_rate_needs_time_and_tokens() {
        let mut call = CallMetrics { latency_ms: Some(0), ..CallMetrics::default() };
        call.usage.output = Some(50);
        assert_eq!(CallFigure::OutputRate.of(&call), None);
        call.latency_ms = Some(400);
        assert_eq!(CallFigure::OutputRate.of(&call), Some(1250));
    }

    proptest! {
        #[test]
        fn the_highest_is_that_of_the_stretch(
            values in prop::collection::vec(prop::option::of(0u64..50), 0..200), from in 0usize..220, len in 0usize..220,
        ) {
            let tree = Highest::new(values.iter().copied());
            let range = from..from + len;
            let known = values.iter().enumerate().filter(|(at, _)| range.contains(at)).filter_map(|(_, value)| *value);
            prop_assert_eq!(tree.of(range.clone()), known.max());
        }
    }
}
