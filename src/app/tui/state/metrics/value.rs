//! The value of a figure, and how the figures of a call are called.

use crate::{
    app::tui::state::conversation::CallFigure,
    metrics::{AgentMetrics, Figure, SessionMetrics},
    session::{AgentId, Usage},
};

/// Whose figures.
#[derive(Debug, Clone, Copy)]
pub enum MeasuredPart<'a> {
    /// Of all agents.
    Total(&'a SessionMetrics),
    /// Of one agent.
    Agent(&'a AgentId, &'a AgentMetrics),
}

impl<'a> MeasuredPart<'a> {
    /// Of which agent; `None`: of all.
    #[must_use]
    pub fn agent(self) -> Option<&'a AgentId> {
        match self {
            Self::Agent(id, _) => Some(id),
            Self::Total(_) => None,
        }
    }
}

/// A figure's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A count or tokens.
    Count(u64),
    /// At least so many tokens: what a part of them was is unknown.
    AtLeast(u64),
    /// Milliseconds.
    Millis(u64),
    /// At least so many milliseconds: of one of the calls nothing tells them.
    AtLeastMillis(u64),
    /// A rate a second.
    Rate(f64),
    /// Nothing tells.
    Unknown,
}

/// The value of a figure; of a tool there is no single one.
#[must_use]
pub fn value(scope: MeasuredPart<'_>, figure: Figure) -> Value {
    match scope {
        MeasuredPart::Agent(_, metrics) => of_agent(metrics, figure),
        MeasuredPart::Total(metrics) => match figure {
            Figure::Turns => Value::Count(metrics.agents.iter().map(|(_, figures)| figures.turns).sum()),
            Figure::Calls => Value::Count(metrics.agents.iter().map(|(_, figures)| figures.calls).sum()),
            _ => of_usage(&metrics.total, figure),
        },
    }
}

pub(super) fn of_agent(metrics: &AgentMetrics, figure: Figure) -> Value {
    let millis = |ms: Option<u64>| ms.map_or(Value::Unknown, Value::Millis);
    match figure {
        Figure::Context => count(metrics.context_tokens),
        Figure::Turns => Value::Count(metrics.turns),
        Figure::Calls => Value::Count(metrics.calls),
        Figure::Runs => count(metrics.runs),
        Figure::LatencyTotal => match metrics.latency.total {
            Some(ms) if metrics.latency.partial => Value::AtLeastMillis(ms),
            total => millis(total),
        },
        Figure::LatencyLast => millis(metrics.latency.last),
        Figure::LatencyP50 => millis(metrics.latency.p50),
        Figure::LatencyP95 => millis(metrics.latency.p95),
        Figure::OutputPerSecond => metrics.output_per_second.map_or(Value::Unknown, Value::Rate),
        _ => of_usage(&metrics.usage, figure),
    }
}

fn of_usage(usage: &Usage, figure: Figure) -> Value {
    let value = match figure {
        Figure::Input => usage.input,
        Figure::Output => usage.output,
        Figure::Total => usage.total,
        Figure::CacheRead => usage.cache_read,
        Figure::CacheWrite => usage.cache_write,
        _ => None,
    };
    match value {
        Some(value) if usage.partial => Value::AtLeast(value),
        other => count(other),
    }
}

fn count(value: Option<u64>) -> Value {
    value.map_or(Value::Unknown, Value::Count)
}

impl Value {
    /// The bare value, without thin spaces: for the clipboard. `None` when unknown.
    #[must_use]
    pub fn plain(self) -> Option<String> {
        match self {
            Self::Count(value) | Self::AtLeast(value) | Self::Millis(value) | Self::AtLeastMillis(value) => {
                Some(value.to_string())
            }
            Self::Rate(value) => Some(format!("{value:.2}")),
            Self::Unknown => None,
        }
    }
}

/// The value in words.
#[must_use]
pub(super) fn word(value: Value) -> String {
    match (value, value.plain()) {
        (Value::AtLeast(_) | Value::AtLeastMillis(_), Some(plain)) => format!("at least {plain}"),
        (_, plain) => plain.unwrap_or_else(|| "unknown".into()),
    }
}

impl CallFigure {
    /// Its name where there is little room.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Context => "ctx/call",
            Self::Input => "in/call",
            Self::Output => "out/call",
            Self::Cached => "cached/call",
            Self::Latency => "ms/call",
            Self::OutputRate => "out tok/s",
        }
    }

    /// Its name in full.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Context => "context a call, tokens",
            Self::Input => "input tokens a call",
            Self::Output => "output tokens a call",
            Self::Cached => "tokens from the cache a call",
            Self::Latency => "latency a call",
            Self::OutputRate => "output tokens a second",
        }
    }

    /// A bare value of it: tokens, ms, or a rate.
    #[must_use]
    pub fn plain(self, value: u64) -> String {
        match self {
            Self::OutputRate => format!("{}.{}", value / 10, value % 10),
            _ => value.to_string(),
        }
    }
}
