//! The numbers: what was really used comes out of what was stored.

mod cases;
mod property;

use std::fs;

use bson::Bson;
use serde_json::{Value, json};
use strandscope::{
    AgentMetrics, Figure, FigureSource, Outline, Usage, agent_metrics, decode, explain, session_metrics,
};

fn text(file: &str) -> String {
    fs::read_to_string(format!("{}/tests/fixtures/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn fixture(file: &str) -> Vec<(String, Outline)> {
    let read = |line: &str| {
        let json: Value = serde_json::from_str(line).unwrap();
        let Bson::Document(document) = Bson::try_from(json).unwrap() else { panic!("not a document") };
        let session = decode::session(document);
        (session.name().to_owned(), Outline::from(&session))
    };
    text(file).lines().filter(|line| !line.is_empty()).map(read).collect()
}

fn usage_json(usage: &Usage) -> Value {
    json!({
        "inputTokens": usage.input, "outputTokens": usage.output, "totalTokens": usage.total,
        "cacheReadInputTokens": usage.cache_read, "cacheWriteInputTokens": usage.cache_write,
    })
}

fn agent_json(metrics: &AgentMetrics) -> Value {
    let tool = |tool: &strandscope::ToolMetrics| {
        let figures = json!({
            "call_count": tool.call_count, "success_count": tool.success_count, "error_count": tool.error_count,
            "total_time_s": tool.total_time_s,
        });
        (tool.name.clone(), figures)
    };
    json!({
        "usage": usage_json(&metrics.usage),
        "latency_ms": {
            "total": metrics.latency.total, "last": metrics.latency.last,
            "p50": metrics.latency.p50, "p95": metrics.latency.p95,
        },
        "runs": metrics.runs, "calls": metrics.calls, "turns": metrics.turns,
        "context_tokens": metrics.context_tokens,
        "tools": metrics.tools.iter().map(tool).collect::<serde_json::Map<_, _>>(),
    })
}

/// Every field that `expected` has must stand in `found` with the same value.
fn compare(path: &str, expected: &Value, found: &Value, wrong: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(_)) => {
            for (key, value) in expected {
                compare(&format!("{path}.{key}"), value, &found[key], wrong);
            }
        }
        _ if expected == found => {}
        _ => wrong.push(format!("{path}: expected {expected}, found {found}")),
    }
}

#[test]
fn what_was_used_comes_out_of_every_fixture() {
    let expected: Value = serde_json::from_str(&text("expected-metrics.json")).unwrap();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in ["sessions.jsonl", "sessions-no-usage.jsonl", "counters.jsonl"] {
        for (name, outline) in fixture(file) {
            seen += 1;
            let mut expected = expected[&name].clone();
            assert!(expected.is_object(), "nothing is expected of {name}");
            if (file, name.as_str()) == ("sessions-no-usage.jsonl", "guarded-3") {
                let unknown = usage_json(&Usage::default());
                expected["agents"]["assistant"]["usage"] = unknown.clone();
                expected["agents"]["assistant"]["latency_ms"] =
                    json!({"total": null, "last": null, "p50": null, "p95": null});
                expected["agents"]["assistant"]["context_tokens"] = Value::Null;
                expected["total"] = unknown;
            }
            let metrics = session_metrics(&outline);
            let found = |id: &str| metrics.agents.iter().find(|(known, _)| known.as_str() == id).unwrap();
            for (id, expected) in expected["agents"].as_object().unwrap() {
                compare(&format!("{file} {name} {id}"), expected, &agent_json(&found(id).1), &mut wrong);
            }
            if expected["total"].is_object() {
                compare(&format!("{file} {name}"), &expected["total"], &usage_json(&metrics.total), &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert_eq!(seen, 14);
}

fn metrics_of(file: &str, name: &str, agent: &str) -> AgentMetrics {
    let (_, outline) = fixture(file).into_iter().find(|(found, _)| found == name).unwrap();
    let agent = outline.agents.iter().find(|found| found.id == agent).unwrap();
    agent_metrics(&agent.samples)
}

#[test]
fn runs_begin_at_their_prompt() {
    for file in ["sessions.jsonl", "sessions-no-usage.jsonl"] {
        assert_eq!(metrics_of(file, "resumed-7", "assistant").run_starts, [4, 8]);
    }
    assert_eq!(metrics_of("counters.jsonl", "restart-starting-higher", "a").run_starts, [2]);
}

#[test]
fn single_calls_are_told_from_the_counters() {
    let latencies = |file: &str| {
        let calls = metrics_of(file, "support-1042", "support").per_call;
        calls.iter().map(|call| (call.index, call.latency_ms.unwrap(), call.usage.total)).collect::<Vec<_>>()
    };
    assert_eq!(latencies("sessions-no-usage.jsonl"), latencies("sessions.jsonl"));
    assert_eq!(latencies("sessions.jsonl")[1], (3, 650, Some(265)));
}

#[test]
fn a_figure_says_where_it_comes_from() {
    assert_eq!(metrics_of("sessions.jsonl", "support-1042", "support").usage_source.total, FigureSource::Both);
    assert_eq!(
        metrics_of("sessions-no-usage.jsonl", "support-1042", "support").usage_source.total,
        FigureSource::Counters
    );
    assert_eq!(metrics_of("counters.jsonl", "no-latency-provider", "a").usage_source.input, FigureSource::Messages);
    assert_eq!(metrics_of("sessions-no-usage.jsonl", "guarded-3", "assistant").usage_source.input, FigureSource::None);
}

#[test]
fn every_number_can_be_explained() {
    let resumed = explain(&metrics_of("sessions-no-usage.jsonl", "resumed-7", "assistant"), Figure::Total);
    assert_eq!((resumed.title.as_str(), resumed.value.as_str()), ("total tokens", "1260"));
    let path = |n: u32| format!("messages.{n}.event_loop_metrics.accumulated_usage.totalTokens");
    let counters = resumed.fields.iter().filter(|(field, _)| field.contains("event_loop"));
    let expected = [(1, 3, "220"), (2, 7, "420"), (3, 11, "620")];
    let expected = expected.map(|(run, index, value)| (format!("run {run}: {}", path(index)), value.to_owned()));
    assert!(counters.eq(&expected), "{:?}", resumed.fields);
    assert_eq!(resumed.fields.last().unwrap().1, "the counters (event_loop_metrics)");

    let support = metrics_of("sessions.jsonl", "support-1042", "support");
    let value = |figure| explain(&support, figure).value;
    assert_eq!(value(Figure::LatencyP95), "650 ms");
    assert_eq!(value(Figure::Context), "380");
    assert_eq!(value(Figure::Runs), "1");
    assert!(value(Figure::Tool(0)).starts_with("2 calls, 1 errors, "));
    assert_eq!(value(Figure::OutputPerSecond), "79.0");
    let unknown = metrics_of("sessions-no-usage.jsonl", "guarded-3", "assistant");
    for figure in [Figure::Input, Figure::Context, Figure::Runs, Figure::LatencyTotal, Figure::LatencyLast] {
        assert_eq!(explain(&unknown, figure).value, "unknown");
    }
    let empty = AgentMetrics::default();
    assert_eq!(explain(&empty, Figure::LatencyLast).value, "unknown");
    assert_eq!(explain(&empty, Figure::Tool(3)).value, "unknown");
}
