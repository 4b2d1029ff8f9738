//! Tokens and times that follow from the texts, and the counters that add them up over a run.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use serde_json::{Map, Value, json};

/// What the model provider and Strands would have measured.
pub(super) struct Meter {
    cached: bool,
    unmetered: bool,
    /// Tokens of everything the model has seen.
    context: u64,
    /// Those of them that the provider holds in its cache.
    in_cache: u64,
    run: PlayedCounters,
}

/// Accumulated over a run.
#[derive(Default)]
struct PlayedCounters {
    /// Input, output, total, cache read, cache write.
    usage: [u64; 5],
    latency_ms: u64,
    cycles: u64,
    seconds: f64,
    /// Calls, failures and seconds by tool, in order of first use.
    tools: Vec<(String, [u64; 2], f64)>,
}

const USAGE: [&str; 5] =
    ["inputTokens", "outputTokens", "totalTokens", "cacheReadInputTokens", "cacheWriteInputTokens"];

impl Meter {
    pub(super) fn new(system_prompt: &Value, cached: bool, unmetered: bool) -> Self {
        // Besides its prompt an agent sends the descriptions of its tools.
        let context = 260 + tokens(system_prompt);
        Self { cached, unmetered, context, in_cache: 0, run: PlayedCounters::default() }
    }

    /// A new process resumes the session: counters start again, and the cache has expired.
    pub(super) fn new_run(&mut self) {
        self.run = PlayedCounters::default();
        self.in_cache = 0;
    }

    /// A message becomes part of the context.
    pub(super) fn read(&mut self, content: &Value) {
        self.context += tokens(content);
    }

    /// The model answers: the message's `metadata`, and how long it took in seconds.
    pub(super) fn call(&mut self, content: &Value) -> (Value, f64) {
        let output = tokens(content).max(8);
        let first_byte = 310 + self.context / 40 + scatter(content, 140);
        let latency = first_byte + output * 13 + scatter(content, 220);
        let usage = if self.cached {
            let read = self.in_cache;
            let fresh = 4 + scatter(content, 12);
            let written = (self.context - read).saturating_sub(fresh);
            self.in_cache = read + written;
            // Bedrock leaves cached tokens out of the input, and counts them in the total.
            [fresh, output, fresh + output + read + written, read, written]
        } else {
            [self.context, output, self.context + output, 0, 0]
        };
        let seconds = latency as f64 / 1000.0;
        self.run.cycles += 1;
        self.run.seconds += seconds;
        for (sum, figure) in self.run.usage.iter_mut().zip(usage) {
            *sum += figure;
        }
        let metrics = if self.unmetered {
            json!({"latencyMs": 0, "timeToFirstByteMs": 0})
        } else {
            self.run.latency_ms += latency;
            json!({"latencyMs": latency, "timeToFirstByteMs": first_byte})
        };
        let shown = if self.cached { 5 } else { 3 };
        (json!({"usage": named(&usage[..shown]), "metrics": metrics}), seconds)
    }

    /// A tool has run.
    pub(super) fn tool(&mut self, name: &str, success: bool, seconds: f64) {
        self.run.seconds += seconds;
        let tools = &mut self.run.tools;
        let place = tools.iter().position(|tool| tool.0 == name).unwrap_or_else(|| {
            tools.push((name.to_owned(), [0, 0], 0.0));
            tools.len() - 1
        });
        if let Some((_, [calls, failures], time)) = tools.get_mut(place) {
            *calls += 1;
            *failures += u64::from(!success);
            *time += seconds;
        }
    }

    /// `event_loop_metrics`; `None` before the first call, or where no latency was ever reported.
    pub(super) fn counters(&self) -> Option<Value> {
        let run = &self.run;
        if run.latency_ms == 0 {
            return None;
        }
        let tool = |(name, [calls, failures], time): &(String, [u64; 2], f64)| {
            let successes = calls - failures;
            let figures = json!({
                "call_count": calls,
                "success_count": successes,
                "error_count": failures,
                "total_time": time,
                "average_time": time / *calls as f64,
                "success_rate": successes as f64 / *calls as f64,
            });
            (name.clone(), figures)
        };
        Some(json!({
            "accumulated_usage": named(&run.usage),
            "accumulated_metrics": {"latencyMs": run.latency_ms, "timeToFirstByteMs": 0},
            "cycle_metrics": {
                "cycle_count": run.cycles,
                "total_duration": run.seconds,
                "average_cycle_time": run.seconds / run.cycles as f64,
            },
            "tool_usage": run.tools.iter().map(tool).collect::<Map<_, _>>(),
        }))
    }
}

fn named(usage: &[u64]) -> Value {
    USAGE.iter().zip(usage).map(|(name, figure)| ((*name).to_owned(), json!(figure))).collect::<Map<_, _>>().into()
}

/// About four characters a token, as for most texts.
fn tokens(content: &Value) -> u64 {
    match content {
        Value::String(text) => text.chars().count().div_ceil(4) as u64,
        Value::Array(items) => items.iter().map(tokens).sum(),
        Value::Object(fields) if fields.contains_key("__bytes_encoded__") => 780,
        Value::Object(fields) => fields.iter().map(|(key, value)| key.len() as u64 / 4 + tokens(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}

/// A figure below `below` that looks like chance but is always the same for the same text.
fn scatter(content: &Value, below: u64) -> u64 {
    hash(&[&content.to_string()], below) % below
}

fn hash(parts: &[&str], salt: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (parts, salt).hash(&mut hasher);
    hasher.finish()
}

/// An id in the form of a UUID v4, always the same for the same names.
pub(super) fn uuid(names: &[&str]) -> String {
    let (a, b) = (hash(names, 1), hash(names, 2));
    let d = 0x8000 | (b >> 48 & 0x3fff);
    format!("{:08x}-{:04x}-4{:03x}-{d:04x}-{:012x}", a >> 32, a >> 16 & 0xffff, a & 0xfff, b & 0xffff_ffff_ffff)
}
