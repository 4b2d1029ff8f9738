//! Folders of other layouts: they are told for what they are, and hide no session that can be read.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use strandscope::{
    Error, FolderRepository, ListQuery, MetadataEdit, NewSession, SessionReader, SessionWriter, Verdict,
};
use tempfile::TempDir;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/layouts").join(name)
}

async fn open(path: &Path) -> FolderRepository {
    FolderRepository::open(path).await.expect("it opens")
}

async fn listed(reader: &FolderRepository) -> (Vec<String>, Option<String>) {
    let (rows, end) = reader.list(&ListQuery::new(50)).read().await.expect("a page");
    let mut ids: Vec<String> = rows.iter().map(|row| row.name().to_owned()).collect();
    ids.sort();
    (ids, end.note)
}

#[tokio::test]
async fn a_folder_of_both_layouts_lists_what_can_be_read_and_names_the_rest() {
    let reader = open(&fixture("mixed")).await;
    let (ids, note) = listed(&reader).await;
    assert_eq!(ids, ["big-1"]);
    let note = note.expect("a note");
    assert!(note.contains("\"snap-1\"") && note.contains("SnapshotSessionManager"), "{note}");
    let other = reader.resolve("snap-1").await.expect_err("it cannot be read");
    assert!(matches!(other, Error::Foreign { .. }), "{other}");
    assert!(other.to_string().contains("SnapshotSessionManager"), "{other}");
    let checks = reader.check().await;
    let check = checks.iter().find(|check| check.name == "other layouts").expect("it is told");
    assert!(check.verdict == Verdict::Warn && check.found.contains("snap-1"), "{check:?}");
}

#[tokio::test]
async fn a_folder_of_snapshots_alone_is_named_in_every_place_they_are_kept() {
    let root = TempDir::new().expect("a folder");
    let parent = root.path().join("project");
    fs::create_dir_all(parent.join(".strands/session/s/scopes/multiAgent/g/snapshots")).expect("folders");
    for path in [fixture("snapshot-ts/new"), fixture("snapshot-ts/old"), parent.join(".strands"), parent] {
        let refused = FolderRepository::open(&path).await.expect_err("no sessions of FileSessionManager");
        assert!(refused.to_string().contains("SnapshotSessionManager"), "{}: {refused}", path.display());
    }
}

#[tokio::test]
async fn a_graph_and_a_swarm_are_sessions_whose_messages_are_said_to_stand_elsewhere() {
    let reader = open(&fixture("multi")).await;
    assert_eq!(listed(&reader).await, (vec!["graph-1".to_owned(), "swarm-1".to_owned()], None));
    for (id, path, kind) in [
        ("graph-1", "multi_agents.default_graph", "type: graph"),
        ("swarm-1", "multi_agents.default_swarm", "type: swarm"),
    ] {
        let session = reader.open(&id.into(), 10).await.expect("it opens");
        let finding = session.all_findings().find(|finding| finding.path == path).expect("a finding");
        assert!(finding.problem.contains(kind) && finding.problem.contains("not read yet"), "{}", finding.problem);
        assert!(finding.raw.is_some(), "all that is stored can be looked at");
    }
}

#[tokio::test]
async fn what_an_orchestrator_does_moves_the_sessions_age() {
    let root = TempDir::new().expect("a folder");
    let repository = open(root.path()).await;
    repository.create_session(&NewSession::new("s")).await.expect("a session");
    let dir = root.path().join("session_s/multi_agents/multi_agent_g");
    fs::create_dir_all(&dir).expect("a folder");
    fs::write(dir.join("multi_agent.json"), "{}").expect("a file");
    for path in [dir.join("multi_agent.json"), dir] {
        let future = SystemTime::now() + Duration::from_hours(1);
        let moved = File::open(&path).expect("it is there");
        moved.set_modified(future).expect("a time");
        let (rows, _) = repository.list(&ListQuery::new(1)).read().await.expect("a page");
        let updated = rows[0].updated_at.expect("a time");
        assert!(
            updated > strandscope::StoredDate::from(jiff::Timestamp::now()),
            "{} counts: {updated}",
            path.display()
        );
        moved.set_modified(SystemTime::UNIX_EPOCH).expect("a time");
    }
}

#[tokio::test]
async fn waiting_for_another_writer_is_said() {
    let root = TempDir::new().expect("a folder");
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let repository = open(root.path()).await.on_wait(move |text| heard.lock().expect("no panic").push(text.to_owned()));
    let key = repository.create_session(&NewSession::new("s")).await.expect("a session");
    repository.edit_metadata(&key, &[MetadataEdit::set("n", 1)]).await.expect("stored");
    assert!(said.lock().expect("no panic").is_empty(), "nobody was waited for");

    let held = File::open(root.path().join("session_s/.lock")).expect("the lock of the write before");
    held.lock().expect("it is free");
    let waiting = repository.clone();
    let edited = key.clone();
    let write = tokio::spawn(async move { waiting.edit_metadata(&edited, &[MetadataEdit::set("n", 2)]).await });
    for _ in 0..400 {
        if !said.lock().expect("no panic").is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    held.unlock().expect("it is let go");
    write.await.expect("no panic").expect("stored");
    let said = said.lock().expect("no panic").clone();
    assert!(said.len() == 1 && said[0].contains("\"s\""), "{said:?}");
}
