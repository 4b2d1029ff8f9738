//! How long single tool calls took, where the counters tell it for certain.

use std::collections::HashMap;

use crate::{
    metrics::{MessageSample, called, tool_pairs},
    session::{BlockPlace, Counters},
};

/// Seconds by index of the result's message and `toolUseId`.
pub(super) type Durations = HashMap<u64, Vec<(Box<str>, f64)>>;

/// A tool's time went up together with its calls by one, and one result of it came since the last reading: then that
/// result took that time.
pub(super) fn durations(samples: &[MessageSample], run_starts: &[u64]) -> Durations {
    let mut found = Durations::new();
    let mut last: Option<&Counters> = None;
    let pairs = tool_pairs(samples);
    // Results since the last reading: tool, id, index.
    let mut open: Vec<(&str, &str, u64)> = Vec::new();
    for (position, sample) in (0..).zip(samples) {
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
    found
}

/// By how many calls and seconds a tool's counters grew since the last reading.
fn grown(tool: &crate::session::ToolCounter, last: Option<&Counters>) -> (u64, Option<f64>) {
    let before = last.and_then(|last| last.tools.iter().find(|before| before.name == tool.name));
    let calls = tool.calls.unwrap_or(0).saturating_sub(before.and_then(|before| before.calls).unwrap_or(0));
    let time = tool.total_time_s.map(|time| time - before.and_then(|before| before.total_time_s).unwrap_or(0.0));
    (calls, time.filter(|time| *time >= 0.0))
}
