//! The calls of a history, one by one, with what is told of all of them together: kept while calls are added, taken back and
//! corrected, none looked at again.

use super::CallMetrics;

/// Calls in stored order and their figures together.
#[derive(Debug, Clone, Default)]
pub(super) struct CallList {
    /// The calls.
    calls: Vec<CallMetrics>,
    latencies: Latencies,
    /// Output and time of the calls whose output and latency are known. Exact, so that a call can be taken back.
    output: u128,
    ms: u128,
}

impl CallList {
    /// Takes the list back that [`CallList::lend`] gave.
    pub fn give_back(&mut self, calls: Vec<CallMetrics>) {
        self.calls = calls;
    }

    /// Gives the list away to whoever shows it.
    pub fn lend(&mut self) -> Vec<CallMetrics> {
        std::mem::take(&mut self.calls)
    }

    pub fn len(&self) -> usize {
        self.calls.len()
    }

    pub fn last(&self) -> Option<&CallMetrics> {
        self.calls.last()
    }

    pub fn push(&mut self, call: CallMetrics) {
        self.count(&call);
        self.calls.push(call);
    }

    /// Takes the calls back from that one on.
    pub fn truncate(&mut self, len: usize) {
        while self.calls.len() > len
            && let Some(call) = self.calls.pop()
        {
            self.discount(&call);
        }
    }

    /// Puts another call in the place of that one.
    pub fn set(&mut self, at: usize, call: CallMetrics) {
        let Some(place) = self.calls.get_mut(at) else { return };
        let before = std::mem::replace(place, call);
        self.discount(&before);
        self.count(&call);
    }

    /// Of the calls from that one on, keeps those that `keep` wants by their place among them.
    pub fn keep_of(&mut self, from: usize, mut keep: impl FnMut(usize) -> bool) {
        let tail = self.calls.split_off(from.min(self.calls.len()));
        for (place, call) in tail.into_iter().enumerate() {
            if keep(place) {
                self.calls.push(call);
            } else {
                self.discount(&call);
            }
        }
    }

    fn count(&mut self, call: &CallMetrics) {
        if let Some(ms) = call.latency_ms {
            self.latencies.add(ms);
        }
        if let Some((output, ms)) = call.usage.output.zip(call.latency_ms) {
            self.output += u128::from(output);
            self.ms += u128::from(ms);
        }
    }

    fn discount(&mut self, call: &CallMetrics) {
        if let Some(ms) = call.latency_ms {
            self.latencies.remove(ms);
        }
        if let Some((output, ms)) = call.usage.output.zip(call.latency_ms) {
            self.output -= u128::from(output);
            self.ms -= u128::from(ms);
        }
    }

    /// Nearest-rank percentiles of the known latencies.
    pub fn percentiles<const N: usize>(&mut self, percents: [usize; N]) -> [Option<u64>; N] {
        self.latencies.percentiles(percents)
    }

    /// Output tokens per second of the calls whose latency and output are known.
    pub fn output_per_second(&self) -> Option<f64> {
        let most = u128::from(u64::MAX);
        (self.ms > 0).then(|| self.output.min(most) as f64 * 1000.0 / self.ms.min(most) as f64)
    }
}

/// How many new values are put into their places one by one; more are sorted in together.
const FEW: usize = 32;

/// Values in order. To put one in moves those after it in memory, 8 bytes a call, and looks at no message.
#[derive(Debug, Clone, Default)]
struct Latencies {
    sorted: Vec<u64>,
    /// Not sorted in yet.
    new: Vec<u64>,
}

impl Latencies {
    fn add(&mut self, value: u64) {
        self.new.push(value);
    }

    fn remove(&mut self, value: u64) {
        if let Some(at) = self.new.iter().rposition(|new| *new == value) {
            self.new.remove(at);
        } else if let Ok(at) = self.sorted.binary_search(&value) {
            self.sorted.remove(at);
        }
    }

    fn sort(&mut self) {
        if self.new.len() > FEW {
            self.sorted.append(&mut self.new);
            self.sorted.sort_unstable();
            return;
        }
        for value in self.new.drain(..) {
            let at = self.sorted.partition_point(|known| *known < value);
            self.sorted.insert(at, value);
        }
    }

    fn percentiles<const N: usize>(&mut self, percents: [usize; N]) -> [Option<u64>; N] {
        self.sort();
        percents.map(|percent| {
            let rank = (self.sorted.len() * percent).div_ceil(100);
            rank.checked_sub(1).and_then(|at| self.sorted.get(at)).copied()
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::session::Usage;

    fn call(ms: Option<u64>, output: Option<u64>) -> CallMetrics {
        let usage = Usage { output, ..Usage::default() };
        CallMetrics { latency_ms: ms, usage, ..CallMetrics::default() }
    }

    #[derive(Debug, Clone)]
    enum Step {
        Push(Option<u64>, Option<u64>),
        Truncate(usize),
        Set(usize, Option<u64>, Option<u64>),
        Read,
    }

    fn step() -> impl Strategy<Value = Step> {
        let figure = || prop_oneof![Just(None), (0..6_u64).prop_map(Some), Just(Some(u64::MAX))];
        prop_oneof![
            6 => (figure(), figure()).prop_map(|(ms, output)| Step::Push(ms, output)),
            1 => (0..60_usize).prop_map(Step::Truncate),
            2 => (0..60_usize, figure(), figure()).prop_map(|(at, ms, output)| Step::Set(at, ms, output)),
            1 => Just(Step::Read),
        ]
    }

    proptest! {
        #[test]
        fn what_is_told_of_all_is_as_if_they_were_counted_anew(steps in prop::collection::vec(step(), 0..120)) {
            let mut list = CallList::default();
            let mut plain: Vec<CallMetrics> = Vec::new();
            for step in steps {
                match step {
                    Step::Push(ms, output) => {
                        list.push(call(ms, output));
                        plain.push(call(ms, output));
                    }
                    Step::Truncate(len) => {
                        list.truncate(len);
                        plain.truncate(len);
                    }
                    Step::Set(at, ms, output) => {
                        list.set(at, call(ms, output));
                        if let Some(place) = plain.get_mut(at) {
                            *place = call(ms, output);
                        }
                    }
                    Step::Read => {
                        list.percentiles([50]);
                    }
                }
            }
            let mut fresh = CallList::default();
            for call in plain {
                fresh.push(call);
            }
            prop_assert_eq!(list.percentiles([50, 95]), fresh.percentiles([50, 95]));
            prop_assert_eq!(list.output_per_second(), fresh.output_per_second());
            prop_assert_eq!(list.lend(), fresh.lend());
        }
    }
}
