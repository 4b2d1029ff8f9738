//! Every number can be explained: which stored fields it came from, and by which formula.

use super::AgentMetrics;

/// A number that the metrics pane shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Figure {
    /// Input tokens.
    Input,
    /// Output tokens.
    Output,
    /// Input and output tokens.
    Total,
    /// Tokens read from the provider's cache.
    CacheRead,
    /// Tokens written to the provider's cache.
    CacheWrite,
    /// Context size of the last call.
    Context,
    /// Turns.
    Turns,
    /// Calls.
    Calls,
    /// Runs.
    Runs,
    /// Summed latency.
    LatencyTotal,
    /// Latency of the last call.
    LatencyLast,
    /// Median latency.
    LatencyP50,
    /// 95th percentile of latency.
    LatencyP95,
    /// Output tokens per second.
    OutputPerSecond,
    /// The n-th tool's calls, errors and time.
    Tool(usize),
}

/// What a number means and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Name of the figure, e.g. `input tokens`.
    pub title: String,
    /// The value as text; `unknown` when it is.
    pub value: String,
    /// The formula in words.
    pub formula: String,
    /// The fields behind it: dotted path (or a phrase) and what was read there.
    pub fields: Vec<(String, String)>,
}

/// Explains one figure of an agent.
#[must_use]
pub fn explain(metrics: &AgentMetrics, figure: Figure) -> Explanation {
    let _ = (metrics, figure);
    todo!()
}
