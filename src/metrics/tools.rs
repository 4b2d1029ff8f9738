//! Tools: from the counters, or from the blocks where those tell of more.

use std::ops::Range;

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
    let mut tools: Vec<ToolMetrics> = Vec::new();
    let pairs = tool_pairs(samples);
    for run in runs {
        let seen = look(samples, run.span.clone(), &pairs);
        let counters = run.peak.as_ref().map_or(&[][..], |peak| &peak.tools);
        for (name, seen) in &seen {
            let counter = counters.iter().find(|counter| counter.name == *name);
            if let Some(part) = from_run(name, counter, Some(seen), run.peak.is_some()) {
                add(&mut tools, part);
            }
        }
        for counter in counters.iter().filter(|counter| !seen.iter().any(|(name, _)| *name == counter.name)) {
            if let Some(part) = from_run(&counter.name, Some(counter), None, true) {
                add(&mut tools, part);
            }
        }
    }
    tools
}

/// What the blocks of a run tell of each tool. A result belongs to the tool of the call that it answers.
fn look<'a>(samples: &'a [MessageSample], run: Range<usize>, pairs: &ToolPairs) -> Vec<(&'a str, SeenTool)> {
    let mut seen = Vec::new();
    for position in run {
        let message = &samples[position];
        for name in message.tool_uses.iter().filter_map(|(_, name)| name.as_deref()) {
            entry(&mut seen, name).asked += 1;
        }
        for (block, (_, status)) in message.tool_results.iter().enumerate() {
            let call = pairs.call_of(BlockPlace::new(position as u64, block));
            let Some(name) = call.and_then(|call| called(samples, call)) else { continue };
            let tool = entry(&mut seen, name);
            tool.answered += 1;
            match status {
                Some(ToolStatus::Success) => tool.successes += 1,
                Some(ToolStatus::Error) => tool.errors += 1,
                Some(ToolStatus::Cancelled) => {}
                _ => tool.unclear += 1,
            }
        }
    }
    seen
}

fn entry<'s, 'a>(seen: &'s mut Vec<(&'a str, SeenTool)>, name: &'a str) -> &'s mut SeenTool {
    let at = seen.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
        seen.push((name, SeenTool::default()));
        seen.len() - 1
    });
    &mut seen[at].1
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

fn add(tools: &mut Vec<ToolMetrics>, part: ToolMetrics) {
    let Some(tool) = tools.iter_mut().find(|tool| tool.name == part.name) else {
        tools.push(part);
        return;
    };
    let both = |a: Option<u64>, b: Option<u64>| a.zip(b).map(|(a, b)| a.saturating_add(b));
    tool.call_count = tool.call_count.saturating_add(part.call_count);
    tool.success_count = both(tool.success_count, part.success_count);
    tool.error_count = both(tool.error_count, part.error_count);
    tool.total_time_s = match (tool.total_time_s, part.total_time_s) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    };
}
