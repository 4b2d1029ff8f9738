//! What was told when, over the last hour: by the second, what is older than five minutes by the minute.

use std::collections::VecDeque;

/// Nothing older is kept, in seconds.
const KEPT_S: i64 = 3600;

/// What is older is kept by the minute, in seconds.
const FINE_S: i64 = 300;

/// At so many entries what is old is put together: 300 seconds and 55 minutes are fewer.
const MOST_ENTRIES: usize = 400;

/// Counts of the last hour, in the order of their time; at most some hundred entries.
#[derive(Debug, Clone, Default)]
pub(super) struct Pace {
    entries: VecDeque<PaceEntry>,
}

/// What was told within one second.
#[derive(Debug, Clone, Copy)]
struct PaceEntry {
    /// Seconds since 1970.
    at: i64,
    tokens: u64,
    writes: u64,
}

impl Pace {
    /// So many tokens more and so many changes at that second. `now`: the latest that anybody knows of.
    pub(super) fn add(&mut self, at: i64, tokens: u64, writes: u64, now: i64) {
        if at <= now.saturating_sub(KEPT_S) {
            return;
        }
        let position = self.entries.partition_point(|entry| entry.at < at);
        match self.entries.get_mut(position).filter(|entry| entry.at == at) {
            Some(entry) => {
                entry.tokens = entry.tokens.saturating_add(tokens);
                entry.writes = entry.writes.saturating_add(writes);
            }
            None => self.entries.insert(position, PaceEntry { at, tokens, writes }),
        }
        if self.entries.len() > MOST_ENTRIES {
            self.tidy(now);
        }
    }

    /// Drops what is too old, and puts together what is old. A clock that was set back leaves entries ahead of it: beyond the
    /// limit the oldest go all the same.
    fn tidy(&mut self, now: i64) {
        let mut kept: VecDeque<PaceEntry> = VecDeque::with_capacity(MOST_ENTRIES);
        for entry in self.entries.drain(..).filter(|entry| entry.at > now.saturating_sub(KEPT_S)) {
            let is_old = entry.at <= now.saturating_sub(FINE_S);
            match kept.back_mut().filter(|last| is_old && last.at.div_euclid(60) == entry.at.div_euclid(60)) {
                Some(last) => {
                    last.tokens = last.tokens.saturating_add(entry.tokens);
                    last.writes = last.writes.saturating_add(entry.writes);
                }
                None => kept.push_back(entry),
            }
        }
        kept.drain(..kept.len().saturating_sub(MOST_ENTRIES));
        self.entries = kept;
    }

    /// Changes told within the last so many seconds.
    pub(super) fn writes(&self, seconds: i64, now: i64) -> u64 {
        self.since(seconds, now).fold(0, |sum, entry| sum.saturating_add(entry.writes))
    }

    /// Tokens told within the last so many seconds.
    pub(super) fn tokens(&self, seconds: i64, now: i64) -> u64 {
        self.since(seconds, now).fold(0, |sum, entry| sum.saturating_add(entry.tokens))
    }

    /// What is dated ahead of `now` counts as now: the clock was set back.
    fn since(&self, seconds: i64, now: i64) -> impl Iterator<Item = &PaceEntry> {
        let from = now.saturating_sub(seconds);
        self.entries.iter().rev().take_while(move |entry| entry.at > from)
    }

    /// Tokens of each of so many stretches of so many seconds, the last of which ends now.
    pub(super) fn stretches(&self, stretches: usize, seconds: i64, now: i64) -> Vec<u64> {
        let mut out = vec![0_u64; stretches];
        let seconds = seconds.max(1);
        for entry in self.since(seconds.saturating_mul(stretches as i64), now) {
            let back = usize::try_from(now.saturating_sub(entry.at).max(0) / seconds).unwrap_or(usize::MAX);
            if let Some(sum) =
                stretches.checked_sub(1).and_then(|last| last.checked_sub(back)).and_then(|at| out.get_mut(at))
            {
                *sum = sum.saturating_add(entry.tokens);
            }
        }
        out
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}
