//! Tools: from the counters, or from the blocks where those tell of more.

use std::{collections::HashMap, ops::Range};

use super::{MessageSample, ToolMetrics, called, runs::RunSpan, tool_pairs};
use crate::session::{BlockPlace, ToolCounter, ToolPairs, ToolStatus};

/// Calls of one tool seen in content blocks.
#[derive(Default)]
struct SeenTool {
    asked: u64,
    answered: u64,
    successes: u64,
    errors: u64,
    unclear: u64,
}

/// Every tool over all runs, in order of first appearance.
///
/// Within a run a tool's counters stand, unless more results of it lie among the messages (direct tool calls are not
/// counted). Without counters, every `toolUse` is a call.
pub(super) fn of_runs(samples: &[MessageSample], runs: &[RunSpan]) -> Vec<ToolMetrics> {
    let mut tools: ByName<ToolMetrics> = ByName::default();
    let pairs = tool_pairs(samples);
    for run in runs {
        let seen = look(samples, run.span.clone(), &pairs);
        let counters = run.peak.as_ref().map_or(&[][..], |peak| &peak.tools);
        let mut counted: HashMap<&str, &ToolCounter> = HashMap::new();
        for counter in counters {
            counted.entry(&counter.name).or_insert(counter);
        }
        for (name, asked) in &seen.tools {
            if let Some(part) = from_run(name, counted.get(name).copied(), Some(asked), run.peak.is_some()) {
                add(&mut tools, name, part);
            }
        }
        for counter in counters.iter().filter(|counter| !seen.places.contains_key(counter.name.as_str())) {
            if let Some(part) = from_run(&counter.name, Some(counter), None, true) {
                add(&mut tools, &counter.name, part);
            }
        }
    }
    tools.tools.into_iter().map(|(_, tool)| tool).collect()
}

/// Tools in order of first appearance, found by name: a history may tell of tens of thousands.
struct ByName<'a, T> {
    tools: Vec<(&'a str, T)>,
    places: HashMap<&'a str, usize>,
}

impl<T> Default for ByName<'_, T> {
    fn default() -> Self {
        Self { tools: Vec::new(), places: HashMap::new() }
    }
}

impl<'a, T: Default> ByName<'a, T> {
    /// The tool of that name, and whether it was there.
    fn entry(&mut self, name: &'a str) -> (&mut T, bool) {
        let next = self.tools.len();
        let at = *self.places.entry(name).or_insert(next);
        if at == next {
            self.tools.push((name, T::default()));
        }
        (&mut self.tools[at].1, at != next)
    }
}

/// What the blocks of a run tell of each tool. A result belongs to the tool of the call that it answers.
fn look<'a>(samples: &'a [MessageSample], run: Range<usize>, pairs: &ToolPairs) -> ByName<'a, SeenTool> {
    let mut seen: ByName<'a, SeenTool> = ByName::default();
    let mut is_one_nameless = false;
    for position in run {
        let message = &samples[position];
        for (id, name) in &message.tool_uses {
            let Some(name) = name.as_deref() else { continue };
            let (tool, _) = seen.entry(name);
            tool.asked += 1;
            // Whichever result is its own, nothing tells.
            tool.unclear += u64::from(id.is_none());
        }
        for (block, (id, status)) in message.tool_results.iter().enumerate() {
            is_one_nameless |= id.is_none();
            let call = pairs.call_of(BlockPlace::new(position as u64, block));
            let Some(name) = call.and_then(|call| called(samples, call)) else { continue };
            let (tool, _) = seen.entry(name);
            tool.answered += 1;
            match status {
                Some(ToolStatus::Success) => tool.successes += 1,
                Some(ToolStatus::Error) => tool.errors += 1,
                Some(ToolStatus::Cancelled) => {}
                _ => tool.unclear += 1,
            }
        }
    }
    // A result that names no call may be of any tool that has one open.
    for (_, tool) in seen.tools.iter_mut().filter(|(_, tool)| is_one_nameless && tool.asked > tool.answered) {
        tool.unclear += 1;
    }
    seen
}

/// One tool in one run; `None` where it was only asked for and never ran.
fn from_run(name: &str, counter: Option<&ToolCounter>, seen: Option<&SeenTool>, counted: bool) -> Option<ToolMetrics> {
    let counter_calls = counter.and_then(|counter| counter.calls).unwrap_or(0);
    let seen_calls = seen.map_or(0, |seen| if counted { seen.answered } else { seen.asked });
    let total_time_s = counter.and_then(|counter| counter.total_time_s);
    let name = name.to_owned();
    match (counter, seen) {
        (_, Some(seen)) if seen_calls > counter_calls => Some(ToolMetrics {
            name,
            call_count: seen_calls,
            success_count: (seen.unclear == 0).then_some(seen.successes),
            error_count: (seen.unclear == 0).then_some(seen.errors),
            total_time_s,
        }),
        (Some(counter), _) => Some(ToolMetrics {
            name,
            call_count: counter_calls,
            success_count: counter.successes,
            error_count: counter.errors,
            total_time_s,
        }),
        _ => None,
    }
}

fn add<'a>(tools: &mut ByName<'a, ToolMetrics>, name: &'a str, part: ToolMetrics) {
    let (tool, known) = tools.entry(name);
    if !known {
        *tool = part;
        return;
    }
    let both = |a: Option<u64>, b: Option<u64>| a.zip(b).map(|(a, b)| a.saturating_add(b));
    tool.call_count = tool.call_count.saturating_add(part.call_count);
    tool.success_count = both(tool.success_count, part.success_count);
    tool.error_count = both(tool.error_count, part.error_count);
    tool.total_time_s = match (tool.total_time_s, part.total_time_s) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    };
}
