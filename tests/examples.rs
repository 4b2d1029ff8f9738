//! The examples, run as a reader would, and what they leave.

use examples::run;
use strandscope::{StoredMessage, open_folder};

#[path = "support/examples.rs"]
mod examples;

#[tokio::test]
async fn two_agents_in_one_session() {
    let dir = tempfile::tempdir().expect("a folder");
    let said = run("multi_agent", &[dir.path().to_str().expect("a path")]);
    assert!(said.contains("billing: 2 messages") && said.contains("solved"), "{said}");
    let sessions = open_folder(dir.path()).await.expect("it opens");
    let session = sessions.open(&"order-77".into(), 0).await.expect("it is there");
    assert_eq!((session.agents.len(), session.message_count()), (2, 4));
}

#[tokio::test]
async fn answers_that_are_streamed_interrupted_and_owed() {
    let dir = tempfile::tempdir().expect("a folder");
    let said = run("streaming", &[dir.path().to_str().expect("a path")]);
    assert!(said.contains("one two three four five …") && said.contains("(an answer is owed)"), "{said}");
    let sessions = open_folder(dir.path()).await.expect("it opens");
    let session = sessions.open(&"counting".into(), u64::MAX).await.expect("it is there");
    let messages = &session.agents[0].messages;
    let roles: Vec<&str> = messages.iter().map(|message| message.role.as_str()).collect();
    assert_eq!(roles, ["user", "assistant"].repeat(5));
    let body = |index: usize| StoredMessage::read(messages[index].raw.bson(), index as u64).body;
    let is_marked = |index: usize| body(index).as_document().to_string().contains("interrupted");
    assert_eq!((0..10).filter(|index| is_marked(*index)).collect::<Vec<_>>(), [3]);
    assert_eq!(body(3).texts(), ["one two three four five "]);
    assert_eq!(body(7).texts(), ["one two three four five"], "the answer that was owed");
    assert!(messages[9].redaction.is_some() && body(9).texts() == ["I cannot tell."]);
}

#[test]
fn an_agent_at_work_is_followed() {
    let dir = tempfile::tempdir().expect("a folder");
    let said = run("watch", &[dir.path().to_str().expect("a path")]);
    assert!(said.contains("assistant: Tomorrow.") && said.contains("solved with 100 tokens"), "{said}");
}

#[test]
fn hooks_refuse_change_and_tell() {
    let said = run("hooks", &[]);
    assert!(said.contains("refused: ") && said.contains("neither low nor high"), "{said}");
    assert!(said.contains("\"changed_by\": \"ada\""), "{said}");
    assert!(said.contains("x-strandscope-signature: sha256=") && said.contains("metadata.update"), "{said}");
}

#[test]
fn a_repository_of_ones_own() {
    assert!(run("memory", &[]).contains("high"));
}
