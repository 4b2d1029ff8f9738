//! Deletions that keep everything, and putting it back.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use bson::{Bson, RawDocumentBuf, doc};
use strandscope::{
    CopiedDeletion, CopyKeeper, Error, MessageBody, MetadataEdit, NewAgent, NewMessage, Result, SessionCopy,
    SessionKey, SessionManager, SessionRepository, open_folder,
};

use crate::support::{self, Fresh};

/// Keeps copies in memory; `between` is done once after the first.
#[derive(Default)]
struct Kept {
    copies: Vec<SessionCopy>,
    refuses: bool,
    discarded: bool,
}

#[async_trait]
impl CopyKeeper for Kept {
    async fn keep(&mut self, copy: &SessionCopy) -> Result<()> {
        if self.refuses {
            return Err(Error::other("keeping", "the disk is full"));
        }
        self.copies.push(copy.clone());
        Ok(())
    }

    async fn discard(&mut self) {
        self.discarded = true;
    }
}

async fn mongo(name: &str) -> (Fresh, Arc<dyn SessionRepository>) {
    let fresh = support::fresh_collection(name).await;
    let repository = strandscope::open_mongo(&fresh.uri, &fresh.database, fresh.collection.name()).await.unwrap();
    (fresh, repository)
}

fn raw(fresh: &Fresh) -> mongodb::Collection<RawDocumentBuf> {
    fresh.collection.clone_with_type()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_put_back_byte_for_byte() {
    let (fresh, repository) = mongo("copies").await;
    fresh.load(["sessions.jsonl", "odd.jsonl"].iter().flat_map(|file| support::load_fixture(file))).await;
    // A tool that answers with Extended JSON, as it is stored.
    let answer = doc! { "odd": { "$date": "yesterday" }, "_id": { "$oid": "656a1b2c3d4e5f6071829304" }, "b": { "$binary": "AAA=" } };
    let message = doc! { "message": { "content": [{ "toolResult": { "content": [{ "json": answer }] } }] } };
    fresh.load([doc! { "_id": "mcp", "session_id": "mcp", "agents": { "a": { "messages": [message] } } }]).await;
    let mut stored = raw(&fresh).find(doc! {}).await.unwrap();
    let mut all = Vec::new();
    while stored.advance().await.unwrap() {
        all.push(stored.deserialize_current().unwrap());
    }
    for before in all {
        let id = Bson::try_from(before.get("_id").unwrap().unwrap()).unwrap();
        let key = SessionKey::new(id.clone());
        let mut kept = Kept::default();
        let manager = SessionManager::new(Arc::clone(&repository), key.clone());
        manager.delete_session_kept(&mut kept).await.unwrap();
        assert_eq!(raw(&fresh).find_one(doc! { "_id": { "$eq": id.clone() } }).await.unwrap(), None);
        let copy = SessionCopy::from_bytes(kept.copies[0].as_bytes().to_vec()).unwrap();
        assert_eq!(repository.restore(&copy).await.unwrap(), key);
        let after = raw(&fresh).find_one(doc! { "_id": { "$eq": id } }).await.unwrap().unwrap();
        assert_eq!(after.as_bytes(), before.as_bytes());
        assert!(matches!(repository.restore(&copy).await.unwrap_err(), Error::Exists { .. }), "nothing is overwritten");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_after_the_copy_is_not_deleted_without_it() {
    let (fresh, repository) = mongo("overtaken").await;
    fresh.load([doc! { "_id": "s", "session_id": "s", "metadata": { "n": 1 } }]).await;
    let key = SessionKey::from("s");
    let old = repository.exact_copy(&key).await.unwrap();
    repository.edit_metadata(&key, &[MetadataEdit::set("note", "longer")]).await.unwrap();
    assert_eq!(repository.delete_copied(&key, &old).await.unwrap(), CopiedDeletion::Changed);
    let old = repository.exact_copy(&key).await.unwrap();
    // As large as before, and no time tells of it.
    repository.edit_metadata(&key, &[MetadataEdit::set("n", 2)]).await.unwrap();
    let CopiedDeletion::Overtaken(SessionCopy::Document(last)) = repository.delete_copied(&key, &old).await.unwrap()
    else {
        panic!("it was overtaken");
    };
    assert_eq!(last.get_document("metadata").unwrap().get_i32("n").unwrap(), 2);
    assert!(matches!(repository.delete_copied(&key, &old).await.unwrap_err(), Error::NotFound { .. }));
}

/// Changes the session once its copy is kept, so that neither size nor time tells of it, and keeps no other.
struct Overtaken {
    repository: Arc<dyn SessionRepository>,
    kept: Vec<SessionCopy>,
    discarded: bool,
}

#[async_trait]
impl CopyKeeper for Overtaken {
    async fn keep(&mut self, copy: &SessionCopy) -> Result<()> {
        if !self.kept.is_empty() {
            return Err(Error::other("keeping", "the disk is full"));
        }
        self.kept.push(copy.clone());
        self.repository.edit_metadata(&"s".into(), &[MetadataEdit::set("n", 2)]).await
    }

    async fn discard(&mut self) {
        self.discarded = true;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_and_cannot_be_kept_is_put_back() {
    let (fresh, repository) = mongo("put_back").await;
    fresh.load([doc! { "_id": "s", "session_id": "s", "metadata": { "n": 1 } }]).await;
    let mut keeper = Overtaken { repository: Arc::clone(&repository), kept: Vec::new(), discarded: false };
    let manager = SessionManager::new(Arc::clone(&repository), "s");
    let error = manager.delete_session_kept(&mut keeper).await.unwrap_err();
    assert!(error.to_string().contains("the disk is full"), "{error}");
    assert!(keeper.discarded, "it is there again, so the copy need not stay");
    assert_eq!(manager.metadata().await.unwrap().get_i32("n").unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_all_the_time_is_deleted_with_what_it_was_last() {
    let (fresh, repository) = mongo("latest").await;
    fresh.load([doc! { "_id": "s", "session_id": "s", "metadata": { "n": 1 } }]).await;
    let key = SessionKey::from("s");
    let old = repository.exact_copy(&key).await.unwrap();
    repository.edit_metadata(&key, &[MetadataEdit::set("note", "longer")]).await.unwrap();
    let CopiedDeletion::Overtaken(SessionCopy::Document(last)) = repository.delete_latest(&key, &old).await.unwrap()
    else {
        panic!("it was overtaken");
    };
    assert_eq!(last.get_document("metadata").unwrap().get_str("note").unwrap(), "longer");
    assert!(matches!(repository.delete_latest(&key, &old).await.unwrap_err(), Error::NotFound { .. }));
}

/// Messages that a writer was told are stored must be in the copy or still in the store.
async fn every_acknowledged_message_is_somewhere(repository: Arc<dyn SessionRepository>) {
    let key = SessionKey::from("busy");
    SessionManager::new(Arc::clone(&repository), key.clone()).open_or_create().await.unwrap();
    repository.create_agent(&key, &NewAgent::new("a")).await.unwrap();
    let writer = tokio::spawn({
        let (repository, key) = (Arc::clone(&repository), key.clone());
        async move {
            let mut acknowledged = 0_u64;
            let mut tail = None;
            loop {
                let message = NewMessage::new(MessageBody::text("user", "x"));
                match repository.append_message(&key, &"a".into(), &message, tail).await {
                    Ok(end) => (acknowledged, tail) = (acknowledged + 1, Some(end)),
                    Err(_) => return acknowledged,
                }
            }
        }
    });
    let manager = SessionManager::new(Arc::clone(&repository), key.clone());
    while manager.message_count("a").await.unwrap() < 20 {
        tokio::task::yield_now().await;
    }
    let mut kept = Kept::default();
    let deleted = manager.delete_session_kept(&mut kept).await;
    if deleted.is_err() {
        // It was written to all the while: then all is still there.
        writer.abort();
        assert!(kept.discarded);
        return;
    }
    let acknowledged = writer.await.unwrap();
    repository.restore(kept.copies.last().unwrap()).await.unwrap();
    assert!(manager.message_count("a").await.unwrap() >= acknowledged);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_writes_meanwhile_loses_nothing() {
    let (_fresh, repository) = mongo("busy").await;
    every_acknowledged_message_is_somewhere(repository).await;
    let dir = tempfile::tempdir().unwrap();
    every_acknowledged_message_is_somewhere(open_folder(dir.path()).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_cannot_be_kept_deletes_nothing() {
    let (fresh, repository) = mongo("unkept").await;
    fresh.load([doc! { "_id": "s", "session_id": "s" }]).await;
    let manager = SessionManager::new(Arc::clone(&repository), "s");
    let mut kept = Kept { refuses: true, ..Kept::default() };
    manager.delete_session_kept(&mut kept).await.unwrap_err();
    assert!(kept.discarded);
    repository.open(manager.key(), 0).await.unwrap();
}

/// Every file beneath a folder with its bytes.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.file_name().unwrap() != ".lock" {
            found.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    found
}

pub fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[tokio::test]
async fn a_folder_session_is_put_back_file_by_file() {
    let dir = tempfile::tempdir().unwrap();
    for fixture in ["f03-nan", "f04-surrogate", "f06-bigint"] {
        copy_tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reports").join(fixture), dir.path());
    }
    let big = dir.path().join("session_big-1");
    fs::create_dir_all(big.join("multi_agents/multi_agent_x")).unwrap();
    fs::write(big.join("multi_agents/multi_agent_x/multi_agent.json"), b"no JSON \xff").unwrap();
    let before = files(dir.path());
    let repository = open_folder(dir.path()).await.unwrap();
    for id in ["nan-1", "sur-1", "sur-2", "big-1"] {
        let mut kept = Kept::default();
        SessionManager::new(repository.clone(), id).delete_session_kept(&mut kept).await.unwrap();
        assert!(!dir.path().join(format!("session_{id}")).exists());
        let copy = kept.copies.last().unwrap();
        assert_eq!(repository.restore(copy).await.unwrap().text(), id);
        assert!(matches!(repository.restore(copy).await.unwrap_err(), Error::Exists { .. }));
    }
    assert_eq!(files(dir.path()), before);
    let hidden = fs::read_dir(dir.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
    assert_eq!(hidden.count(), 0);
}
