//! The examples, run as a reader would, and what they leave.

use examples::run;
use strandscope::{StoredMessage, open_folder};

#[path = "support/examples.rs"]
mod examples;

/// A folder that is not there yet, as a reader would name one.
fn new_in(dir: &tempfile::TempDir) -> String {
    dir.path().join("sessions").to_str().expect("a path").to_owned()
}

#[tokio::test]
async fn two_agents_in_one_session() {
    let dir = tempfile::tempdir().expect("a folder");
    let said = run("multi_agent", &[dir.path().to_str().expect("a path")]);
    assert!(said.contains("billing: 2 messages") && said.contains("solved"), "{said}");
    let sessions = open_folder(dir.path()).await.expect("it opens");
    let session = sessions.open(&"order-77".into(), 0).await.expect("it is there");
    assert_eq!((session.agents.len(), session.message_count()), (2, 4));
    let again = run("multi_agent", &[dir.path().to_str().expect("a path")]);
    assert!(again.contains("billing: 4 messages") && again.contains("solved"), "{again}");
    let session = sessions.open(&"order-77".into(), 0).await.expect("it is there");
    assert_eq!((session.agents.len(), session.message_count()), (2, 8));
}

#[tokio::test]
async fn answers_that_are_streamed_interrupted_and_owed() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = new_in(&dir);
    let said = run("streaming", &[&folder]);
    assert!(said.contains("one two three four five …") && said.contains("(an answer is owed)"), "{said}");
    let sessions = open_folder(&folder).await.expect("it opens");
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
    let folder = new_in(&dir);
    // Run again, it goes on in the same session.
    for tokens in [100, 200] {
        let said = run("watch", &[&folder]);
        assert!(said.contains("assistant: Tomorrow."), "{said}");
        assert!(said.ends_with(&format!("solved with {tokens} tokens\n")), "{said}");
    }
}

#[test]
fn tenants_see_their_own_sessions_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = new_in(&dir);
    let said = run("tenants", &[&folder]);
    assert!(said.contains("tenant-7 sees 1 of 2 sessions"), "{said}");
    // One that is there and one that is not sound the same, and where they are is not said.
    for session in ["tenant-70.chat-1", "tenant-8.nobody"] {
        assert!(said.contains(&format!("tenant-7: refused: {session} is none of yours\n")), "{said}");
    }
    assert!(!said.contains(&folder), "{said}");
}

#[test]
fn hooks_refuse_change_and_tell() {
    let said = run("hooks", &[]);
    assert!(said.contains("refused: ") && said.contains("neither low nor high"), "{said}");
    assert!(said.contains("\"changed_by\": \"ada\""), "{said}");
    assert!(said.contains("x-strandscope-signature: sha256=") && said.contains("metadata.update"), "{said}");
}

#[test]
fn an_agent_manages_the_metadata_of_its_session() {
    let dir = tempfile::tempdir().expect("a folder");
    let said = run("metadata_tool", &[&new_in(&dir)]);
    assert!(said.contains("No metadata stored in session"), "{said}");
    assert!(said.contains("Successfully updated metadata fields: ['priority', 'order']"), "{said}");
    assert!(said.contains("refused: Error managing metadata: ") && said.contains("customer.tier"), "{said}");
    assert!(said.ends_with("left: {\"priority\":\"high\"}\n"), "{said}");
}

#[test]
fn run_again_they_go_on() {
    for name in ["agent_config", "metadata_tool", "streaming", "tenants"] {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = new_in(&dir);
        let runs = [run(name, &[&folder]), run(name, &[&folder])];
        let last = runs.each_ref().map(|said| said.lines().last());
        match name {
            // Its list of the history has grown.
            "streaming" => assert_eq!(last, [Some("9 assistant (redacted)"), Some("19 assistant (redacted)")]),
            _ => assert_eq!(last[0], last[1], "{name}: {runs:?}"),
        }
    }
}

#[test]
fn a_repository_of_ones_own() {
    assert!(run("memory", &[]).contains("high"));
}

#[test]
fn sealed_fields_are_read_found_and_taken() {
    let said = run("encryption", &[]);
    let line = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    assert!(line("read: ").contains("078-05-1120") && line("read: ").contains("DE89 3704"), "{said}");
    for clear in ["078-05-1120", "ada@example.org", "DE89 3704"] {
        assert!(!line("stored: ").contains(clear), "{said}");
    }
    assert_eq!(line("stored: ").matches("strandscope-sealed:1:2025:").count(), 3, "{said}");
    assert_eq!(line("found: "), "1", "{said}");
    assert_eq!(line("rotated: "), "3 values, now with key 2026", "{said}");
    assert!(line("refused: ").contains("metadata.ssn cannot be read"), "{said}");
    assert!(line("taken: ").contains("078-05-1120") && !line("left: ").contains("ssn"), "{said}");
    assert!(line("left: ").contains("ada@example.org"), "{said}");
}

#[tokio::test]
async fn model_and_prompt_of_each_agent() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = new_in(&dir);
    let said = run("agent_config", &[&folder]);
    assert!(said.contains("support: small-1: You are friendly, and brief. (version 1.2.0)"), "{said}");
    assert!(said.contains("analyst: large-1: You explain with figures, and name their source."), "{said}");
    assert!(said.contains("resumed with small-1") && said.contains("no agent \"billing\""), "{said}");
    let sessions = open_folder(&folder).await.expect("it opens");
    let session = sessions.open(&"config-1".into(), 0).await.expect("it is there");
    let models: Vec<_> = session.agents.iter().map(|agent| agent.model.as_deref()).collect();
    assert!(models.contains(&Some("small-1")) && models.contains(&Some("large-1")), "{models:?}");
}
