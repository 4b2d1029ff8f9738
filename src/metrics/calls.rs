//! Which messages are calls, and what each of them used.
//!
//! An assistant message with figures of its own, with a reading on it, or redacted, is a call. One without any is
//! none in a run whose other messages tell their own usage: another program wrote it. In a run that has only counters
//! it is a call when the next reading has moved by more cycles than the others explain, and none when the counters
//! stood still past it; where no reading follows, nothing speaks against it and it is a call.
//!
//! Read message by message: those that no reading has settled yet wait in a pool, and stand in the list as calls meanwhile.

use super::{
    MessageSample,
    call_list::CallList,
    difference::{Base, Difference, call, has_untold_tokens, tells},
};
use crate::session::Role;

/// The calls of a history, and the messages that may be some. Only added to and taken back at the end.
#[derive(Debug, Clone, Default)]
pub(super) struct CallLog {
    /// The calls of all runs.
    pub list: CallList,
    candidates: Vec<CallCandidate>,
    /// From which call on the list was corrected when its pool was settled.
    corrected: Vec<usize>,
}

/// How much a [`CallLog`] held.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct CallLengths {
    calls: usize,
    candidates: usize,
    corrected: usize,
}

#[derive(Debug, Clone, Copy)]
struct CallCandidate {
    position: usize,
    looks: CallLooks,
}

/// How much a message looks like a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CallLooks {
    /// It tells figures, or is redacted.
    Certain,
    /// It asks for a tool.
    Likely,
    /// Anything may have written it.
    Unlikely,
}

/// What calls do not tell themselves.
#[derive(Debug, Clone, Copy, Default)]
struct Untold {
    /// The message says that the provider told nothing, so the counters may have grown by other calls.
    tokens_at_all: bool,
    tokens: bool,
    latency: bool,
}

impl Untold {
    /// Of a message without any figure.
    const BARE: Self = Self { tokens_at_all: false, tokens: true, latency: true };

    fn of(sample: &MessageSample) -> Self {
        // As if the counters had been told, and not.
        let counted = Difference { tells_tokens: true, ..Difference::default() };
        Self {
            tokens_at_all: has_untold_tokens(sample, counted),
            tokens: has_untold_tokens(sample, Difference::default()),
            latency: sample.latency_ms.is_none(),
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            tokens_at_all: self.tokens_at_all || other.tokens_at_all,
            tokens: self.tokens || other.tokens,
            latency: self.latency || other.latency,
        }
    }

    /// What is in no sum, when the counters tell that much: tokens, latency.
    fn beside(self, tells_tokens: bool, tells_latency: bool) -> (bool, bool) {
        (if tells_tokens { self.tokens_at_all } else { self.tokens }, self.latency && !tells_latency)
    }
}

/// A reading on an assistant message may stand from before or from after its own call: it waits for the next one, too.
#[derive(Debug, Clone, Copy)]
struct HeldCall {
    untold: Untold,
    tells_tokens: bool,
    tells_latency: bool,
}

/// The calls of the open run, as far as they are told.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OpenCalls {
    /// Whether messages of this run tell their own usage, as it is taken to be. That is known at its end only.
    pub told: bool,
    /// Whether one did so far.
    pub tells: bool,
    /// Assistant messages without figures that were taken for calls, and that were passed over, because of `told`.
    bare: usize,
    passed: usize,
    base: Base,
    /// Where the pool begins: among the candidates, and in the list.
    pool: usize,
    decided: usize,
    certain: usize,
    likely: usize,
    unlikely: usize,
    /// Of those in the pool that have figures, but the held one.
    untold: Untold,
    /// The first of the pool, where it has met a reading already.
    held: Option<HeldCall>,
    /// Of the calls decided, neither their messages nor the counters tell the tokens of one, or the latency.
    untold_tokens: bool,
    untold_latency: bool,
}

