//! What a single call used: what its message tells, or what the counters grew by.

use super::{CallMetrics, MessageSample};
use crate::session::{Counters, Usage};

/// What the counters grew by.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Difference {
    pub usage: Usage,
    pub latency_ms: Option<u64>,
    /// Whether tokens were counted, though maybe of several calls together.
    pub tells_tokens: bool,
    /// Whether time was.
    pub tells_latency: bool,
}

/// The reading from which differences are taken.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Base {
    usage: Usage,
    latency_ms: Option<u64>,
    cycle_count: Option<u64>,
}

impl Base {
    pub fn moved(&self, reading: &Counters) -> bool {
        let rose = |before: Option<u64>, now: Option<u64>| now.is_some_and(|now| now > before.unwrap_or(0));
        let (a, b) = (&self.usage, &reading.usage);
        rose(a.input, b.input)
            || rose(a.output, b.output)
            || rose(a.total, b.total)
            || rose(a.cache_read, b.cache_read)
            || rose(a.cache_write, b.cache_write)
            || rose(self.latency_ms, reading.latency_ms)
    }

    pub fn difference(&self, reading: &Counters) -> Difference {
        let less = |now: Option<u64>, before: Option<u64>| now.map(|now| now.saturating_sub(before.unwrap_or(0)));
        let (a, b) = (&self.usage, &reading.usage);
        let usage = Usage {
            input: less(b.input, a.input),
            output: less(b.output, a.output),
            total: less(b.total, a.total),
            cache_read: less(b.cache_read, a.cache_read),
            cache_write: less(b.cache_write, a.cache_write),
            partial: false,
        };
        let usage = usage.unless_untold();
        let latency_ms = less(reading.latency_ms, self.latency_ms).filter(|ms| *ms > 0);
        Difference { usage, latency_ms, tells_tokens: usage.is_known(), tells_latency: latency_ms.is_some() }
    }

    pub fn cycles(&self, reading: &Counters) -> Option<u64> {
        reading.cycle_count.map(|now| now.saturating_sub(self.cycle_count.unwrap_or(0)))
    }

    pub fn take(&mut self, reading: &Counters) {
        self.usage = reading.usage;
        self.latency_ms = reading.latency_ms;
        self.cycle_count = reading.cycle_count;
    }
}

/// Whether a reading tells any figure that calls have.
pub(super) fn tells(reading: &Counters) -> bool {
    reading.usage != Usage::default() || reading.latency_ms.is_some()
}

/// Whether a part of a call's tokens is in no sum. A message that says that the provider told nothing says so of its own
/// call; counters that grew may have grown by another one.
pub(super) fn has_untold_tokens(sample: &MessageSample, difference: Difference) -> bool {
    match own_usage(sample) {
        Some(usage) if usage.is_known() => usage.total.is_none() && !difference.tells_tokens,
        Some(_) => !difference.usage.is_known(),
        None => !difference.tells_tokens,
    }
}

/// A call's figures: its message's own, else the difference.
pub(super) fn call(sample: &MessageSample, difference: Difference) -> CallMetrics {
    let own = own_usage(sample);
    let usage = own.filter(Usage::is_known).or(Some(difference.usage).filter(Usage::is_known)).or(own);
    let usage = usage.unwrap_or(difference.usage);
    CallMetrics {
        index: sample.index,
        at: sample.at,
        usage,
        latency_ms: sample.latency_ms.or(difference.latency_ms),
        first_byte_ms: sample.first_byte_ms,
        context_tokens: context(&usage),
    }
}

/// A message's own tokens. Strands leaves the cache figures out of a usage where the provider reported none, so beside
/// a stored total they are 0; a total that is not stored is input and output together.
pub(super) fn own_usage(sample: &MessageSample) -> Option<Usage> {
    let mut usage = sample.usage?;
    if usage.total.is_some() {
        usage.cache_read = usage.cache_read.or(Some(0));
        usage.cache_write = usage.cache_write.or(Some(0));
    }
    let both = usage.input.zip(usage.output).map(|(input, output)| input.saturating_add(output));
    usage.total = usage.total.or(both);
    Some(usage)
}

/// Size of a call's context: cached tokens count extra where the provider leaves them out of the input.
pub(super) fn context(usage: &Usage) -> Option<u64> {
    let input = usage.input?;
    let plain = input.saturating_add(usage.output.unwrap_or(0));
    let cached = usage.cache_read.unwrap_or(0).saturating_add(usage.cache_write.unwrap_or(0));
    let apart = usage.output.is_some() && usage.total.is_some_and(|total| total > plain);
    Some(if apart { input.saturating_add(cached) } else { input })
}
