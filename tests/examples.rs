//! The examples, run as a reader would, and what they leave.

use std::{path::PathBuf, process::Command};

use strandscope::{
    metrics::{Outline, session_metrics},
    repository::{Limits, Opened, folder, mongo},
};

#[expect(dead_code, unused_imports, reason = "the other tests use the rest")]
mod support;

/// Cargo builds the examples with the tests, beside them.
fn run(name: &str, arguments: &[&str]) -> String {
    let tests = std::env::current_exe().expect("this test's own path");
    let built = tests.parent().and_then(|deps| deps.parent()).expect("the folder of the build");
    let program: PathBuf = built.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    let output = Command::new(&program).args(arguments).output().expect("the example runs; `cargo test` builds it");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{name}: {said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[tokio::test]
async fn a_week_with_one_agent() {
    let fresh = support::fresh_collection("resume").await;
    let arguments =
        ["--uri", &fresh.uri, "--database", &fresh.database, "--collection", "sessions", "--session", "trip-1"];
    let said = run("resume", &arguments);
    assert!(said.contains("it remembers 4 messages, and that it is about Lisbon"), "{said}");
    assert!(said.contains("holds 6 messages"), "{said}");
    let uri = fresh.uri.clone().into();
    let opened = mongo::open(&uri, Some(&fresh.database), Some("sessions"), Limits::default()).await;
    let Ok(Opened::Reader(reader)) = opened else { panic!("the collection opens") };
    let session = reader.open(&"trip-1".into(), u64::MAX).await.expect("it stays in its place");
    assert_eq!(session.all_findings().count(), 0);
    assert_eq!(session.application_name.as_deref(), Some("travel"));
    let metrics = session_metrics(&Outline::from(&session));
    let figures = &metrics.agents[0].1;
    assert_eq!((figures.runs, figures.calls, figures.turns), (Some(2), 3, 3));
    assert_eq!(figures.latency.last, Some(420));
}

#[tokio::test]
async fn two_agents_in_one_session() {
    let dir = tempfile::tempdir().expect("a folder");
    let said = run("multi_agent", &[dir.path().to_str().expect("a path")]);
    assert!(said.contains("billing: 2 messages") && said.contains("solved"), "{said}");
    let sessions = folder::open(dir.path()).await.expect("it opens");
    let session = sessions.open(&"order-77".into(), 0).await.expect("it is there");
    assert_eq!((session.agents.len(), session.message_count()), (2, 4));
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