impl OpenCalls {
    /// Of a run that begins now.
    pub fn of_run(log: &CallLog, told: bool) -> Self {
        Self { told, pool: log.candidates.len(), decided: log.list.len(), ..Self::default() }
    }

    /// Whether `told` turned out right, as far as it matters: else the run is to be read again with what `tells` says.
    pub fn is_right(&mut self) -> bool {
        let matters = if self.tells { self.bare > 0 } else { self.passed > 0 };
        if !matters {
            self.told = self.tells;
        }
        self.told == self.tells
    }

    /// Sees the next message.
    pub fn take(&mut self, samples: &[MessageSample], position: usize, log: &mut CallLog) {
        let sample = &samples[position];
        let assistant = sample.role == Role::Assistant;
        if sample.usage.is_some() {
            self.tells = true;
            self.is_right();
        }
        let before = self.untold;
        if assistant && (!self.told || sample.is_call()) {
            self.wait(sample, position, log);
        } else if assistant {
            self.passed += 1;
        }
        let Some(reading) = sample.counters.as_deref().filter(|reading| tells(reading)) else { return };
        if self.base.moved(reading) {
            let difference = self.base.difference(reading);
            let certain = self.settle(samples, &difference, self.base.cycles(reading), log);
            self.base.take(reading);
            let undecided = assistant && !certain;
            if !certain {
                let untold = if undecided { before } else { self.untold };
                self.close_pool(untold, &difference);
            }
            self.clear(log);
            if undecided {
                let Difference { tells_tokens, tells_latency, .. } = difference;
                self.held = Some(HeldCall { untold: Untold::of(sample), tells_tokens, tells_latency });
                (self.pool, self.decided, self.certain) = (self.pool - 1, self.decided - 1, 1);
            }
        } else if !assistant {
            self.settle(samples, &Difference::default(), Some(0), log);
            self.close_pool(self.untold, &Difference::default());
            self.clear(log);
        }
    }

    /// A message waits in the pool, and stands in the list as a call.
    fn wait(&mut self, sample: &MessageSample, position: usize, log: &mut CallLog) {
        let looks = if sample.is_call() {
            self.certain += 1;
            self.untold = self.untold.or(Untold::of(sample));
            CallLooks::Certain
        } else if sample.is_likely_call() {
            self.likely += 1;
            CallLooks::Likely
        } else {
            self.unlikely += 1;
            CallLooks::Unlikely
        };
        self.bare += usize::from(looks != CallLooks::Certain);
        log.candidates.push(CallCandidate { position, looks });
        log.list.push(call(sample, Difference::default()));
    }

    /// Decides which of the waiting messages are calls, when so many cycles were added (`None`: nobody counted).
    /// Gives the difference to a call where it can only be that one's, and says whether it could.
    fn settle(
        &mut self,
        samples: &[MessageSample],
        difference: &Difference,
        cycles: Option<u64>,
        log: &mut CallLog,
    ) -> bool {
        let bare = self.likely + self.unlikely;
        let room = match cycles {
            Some(cycles) => cycles.saturating_sub(self.certain as u64).min(bare as u64) as usize,
            None => bare,
        };
        let told_apart = self.certain > 0 || bare <= 1 || self.likely == 1;
        let certain = self.certain + room == 1 && told_apart && cycles.is_none_or(|cycles| cycles == 1);
        let pool = &log.candidates[self.pool..];
        let chosen = certain.then(|| {
            let first = |looks: CallLooks| pool.iter().find(|candidate| candidate.looks == looks);
            first(CallLooks::Certain).or_else(|| first(CallLooks::Likely)).or_else(|| first(CallLooks::Unlikely))
        });
        let chosen = chosen.flatten().map(|candidate| candidate.position);
        let first_dropped = if room < bare { self.drop_bare(room, log) } else { None };
        if chosen.is_some() || first_dropped.is_some() {
            let from = if chosen.is_some() { 0 } else { first_dropped.unwrap_or(0) };
            log.corrected.push(self.decided + from);
        }
        // Those that are no calls tell nothing of them.
        (self.likely, self.unlikely) = (room.min(self.likely), room - room.min(self.likely));
        if let Some(position) = chosen {
            let held = self.held.as_ref();
            // What was counted of it together with others was told, too.
            let difference = Difference {
                tells_tokens: difference.tells_tokens || held.is_some_and(|held| held.tells_tokens),
                tells_latency: difference.tells_latency || held.is_some_and(|held| held.tells_latency),
                ..*difference
            };
            let sample = &samples[position];
            log.list.set(self.decided, call(sample, difference));
            self.untold_tokens |= has_untold_tokens(sample, difference);
            self.untold_latency |= sample.latency_ms.is_none() && !difference.tells_latency;
        }
        certain
    }

