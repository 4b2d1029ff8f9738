//! The same figures read the plain way, from all messages at once: what the tally must equal.

use std::{collections::HashMap, ops::Range};

use crate::{
    metrics::{
        AgentMetrics, CallMetrics, FigureSource, Latency, MessageSample, RunReading, UsageSource,
        difference::{Base, Difference, call, has_untold_tokens, own_usage, tells},
        sums::larger,
        tools::{self, ToolRun},
    },
    session::{Counters, Role, ToolCounter, Usage, message::known_sum},
};

/// Figures of one agent from all its messages in stored order.
pub fn agent_metrics(samples: &[MessageSample]) -> AgentMetrics {
    let runs = split(samples);
    let counted = runs.iter().any(|run| run.peak.is_some());
    let mut per_call: Vec<CallMetrics> = Vec::new();
    let mut per_run: Vec<RunReading> = Vec::with_capacity(runs.len());
    for run in &runs {
        let of_run = of_run(samples, run);
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
        tools: tools::of_runs(samples, &runs.iter().map(RunSpan::tools).collect::<Vec<_>>()),
        run_starts: per_run.iter().skip(1).map(|run| run.start).collect(),
        per_call,
        per_run,
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
        if let Some(usage) = own_usage(sample) {
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

/// The messages of one run and how far its counters came.
struct RunSpan {
    /// Positions of its messages.
    span: Range<usize>,
    /// The highest known reading of each counter; `None` where there are no counters at all.
    peak: Option<Counters>,
    /// Position of the last reading.
    last: usize,
}

impl RunSpan {
    fn tools(&self) -> ToolRun<'_> {
        ToolRun { span: self.span.clone(), counters: self.peak.as_ref().map(|peak| peak.tools.as_slice()) }
    }
}

/// Cuts a history into runs. Without any counters it is one stretch with no peak.
fn split(samples: &[MessageSample]) -> Vec<RunSpan> {
    let mut runs: Vec<RunSpan> = Vec::new();
    for (position, sample) in samples.iter().enumerate() {
        let Some(reading) = sample.counters.as_deref() else { continue };
        if let Some(run) = runs.last_mut()
            && !restarts(samples, run, position, reading)
        {
            run.last = position;
            rise_to(run.peak.get_or_insert_default(), reading);
            continue;
        }
        let start = runs.last().map_or(0, |run| beginning(samples, run.last, position, reading.cycle_count));
        if let Some(run) = runs.last_mut() {
            run.span.end = start;
        }
        runs.push(RunSpan { span: start..samples.len(), peak: Some(reading.clone()), last: position });
    }
    if runs.is_empty() {
        runs.push(RunSpan { span: 0..samples.len(), peak: None, last: 0 });
    }
    runs
}

/// Whether a reading belongs to a fresh Agent: a counter fell; or, after messages without metrics, it differs though
/// no cycle was added. A fresh Agent counts nothing before its first assistant message, so without one it is the same.
fn restarts(samples: &[MessageSample], run: &RunSpan, position: usize, reading: &Counters) -> bool {
    let Some(peak) = &run.peak else { return false };
    if samples[run.last].counters.as_deref() == Some(reading) {
        return false;
    }
    if falls(peak, reading) {
        return true;
    }
    let since = &samples[run.last + 1..=position];
    let risen = peak.cycle_count.zip(reading.cycle_count).is_some_and(|(before, now)| now > before);
    since.len() > 1 && !risen && since.iter().any(|sample| sample.role == Role::Assistant)
}

/// The first message of a run: back over as many calls as its first reading counts cycles, to the prompt. Assistant
/// messages that look like no call are passed over, unless too few others are there.
fn beginning(samples: &[MessageSample], last: usize, position: usize, cycles: Option<u64>) -> usize {
    let Some(cycles) = cycles else { return last + 1 };
    let needed = cycles.max(1);
    let mut left = needed;
    let mut start = position;
    let likely = samples[last + 1..=position].iter().filter(|sample| sample.is_likely_call()).count() as u64;
    for at in (last + 1..=position).rev() {
        if samples[at].role == Role::Assistant && (likely < needed || samples[at].is_likely_call()) {
            if left == 0 {
                break;
            }
            left -= 1;
        }
        start = at;
        if left == 0 && samples[at].prompt {
            break;
        }
    }
    start
}

fn falls(peak: &Counters, reading: &Counters) -> bool {
    let before = figures(peak);
    let fell = before.into_iter().zip(figures(reading)).any(|pair| matches!(pair, (Some(a), Some(b)) if b < a));
    let seconds = |a: Option<f64>, b: Option<f64>| a.zip(b).is_some_and(|(a, b)| b < a);
    // Nearly always each stands where it stood before; else it is looked for, by name once for all.
    let mut by_name: Option<HashMap<&str, &ToolCounter>> = None;
    let mut tool_fell = |(at, tool): (usize, &ToolCounter)| {
        let now = match reading.tools.get(at).filter(|now| now.name == tool.name) {
            Some(now) => Some(now),
            None => by_name
                .get_or_insert_with(|| reading.tools.iter().map(|now| (now.name.as_str(), now)).collect())
                .get(tool.name.as_str())
                .copied(),
        };
        now.is_none_or(|now| now.calls.zip(tool.calls).is_some_and(|(now, before)| now < before))
    };
    fell || seconds(peak.total_duration_s, reading.total_duration_s)
        || peak.tools.iter().enumerate().any(&mut tool_fell)
}

fn figures(counters: &Counters) -> [Option<u64>; 7] {
    let Usage { input, output, total, cache_read, cache_write, .. } = counters.usage;
    [input, output, total, cache_read, cache_write, counters.latency_ms, counters.cycle_count]
}

/// Takes over what the reading tells; what it leaves out stays as it was.
fn rise_to(peak: &mut Counters, reading: &Counters) {
    let usage = &mut peak.usage;
    usage.input = reading.usage.input.or(usage.input);
    usage.output = reading.usage.output.or(usage.output);
    usage.total = reading.usage.total.or(usage.total);
    usage.cache_read = reading.usage.cache_read.or(usage.cache_read);
    usage.cache_write = reading.usage.cache_write.or(usage.cache_write);
    peak.latency_ms = reading.latency_ms.or(peak.latency_ms);
    peak.cycle_count = reading.cycle_count.or(peak.cycle_count);
    peak.total_duration_s = reading.total_duration_s.or(peak.total_duration_s);
    peak.tools.clone_from(&reading.tools);
}

/// The calls of one run.
struct RunCalls {
    /// In order.
    calls: Vec<CallMetrics>,
    /// Of one of them neither its message nor the counters tell the tokens.
    untold_tokens: bool,
    /// Of one of them neither tells the latency.
    untold_latency: bool,
}

/// The calls of one run, and whether their figures have gaps.
fn of_run(samples: &[MessageSample], run: &RunSpan) -> RunCalls {
    let told = samples[run.span.clone()].iter().any(|sample| sample.usage.is_some());
    let mut walk = Walk { samples, start: run.span.start, found: vec![None; run.span.len()], pool: Vec::new() };
    let mut base = Base::default();
    for position in run.span.clone() {
        let sample = &samples[position];
        let assistant = sample.role == Role::Assistant;
        if assistant && (!told || sample.is_call()) {
            walk.pool.push(position);
        }
        let Some(reading) = sample.counters.as_deref().filter(|reading| tells(reading)) else { continue };
        if base.moved(reading) {
            let certain = walk.settle(base.difference(reading), base.cycles(reading));
            base.take(reading);
            let undecided = assistant && !certain;
            walk.pool.clear();
            // A reading on an assistant message may stand from before or from after its own call.
            walk.pool.extend(undecided.then_some(position));
        } else if !assistant {
            walk.settle(Difference::default(), Some(0));
            walk.pool.clear();
        }
    }
    walk.settle(Difference::default(), None);
    walk.calls()
}

struct Walk<'a> {
    samples: &'a [MessageSample],
    start: usize,
    found: Vec<Option<Difference>>,
    pool: Vec<usize>,
}

impl Walk<'_> {
    /// Decides which of the waiting messages are calls, when so many cycles were added (`None`: nobody counted).
    /// Gives the difference to a call where it can only be that one's, and says whether it could.
    fn settle(&mut self, difference: Difference, cycles: Option<u64>) -> bool {
        let (strong, mut weak): (Vec<usize>, Vec<usize>) =
            self.pool.iter().copied().partition(|position| self.samples[*position].is_call());
        weak.sort_by_key(|position| !self.samples[*position].is_likely_call());
        let likely = weak.iter().filter(|position| self.samples[**position].is_likely_call()).count();
        let room = match cycles {
            Some(cycles) => cycles.saturating_sub(strong.len() as u64) as usize,
            None => weak.len(),
        };
        let told_apart = !strong.is_empty() || weak.len() <= 1 || likely == 1;
        let chosen: Vec<usize> = strong.into_iter().chain(weak.into_iter().take(room)).collect();
        for position in &chosen {
            self.found[position - self.start].get_or_insert(Difference {
                usage: Usage::default(),
                latency_ms: None,
                ..difference
            });
        }
        let certain = chosen.len() == 1 && told_apart && cycles.is_none_or(|cycles| cycles == 1);
        if certain {
            let found = &mut self.found[chosen[0] - self.start];
            // What was counted of it together with others was told, too.
            let before = found.unwrap_or_default();
            *found = Some(Difference {
                tells_tokens: before.tells_tokens || difference.tells_tokens,
                tells_latency: before.tells_latency || difference.tells_latency,
                ..difference
            });
        }
        certain
    }

    fn calls(self) -> RunCalls {
        let mut run = RunCalls { calls: Vec::new(), untold_tokens: false, untold_latency: false };
        for (sample, found) in self.samples[self.start..].iter().zip(self.found) {
            let Some(difference) = found else { continue };
            run.untold_tokens |= has_untold_tokens(sample, difference);
            run.untold_latency |= sample.latency_ms.is_none() && !difference.tells_latency;
            run.calls.push(call(sample, difference));
        }
        run
    }
}
