//! Tools: from the counters, or from the blocks where those tell of more.

use std::collections::HashMap;

use super::{MessageSample, ToolMetrics, runs::RunSpan};
use crate::session::{ToolCounter, ToolStatus};

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
    let mut names: HashMap<&str, &str> = HashMap::new();
    for run in runs {
        let mut seen: Vec<(&str, SeenTool)> = Vec::new();
        for sample in &samples[run.span.clone()] {
            look(sample, &mut names, &mut seen);
        }
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

fn look<'a>(sample: &'a MessageSample, names: &mut HashMap<&'a str, &'a str>, seen: &mut Vec<(&'a str, SeenTool)>) {
    for (id, name) in &sample.tool_uses {
        let Some(name) = name.as_deref() else { continue };
        entry(seen, name).asked += 1;
        if let Some(id) = id.as_deref() {
            names.insert(id, name);
        }
    }
    for (id, status) in &sample.tool_results {
        let Some(name) = id.as_deref().and_then(|id| names.get(id)) else { continue };
        let tool = entry(seen, name);
        tool.answered += 1;
        match status {
            Some(ToolStatus::Success) => tool.successes += 1,
            Some(ToolStatus::Error) => tool.errors += 1,
            Some(ToolStatus::Cancelled) => {}
            _ => tool.unclear += 1,
        }
    }
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
