//! Figures that keep up with a session while it is written to.

use super::{AgentMetrics, AgentOutline, Outline, SessionMetrics, compute::total, tally::Tally};
use crate::session::{AgentId, Counters, Message};

/// The figures of a session that is written to: after every change what [`session_metrics`](crate::session_metrics) would read
/// from its [`Outline`], at the cost of the messages that changed and those after them, however many there are before.
///
/// ```
/// use strandscope::{LiveMetrics, Outline, bson::doc, decode};
///
/// let said = |role: &str, index: u64| {
///     let message = doc! { "message": { "role": role, "content": [{ "text": "…" }] } };
///     decode::message(message.into(), index, "")
/// };
/// let mut live = LiveMetrics::from(Outline::default());
/// assert!(live.push(&"support".into(), &said("user", 0)));
/// assert!(live.push(&"support".into(), &said("assistant", 1)));
/// let (_, support) = &live.metrics().agents[0];
/// assert_eq!((support.turns, support.calls), (1, 1));
/// ```
#[derive(Debug, Clone, Default)]
pub struct LiveMetrics {
    outline: Outline,
    /// By place of the agent in the outline and in the figures.
    tallies: Vec<Tally>,
    metrics: SessionMetrics,
}

impl From<Outline> for LiveMetrics {
    fn from(outline: Outline) -> Self {
        let mut live = Self { outline, ..Self::default() };
        for at in 0..live.outline.agents.len() {
            live.read(at, 0);
        }
        live.add_up();
        live
    }
}

impl LiveMetrics {
    /// The figures.
    #[must_use]
    pub fn metrics(&self) -> &SessionMetrics {
        &self.metrics
    }

    /// The messages behind them, without text.
    #[must_use]
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// How often a message was looked at so far, over all agents: what the figures cost.
    #[must_use]
    pub fn looked_at(&self) -> u64 {
        self.tallies.iter().map(Tally::looked_at).sum()
    }

    /// As [`Outline::push`].
    pub fn push(&mut self, agent: &AgentId, message: &Message) -> bool {
        let new = self.outline.push(agent, message);
        self.changed(new, agent, message.index)
    }

    /// As [`Outline::replace`].
    pub fn replace(&mut self, agent: &AgentId, message: &Message) -> bool {
        let found = self.outline.replace(agent, message);
        self.changed(found, agent, message.index)
    }

    /// A message stands at its index now, also one that follows the last. `false`: those before it are missing.
    pub fn put(&mut self, agent: &AgentId, message: &Message) -> bool {
        if self.replace(agent, message) {
            return true;
        }
        let known = self.outline.agent(agent).map_or(0, |at| self.outline.agents[at].samples.len() as u64);
        known == message.index && self.push(agent, message)
    }

    /// As [`Outline::tick`].
    pub fn tick(&mut self, agent: &AgentId, index: u64, counters: Option<Counters>) -> bool {
        let found = self.outline.tick(agent, index, counters);
        self.changed(found, agent, index)
    }

    /// As [`Outline::truncate`].
    pub fn truncate(&mut self, agent: &AgentId, len: u64) -> bool {
        let shorter = self.outline.truncate(agent, len);
        self.changed(shorter, agent, len)
    }

    /// An agent's history is that now, whole; one that was not there comes last.
    pub fn set_agent(&mut self, agent: AgentOutline) {
        let at = if let Some(at) = self.outline.agent(&agent.id) {
            self.outline.agents[at] = agent;
            at
        } else {
            self.outline.agents.push(agent);
            self.outline.agents.len() - 1
        };
        self.read(at, 0);
        self.add_up();
    }

    /// An agent is gone. `false`: it was not there.
    pub fn remove_agent(&mut self, agent: &AgentId) -> bool {
        let Some(at) = self.outline.agent(agent) else { return false };
        self.outline.agents.remove(at);
        self.tallies.remove(at);
        self.metrics.agents.remove(at);
        self.add_up();
        true
    }

    /// Reads what a change from that index on changes.
    fn changed(&mut self, changed: bool, agent: &AgentId, index: u64) -> bool {
        if let Some(at) = self.outline.agent(agent)
            && changed
        {
            let from = self.outline.agents[at].before(index);
            self.read(at, from);
            self.add_up();
        }
        changed
    }

    /// Reads the messages of one agent from a position on.
    fn read(&mut self, at: usize, from: usize) {
        let agent = &self.outline.agents[at];
        if self.tallies.len() <= at {
            self.tallies.push(Tally::default());
            self.metrics.agents.push((agent.id.clone(), AgentMetrics::default()));
        }
        self.tallies[at].update(&mut self.metrics.agents[at].1, &agent.samples, from);
    }

    fn add_up(&mut self) {
        self.metrics.total = total(&self.metrics.agents);
    }
}
