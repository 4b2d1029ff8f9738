//! Both sources of a run side by side, and their sum over runs.

use super::{FigureSource, RunReading, UsageSource};
use crate::session::{Usage, message::known_sum};

/// Sums over runs, added one after the other.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RunSums {
    /// The larger of both sources, run by run and figure by figure.
    pub usage: Usage,
    /// Which source gave each figure.
    pub source: UsageSource,
    /// Latency, ms.
    pub latency_ms: Option<u64>,
    /// Of one of the calls nothing tells the latency.
    pub latency_partial: bool,
}

impl RunSums {
    /// These and one more run.
    #[must_use]
    pub fn with(mut self, run: &RunReading) -> Self {
        let (usage, source) = (&mut self.usage, &mut self.source);
        let (counters, messages) = (&run.counters, &run.messages);
        add(&mut usage.input, &mut source.input, counters.input, messages.input);
        add(&mut usage.output, &mut source.output, counters.output, messages.output);
        add(&mut usage.total, &mut source.total, counters.total, messages.total);
        add(&mut usage.cache_read, &mut source.cache_read, counters.cache_read, messages.cache_read);
        add(&mut usage.cache_write, &mut source.cache_write, counters.cache_write, messages.cache_write);
        usage.partial |= run.partial;
        self.latency_ms = known_sum(self.latency_ms, larger(run.counters_latency_ms, run.messages_latency_ms).0);
        self.latency_partial |= run.latency_partial;
        self
    }
}

fn add(sum: &mut Option<u64>, source: &mut FigureSource, counters: Option<u64>, messages: Option<u64>) {
    let (value, from) = larger(counters, messages);
    *sum = known_sum(*sum, value);
    *source = joined(*source, from);
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
