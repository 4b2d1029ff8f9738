//! How long a call took, from the message or from counters that add up.

use std::collections::HashMap;

use crate::session::{AgentId, Counters, Message};

/// So many agents of a session are told apart.
const AGENTS: usize = 64;

/// The last reading of each agent's counters: latency in ms, and cycles.
#[derive(Debug, Default)]
pub(super) struct CallLatency(HashMap<AgentId, (u64, Option<u64>)>);

impl CallLatency {
    /// The latency of a message's call, in ms: its own, else what the counters on it grew by.
    pub fn of(&mut self, agent: &AgentId, message: &Message) -> Option<u64> {
        let counted = message.counters.as_ref().and_then(|counters| self.counted(agent, counters));
        message.latency_ms.or(counted)
    }

    /// What the counters grew by, where that is one call.
    pub fn counted(&mut self, agent: &AgentId, counters: &Counters) -> Option<u64> {
        let (latency, cycles) = (counters.latency_ms?, counters.cycle_count);
        if self.0.len() >= AGENTS && !self.0.contains_key(agent) {
            self.0.clear();
        }
        match self.0.insert(agent.clone(), (latency, cycles)) {
            Some((before, cycles_before)) if latency >= before => {
                let is_one = cycles_before.zip(cycles).is_none_or(|(before, now)| now.saturating_sub(before) <= 1);
                (is_one && latency > before).then(|| latency - before)
            }
            // The first reading of a run.
            _ => (cycles == Some(1)).then_some(latency),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counters(latency: u64, cycles: u64) -> Counters {
        Counters { latency_ms: Some(latency), cycle_count: Some(cycles), ..Counters::default() }
    }

    #[test]
    fn a_call_is_what_the_counters_grew_by() {
        let agent = AgentId::from("a");
        let mut latency = CallLatency::default();
        let mut of = |ms, cycles| latency.counted(&agent, &counters(ms, cycles));
        assert_eq!(of(500, 1), Some(500));
        assert_eq!(of(500, 1), None, "the same reading");
        assert_eq!(of(1200, 2), Some(700));
        assert_eq!(of(9000, 5), None, "of several calls nobody knows which");
        assert_eq!(of(300, 1), Some(300), "another run");
        assert_eq!(latency.counted(&agent, &Counters::default()), None);
        assert_eq!(CallLatency::default().counted(&agent, &counters(9000, 7)), None, "what was before is not known");
    }
}