    /// Of the messages without figures only so many are calls, those that ask for a tool first. Says the first that is none, by its
    /// place in the pool.
    fn drop_bare(&self, room: usize, log: &mut CallLog) -> Option<usize> {
        let mut likely = room.min(self.likely);
        let mut unlikely = room - likely;
        let mut first = None;
        let pool = &log.candidates[self.pool..];
        log.list.keep_of(self.decided, |place| {
            let left = match pool.get(place).map(|candidate| candidate.looks) {
                Some(CallLooks::Likely) => &mut likely,
                Some(CallLooks::Unlikely) => &mut unlikely,
                Some(CallLooks::Certain) | None => return true,
            };
            let keep = *left > 0;
            *left = left.saturating_sub(1);
            if !keep {
                first.get_or_insert(place);
            }
            keep
        });
        first
    }

    /// The calls in the pool are decided, and share the difference.
    fn close_pool(&mut self, untold: Untold, difference: &Difference) {
        let (tokens, latency) = self.gaps(untold, difference);
        self.untold_tokens |= tokens;
        self.untold_latency |= latency;
    }

    fn gaps(&self, untold: Untold, difference: &Difference) -> (bool, bool) {
        let bare = self.likely + self.unlikely > 0;
        let untold = if bare { untold.or(Untold::BARE) } else { untold };
        let (tokens, latency) = untold.beside(difference.tells_tokens, difference.tells_latency);
        let held = self.held.map(|held| held.untold.beside(held.tells_tokens, held.tells_latency));
        let (held_tokens, held_latency) = held.unwrap_or_default();
        (tokens || held_tokens, latency || held_latency)
    }

    fn clear(&mut self, log: &CallLog) {
        (self.pool, self.decided) = (log.candidates.len(), log.list.len());
        (self.certain, self.likely, self.unlikely) = (0, 0, 0);
        (self.untold, self.held) = (Untold::default(), None);
    }

    /// Whether neither the messages nor the counters tell the tokens of one of the run's calls, or its latency.
    pub fn untold(&self) -> (bool, bool) {
        let (tokens, latency) = self.gaps(self.untold, &Difference::default());
        (self.untold_tokens || tokens, self.untold_latency || latency)
    }
}

impl CallLog {
    pub fn lengths(&self) -> CallLengths {
        CallLengths { calls: self.list.len(), candidates: self.candidates.len(), corrected: self.corrected.len() }
    }

    /// Goes back to what was held when the calls of the open run stood so. Says how many messages were looked at again.
    pub fn go_back(&mut self, samples: &[MessageSample], to: &CallLengths, open: &OpenCalls) -> u64 {
        self.candidates.truncate(to.candidates);
        let corrected = self.corrected.get(to.corrected).copied();
        self.corrected.truncate(to.corrected);
        let from = corrected.map_or(to.calls, |from| from.min(to.calls));
        self.list.truncate(from);
        // What waited then stood in the list one by one.
        let waiting = &self.candidates[open.pool + (from - open.decided)..];
        for candidate in waiting {
            self.list.push(call(&samples[candidate.position], Difference::default()));
        }
        waiting.len() as u64
    }
}
