//! Every number can be explained.

use super::{AgentMetrics, CallMetrics, FigureSource, RunReading, sums::larger};
use crate::session::Usage;

/// A number of [`AgentMetrics`] that can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Figure {
    /// Input tokens.
    Input,
    /// Output tokens.
    Output,
    /// Total tokens, as the provider counts them.
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
    /// Calls, errors and time of the tool at that place in [`AgentMetrics::tools`], from 0.
    Tool(usize),
}

/// What a number means and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
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

/// How many runs or calls an explanation lists one by one.
const LISTED: usize = 12;

/// Explains one figure of an agent: which stored fields it came from, and by which formula.
#[must_use]
pub fn explain(metrics: &AgentMetrics, figure: Figure) -> Explanation {
    let (usage, source) = (&metrics.usage, &metrics.usage_source);
    match figure {
        Figure::Input => tokens(metrics, "input tokens", "inputTokens", usage.input, source.input, |u| u.input),
        Figure::Output => tokens(metrics, "output tokens", "outputTokens", usage.output, source.output, |u| u.output),
        Figure::Total => {
            let told = tokens(metrics, "total tokens", "totalTokens", usage.total, source.total, |u| u.total);
            let formula = format!("{}; cached tokens are in it where the provider counts them in", told.formula);
            Explanation { formula, ..told }
        }
        Figure::CacheRead => {
            let name = "cacheReadInputTokens";
            tokens(metrics, "cache read tokens", name, usage.cache_read, source.cache_read, |u| u.cache_read)
        }
        Figure::CacheWrite => {
            let name = "cacheWriteInputTokens";
            tokens(metrics, "cache write tokens", name, usage.cache_write, source.cache_write, |u| u.cache_write)
        }
        Figure::Context => context(metrics),
        Figure::Turns => counted(
            "turns",
            metrics.turns.to_string(),
            "messages of role user that hold anything but tool results",
            ("messages[].message.role, content", format!("{} prompts", metrics.turns)),
        ),
        Figure::Calls => counted(
            "calls",
            metrics.calls.to_string(),
            "messages of role assistant that a model gave: with figures of their own, with counters, redacted, or that \
             the next counters have moved past; what another program appended is none",
            ("messages[].message.role", format!("{} calls", metrics.calls)),
        ),
        Figure::Runs => runs(metrics),
        Figure::LatencyTotal => latency_total(metrics),
        Figure::LatencyLast => {
            let last = &metrics.per_call[metrics.per_call.len().saturating_sub(1)..];
            latencies("latency of the last call", metrics.latency.last, "the last call's own latency", last)
        }
        Figure::LatencyP50 => {
            let formula = "nearest-rank median of the calls' latencies";
            latencies("median latency", metrics.latency.p50, formula, &metrics.per_call)
        }
        Figure::LatencyP95 => {
            let formula = "nearest-rank 95th percentile of the calls' latencies";
            latencies("95th percentile of latency", metrics.latency.p95, formula, &metrics.per_call)
        }
        Figure::OutputPerSecond => output_per_second(metrics),
        Figure::Tool(number) => tool(metrics, number),
    }
}

fn tokens(
    metrics: &AgentMetrics,
    title: &str,
    name: &str,
    value: Option<u64>,
    source: FigureSource,
    of: fn(&Usage) -> Option<u64>,
) -> Explanation {
    let figures = |run: &RunReading| [of(&run.counters), of(&run.messages)];
    let mut fields = per_run(metrics, figures, |index| {
        let counters = format!("messages.{index}.event_loop_metrics.accumulated_usage.{name}");
        (counters, format!("sum of messages[].message.metadata.usage.{name}"))
    });
    fields.push(("source".into(), source_words(source).into()));
    let value = bounded(value, "", metrics.usage.partial);
    Explanation { title: title.into(), value, formula: SUM_OF_RUNS.into(), fields }
}

const SUM_OF_RUNS: &str = "sum over runs of the larger of the run's last counter and the sum over its messages, since either can only miss \
     something";

fn latency_total(metrics: &AgentMetrics) -> Explanation {
    let figures = |run: &RunReading| [run.counters_latency_ms, run.messages_latency_ms];
    let fields = per_run(metrics, figures, |index| {
        let counters = format!("messages.{index}.event_loop_metrics.accumulated_metrics.latencyMs");
        (counters, "sum of messages[].message.metadata.metrics.latencyMs".into())
    });
    let formula = format!("{SUM_OF_RUNS}; 0 means that nobody measured");
    let value = bounded(metrics.latency.total, " ms", metrics.latency.partial);
    Explanation { title: "summed latency".into(), value, formula, fields }
}

/// Both sources of each run, the later runs first to go when there are many; the larger is marked.
fn per_run(
    metrics: &AgentMetrics,
    figures: impl Fn(&RunReading) -> [Option<u64>; 2],
    paths: impl Fn(u64) -> (String, String),
) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let one = metrics.per_run.len() == 1;
    for (number, run) in metrics.per_run.iter().enumerate().take(LISTED) {
        let [counters, messages] = figures(run);
        let run_name = if one { String::new() } else { format!("run {}: ", number + 1) };
        let (of_counters, of_messages) = paths(run.last_reading.unwrap_or_default());
        let (_, source) = larger(counters, messages);
        if run.last_reading.is_some() {
            let mark = if source == FigureSource::Counters && messages.is_some() { " (larger)" } else { "" };
            fields.push((format!("{run_name}{of_counters}"), format!("{}{mark}", shown(counters, ""))));
        }
        let mark = if source == FigureSource::Messages && counters.is_some() { " (larger)" } else { "" };
        fields.push((format!("{run_name}{of_messages}"), format!("{}{mark}", shown(messages, ""))));
    }
    more(&mut fields, metrics.per_run.len(), "runs");
    fields
}

