//! Figures from samples; how counters are read stands at [`AgentMetrics`].

use super::{
    AgentMetrics, CallMetrics, FigureSource, Latency, MessageSample, Outline, RunReading, SessionMetrics, UsageSource,
    calls::{self, RunCalls},
    runs::{self, RunSpan},
    tools,
};
use crate::session::{AgentId, Usage, message::known_sum};

/// Figures of one agent from all its messages in stored order.
#[must_use]
pub fn agent_metrics(samples: &[MessageSample]) -> AgentMetrics {
    let runs = runs::split(samples);
    let counted = runs.iter().any(|run| run.peak.is_some());
    let mut per_call: Vec<CallMetrics> = Vec::new();
    let mut per_run: Vec<RunReading> = Vec::with_capacity(runs.len());
    for run in &runs {
        let of_run = calls::of_run(samples, run);
        per_run.push(reading(samples, run, &of_run));
        per_call.extend(of_run.calls);
    }
    let (usage, usage_source) = over_runs(&per_run);
    AgentMetrics {
        usage,
        usage_source,
        latency: latency(&per_run, &per_call),
        calls: per_call.len() as u64,
        turns: samples.iter().filter(|sample| sample.prompt).count() as u64,
        runs: counted.then_some(runs.len() as u64),
        context_tokens: per_call.last().and_then(|call| call.context_tokens),
        output_per_second: output_per_second(&per_call),
        tools: tools::of_runs(samples, &runs),
        run_starts: per_run.iter().skip(1).map(|run| run.start).collect(),
        per_call,
        per_run,
    }
}

/// Figures of every agent and their total.
#[must_use]
pub fn session_metrics(outline: &Outline) -> SessionMetrics {
    let agents: Vec<_> = outline.agents.iter().map(|agent| (agent.id.clone(), agent_metrics(&agent.samples))).collect();
    SessionMetrics { total: total(&agents), agents }
}

fn total(agents: &[(AgentId, AgentMetrics)]) -> Usage {
    let mut total = Usage::default();
    for (_, figures) in agents {
        total += figures.usage;
        // An agent that called a model and tells no tokens is missing in the sum.
        total.partial |= figures.calls > 0 && !figures.usage.is_known();
    }
    total
}

impl SessionMetrics {
    /// Reads the figures of one agent again, and the total: what a message that came changes.
    pub fn refresh(&mut self, outline: &Outline, agent: &AgentId) {
        let Some(found) = outline.agents.iter().find(|found| found.id == *agent) else { return };
        let figures = agent_metrics(&found.samples);
        match self.agents.iter_mut().find(|(id, _)| id == agent) {
            Some((_, known)) => *known = figures,
            None => self.agents.push((agent.clone(), figures)),
        }
        self.total = total(&self.agents);
    }
}

/// Both sources of one run.
fn reading(samples: &[MessageSample], run: &RunSpan, of_run: &RunCalls) -> RunReading {
    let mut found = RunReading {
        start: samples.get(run.span.start).map_or(0, |sample| sample.index),
        last_reading: run.peak.as_ref().and(samples.get(run.last)).map(|sample| sample.index),
        partial: of_run.untold_tokens,
        latency_partial: of_run.untold_latency,
        ..RunReading::default()
    };
    if let Some(peak) = &run.peak {
        found.counters = peak.usage.unless_untold();
        found.counters_latency_ms = peak.latency_ms;
    }
    for sample in &samples[run.span.clone()] {
        if let Some(usage) = calls::own_usage(sample) {
            found.messages += usage;
        }
        found.messages_latency_ms = known_sum(found.messages_latency_ms, sample.latency_ms);
    }
    found
}

fn over_runs(per_run: &[RunReading]) -> (Usage, UsageSource) {
    let figure = |of: fn(&Usage) -> Option<u64>| {
        per_run.iter().fold((None, FigureSource::None), |(sum, source), run| {
            let (value, from) = larger(of(&run.counters), of(&run.messages));
            (known_sum(sum, value), joined(source, from))
        })
    };
    let (input, from_input) = figure(|usage| usage.input);
    let (output, from_output) = figure(|usage| usage.output);
    let (total, from_total) = figure(|usage| usage.total);
    let (cache_read, from_cache_read) = figure(|usage| usage.cache_read);
    let (cache_write, from_cache_write) = figure(|usage| usage.cache_write);
    let source = UsageSource {
        input: from_input,
        output: from_output,
        total: from_total,
        cache_read: from_cache_read,
        cache_write: from_cache_write,
    };
    let partial = per_run.iter().any(|run| run.partial);
    (Usage { input, output, total, cache_read, cache_write, partial }, source)
}

/// The larger of the two sources, since either can only miss something, and which it was.
pub(super) fn larger(counters: Option<u64>, messages: Option<u64>) -> (Option<u64>, FigureSource) {
    let source = match (counters, messages) {
        (None, None) => FigureSource::None,
        (Some(a), Some(b)) if a == b => FigureSource::Both,
        (a, b) if a > b => FigureSource::Counters,
        _ => FigureSource::Messages,
    };
    (counters.max(messages), source)
}

fn joined(one: FigureSource, other: FigureSource) -> FigureSource {
    match (one, other) {
        (a, b) if a == b => a,
        (FigureSource::None | FigureSource::Both, b) if b != FigureSource::None => b,
        (a, FigureSource::None | FigureSource::Both) => a,
        _ => FigureSource::Mixed,
    }
}

fn latency(per_run: &[RunReading], per_call: &[CallMetrics]) -> Latency {
    let mut known: Vec<u64> = per_call.iter().filter_map(|call| call.latency_ms).collect();
    known.sort_unstable();
    Latency {
        total: per_run
            .iter()
            .fold(None, |sum, run| known_sum(sum, larger(run.counters_latency_ms, run.messages_latency_ms).0)),
        last: per_call.last().and_then(|call| call.latency_ms),
        p50: percentile(&known, 50),
        p95: percentile(&known, 95),
        partial: per_run.iter().any(|run| run.latency_partial),
    }
}

/// Nearest-rank percentile of sorted values.
fn percentile(sorted: &[u64], percent: usize) -> Option<u64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    rank.checked_sub(1).and_then(|at| sorted.get(at)).copied()
}

fn output_per_second(per_call: &[CallMetrics]) -> Option<f64> {
    let known = per_call.iter().filter_map(|call| call.usage.output.zip(call.latency_ms));
    let (output, ms) = known
        .fold((0_u64, 0_u64), |(output, ms), (more, longer)| (output.saturating_add(more), ms.saturating_add(longer)));
    (ms > 0).then(|| output as f64 * 1000.0 / ms as f64)
}
