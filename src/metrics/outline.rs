//! Every message of a session without its text, and how it keeps up with changes of the session.

use super::MessageSample;
use crate::session::{AgentId, Counters, Message, Session};

/// Every message of one agent, as samples in stored order.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AgentOutline {
    /// The agent.
    pub id: AgentId,
    /// Its messages.
    pub samples: Vec<MessageSample>,
}

/// Every message of a session, without text: what [`session_metrics`](crate::session_metrics) reads.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Outline {
    /// The agents in stored order.
    pub agents: Vec<AgentOutline>,
}

impl AgentOutline {
    /// An agent's messages.
    #[must_use]
    pub fn new(id: impl Into<AgentId>, samples: Vec<MessageSample>) -> Self {
        Self { id: id.into(), samples }
    }

    /// Where the message with that index stands among the samples.
    pub(super) fn position(&self, index: u64) -> Option<usize> {
        self.samples.binary_search_by_key(&index, |sample| sample.index).ok()
    }

    /// Of all messages of its history.
    #[must_use]
    pub fn of(id: AgentId, messages: &[Message]) -> Self {
        Self { id, samples: messages.iter().map(MessageSample::from).collect() }
    }

    /// How many messages come before that index.
    pub(super) fn before(&self, index: u64) -> usize {
        self.samples.partition_point(|sample| sample.index < index)
    }
}

impl FromIterator<AgentOutline> for Outline {
    fn from_iter<I: IntoIterator<Item = AgentOutline>>(agents: I) -> Self {
        Self { agents: agents.into_iter().collect() }
    }
}

impl Outline {
    /// One more message at the end of an agent's history; an agent that was not there comes last. `false`: it is there already.
    pub fn push(&mut self, agent: &AgentId, message: &Message) -> bool {
        let at = self.agent(agent).unwrap_or_else(|| {
            self.agents.push(AgentOutline { id: agent.clone(), samples: Vec::new() });
            self.agents.len() - 1
        });
        let samples = &mut self.agents[at].samples;
        let new = samples.last().is_none_or(|last| last.index < message.index);
        if new {
            samples.push(MessageSample::from(message));
        }
        new
    }

    /// The message at [`Message::index`] of an agent's history is that one now: it was written anew, or redacted. `false`: none
    /// stands there.
    pub fn replace(&mut self, agent: &AgentId, message: &Message) -> bool {
        let sample = self.sample_mut(agent, message.index);
        sample.map(|sample| *sample = MessageSample::from(message)).is_some()
    }

    /// The message at that index holds these counters now (`event_loop_metrics`; `None`: none any more). `false`: none stands
    /// there.
    pub fn tick(&mut self, agent: &AgentId, index: u64, counters: Option<Counters>) -> bool {
        let sample = self.sample_mut(agent, index);
        sample.map(|sample| sample.counters = counters.map(Box::new)).is_some()
    }

    /// An agent's history ends before that index now. `false`: it did already, or there is no such agent.
    pub fn truncate(&mut self, agent: &AgentId, len: u64) -> bool {
        let Some(at) = self.agent(agent) else { return false };
        let found = &mut self.agents[at];
        let (before, kept) = (found.samples.len(), found.before(len));
        found.samples.truncate(kept);
        kept < before
    }

    /// The counters on the message at that index of an agent's history, where any stand there.
    #[must_use]
    pub fn counters(&self, agent: &AgentId, index: u64) -> Option<&Counters> {
        let found = &self.agents[self.agent(agent)?];
        found.samples[found.position(index)?].counters.as_deref()
    }

    /// Where an agent stands among the others.
    pub(super) fn agent(&self, agent: &AgentId) -> Option<usize> {
        self.agents.iter().position(|found| found.id == *agent)
    }

    fn sample_mut(&mut self, agent: &AgentId, index: u64) -> Option<&mut MessageSample> {
        let at = self.agent(agent)?;
        let found = &mut self.agents[at];
        let position = found.position(index)?;
        found.samples.get_mut(position)
    }
}

impl From<&Session> for Outline {
    /// From a session whose messages are all loaded.
    fn from(session: &Session) -> Self {
        let agents = session
            .agents
            .iter()
            .map(|agent| AgentOutline {
                id: agent.id.clone(),
                samples: agent.messages.iter().map(MessageSample::from).collect(),
            })
            .collect();
        Self { agents }
    }
}
