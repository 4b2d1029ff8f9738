//! Tokens, latencies and counters.

use bson::{Bson, Document};

use super::{
    known,
    notes::{Notes, Path},
    raw, value,
};
use crate::session::{Counters, ToolCounter, Usage};

/// A message's own `Usage`. One without any figure is of a call all the same: its provider told nothing.
pub(super) fn usage(fields: &Document, path: &Path, notes: &mut Notes) -> Usage {
    accumulated(fields, path, notes).map_or(Usage { partial: true, ..Usage::default() }, Usage::unless_untold)
}

/// Strands' `Usage` as stored: a run's counters begin with 0, and fall to it.
fn accumulated(fields: &Document, path: &Path, notes: &mut Notes) -> Option<Usage> {
    known::told(fields, &[known::USAGE], path, notes);
    let found = Usage {
        input: value::count(fields, "inputTokens", path, notes),
        output: value::count(fields, "outputTokens", path, notes),
        total: value::count(fields, "totalTokens", path, notes),
        cache_read: value::count(fields, "cacheReadInputTokens", path, notes),
        cache_write: value::count(fields, "cacheWriteInputTokens", path, notes),
        partial: false,
    };
    (found != Usage::default()).then_some(found)
}

/// The figures that older documents have directly on a message.
pub(super) fn old_usage(fields: &Document, path: &Path, notes: &mut Notes) -> Option<Usage> {
    let found = Usage {
        input: value::count(fields, "input_tokens", path, notes),
        output: value::count(fields, "output_tokens", path, notes),
        total: value::count(fields, "total_tokens", path, notes),
        ..Usage::default()
    };
    (found != Usage::default()).then(|| found.unless_untold())
}

/// `event_loop_metrics`; `None` when it tells no figure.
pub(super) fn counters(fields: &Document, path: &Path, notes: &mut Notes) -> Option<Box<Counters>> {
    let path = path.key("event_loop_metrics");
    let metrics = match fields.get("event_loop_metrics")? {
        Bson::Document(metrics) => metrics,
        Bson::Null => return None,
        other => {
            notes.mistyped(&path, "counters (an object)", other);
            return None;
        }
    };
    known::told(metrics, &[known::COUNTERS], &path, notes);
    let mut found = Counters::default();
    if let Some(part) = value::object(metrics, "accumulated_usage", &path, notes) {
        found.usage = accumulated(part, &path.key("accumulated_usage"), notes).unwrap_or_default();
    }
    if let Some(part) = value::object(metrics, "accumulated_metrics", &path, notes) {
        let path = path.key("accumulated_metrics");
        known::told(part, &[known::METRICS], &path, notes);
        found.latency_ms = value::millis(part, "latencyMs", &path, notes);
    }
    if let Some(part) = value::object(metrics, "cycle_metrics", &path, notes) {
        let path = path.key("cycle_metrics");
        found.cycle_count = value::count(part, "cycle_count", &path, notes);
        found.total_duration_s = value::seconds(part, "total_duration", &path, notes);
    }
    if let Some(part) = value::object(metrics, "tool_usage", &path, notes) {
        let path = path.key("tool_usage");
        found.tools = match raw::held_fields(part) {
            None => part.iter().filter_map(|(name, value)| tool(name, value, &path, notes)).collect(),
            Some(fields) => fields.filter_map(|(name, value)| tool(&name, &value, &path, notes)).collect(),
        };
    }
    (found != Counters::default()).then(|| Box::new(found))
}

fn tool(name: &str, value: &Bson, path: &Path, notes: &mut Notes) -> Option<ToolCounter> {
    let path = path.key(name);
    let Bson::Document(tool) = value else {
        notes.mistyped(&path, "a tool's counters (an object)", value);
        return None;
    };
    Some(ToolCounter {
        name: name.to_owned(),
        calls: value::count(tool, "call_count", &path, notes),
        successes: value::count(tool, "success_count", &path, notes),
        errors: value::count(tool, "error_count", &path, notes),
        total_time_s: value::seconds(tool, "total_time", &path, notes),
    })
}
