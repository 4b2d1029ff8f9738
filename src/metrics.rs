//! Numbers from messages: pure, and right to the token.

mod activity;
mod call_list;
mod calls;
mod compute;
mod difference;
mod explain;
mod figure;
mod health;
mod live;
mod outline;
mod runs;
mod sample;
mod sums;
mod tally;
mod tool_tally;
mod tools;

pub use activity::{Activity, AgentState, RunningTool};
pub use compute::{agent_metrics, session_metrics};
pub use explain::{Explanation, Figure, explain};
pub use figure::SessionFigure;
pub(crate) use figure::{called_tools, tool_failed};
pub use health::{health, history_findings, row_findings, session_findings, size_finding};
pub(crate) use health::{health_of_last, row_has_finding};
pub use live::LiveMetrics;
pub use outline::{AgentOutline, Outline};
pub use sample::MessageSample;
pub(crate) use sample::{called, tool_pairs};

use crate::session::{AgentId, StoredDate, Usage};

/// Figures of a whole session, from [`session_metrics`].
///
/// Its words: a **turn** is a user's prompt up to the next one, a **call** is an assistant message that a model gave, a
/// **run** is the life of one agent object in one process. See [`AgentMetrics`] for how they are counted.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct SessionMetrics {
    /// Tokens of all agents; a figure is `None` when no agent's is known.
    pub total: Usage,
    /// Each agent's figures, in stored order.
    pub agents: Vec<(AgentId, AgentMetrics)>,
}

/// Figures of one agent's history, from [`agent_metrics`].
///
/// Stored counters (`event_loop_metrics`) accumulate over a run, the life of one agent object in one process, and begin
/// again with the next: within a run the last reading counts, runs add up, an identical reading is a copy. Where the
/// messages' own usage tells of more, it counts, run by run and figure by figure. What nobody tells is `None`, never 0.
/// Turns and calls are as [`SessionMetrics`] says.
///
/// [`explain()`] says of each figure which stored fields it came from.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct AgentMetrics {
    /// Tokens used over all runs.
    pub usage: Usage,
    /// Which source gave each figure of `usage`, over all runs.
    pub usage_source: UsageSource,
    /// Latency per call, ms.
    pub latency: Latency,
    /// Assistant messages that a model gave.
    pub calls: u64,
    /// Users' prompts.
    pub turns: u64,
    /// Runs told from the counters; `None` where there are no counters.
    pub runs: Option<u64>,
    /// Context size of the last call, tokens.
    pub context_tokens: Option<u64>,
    /// Output tokens per second of the calls whose latency and output are known.
    pub output_per_second: Option<f64>,
    /// Per tool, in order of first appearance.
    pub tools: Vec<ToolMetrics>,
    /// One entry a call, in order.
    pub per_call: Vec<CallMetrics>,
    /// Indexes of the messages at which a new run began, except the first run.
    pub run_starts: Vec<u64>,
    /// What both sources tell of each run; one entry where there are no counters.
    pub per_run: Vec<RunReading>,
}

/// What both sources tell of one run. The larger one counts, figure by figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RunReading {
    /// Index of its first message.
    pub start: u64,
    /// Index of the message that holds its last counters; `None` where there are no counters.
    pub last_reading: Option<u64>,
    /// `event_loop_metrics.accumulated_usage` of the last reading.
    pub counters: Usage,
    /// `event_loop_metrics.accumulated_metrics.latencyMs` of the last reading, ms.
    pub counters_latency_ms: Option<u64>,
    /// Sum of `message.metadata.usage` over its messages.
    pub messages: Usage,
    /// Sum of `message.metadata.metrics.latencyMs` over its messages, ms.
    pub messages_latency_ms: Option<u64>,
    /// Of one of its calls neither source tells the tokens: they are lower bounds.
    pub partial: bool,
    /// Of one of its calls neither source tells the latency: the sum is a lower bound.
    pub latency_partial: bool,
}

/// Latency over calls, in ms. Percentiles are nearest-rank. Unknown is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Latency {
    /// Summed over runs.
    pub total: Option<u64>,
    /// Of the last call.
    pub last: Option<u64>,
    /// Median.
    pub p50: Option<u64>,
    /// 95th percentile.
    pub p95: Option<u64>,
    /// Of one of the calls nothing tells it: the total is a lower bound.
    pub partial: bool,
}

/// One model call.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct CallMetrics {
    /// Index of the assistant message.
    pub index: u64,
    /// When it was stored.
    pub at: Option<StoredDate>,
    /// Its tokens: per-message usage, else the counters' difference where that is certain.
    pub usage: Usage,
    /// Its latency in ms.
    pub latency_ms: Option<u64>,
    /// Time to the first byte in ms.
    pub first_byte_ms: Option<u64>,
    /// Size of its context in tokens.
    pub context_tokens: Option<u64>,
}

/// One tool's figures.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct ToolMetrics {
    /// The tool's name (stored text).
    pub name: String,
    /// Times called.
    pub call_count: u64,
    /// Times it went well; `None` when unknown.
    pub success_count: Option<u64>,
    /// Times it failed; `None` when unknown.
    pub error_count: Option<u64>,
    /// Seconds spent in it; `None` when unknown.
    pub total_time_s: Option<f64>,
}

/// Where the figures of a [`Usage`] come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct UsageSource {
    /// Of `input`.
    pub input: FigureSource,
    /// Of `output`.
    pub output: FigureSource,
    /// Of `total`.
    pub total: FigureSource,
    /// Of `cache_read`.
    pub cache_read: FigureSource,
    /// Of `cache_write`.
    pub cache_write: FigureSource,
}

/// Which stored figures a number was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FigureSource {
    /// Nothing tells: the figure is unknown.
    #[default]
    None,
    /// The runs' last counters (`event_loop_metrics`).
    Counters,
    /// The sum over messages (`message.metadata.usage`).
    Messages,
    /// Both, and they agree.
    Both,
    /// Counters in some runs, messages in others.
    Mixed,
}
