//! Any history as the Python library would have stored it gives back what was used.

use bson::{Bson, Document, doc};
use proptest::prelude::*;
use strandscope::{agent_metrics, decode};

#[derive(Debug, Clone)]
struct CallMetrics {
    input: u32,
    output: u32,
    cache: (u32, u32),
    latency: u32,
    /// Tokens of a try before it, which only the counters know.
    retried: Option<u32>,
}

#[derive(Debug, Clone)]
struct Turn {
    /// Calls that ask for a tool, and whether it went well.
    steps: Vec<(CallMetrics, bool)>,
    last: CallMetrics,
    redacted: bool,
    /// Written by another program after this turn: whether in the assistant's name.
    foreign: Option<bool>,
}

fn call(retries: bool) -> impl Strategy<Value = CallMetrics> {
    let retried = if retries {
        prop_oneof![4 => Just(None), 1 => (1..50_u32).prop_map(Some)].boxed()
    } else {
        Just(None).boxed()
    };
    (1..2000_u32, 1..500_u32, (0..300_u32, 0..50_u32), 1..5000_u32, retried)
        .prop_map(|(input, output, cache, latency, retried)| CallMetrics { input, output, cache, latency, retried })
}

fn history() -> impl Strategy<Value = (bool, bool, Vec<Vec<Turn>>)> {
    (any::<bool>(), any::<bool>()).prop_flat_map(|(own, retries)| {
        let turn = (
            proptest::collection::vec((call(retries), any::<bool>()), 0..3),
            call(retries),
            proptest::bool::weighted(0.2),
            proptest::option::weighted(0.2, any::<bool>()),
        )
            .prop_map(|(steps, last, redacted, foreign)| Turn { steps, last, redacted, foreign });
        let runs = proptest::collection::vec(proptest::collection::vec(turn, 1..4), 1..4);
        (Just(own), Just(retries), runs)
    })
}

/// What the Python library would have stored, and what was really used.
#[derive(Default)]
struct Library {
    own: bool,
    messages: Vec<Bson>,
    usage: [u64; 5],
    latency: u64,
    cycles: u64,
    tools: [u64; 3],
    duration: f64,
    really: [u64; 5],
    latencies: Vec<(u64, u64)>,
    total_latency: u64,
    tool_calls: [u64; 3],
    turns: u64,
}

impl Library {
    fn reading(&self) -> Option<Document> {
        let [input, output, total, read, write] = self.usage.map(|n| n as i64);
        let [calls, good, bad] = self.tools.map(|n| n as i64);
        let mut tools = Document::new();
        if calls > 0 {
            tools.insert("clock", doc! {"call_count": calls, "success_count": good, "error_count": bad});
        }
        (self.latency > 0).then(|| {
            doc! {
                "accumulated_usage": {"inputTokens": input, "outputTokens": output, "totalTokens": total,
                    "cacheReadInputTokens": read, "cacheWriteInputTokens": write},
                "accumulated_metrics": {"latencyMs": self.latency as i64, "timeToFirstByteMs": 0},
                "cycle_metrics": {"cycle_count": self.cycles as i64, "total_duration": self.duration},
                "tool_usage": tools,
            }
        })
    }

    fn append(&mut self, role: &str, content: Document, own: Option<&CallMetrics>, reading: Option<Document>) {
        let mut inner = doc! {"role": role, "content": [content]};
        if let Some(call) = own.filter(|_| self.own) {
            let [input, output, total, read, write] = tokens(call).map(|n| n as i64);
            let mut usage = doc! {"inputTokens": input, "outputTokens": output, "totalTokens": total};
            if read > 0 || write > 0 {
                usage.insert("cacheReadInputTokens", read);
                usage.insert("cacheWriteInputTokens", write);
            }
            inner.insert("metadata", doc! {"usage": usage, "metrics": {"latencyMs": call.latency}});
        }
        let mut message =
            doc! {"message": inner, "message_id": self.messages.len() as i64, "redact_message": Bson::Null};
        if let Some(reading) = reading {
            message.insert("event_loop_metrics", reading);
        }
        self.messages.push(message.into());
    }

    fn add(&mut self, call: &CallMetrics) {
        let tries = tokens(call);
        let wasted = call.retried.map_or(0, u64::from);
        for (at, figure) in tries.into_iter().enumerate() {
            let figure = figure + if at == 0 || at == 2 { wasted } else { 0 };
            self.usage[at] += figure;
            self.really[at] += figure;
        }
        self.latency += u64::from(call.latency);
        self.total_latency += u64::from(call.latency);
        self.duration += 0.25 + f64::from(call.latency) / 1000.0;
    }

