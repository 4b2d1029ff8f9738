//! The official SDK for Python, in both eras.

use std::{path::Path, process::Command};

use bson::doc;
use serde_json::{Value, json};
use strandscope::{MessageBody, NewAgent, NewMessage, ToolStatus};

use super::home;
use crate::python;

const PACKAGE: &str = "mcp==2.3.0";

#[tokio::test]
async fn the_sdk_for_python_finds_its_way() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/mcp/client.py");
    for (mode, version) in [("legacy", "2025-11-25"), ("auto", "2026-07-28"), ("2026-07-28", "2026-07-28")] {
        let (home, sessions) = home(doc! { "a": 1 }).await;
        let mut command = Command::new(python::with(PACKAGE));
        command.arg(&script).arg(env!("CARGO_BIN_EXE_strandscope")).arg(home.path()).arg(mode);
        let said = python::run(&mut command);
        let found: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
        assert_eq!(found["version"], version);
        assert_eq!(found["tools"], json!([["manage_metadata", false], ["get_metadata", true]]));
        assert_eq!(found["set"], json!(["Successfully updated metadata fields: ['b', 'n']", false]));
        assert_eq!(found["got"]["metadata"], json!({ "a": 1, "b": { "c": [true, null] }, "n": 2.5 }));
        assert_eq!(
            found["wrong"],
            json!(["Error: Unknown action 'drop'. Use 'get', 'set', 'update', or 'delete'", true])
        );
        assert_eq!(found["unknown"], -32602);
        let stored = sessions.metadata(&"s".into()).await.unwrap();
        assert_eq!(stored, doc! { "a": 1, "b": { "c": [true, bson::Bson::Null] }, "n": 2.5 });
    }
}

/// The SDK checks each answer against the schema of its tool.
#[tokio::test]
async fn answers_for_assistants_are_what_their_schemas_say() {
    let (home, sessions) = home(doc! { "tier": "gold" }).await;
    let key = "s".into();
    sessions.create_agent(&key, &NewAgent::new("a")).await.unwrap();
    let call = MessageBody::assistant("I look.").with_tool_use("t", "lookup", doc! { "order": "A100" });
    let result = MessageBody::new("user", Vec::new()).with_tool_result("t", &ToolStatus::Error, "no order A100");
    for body in [call, result] {
        let _ = sessions.append_message(&key, &"a".into(), &NewMessage::new(body), None).await.unwrap();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/mcp/assistant.py");
    let mut command = Command::new(python::with(PACKAGE));
    command.arg(&script).arg(env!("CARGO_BIN_EXE_strandscope")).arg(home.path());
    let said = python::run(&mut command);
    let found: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!(found["list_sessions"]["sessions"][0]["messages"], 2);
    assert_eq!(found["show_messages"]["messages"][1]["content"][0]["tool"], "lookup");
    assert_eq!(found["find_text"]["hits"][0]["index"], 1);
    assert_eq!(found["session_metrics"]["agents"]["a"]["tools"]["lookup"]["error_count"], 1);
    assert_eq!(found["session_health"]["tool_errors"][0]["text"], "no order A100");
}
