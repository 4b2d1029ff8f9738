//! Tools: from the counters, or from the blocks where those tell of more.
//!
//! Here all messages are looked at; [`super::tool_tally`] does the same message by message.

use std::{collections::HashMap, ops::Range};

use super::{MessageSample, ToolMetrics, called, tool_pairs};
use crate::session::{BlockPlace, ToolCounter, ToolPairs, ToolStatus};

/// Calls of one tool seen in content blocks of one run.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SeenTool {
    asked: u64,
    answered: u64,
    successes: u64,
    errors: u64,
    unclear: u64,
}

/// A block that tells of a call of a tool.
#[derive(Debug, Clone, Copy)]
pub(super) enum ToolSight {
    /// A call; whether it has a `toolUseId`.
    Asked(bool),
    /// A result of one.
    Answered(SeenOutcome),
}

/// How a call went, as its result tells.
#[derive(Debug, Clone, Copy)]
pub(super) enum SeenOutcome {
    Success,
    Error,
    Cancelled,
    Unclear,
}

impl From<Option<&ToolStatus>> for SeenOutcome {
    fn from(status: Option<&ToolStatus>) -> Self {
        match status {
            Some(ToolStatus::Success) => Self::Success,
            Some(ToolStatus::Error) => Self::Error,
            Some(ToolStatus::Cancelled) => Self::Cancelled,
            _ => Self::Unclear,
        }
    }
}

impl SeenTool {
    pub fn see(&mut self, sight: ToolSight) {
        for count in self.counts(sight).into_iter().flatten() {
            *count += 1;
        }
    }

    /// Takes back what was seen.
    pub fn unsee(&mut self, sight: ToolSight) {
        for count in self.counts(sight).into_iter().flatten() {
            *count -= 1;
        }
    }

    fn counts(&mut self, sight: ToolSight) -> [Option<&mut u64>; 2] {
        match sight {
            // Whichever result is its own, nothing tells.
            ToolSight::Asked(has_id) => [Some(&mut self.asked), (!has_id).then_some(&mut self.unclear)],
            ToolSight::Answered(outcome) => {
                let also = match outcome {
                    SeenOutcome::Success => Some(&mut self.successes),
                    SeenOutcome::Error => Some(&mut self.errors),
                    SeenOutcome::Cancelled => None,
                    SeenOutcome::Unclear => Some(&mut self.unclear),
                };
                [Some(&mut self.answered), also]
            }
        }
    }

    /// Whether nothing is seen of it (any more).
    pub fn is_unseen(&self) -> bool {
        self.asked == 0 && self.answered == 0
    }

    /// Whether one of its results is not told for certain. A result that names no call may be of any tool that has one open.
    fn is_unclear(&self, is_one_nameless: bool) -> bool {
        self.unclear > 0 || (is_one_nameless && self.asked > self.answered)
    }
}

/// The messages of a run by position, and its last counters; `None` where it has none.
pub(super) struct ToolRun<'a> {
    pub span: Range<usize>,
    pub counters: Option<&'a [ToolCounter]>,
}

/// Every tool over all runs, in order of first appearance.
///
/// Within a run a tool's counters stand, unless more results of it lie among the messages (direct tool calls are not
/// counted). Without counters, every `toolUse` is a call.
pub(super) fn of_runs(samples: &[MessageSample], runs: &[ToolRun<'_>]) -> Vec<ToolMetrics> {
    let mut tools: ByName<ToolMetrics> = ByName::default();
    let pairs = tool_pairs(samples);
    for run in runs {
        let (seen, is_one_nameless) = look(samples, run.span.clone(), &pairs);
        let counters = run.counters.unwrap_or_default();
        let mut counted: HashMap<&str, &ToolCounter> = HashMap::new();
        for counter in counters {
            counted.entry(&counter.name).or_insert(counter);
        }
        for (name, asked) in &seen.tools {
            let seen = Some((asked, is_one_nameless));
            if let Some(part) = from_run(name, counted.get(name).copied(), seen, run.counters.is_some()) {
                add_to(&mut tools, name, part);
            }
        }
        for counter in counters.iter().filter(|counter| !seen.places.contains_key(counter.name.as_str())) {
            if let Some(part) = from_run(&counter.name, Some(counter), None, true) {
                add_to(&mut tools, &counter.name, part);
            }
        }
    }
    tools.tools.into_iter().map(|(_, tool)| tool).collect()
}

fn add_to<'a>(tools: &mut ByName<'a, ToolMetrics>, name: &'a str, part: ToolMetrics) {
    let (tool, known) = tools.entry(name);
    if known {
        add(tool, &part);
    } else {
        *tool = part;
    }
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

/// What the blocks of a run tell of each tool, and whether one of the results names no call. A result belongs to the tool of the
/// call that it answers.
fn look<'a>(samples: &'a [MessageSample], run: Range<usize>, pairs: &ToolPairs) -> (ByName<'a, SeenTool>, bool) {
    let mut seen: ByName<'a, SeenTool> = ByName::default();
    let mut is_one_nameless = false;
    for position in run {
        let message = &samples[position];
        for (id, name) in &message.tool_uses {
            let Some(name) = name.as_deref() else { continue };
            seen.entry(name).0.see(ToolSight::Asked(id.is_some()));
        }
        for (block, (id, status)) in message.tool_results.iter().enumerate() {
            is_one_nameless |= id.is_none();
            let call = pairs.call_of(BlockPlace::new(position as u64, block));
            let Some(name) = call.and_then(|call| called(samples, call)) else { continue };
            seen.entry(name).0.see(ToolSight::Answered(status.as_ref().into()));
        }
    }
    (seen, is_one_nameless)
}

/// One tool in one run; `None` where it was only asked for and never ran. What was seen comes with whether a result named no call.
pub(super) fn from_run(
    name: &str,
    counter: Option<&ToolCounter>,
    seen: Option<(&SeenTool, bool)>,
    counted: bool,
) -> Option<ToolMetrics> {
    let counter_calls = counter.and_then(|counter| counter.calls).unwrap_or(0);
    let seen_calls = seen.map_or(0, |(seen, _)| if counted { seen.answered } else { seen.asked });
    let total_time_s = counter.and_then(|counter| counter.total_time_s);
    let name = name.to_owned();
    match (counter, seen) {
        (_, Some((seen, is_one_nameless))) if seen_calls > counter_calls => {
            let is_clear = !seen.is_unclear(is_one_nameless);
            Some(ToolMetrics {
                name,
                call_count: seen_calls,
                success_count: is_clear.then_some(seen.successes),
                error_count: is_clear.then_some(seen.errors),
                total_time_s,
            })
        }
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

/// Adds what a later run tells of the same tool.
pub(super) fn add(tool: &mut ToolMetrics, part: &ToolMetrics) {
    let both = |a: Option<u64>, b: Option<u64>| a.zip(b).map(|(a, b)| a.saturating_add(b));
    tool.call_count = tool.call_count.saturating_add(part.call_count);
    tool.success_count = both(tool.success_count, part.success_count);
    tool.error_count = both(tool.error_count, part.error_count);
    tool.total_time_s = match (tool.total_time_s, part.total_time_s) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    };
}
