//! JSON as the commands and the tools for assistants give it: keys as stored, unknown is null, one object a line.

use crate::{
    app::{text, told},
    metrics::{AgentMetrics, Latency, SessionMetrics, ToolMetrics},
    repository::Check,
    session::{AgentCount, Details, StoredDate, Summary, Usage},
};
use bson::Bson;
use serde_json::{Map, Value, json};

/// One line of JSON. What could move a terminal's cursor or reorder its text is escaped: a parser reads the same.
pub fn line(value: &Value) -> String {
    text::escaped(&value.to_string())
}

/// A stored value in relaxed Extended JSON.
pub fn stored(value: &Bson) -> Value {
    value.clone().into_relaxed_extjson()
}

/// RFC 3339 in UTC; a date that has no such form as Extended JSON.
pub fn time(at: Option<StoredDate>) -> Value {
    let written =
        |at: StoredDate| at.rfc3339().map_or_else(|| Bson::DateTime(at.into()).into_canonical_extjson(), Value::from);
    at.map_or(Value::Null, written)
}

/// Token figures by their stored names. `lower_bound` stands beside them where a part of the sum is unknown.
pub fn usage(usage: &Usage) -> Value {
    let mut figures = json!({
        "inputTokens": usage.input,
        "outputTokens": usage.output,
        "totalTokens": usage.total,
        "cacheReadInputTokens": usage.cache_read,
        "cacheWriteInputTokens": usage.cache_write,
    });
    if usage.partial && usage.is_known() {
        figures["lower_bound"] = true.into();
    }
    figures
}

/// A session as `list` gives it. `None`: it is not known.
pub fn row(summary: &Summary, details: Option<&Details>, usage: Option<&Usage>) -> Value {
    let agents = details.map(|details| details.agents.iter().map(counted).collect::<Vec<_>>());
    json!({
        "_id": stored(summary.key.bson()),
        "session_id": summary.name(),
        "application_name": summary.application_name,
        "session_type": summary.session_type,
        "created_at": time(summary.created_at),
        "updated_at": time(summary.updated_at),
        "agents": agents,
        "messages": details.map(|details| details.messages),
        "feedbacks": details.map(|details| details.feedbacks),
        "guardrail_events": details.map(|details| details.guardrail_events),
        "bytes": details.and_then(|details| details.bytes),
        "usage": usage.map(self::usage),
        "metadata": summary.metadata.as_ref().map(stored),
    })
}

/// An agent and how much it has said.
pub fn counted(agent: &AgentCount) -> Value {
    json!({"agent_id": agent.id.as_str(), "model": agent.model, "messages": agent.messages})
}

/// A session's figures as `metrics` gives them.
pub fn metrics(summary: &Summary, metrics: &SessionMetrics) -> Value {
    let agents: Map<String, Value> =
        metrics.agents.iter().map(|(id, figures)| (id.as_str().to_owned(), agent(figures))).collect();
    json!({
        "session_id": summary.name(),
        "total": {"usage": usage(&metrics.total)},
        "agents": agents,
    })
}

fn agent(figures: &AgentMetrics) -> Value {
    let tools: Map<String, Value> = figures.tools.iter().map(|figures| (figures.name.clone(), tool(figures))).collect();
    json!({
        "usage": usage(&figures.usage),
        "latency_ms": latency(&figures.latency),
        "calls": figures.calls,
        "turns": figures.turns,
        "runs": figures.runs,
        "context_tokens": figures.context_tokens,
        "tools": tools,
    })
}

fn tool(figures: &ToolMetrics) -> Value {
    json!({
        "call_count": figures.call_count,
        "success_count": figures.success_count,
        "error_count": figures.error_count,
        "total_time_s": figures.total_time_s,
    })
}

/// As tokens do, the sum says where a part of it is unknown.
fn latency(found: &Latency) -> Value {
    let mut figures = json!({"total": found.total, "last": found.last, "p50": found.p50, "p95": found.p95});
    if found.partial && found.total.is_some() {
        figures["lower_bound"] = true.into();
    }
    figures
}

/// A check of `doctor`.
pub fn check(check: &Check) -> Value {
    json!({
        "name": check.name,
        "verdict": check.verdict,
        "found": check.found,
        "advice": told::advice(&check.advice),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_terminal_is_escaped_and_reads_the_same() {
        let value = json!({"a\u{202e}": "\u{1b}[2J \u{9b} \u{7f} \u{e0041} \"é\" 漢\n"});
        let line = line(&value);
        assert_eq!(line, r#"{"a\u202e":"\u001b[2J \u009b \u007f \udb40\udc41 \"é\" 漢\n"}"#);
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
    }

    #[test]
    fn unknown_is_null() {
        assert_eq!(usage(&Usage::default())["totalTokens"], Value::Null);
        assert_eq!(time(None), Value::Null);
    }

    #[test]
    fn a_date_beyond_the_year_9999_is_written_as_stored() {
        assert_eq!(time(Some(StoredDate::from_millis(1_795_443_080_500))), json!("2026-11-23T14:11:20.5Z"));
        let far = json!({"$date": {"$numberLong": "253402300800000"}});
        assert_eq!(time(Some(StoredDate::from_millis(253_402_300_800_000))), far);
        assert_eq!(stored(&bson::DateTime::from_millis(253_402_300_800_000).into()), far);
    }
}
