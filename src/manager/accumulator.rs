//! Figures of a run, accumulated as Strands accumulates them.

use std::time::Duration;

use bson::{Bson, Document, doc};

use crate::session::{Usage, encode, setters};

/// One call of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ModelCall {
    /// Its tokens.
    pub usage: Usage,
    /// Its latency in ms, where the provider tells.
    pub latency_ms: Option<u64>,
    /// Time to its first byte in ms, where known.
    pub first_byte_ms: Option<u64>,
}

impl ModelCall {
    /// A call that took so many tokens.
    #[must_use]
    pub fn new(usage: Usage) -> Self {
        Self { usage, ..Self::default() }
    }

    setters! { fields { usage: Usage } exact_options { latency_ms: u64, first_byte_ms: u64 } }
}

/// Figures of one run of an agent: Strands' `EventLoopMetrics`. Make one with the agent, tell it of every call, cycle and
/// tool, and give [`Self::to_document`] as [`Agent::metrics`](crate::Agent::metrics).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventLoopMetrics {
    usage: Usage,
    latency_ms: u64,
    calls: u64,
    cycles: u64,
    duration: Duration,
    tools: Vec<Tool>,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Tool {
    name: String,
    calls: u64,
    successes: u64,
    time: Duration,
}

impl EventLoopMetrics {
    /// Nothing so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A model was called. Gives the `metadata` for the assistant message: `{usage, metrics}`.
    pub fn add_call(&mut self, call: ModelCall) -> Document {
        self.usage += Usage { total: call.usage.total_tokens(), ..call.usage };
        self.latency_ms += call.latency_ms.unwrap_or_default();
        self.calls += 1;
        let mut metrics = Document::new();
        metrics.extend(call.latency_ms.map(|ms| ("latencyMs".to_owned(), encode::count(ms))));
        metrics.extend(call.first_byte_ms.map(|ms| ("timeToFirstByteMs".to_owned(), encode::count(ms))));
        doc! { "usage": call.usage.to_document(), "metrics": metrics }
    }

    /// The event loop went round once: a model was called, and the tools it asked for.
    pub fn add_cycle(&mut self, took: Duration) {
        self.cycles += 1;
        self.duration += took;
    }

    /// A tool was called.
    pub fn add_tool(&mut self, name: &str, success: bool, took: Duration) {
        let position = self.tools.iter().position(|tool| tool.name == name).unwrap_or_else(|| {
            self.tools.push(Tool { name: name.to_owned(), ..Tool::default() });
            self.tools.len() - 1
        });
        let tool = &mut self.tools[position];
        tool.calls += 1;
        tool.successes += u64::from(success);
        tool.time += took;
    }

    /// The figures so far, in the shape of `event_loop_metrics`. `None` before anything happened.
    #[must_use]
    pub fn to_document(&self) -> Option<Document> {
        if self.calls == 0 && self.cycles == 0 && self.tools.is_empty() {
            return None;
        }
        let average = if self.cycles == 0 { 0.0 } else { self.duration.as_secs_f64() / self.cycles as f64 };
        Some(doc! {
            // Strands accumulates no times to first bytes; each call's stands on its message.
            "accumulated_metrics": { "latencyMs": encode::count(self.latency_ms), "timeToFirstByteMs": 0 },
            "accumulated_usage": self.usage.to_document(),
            "cycle_metrics": {
                "cycle_count": encode::count(self.cycles),
                "total_duration": self.duration.as_secs_f64(),
                "average_cycle_time": average,
            },
            "tool_usage": self.tools.iter().map(|tool| (tool.name.clone(), tool.figures())).collect::<Document>(),
        })
    }
}

impl Tool {
    fn figures(&self) -> Bson {
        let (time, calls) = (self.time.as_secs_f64(), self.calls as f64);
        doc! {
            "call_count": encode::count(self.calls),
            "success_count": encode::count(self.successes),
            "error_count": encode::count(self.calls - self.successes),
            "total_time": time,
            "average_time": time / calls,
            "success_rate": self.successes as f64 / calls,
        }
        .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_shape_and_types_that_strands_leaves() {
        let mut metrics = EventLoopMetrics::new();
        assert_eq!(metrics.to_document(), None);
        let usage = Usage { input: Some(120), output: Some(30), cache_read: Some(0), ..Usage::default() };
        let call = ModelCall { usage, latency_ms: Some(400), first_byte_ms: None };
        assert_eq!(
            metrics.add_call(call),
            doc! {
                "usage": { "inputTokens": 120, "outputTokens": 30, "totalTokens": 150, "cacheReadInputTokens": 0 },
                "metrics": { "latencyMs": 400 },
            }
        );
        metrics.add_tool("lookup", true, Duration::from_millis(500));
        metrics.add_tool("lookup", false, Duration::from_millis(1500));
        metrics.add_cycle(Duration::from_secs(4));
        metrics.add_call(call);
        metrics.add_cycle(Duration::from_secs(2));
        assert_eq!(
            metrics.to_document().unwrap(),
            doc! {
                "accumulated_metrics": { "latencyMs": 800, "timeToFirstByteMs": 0 },
                "accumulated_usage": {
                    "inputTokens": 240, "outputTokens": 60, "totalTokens": 300, "cacheReadInputTokens": 0,
                },
                "cycle_metrics": { "cycle_count": 2, "total_duration": 6.0, "average_cycle_time": 3.0 },
                "tool_usage": { "lookup": {
                    "call_count": 2, "success_count": 1, "error_count": 1,
                    "total_time": 2.0, "average_time": 1.0, "success_rate": 0.5,
                } },
            }
        );
    }
}
