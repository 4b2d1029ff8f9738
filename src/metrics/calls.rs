//! Which messages are calls, and what each of them used.
//!
//! An assistant message with figures of its own, with a reading on it, or redacted, is a call. One without any is
//! none in a run whose other messages tell their own usage: another program wrote it. In a run that has only counters
//! it is a call when the next reading has moved by more cycles than the others explain, and none when the counters
//! stood still past it; where no reading follows, nothing speaks against it and it is a call.

use super::{CallMetrics, MessageSample, runs::RunSpan};
use crate::session::{Counters, Role, Usage};

/// The calls of one run.
pub(super) struct RunCalls {
    /// In order.
    pub calls: Vec<CallMetrics>,
    /// Of one of them neither its message nor the counters tell the tokens.
    pub untold_tokens: bool,
    /// Of one of them neither tells the latency.
    pub untold_latency: bool,
}

/// The calls of one run, and whether their figures have gaps.
pub(super) fn of_run(samples: &[MessageSample], run: &RunSpan) -> RunCalls {
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

/// What the counters grew by.
#[derive(Clone, Copy, Default)]
struct Difference {
    usage: Usage,
    latency_ms: Option<u64>,
    /// Whether tokens were counted, though maybe of several calls together.
    tells_tokens: bool,
    /// Whether time was.
    tells_latency: bool,
}

impl Difference {
    /// To one of several calls only this is known: that their figures are counted among the others'.
    fn shared(self) -> Self {
        Self { usage: Usage::default(), latency_ms: None, ..self }
    }
}

/// The reading from which differences are taken.
#[derive(Default)]
struct Base {
    usage: Usage,
    latency_ms: Option<u64>,
    cycle_count: Option<u64>,
}

impl Base {
    fn moved(&self, reading: &Counters) -> bool {
        let rose = |before: Option<u64>, now: Option<u64>| now.is_some_and(|now| now > before.unwrap_or(0));
        let (a, b) = (&self.usage, &reading.usage);
        rose(a.input, b.input)
            || rose(a.output, b.output)
            || rose(a.total, b.total)
            || rose(a.cache_read, b.cache_read)
            || rose(a.cache_write, b.cache_write)
            || rose(self.latency_ms, reading.latency_ms)
    }

    fn difference(&self, reading: &Counters) -> Difference {
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

    fn cycles(&self, reading: &Counters) -> Option<u64> {
        reading.cycle_count.map(|now| now.saturating_sub(self.cycle_count.unwrap_or(0)))
    }

    fn take(&mut self, reading: &Counters) {
        self.usage = reading.usage;
        self.latency_ms = reading.latency_ms;
        self.cycle_count = reading.cycle_count;
    }
}

fn tells(reading: &Counters) -> bool {
    reading.usage != Usage::default() || reading.latency_ms.is_some()
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
            self.found[position - self.start].get_or_insert(difference.shared());
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

/// Whether a part of a call's tokens is in no sum. A message that says that the provider told nothing says so of its own
/// call; counters that grew may have grown by another one.
fn has_untold_tokens(sample: &MessageSample, difference: Difference) -> bool {
    match own_usage(sample) {
        Some(usage) if usage.is_known() => usage.total.is_none() && !difference.tells_tokens,
        Some(_) => !difference.usage.is_known(),
        None => !difference.tells_tokens,
    }
}

fn call(sample: &MessageSample, difference: Difference) -> CallMetrics {
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
