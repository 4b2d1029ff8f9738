//! The conformance suite on every repository.

use crate::memory;
use crate::support::{self, Fresh, Kind, Server};
use std::sync::Arc;

use strandscope::{MongoRepository, Opened, SessionRepository, conformance, open_folder};

async fn keeps_every_promise(repository: Arc<dyn SessionRepository>) {
    let failures = conformance::check(repository).await;
    assert!(failures.is_empty(), "{failures:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mongodb_keeps_every_promise() {
    keeps_every_promise_in(&support::fresh_collection("conformance").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mongodb_without_change_streams_keeps_every_promise() {
    let server = Server::start(Kind::Standalone);
    keeps_every_promise_in(&support::fresh_on(&server.uri, "conformance").await).await;
}

async fn keeps_every_promise_in(fresh: &Fresh) {
    let uri = fresh.uri.clone().into();
    let limits = strandscope::Limits::default();
    match MongoRepository::discover(&uri, Some(&fresh.database), Some(fresh.collection.name()), limits)
        .await
        .expect("it opens")
    {
        Opened::Store(repository) => keeps_every_promise(Arc::new(repository)).await,
        _ => panic!("it was named"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_keeps_every_promise() {
    let dir = tempfile::tempdir().expect("a folder");
    keeps_every_promise(open_folder(dir.path()).await.expect("it opens")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_in_memory_keeps_every_promise() {
    keeps_every_promise(Arc::new(memory::MemoryRepository::default())).await;
}