fn more(fields: &mut Vec<(String, String)>, all: usize, what: &str) {
    if all > LISTED {
        fields.push(("…".into(), format!("{} more {what}", all - LISTED)));
    }
}

fn context(metrics: &AgentMetrics) -> Explanation {
    let mut fields = Vec::new();
    if let Some(call) = metrics.per_call.last() {
        let of = |name: &str| format!("messages.{}: {name}", call.index);
        fields.push((of("inputTokens"), shown(call.usage.input, "")));
        fields.push((of("outputTokens"), shown(call.usage.output, "")));
        fields.push((of("totalTokens"), shown(call.usage.total, "")));
        fields.push((of("cacheReadInputTokens"), shown(call.usage.cache_read, "")));
        fields.push((of("cacheWriteInputTokens"), shown(call.usage.cache_write, "")));
    }
    Explanation {
        title: "context size of the last call".into(),
        value: shown(metrics.context_tokens, ""),
        formula: "input, with cache read and cache write added where the total is larger than input and output \
                  together; figures of the message, else what the counters grew by where only that call can have moved \
                  them"
            .into(),
        fields,
    }
}

fn runs(metrics: &AgentMetrics) -> Explanation {
    let mut fields: Vec<(String, String)> = Vec::new();
    for (number, run) in metrics.per_run.iter().enumerate().take(LISTED) {
        if let Some(last) = run.last_reading {
            let from = format!("from message {}, last counters on message {last}", run.start);
            fields.push((format!("run {}", number + 1), from));
        }
    }
    more(&mut fields, metrics.per_run.len(), "runs");
    Explanation {
        title: "runs".into(),
        value: shown(metrics.runs, ""),
        formula:
            "a run ends where a counter falls, or where after messages without metrics the counters differ though \
                  cycle_count has not risen"
                .into(),
        fields,
    }
}

fn latencies(title: &str, value: Option<u64>, formula: &str, calls: &[CallMetrics]) -> Explanation {
    let skipped = calls.len().saturating_sub(LISTED);
    let mut fields = Vec::new();
    if skipped > 0 {
        fields.push(("…".into(), format!("{skipped} calls before")));
    }
    for call in &calls[skipped..] {
        fields.push((format!("messages.{}: latencyMs", call.index), shown(call.latency_ms, " ms")));
    }
    Explanation {
        title: title.into(),
        value: shown(value, " ms"),
        formula: format!(
            "{formula}; a call's latency is its message's, else what the counters grew by where only that call can \
             have moved them"
        ),
        fields,
    }
}

fn output_per_second(metrics: &AgentMetrics) -> Explanation {
    let known: Vec<(u64, u64)> =
        metrics.per_call.iter().filter_map(|call| call.usage.output.zip(call.latency_ms)).collect();
    let sum = |part: fn(&(u64, u64)) -> u64| known.iter().map(part).fold(0, u64::saturating_add);
    let of = format!("{} of {} calls", known.len(), metrics.per_call.len());
    Explanation {
        title: "output tokens per second".into(),
        value: metrics.output_per_second.map_or_else(|| UNKNOWN.into(), |rate| format!("{rate:.1}")),
        formula: "output tokens over latency, of the calls whose both are known".into(),
        fields: vec![
            (format!("outputTokens of {of}"), sum(|call| call.0).to_string()),
            (format!("latencyMs of {of}"), format!("{} ms", sum(|call| call.1))),
        ],
    }
}

fn tool(metrics: &AgentMetrics, number: usize) -> Explanation {
    let Some(tool) = metrics.tools.get(number) else {
        return counted("tool", UNKNOWN.into(), "no such tool", ("tool_usage", UNKNOWN.into()));
    };
    let path = |field: &str| format!("event_loop_metrics.tool_usage.{}.{field}", tool.name);
    let time = tool.total_time_s.map_or_else(|| UNKNOWN.into(), |seconds| format!("{seconds:.3} s"));
    Explanation {
        title: format!("tool {}", tool.name),
        value: format!("{} calls, {} errors, {time}", tool.call_count, shown(tool.error_count, "")),
        formula: "sum over runs of the run's last counters; of its toolResult blocks where there are more of them; \
                  without any counters, of its toolUse and toolResult blocks"
            .into(),
        fields: vec![
            (path("call_count"), tool.call_count.to_string()),
            (path("success_count"), shown(tool.success_count, "")),
            (path("error_count"), shown(tool.error_count, "")),
            (path("total_time"), time),
        ],
    }
}

fn counted(title: &str, value: String, formula: &str, field: (&str, String)) -> Explanation {
    Explanation { title: title.into(), value, formula: formula.into(), fields: vec![(field.0.into(), field.1)] }
}

const UNKNOWN: &str = "unknown";

fn shown(value: Option<u64>, unit: &str) -> String {
    value.map_or_else(|| UNKNOWN.into(), |value| format!("{value}{unit}"))
}

/// A sum; at least so much where nobody tells of one of the calls.
fn bounded(value: Option<u64>, unit: &str, partial: bool) -> String {
    let start = if partial && value.is_some() { "at least " } else { "" };
    format!("{start}{}", shown(value, unit))
}

fn source_words(source: FigureSource) -> &'static str {
    match source {
        FigureSource::None => "nothing tells",
        FigureSource::Counters => "the counters (event_loop_metrics)",
        FigureSource::Messages => "the messages' own usage (message.metadata.usage)",
        FigureSource::Both => "counters and messages agree",
        FigureSource::Mixed => "the counters in some runs, the messages in others",
    }
}
