//! Where one run ends and the next begins, told from the counters alone.

use std::{collections::HashMap, ops::Range};

use super::MessageSample;
use crate::session::{Counters, Role, ToolCounter, Usage};

/// The messages of one run and how far its counters came.
pub(super) struct RunSpan {
    /// Positions of its messages.
    pub span: Range<usize>,
    /// The highest known reading of each counter; `None` where there are no counters at all.
    pub peak: Option<Counters>,
    /// Position of the last reading.
    pub last: usize,
}

/// Cuts a history into runs. Without any counters it is one stretch with no peak.
pub(super) fn split(samples: &[MessageSample]) -> Vec<RunSpan> {
    let mut runs: Vec<RunSpan> = Vec::new();
    for (position, sample) in samples.iter().enumerate() {
        let Some(reading) = sample.counters.as_deref() else { continue };
        if let Some(run) = runs.last_mut()
            && !restarts(samples, run, position, reading)
        {
            run.last = position;
            run.peak.get_or_insert_default().rise_to(reading);
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

pub(super) fn falls(peak: &Counters, reading: &Counters) -> bool {
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

trait Rise {
    fn rise_to(&mut self, reading: &Counters);
}

impl Rise for Counters {
    /// Takes over what the reading tells; what it leaves out stays as it was.
    fn rise_to(&mut self, reading: &Counters) {
        let usage = &mut self.usage;
        usage.input = reading.usage.input.or(usage.input);
        usage.output = reading.usage.output.or(usage.output);
        usage.total = reading.usage.total.or(usage.total);
        usage.cache_read = reading.usage.cache_read.or(usage.cache_read);
        usage.cache_write = reading.usage.cache_write.or(usage.cache_write);
        self.latency_ms = reading.latency_ms.or(self.latency_ms);
        self.cycle_count = reading.cycle_count.or(self.cycle_count);
        self.total_duration_s = reading.total_duration_s.or(self.total_duration_s);
        self.tools.clone_from(&reading.tools);
    }
}
