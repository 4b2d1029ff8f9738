//! The rows of the metrics pane, and the figures in them.

use crate::{
    metrics::{AgentMetrics, CallMetrics, Explanation, Figure, SessionMetrics, ToolMetrics},
    session::{AgentId, Usage},
};

/// Whose figures.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// Of all agents.
    Total(&'a SessionMetrics),
    /// Of one agent.
    Agent(&'a AgentId, &'a AgentMetrics),
}

/// What a bar a call shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bars {
    /// Latency in ms.
    Latency,
    /// Tokens.
    Tokens,
}

/// What a row shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowContent {
    /// The name of the scope, with runs and turns of an agent.
    Title,
    /// Figures behind a label.
    Figures(&'static str, &'static [Figure]),
    /// A bar a call.
    Bars(&'static str, Bars),
    /// The n-th tool.
    Tool(usize),
}

/// A row.
#[derive(Debug, Clone, Copy)]
pub struct MetricsRow<'a> {
    /// Whose figures.
    pub scope: Scope<'a>,
    /// Which.
    pub content: RowContent,
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

const AGENT: &[RowContent] = &[
    RowContent::Title,
    RowContent::Figures("input", &[Figure::Input]),
    RowContent::Figures("output", &[Figure::Output]),
    RowContent::Figures("cache r/w", &[Figure::CacheRead, Figure::CacheWrite]),
    RowContent::Figures("context", &[Figure::Context]),
    RowContent::Figures("latency last", &[Figure::LatencyLast]),
    RowContent::Figures("p50/p95", &[Figure::LatencyP50, Figure::LatencyP95]),
    RowContent::Bars("ms/call", Bars::Latency),
    RowContent::Bars("tok/call", Bars::Tokens),
    RowContent::Figures("calls", &[Figure::Calls]),
    RowContent::Figures("tok total", &[Figure::Total]),
    RowContent::Figures("output/s", &[Figure::OutputPerSecond]),
    RowContent::Figures("latency sum", &[Figure::LatencyTotal]),
];

const TOTAL: &[RowContent] = &[
    RowContent::Title,
    RowContent::Figures("input", &[Figure::Input]),
    RowContent::Figures("output", &[Figure::Output]),
    RowContent::Figures("cache r/w", &[Figure::CacheRead, Figure::CacheWrite]),
    RowContent::Figures("tok total", &[Figure::Total]),
    RowContent::Figures("turns/calls", &[Figure::Turns, Figure::Calls]),
];

/// The rows of a tab: its agent, then the total where there are several; on the merged timeline the total, then every
/// agent.
#[must_use]
pub fn rows<'a>(metrics: &'a SessionMetrics, agent: Option<&AgentId>) -> Vec<MetricsRow<'a>> {
    let mut out = Vec::new();
    if let Some(agent) = agent {
        if let Some((id, figures)) = metrics.agents.iter().find(|(id, _)| id == agent) {
            push_agent(&mut out, id, figures);
        }
        if metrics.agents.len() > 1 {
            push_total(&mut out, metrics);
        }
    } else {
        push_total(&mut out, metrics);
        for (id, figures) in &metrics.agents {
            push_agent(&mut out, id, figures);
        }
    }
    out
}

fn push_total<'a>(out: &mut Vec<MetricsRow<'a>>, metrics: &'a SessionMetrics) {
    out.extend(TOTAL.iter().map(|content| MetricsRow { scope: Scope::Total(metrics), content: *content }));
}

fn push_agent<'a>(out: &mut Vec<MetricsRow<'a>>, id: &'a AgentId, figures: &'a AgentMetrics) {
    let scope = Scope::Agent(id, figures);
    out.extend(AGENT.iter().map(|content| MetricsRow { scope, content: *content }));
    out.extend((0..figures.tools.len()).map(|tool| MetricsRow { scope, content: RowContent::Tool(tool) }));
}

impl<'a> MetricsRow<'a> {
    /// The figures that can be chosen in it, from left to right.
    #[must_use]
    pub fn figures(&self) -> Vec<Figure> {
        match (self.content, self.scope) {
            (RowContent::Title, Scope::Agent(..)) => vec![Figure::Runs, Figure::Turns],
            (RowContent::Figures(_, figures), _) => figures.to_vec(),
            (RowContent::Tool(tool), _) => vec![Figure::Tool(tool)],
            (RowContent::Title | RowContent::Bars(..), _) => Vec::new(),
        }
    }

