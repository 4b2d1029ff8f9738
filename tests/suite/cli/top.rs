//! `top` where standard output is no terminal.

use std::{fs, path::Path};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Home, lines};

/// A session of one agent whose files were written just now.
fn write(sessions: &Path, id: &str, application: &str, messages: &[Value]) {
    let session = sessions.join(format!("session_{id}"));
    let agent = session.join("agents/agent_main");
    fs::create_dir_all(agent.join("messages")).unwrap();
    let put = |path: &Path, value: &Value| fs::write(path, value.to_string()).unwrap();
    put(&session.join("session.json"), &json!({ "session_id": id, "application_name": application }));
    put(&agent.join("agent.json"), &json!({ "agent_id": "main", "state": {} }));
    put(&agent.join("config.json"), &json!({ "model": "m-1" }));
    for (n, message) in messages.iter().enumerate() {
        put(&agent.join(format!("messages/message_{n}.json")), message);
    }
}

fn said(n: usize, role: &str, content: &Value, tokens: Option<u64>) -> Value {
    let at = Timestamp::from_second(Timestamp::now().as_second() - 20).unwrap();
    let mut message = json!({ "role": role, "content": [content] });
    if let Some(tokens) = tokens {
        let usage = json!({ "inputTokens": tokens - 10, "outputTokens": 10, "totalTokens": tokens });
        message["metadata"] = json!({ "usage": usage, "metrics": { "latencyMs": 700 } });
    }
    json!({ "message": message, "message_id": n, "created_at": at.to_string() })
}

/// One session at work, one in a tool, one of which nothing is known.
fn fleet() -> Home {
    let home = Home::new(&[]);
    let sessions = home.sessions();
    let text = |words: &str| json!({ "text": words });
    let call = json!({ "toolUse": { "toolUseId": "1", "name": "search", "input": {} } });
    write(
        &sessions,
        "busy",
        "shop",
        &[
            said(0, "assistant", &text("Hello"), Some(500)),
            said(1, "user", &text("Where is my order?\nIt is late."), None),
        ],
    );
    write(&sessions, "searching", "research", &[said(0, "assistant", &call, Some(1000))]);
    write(&sessions, "silent", "shop", &[]);
    home
}

#[test]
fn top_json_is_an_object_a_line_and_unknown_is_null() {
    let found = lines(&fleet().on_sessions(&["top", "--json"]).data());
    let ids: Vec<&str> = found.iter().map(|row| row["session_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["searching", "busy", "silent"], "most tokens a minute first, unknown last");
    assert_eq!((&found[0]["state"], &found[1]["state"]), (&json!("in tool"), &json!("working")));
    assert_eq!((&found[0]["tokens_per_minute"], &found[1]["tokens_per_minute"]), (&json!(200.0), &json!(100.0)));
    assert_eq!((&found[1]["model"], &found[1]["last_words"]), (&json!("m-1"), &json!("Where is my order?")));
    assert_eq!((&found[1]["slowest_call_ms"], &found[1]["errors"]), (&json!(700), &json!(0)));
    for unknown in ["tokens_per_minute", "context_tokens", "slowest_call_ms", "errors", "last_words"] {
        assert_eq!(found[2][unknown], Value::Null, "{unknown}");
    }
    assert!(found.iter().all(|row| row["changed_at"].is_string()));
}

/// More messages than are read with their texts.
#[test]
fn top_counts_the_whole_history() {
    let home = Home::new(&[]);
    let failed = json!({ "toolResult": { "toolUseId": "1", "status": "error", "content": [] } });
    let mut messages = vec![said(0, "user", &failed, None)];
    messages.extend((1..31).map(|n| said(n, "assistant", &json!({ "text": format!("words {n}") }), Some(100))));
    messages[1]["message"]["metadata"]["metrics"]["latencyMs"] = json!(9000);
    write(&home.sessions(), "long", "shop", &messages);
    let found = lines(&home.on_sessions(&["top", "--json"]).data());
    assert_eq!(found[0]["tokens_per_minute"], json!(600.0), "30 calls within the last five minutes");
    assert_eq!((&found[0]["slowest_call_ms"], &found[0]["errors"]), (&json!(9000), &json!(1)));
    assert_eq!((&found[0]["last_words"], &found[0]["context_tokens"]), (&json!("words 30"), &json!(90)));
}

#[test]
fn top_is_a_table_that_is_written_once() {
    let home = fleet();
    for args in [&["top"][..], &["top", "--once"], &["top", "--window", "24h"]] {
        let data = home.on_sessions(args).data();
        let written: Vec<&str> = data.lines().collect();
        assert_eq!(written.len(), 4, "{data}");
        assert!(written[0].starts_with("STATE") && written[0].contains("TOKENS/MIN"), "{data}");
        assert!(written[1].starts_with("in tool  searching") && written[2].contains("Where is my order?"), "{data}");
        assert!(written[3].contains(" - "), "unknown is a dash: {data}");
    }
}

#[test]
fn top_filters_and_sorts() {
    let home = fleet();
    let ids = |args: &[&str]| -> Vec<String> {
        let data = home.on_sessions(&[&["top", "--json"], args].concat()).data();
        lines(&data).iter().map(|row| row["session_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&["--by", "session", "app:shop"]), ["busy", "silent"]);
    assert_eq!(ids(&["-app:shop"]), ["searching"]);
    assert_eq!(ids(&["--by", "session", "--reverse", "app:shop"]), ["silent", "busy"]);
    assert_eq!(ids(&["--window", "90m", "app:shop"]).len(), 2);
    assert_eq!(ids(&["--by", "slowest", "-silent"]).len(), 2);
    let nothing = home.on_sessions(&["top", "no-such-session"]);
    assert_eq!((nothing.code, nothing.out.as_str()), (0, ""));
    assert_eq!(nothing.err, "strandscope: no session that matches changed within 1h\n");
    let nothing = home.on_sessions(&["top", "no-such-session", "--window", "90m"]);
    assert_eq!(nothing.err, "strandscope: no session that matches changed within 90m\n");
    for window in ["0m", "soon", "1.5h"] {
        let mistake = home.on_sessions(&["top", "--window", window]);
        assert_eq!(mistake.code, 2, "{window}");
        assert!(mistake.err.contains("such as 90m, 2h or 7d"), "{}", mistake.err);
    }
}
