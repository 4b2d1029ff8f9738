//! How long single tool calls took, where the counters tell it for certain.

use std::collections::BTreeMap;

use crate::{
    metrics::{MessageSample, called, tool_pairs},
    session::{BlockPlace, Counters},
};

/// Seconds by index of the result's message and `toolUseId`.
pub(super) type Durations = BTreeMap<u64, Vec<(Box<str>, f64)>>;

/// How many messages before the last reading a call is looked for. Its result is shown with it only where it is not further away.
const REACH: usize = 8;

/// Learns them from the messages from that index on. A tool's time went up together with its calls by one, and one result of it
/// came since the last reading: then that result took that time.
pub(super) fn learn(found: &mut Durations, samples: &[MessageSample], run_starts: &[u64], from: u64) {
    let from = samples.partition_point(|sample| sample.index < from);
    // What came up to the reading before them stays as it is.
    let reading = samples[..from].iter().rposition(|sample| sample.counters.is_some());
    let (first, index) = reading.map_or((0, 0), |at| (at + 1, samples[at].index + 1));
    drop(found.split_off(&index));
    let near = first.saturating_sub(REACH);
    let (before, samples) = (first - near, &samples[near..]);
    let mut last = reading.map(|at| at - near).and_then(|at| samples[at].counters.as_deref());
    let pairs = tool_pairs(samples);
    // Results since the last reading: tool, id, index.
    let mut open: Vec<(&str, &str, u64)> = Vec::new();
    for (position, sample) in (0..).zip(samples).skip(before) {
        if run_starts.binary_search(&sample.index).is_ok() {
            last = None;
            open.clear();
        }
        for (block, (id, _)) in sample.tool_results.iter().enumerate() {
            let call = pairs.call_of(BlockPlace::new(position, block));
            let name = call.and_then(|call| called(samples, call));
            if let Some((id, name)) = id.as_deref().zip(name) {
                open.push((name, id, sample.index));
            }
        }
        let Some(counters) = sample.counters.as_deref() else { continue };
        for tool in &counters.tools {
            let (calls, time) = grown(tool, last);
            let mut results = open.iter().filter(|(name, ..)| *name == tool.name);
            if let (1, Some(time), Some((_, id, index)), None) = (calls, time, results.next(), results.next()) {
                found.entry(*index).or_default().push(((*id).into(), time));
            }
        }
        last = Some(counters);
        open.clear();
    }
}

/// By how many calls and seconds a tool's counters grew since the last reading.
fn grown(tool: &crate::session::ToolCounter, last: Option<&Counters>) -> (u64, Option<f64>) {
    let before = last.and_then(|last| last.tools.iter().find(|before| before.name == tool.name));
    let calls = tool.calls.unwrap_or(0).saturating_sub(before.and_then(|before| before.calls).unwrap_or(0));
    let time = tool.total_time_s.map(|time| time - before.and_then(|before| before.total_time_s).unwrap_or(0.0));
    (calls, time.filter(|time| *time >= 0.0))
}

#[cfg(test)]
mod tests {
    use super::{super::sample, *};
    use crate::session::ToolCounter;

    /// Calls that took 1 s, 2 s, …, each with its result, which holds the counters.
    fn history(calls: u64) -> Vec<MessageSample> {
        let counters = |calls: u64| {
            let seconds = (calls * (calls + 1)) as f64 / 2.0;
            let (name, calls, total_time_s) = ("lookup_order".to_owned(), Some(calls), Some(seconds));
            let tool = ToolCounter { name, calls, total_time_s, ..ToolCounter::default() };
            Counters { tools: vec![tool], ..Counters::default() }
        };
        let pair = |call: u64| {
            let result = sample::tool_result(2 * call + 1, &format!("t{call}"));
            let result = crate::session::Message { counters: Some(Box::new(counters(call + 1))), ..result };
            [sample::tool_use(2 * call, &format!("t{call}")), result]
        };
        (0..calls).flat_map(pair).map(|message| MessageSample::from(&message)).collect()
    }

    #[test]
    fn those_of_messages_that_come_are_learned_beside_those_known() {
        let samples = history(30);
        let mut whole = Durations::new();
        learn(&mut whole, &samples, &[], 0);
        assert_eq!((whole.len(), whole[&59][0].1), (30, 30.0));
        let mut found = Durations::new();
        for len in 1..=samples.len() {
            learn(&mut found, &samples[..len], &[], len as u64 - 1);
        }
        assert_eq!(found, whole);
        learn(&mut found, &samples[..40], &[], 40);
        assert_eq!(found.len(), 20);
    }
}
