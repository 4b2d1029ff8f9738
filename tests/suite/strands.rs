//! Folders that Strands' own `FileSessionManager` reads and goes on writing, and the other way round.

#![cfg(unix)]

use std::{path::Path, process::Command};

use bson::{Document, doc};
use serde_json::{Value, json};
use strandscope::{
    Agent, AgentId, EventLoopMetrics, GuardrailIntervention, MessageBody, MetadataEdit, ModelCall, NewFeedback, Rating,
    Resumed, SessionManager, Started, Usage, open_folder,
};

use crate::venv::{python, run};

const PACKAGE: &str = "strands-agents==1.62.0";

/// Strands resumes the session, says something in it, and tells what it found.
fn carry_on(folder: &Path, session: &str, agent: &str) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/strands/carry_on.py");
    let said = run(Command::new(python(PACKAGE)).arg(script).arg(folder).args([session, agent]));
    serde_json::from_str(said.lines().last().unwrap()).unwrap()
}

/// An agent with a state and what it was given back.
#[derive(Default)]
struct Memo {
    state: Document,
    metrics: EventLoopMetrics,
    resumed: Resumed,
}

impl Agent for Memo {
    fn agent_id(&self) -> &'static str {
        "support"
    }

    fn state(&self) -> Document {
        self.state.clone()
    }

    fn metrics(&self) -> Option<Document> {
        self.metrics.to_document()
    }

    fn restore(&mut self, resumed: Resumed) {
        self.state.clone_from(&resumed.state);
        self.resumed = resumed;
    }
}

fn texts(resumed: &Resumed) -> Vec<&str> {
    let blocks = resumed.messages.iter().flat_map(MessageBody::blocks);
    blocks.map(|block| block.get_str("text").unwrap()).collect()
}

fn support() -> AgentId {
    AgentId::from("support")
}

#[tokio::test]
async fn strands_goes_on_with_what_was_written_here_and_keeps_what_is_ours() {
    let dir = tempfile::tempdir().unwrap();
    let sessions = open_folder(dir.path()).await.unwrap();
    let manager = SessionManager::new(sessions.clone(), "support-1");
    let mut memo = Memo { state: doc! { "visits": 1, "name": "Ada" }, ..Memo::default() };
    assert_eq!(manager.initialize(&mut memo).await.unwrap(), Started::Created);
    for (role, text) in [("user", "a question from Rust"), ("assistant", "a bad answer")] {
        manager.append_message(&support(), &mut MessageBody::text(role, text)).await.unwrap();
    }
    let usage = Usage::default().input(30).output(8);
    memo.metrics.add_call(ModelCall::new(usage).latency_ms(70));
    memo.metrics.add_cycle(std::time::Duration::from_millis(70));
    manager.sync_agent(&memo).await.unwrap();
    let redaction = MessageBody::text("assistant", "[redacted]");
    let cause = GuardrailIntervention::default().stop_reason("guardrail_intervened");
    manager.redact_latest_message(&support(), redaction, cause).await.unwrap();
    let prompt = doc! { "prompt_id": "p-1", "temperature": 0.5 };
    manager.set_prompt_metadata(&support(), prompt.clone()).await.unwrap();
    let metadata = doc! { "n": 5_i64, "at": bson::DateTime::from_millis(5) };
    let edits = metadata.iter().map(|(key, value)| MetadataEdit::set(key, value.clone()));
    manager.edit_metadata(edits.collect()).await.unwrap();
    let feedback = NewFeedback::new(Rating::Up).comment("fine").extra(Document::new()).at(jiff::Timestamp::now());
    manager.add_feedback(feedback).await.unwrap();

    let found = carry_on(dir.path(), "support-1", "support");
    assert_eq!(found["state"], json!({ "visits": 1, "name": "Ada" }));
    assert_eq!(found["texts"], json!(["a question from Rust", "[redacted]"]));
    assert_eq!(found["ids"], json!([0, 1, 2, 3]));

    let mut again = Memo::default();
    let manager = SessionManager::new(sessions.clone(), "support-1");
    assert_eq!(manager.initialize(&mut again).await.unwrap(), Started::Resumed(4));
    let expected = ["a question from Rust", "[redacted]", "a question from Python", "an answer from Python"];
    assert_eq!(texts(&again.resumed), expected);
    assert_eq!(again.state, doc! { "visits": 2, "name": "Ada" });
    assert_eq!(again.resumed.prompt_metadata, Some(prompt));
    assert_eq!(manager.metadata().await.unwrap(), metadata);
    let session = sessions.open(&"support-1".into(), u64::MAX).await.unwrap();
    assert_eq!((session.feedbacks.len(), session.guardrail_events.len()), (1, 1));
    assert_eq!(session.all_findings().count(), 0);
    let redacted = &session.agents[0].messages[1];
    assert_eq!(redacted.counters.as_ref().and_then(|counters| counters.usage.total), Some(38));

    // And once more, each after the other.
    let id = manager.append_message(&support(), &mut MessageBody::text("user", "and Rust again")).await.unwrap();
    assert_eq!(id, 4);
    let found = carry_on(dir.path(), "support-1", "support");
    assert_eq!(found["ids"], json!([0, 1, 2, 3, 4, 5, 6]));
    assert_eq!(found["texts"].as_array().unwrap()[4], "and Rust again");
}

#[tokio::test]
async fn a_session_that_strands_made_is_resumed_here() {
    let dir = tempfile::tempdir().unwrap();
    carry_on(dir.path(), "theirs", "support");
    let sessions = open_folder(dir.path()).await.unwrap();
    let manager = SessionManager::new(sessions, "theirs");
    let mut memo = Memo::default();
    assert_eq!(manager.initialize(&mut memo).await.unwrap(), Started::Resumed(2));
    assert_eq!(texts(&memo.resumed), ["a question from Python", "an answer from Python"]);
    memo.state.insert("visits", 9);
    manager.sync_agent(&memo).await.unwrap();
    manager.append_message(&support(), &mut MessageBody::text("user", "from Rust")).await.unwrap();
    manager.edit_metadata(vec![MetadataEdit::set("ours", true)]).await.unwrap();
    let found = carry_on(dir.path(), "theirs", "support");
    assert_eq!(found["state"]["visits"], 9);
    assert_eq!(found["texts"].as_array().unwrap().last().unwrap(), "from Rust");
    assert_eq!(manager.metadata().await.unwrap(), doc! { "ours": true });
}
