//! Where one run ends and the next begins, told from the counters alone, message by message.

use std::collections::HashMap;

use super::MessageSample;
use crate::session::{Counters, Role, ToolCounter, Usage};

/// The run that the last message seen belongs to: where it began and how far its counters came.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OpenRun {
    /// Position of its first message.
    pub start: usize,
    /// The highest known reading of each counter; `None` where none was met.
    pub peak: Option<Peak>,
    /// Position of the last reading, where there is one.
    last: usize,
    /// Messages after the last reading: the assistant's, and those of them that look like a call.
    assistants: u64,
    likely: u64,
}

impl OpenRun {
    /// A run of which nothing was seen.
    pub fn at(start: usize) -> Self {
        Self { start, ..Self::default() }
    }

    /// Position of the last reading.
    pub fn last_reading(&self) -> Option<usize> {
        self.peak.map(|_| self.last)
    }

    /// Sees the next message. `Some`: its counters are those of another run, which began at that position; what was seen since
    /// then is no part of this one.
    pub fn take(&mut self, samples: &[MessageSample], position: usize) -> Option<usize> {
        let sample = &samples[position];
        self.assistants += u64::from(sample.role == Role::Assistant);
        self.likely += u64::from(sample.is_likely_call());
        let reading = sample.counters.as_deref()?;
        if self.restarts(samples, position, reading) {
            return Some(self.beginning(samples, position, reading.cycle_count));
        }
        match &mut self.peak {
            Some(peak) => peak.rise_to(reading),
            None => self.peak = Some(Peak::of(reading)),
        }
        (self.last, self.assistants, self.likely) = (position, 0, 0);
        None
    }

    /// Whether a reading belongs to a fresh Agent: a counter fell; or, after messages without metrics, it differs though
    /// no cycle was added. A fresh Agent counts nothing before its first assistant message, so without one it is the same.
    fn restarts(&self, samples: &[MessageSample], position: usize, reading: &Counters) -> bool {
        let (Some(peak), Some(before)) = (&self.peak, samples[self.last].counters.as_deref()) else { return false };
        if before == reading {
            return false;
        }
        if falls(peak, &before.tools, reading) {
            return true;
        }
        let risen = peak.cycle_count.zip(reading.cycle_count).is_some_and(|(before, now)| now > before);
        position - self.last > 1 && !risen && self.assistants > 0
    }

    /// The first message of a run: back over as many calls as its first reading counts cycles, to the prompt. Assistant
    /// messages that look like no call are passed over, unless too few others are there.
    fn beginning(&self, samples: &[MessageSample], position: usize, cycles: Option<u64>) -> usize {
        let Some(cycles) = cycles else { return self.last + 1 };
        let needed = cycles.max(1);
        let mut left = needed;
        let mut start = position;
        for at in (self.last + 1..=position).rev() {
            if samples[at].role == Role::Assistant && (self.likely < needed || samples[at].is_likely_call()) {
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
}

/// The highest known reading of each counter of a run. Those of tools stand as the last reading has them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peak {
    /// `accumulated_usage`.
    pub usage: Usage,
    /// `accumulated_metrics.latencyMs`.
    pub latency_ms: Option<u64>,
    cycle_count: Option<u64>,
    total_duration_s: Option<f64>,
}

impl Peak {
    fn of(reading: &Counters) -> Self {
        let Counters { usage, latency_ms, cycle_count, total_duration_s, .. } = *reading;
        Self { usage, latency_ms, cycle_count, total_duration_s }
    }

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
    }
}

/// Whether a counter of a later reading fell below an earlier one: it is another run's.
pub(super) fn fell(before: &Counters, reading: &Counters) -> bool {
    falls(&Peak::of(before), &before.tools, reading)
}

fn falls(peak: &Peak, tools: &[ToolCounter], reading: &Counters) -> bool {
    let before = figures(&peak.usage, peak.latency_ms, peak.cycle_count);
    let now = figures(&reading.usage, reading.latency_ms, reading.cycle_count);
    let fell = before.into_iter().zip(now).any(|pair| matches!(pair, (Some(a), Some(b)) if b < a));
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
    fell || seconds(peak.total_duration_s, reading.total_duration_s) || tools.iter().enumerate().any(&mut tool_fell)
}

fn figures(usage: &Usage, latency_ms: Option<u64>, cycle_count: Option<u64>) -> [Option<u64>; 7] {
    let Usage { input, output, total, cache_read, cache_write, .. } = *usage;
    [input, output, total, cache_read, cache_write, latency_ms, cycle_count]
}