    fn start_run(&mut self, run: usize) {
        (self.usage, self.latency, self.cycles, self.tools) = ([0; 5], 0, 0, [0; 3]);
        self.duration = run as f64 / 1_000_000.0;
    }

    fn turn(&mut self, turn: &Turn, redact: bool) {
        self.turns += 1;
        self.append("user", doc! {"text": "prompt"}, None, self.reading());
        for (call, good) in &turn.steps {
            self.cycles += 1;
            let at = self.messages.len() as u64;
            let id = format!("t{at}");
            let ask = doc! {"toolUse": {"toolUseId": &id, "name": "clock", "input": {}}};
            self.append("assistant", ask, Some(call), self.reading());
            self.add(call);
            self.latencies.push((at, u64::from(call.latency)));
            for tools in [&mut self.tools, &mut self.tool_calls] {
                tools[0] += 1;
                tools[if *good { 1 } else { 2 }] += 1;
            }
            let status = if *good { "success" } else { "error" };
            let answer = doc! {"toolResult": {"toolUseId": &id, "status": status, "content": [{"text": "noon"}]}};
            self.append("user", answer, None, self.reading());
        }
        self.cycles += 1;
        self.latencies.push((self.messages.len() as u64, u64::from(turn.last.latency)));
        self.add(&turn.last);
        let reading = self.reading().filter(|_| !redact);
        self.append("assistant", doc! {"text": "answer"}, Some(&turn.last), reading);
        if redact && let Some(Bson::Document(message)) = self.messages.last_mut() {
            message.insert("redact_message", doc! {"role": "assistant", "content": [{"text": "no"}]});
        }
        if let Some(assistant) = turn.foreign {
            self.turns += u64::from(!assistant);
            self.append(if assistant { "assistant" } else { "user" }, doc! {"text": "foreign"}, None, None);
        }
    }
}

fn tokens(call: &CallMetrics) -> [u64; 5] {
    let sum = u64::from(call.input) + u64::from(call.output);
    [call.input.into(), call.output.into(), sum, call.cache.0.into(), call.cache.1.into()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_history_gives_back_what_was_used((own, retries, runs) in history()) {
        let mut library = Library { own, ..Library::default() };
        for (number, run) in runs.iter().enumerate() {
            library.start_run(number);
            for (at, turn) in run.iter().enumerate() {
                // The end of a run is only known from the messages, if they know all of it.
                let redact = turn.redacted && (at + 1 < run.len() || own && !retries);
                library.turn(turn, redact);
            }
        }
        let value = doc! {"agent_data": {}, "messages": library.messages.clone()};
        let agent = decode::agent("a".into(), value.into(), 0, None);
        let samples: Vec<_> = agent.messages.iter().map(Into::into).collect();
        let metrics = agent_metrics(&samples);

        let usage = metrics.usage;
        let found = [usage.input, usage.output, usage.total, usage.cache_read, usage.cache_write];
        prop_assert_eq!(found, library.really.map(Some));
        prop_assert_eq!(metrics.latency.total, Some(library.total_latency));
        prop_assert!(!own || !(metrics.usage.partial || metrics.latency.partial), "every message tells its own");
        prop_assert_eq!(metrics.turns, library.turns);
        let tools: Vec<_> = metrics.tools.iter()
            .map(|tool| [Some(tool.call_count), tool.success_count, tool.error_count]).collect();
        let expected: Vec<_> = Some(library.tool_calls.map(Some)).into_iter().filter(|calls| calls[0] != Some(0)).collect();
        prop_assert_eq!(tools, expected);

        // A run whose only reading was redacted away leaves no counters.
        let unread = |run: &[Turn]| own && !retries && run.len() == 1 && run[0].redacted && run[0].steps.is_empty();
        if !runs.iter().any(|run| unread(run)) {
            prop_assert_eq!(metrics.runs, Some(runs.len() as u64));
        }
        let foreign_calls = runs.iter().flatten().any(|turn| turn.foreign == Some(true));
        if own || !foreign_calls {
            let indexes: Vec<u64> = metrics.per_call.iter().map(|call| call.index).collect();
            let expected: Vec<u64> = library.latencies.iter().map(|(index, _)| *index).collect();
            prop_assert_eq!(indexes, expected);
        }
        if own || !retries {
            for call in &metrics.per_call {
                let really = library.latencies.iter().find(|(index, _)| *index == call.index);
                prop_assert!(call.latency_ms.is_none() || call.latency_ms == really.map(|(_, ms)| *ms));
            }
        }
        if own || !foreign_calls {
            let undisturbed = own || !runs.iter().flatten().any(|turn| turn.redacted);
            prop_assert!(!undisturbed || metrics.per_call.iter().all(|call| call.latency_ms.is_some()));
        }
    }
}
