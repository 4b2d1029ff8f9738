//! The examples, run as a reader would, and what they leave.

use examples::run;
use strandscope::open_folder;

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
fn an_agent_manages_the_metadata_of_its_session() {
    let dir = tempfile::tempdir().expect("a folder");
    let said = run("metadata_tool", &[dir.path().to_str().expect("a path")]);
    assert!(said.contains("No metadata stored in session"), "{said}");
    assert!(said.contains("Successfully updated metadata fields: ['priority', 'order']"), "{said}");
    assert!(said.contains("refused: Error managing metadata: ") && said.contains("customer.tier"), "{said}");
    assert!(said.ends_with("left: {\"priority\":\"high\"}\n"), "{said}");
}

#[test]
fn a_repository_of_ones_own() {
    assert!(run("memory", &[]).contains("high"));
}