    /// Whose figures it shows; `None`: those of all agents.
    #[must_use]
    pub fn agent(&self) -> Option<&'a AgentId> {
        match self.scope {
            Scope::Agent(id, _) => Some(id),
            Scope::Total(_) => None,
        }
    }

    /// What it shows of them: a label of ours, or the tool's name.
    #[must_use]
    pub fn label(&self) -> &'a str {
        match self.content {
            RowContent::Title => "",
            RowContent::Figures(label, _) | RowContent::Bars(label, _) => label,
            RowContent::Tool(_) => self.tool().map_or("", |tool| tool.name.as_str()),
        }
    }

    /// The tool of the row.
    #[must_use]
    pub fn tool(&self) -> Option<&'a ToolMetrics> {
        match (self.content, self.scope) {
            (RowContent::Tool(tool), Scope::Agent(_, figures)) => figures.tools.get(tool),
            _ => None,
        }
    }

    /// One number a call of the newest `most`, oldest first; empty where the row has no bars. A frame asks for those it
    /// has room for, so that it does not grow with the session.
    #[must_use]
    pub fn bars(&self, most: usize) -> Vec<Option<u64>> {
        match (self.content, self.scope) {
            (RowContent::Bars(_, bars), Scope::Agent(_, figures)) => {
                let older = figures.per_call.len().saturating_sub(most);
                figures.per_call[older..].iter().map(|call| of_call(call, bars)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The explanation of each of its figures, from left to right, or of its bars.
    #[must_use]
    pub fn explain(&self) -> Vec<Explanation> {
        if let (RowContent::Bars(_, bars), Scope::Agent(_, figures)) = (self.content, self.scope) {
            return vec![explain_bars(figures, bars)];
        }
        let explained = |figure| match self.scope {
            Scope::Agent(_, metrics) => crate::metrics::explain(metrics, figure),
            Scope::Total(metrics) => explain_total(metrics, figure),
        };
        self.figures().into_iter().map(explained).collect()
    }
}

fn of_call(call: &CallMetrics, bars: Bars) -> Option<u64> {
    match bars {
        Bars::Latency => call.latency_ms,
        Bars::Tokens => call.usage.total_tokens(),
    }
}

/// The value of a figure; of a tool there is no single one.
#[must_use]
pub fn value(scope: Scope<'_>, figure: Figure) -> Value {
    match scope {
        Scope::Agent(_, metrics) => of_agent(metrics, figure),
        Scope::Total(metrics) => match figure {
            Figure::Turns => Value::Count(metrics.agents.iter().map(|(_, figures)| figures.turns).sum()),
            Figure::Calls => Value::Count(metrics.agents.iter().map(|(_, figures)| figures.calls).sum()),
            _ => of_usage(&metrics.total, figure),
        },
    }
}

fn of_agent(metrics: &AgentMetrics, figure: Figure) -> Value {
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

fn word(value: Value) -> String {
    match (value, value.plain()) {
        (Value::AtLeast(_) | Value::AtLeastMillis(_), Some(plain)) => format!("at least {plain}"),
        (_, plain) => plain.unwrap_or_else(|| "unknown".into()),
    }
}

fn explain_total(metrics: &SessionMetrics, figure: Figure) -> Explanation {
    let name = match figure {
        Figure::Input => "input tokens",
        Figure::Output => "output tokens",
        Figure::CacheRead => "tokens read from the cache",
        Figure::CacheWrite => "tokens written to the cache",
        Figure::Turns => "turns",
        Figure::Calls => "calls",
        _ => "total tokens",
    };
    Explanation {
        title: format!("{name}, all agents"),
        value: word(value(Scope::Total(metrics), figure)),
        formula: "the sum over the agents; an agent whose figure is unknown adds nothing".into(),
        fields: metrics
            .agents
            .iter()
            .map(|(id, figures)| (id.as_str().to_owned(), word(of_agent(figures, figure))))
            .collect(),
    }
}

fn explain_bars(metrics: &AgentMetrics, bars: Bars) -> Explanation {
    let (title, formula) = match bars {
        Bars::Latency => {
            ("latency a call, ms", "one bar a call, the newest at the right; the tallest is the slowest seen")
        }
        Bars::Tokens => ("tokens a call", "total tokens, one bar a call, the newest at the right"),
    };
    let known = metrics.per_call.iter().filter(|call| of_call(call, bars).is_some()).count();
    Explanation {
        title: title.into(),
        value: format!("known for {known} of {} calls", metrics.per_call.len()),
        formula: formula.into(),
        fields: metrics
            .per_call
            .iter()
            .rev()
            .take(100)
            .map(|call| {
                let value = of_call(call, bars).map_or_else(|| "unknown".into(), |value| value.to_string());
                (format!("message {}", call.index), value)
            })
            .collect(),
    }
}
