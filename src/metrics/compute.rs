//! The reading of the counters: within a run the last reading counts, runs add up, an identical reading is a copy.

use super::{AgentMetrics, Outline, Sample, SessionMetrics};

/// Figures of one agent from all its messages in stored order.
#[must_use]
pub fn agent_metrics(samples: &[Sample]) -> AgentMetrics {
    let _ = samples;
    todo!()
}

/// Figures of every agent and their total.
#[must_use]
pub fn session_metrics(outline: &Outline) -> SessionMetrics {
    let _ = outline;
    todo!()
}
