//! Tokens of one agent as they are told twice over, by its messages and by its counters.

use crate::{
    metrics::{calls, runs},
    session::{Counters, Usage},
};

/// What one agent used since somebody listens. Within a run the larger of the messages' sum and the growth of the counters
/// counts; a run ends where a counter falls.
///
/// An example: messages tell 100 and 100 tokens, then the counters, which stood at 5000, stand at 5250. The messages were
/// counted as they came, so 50 more are.
#[derive(Debug, Clone, Default)]
pub(super) struct AgentTally {
    /// What the counters told before anything was counted here; `None`: no reading came yet.
    base: Option<u64>,
    /// The last reading.
    reading: Option<Box<Counters>>,
    /// Told by the run's messages.
    messages: u64,
    /// Counted of the run.
    counted: u64,
    /// The same two since the last reading: they belong to the next run where that begins.
    since: Since,
}

#[derive(Debug, Clone, Copy, Default)]
struct Since {
    messages: u64,
    counted: u64,
    /// Messages that came, and whether one of them is an assistant's.
    count: u64,
    assistant: bool,
    /// A message told its own usage.
    own: bool,
}

/// What a reading of the counters told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ReadingTold {
    /// Tokens that nobody had told before; `None`: it cannot be known.
    pub tokens: Option<u64>,
    /// Of the one call that it added, where it was one and its message did not tell.
    pub context_tokens: Option<u64>,
    /// Of the one call that it added, in ms.
    pub latency_ms: Option<u64>,
}

impl AgentTally {
    /// A message that was not told before. What it adds to what was counted.
    pub(super) fn message(&mut self, tokens: Option<u64>, is_assistant: bool) -> Option<u64> {
        self.since.count += 1;
        self.since.assistant |= is_assistant;
        Some(self.more(tokens?))
    }

    /// So many tokens more that a message told. What that adds to what was counted.
    pub(super) fn more(&mut self, tokens: u64) -> u64 {
        self.since.own = true;
        self.messages = self.messages.saturating_add(tokens);
        self.since.messages = self.since.messages.saturating_add(tokens);
        self.settle()
    }

    /// A reading of the counters. `is_new`: the agent was seen from its first message on, so all that they tell is news.
    pub(super) fn reading(&mut self, reading: &Counters, is_new: bool) -> ReadingTold {
        let before = self.reading.take();
        if before.as_deref() == Some(reading) {
            self.reading = before;
            return ReadingTold::default();
        }
        let is_next_run = before.as_deref().is_some_and(|before| self.restarts(before, reading));
        let is_first_call = reading.cycle_count == Some(1);
        let total = reading.usage.total_tokens();
        if is_next_run {
            self.base = Some(0);
            self.messages = self.since.messages;
            self.counted = self.since.counted;
        } else if self.base.is_none() {
            // What the messages told stands in the counters as well.
            let known =
                if is_new || is_first_call { Some(0) } else { total.map(|total| total.saturating_sub(self.messages)) };
            self.base = known;
        }
        let is_countable = before.is_some() || is_new || is_first_call;
        let from = before.as_deref().filter(|_| !is_next_run);
        let one_call = is_countable && cycles(from, reading) == Some(1);
        let growth = growth(from, reading);
        let own = self.since.own;
        self.reading = Some(Box::new(reading.clone()));
        let tokens = self.settle();
        self.since = Since::default();
        ReadingTold {
            tokens: (is_countable && total.is_some()).then_some(tokens),
            context_tokens: (one_call && !own)
                .then(|| calls::context(&growth.usage))
                .flatten()
                .filter(|tokens| *tokens > 0),
            latency_ms: growth.latency_ms.filter(|ms| one_call && *ms > 0),
        }
    }

    /// The counters that were read last.
    pub(super) fn last_reading(&self) -> Option<&Counters> {
        self.reading.as_deref()
    }

    /// As in [`runs`]: a counter fell; or, after messages without metrics, the reading differs and no cycle was added.
    fn restarts(&self, before: &Counters, reading: &Counters) -> bool {
        let risen = before.cycle_count.zip(reading.cycle_count).is_some_and(|(before, now)| now > before);
        runs::falls(before, reading) || (self.since.count > 1 && self.since.assistant && !risen)
    }

    /// Counts what is told by now and was not counted. How much that is.
    fn settle(&mut self) -> u64 {
        let total = self.reading.as_ref().and_then(|reading| reading.usage.total_tokens());
        let counters = total.zip(self.base).map_or(0, |(total, base)| total.saturating_sub(base));
        let more = self.messages.max(counters).saturating_sub(self.counted);
        self.counted = self.counted.saturating_add(more);
        self.since.counted = self.since.counted.saturating_add(more);
        more
    }
}

/// Cycles that a reading added.
fn cycles(from: Option<&Counters>, reading: &Counters) -> Option<u64> {
    let before = match from {
        Some(from) => from.cycle_count?,
        None => 0,
    };
    reading.cycle_count?.checked_sub(before)
}

/// What the counters grew by.
fn growth(from: Option<&Counters>, reading: &Counters) -> Counters {
    let before = from.map(|from| from.usage).unwrap_or_default();
    let less = |now: Option<u64>, before: Option<u64>| now.map(|now| now.saturating_sub(before.unwrap_or(0)));
    let usage = Usage {
        input: less(reading.usage.input, before.input),
        output: less(reading.usage.output, before.output),
        total: less(reading.usage.total, before.total),
        cache_read: less(reading.usage.cache_read, before.cache_read),
        cache_write: less(reading.usage.cache_write, before.cache_write),
        partial: false,
    };
    let latency_ms = less(reading.latency_ms, from.and_then(|from| from.latency_ms));
    Counters { usage: usage.unless_untold(), latency_ms, ..Counters::default() }
}
