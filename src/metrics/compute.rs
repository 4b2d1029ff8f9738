//! Figures from samples; how counters are read stands at [`AgentMetrics`].

use super::{AgentMetrics, MessageSample, Outline, SessionMetrics, tally::Tally};
use crate::session::{AgentId, Usage};

/// Figures of one agent from all its messages in stored order.
#[must_use]
pub fn agent_metrics(samples: &[MessageSample]) -> AgentMetrics {
    let mut figures = AgentMetrics::default();
    Tally::default().update(&mut figures, samples, 0);
    figures
}

/// Figures of every agent and their total.
#[must_use]
pub fn session_metrics(outline: &Outline) -> SessionMetrics {
    let agents: Vec<_> = outline.agents.iter().map(|agent| (agent.id.clone(), agent_metrics(&agent.samples))).collect();
    SessionMetrics { total: total(&agents), agents }
}

/// The tokens of all agents.
pub(super) fn total(agents: &[(AgentId, AgentMetrics)]) -> Usage {
    let mut total = Usage::default();
    for (_, figures) in agents {
        total += figures.usage;
        // An agent that called a model and tells no tokens is missing in the sum.
        total.partial |= figures.calls > 0 && !figures.usage.is_known();
    }
    total
}
