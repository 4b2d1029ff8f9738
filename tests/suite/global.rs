//! The factory of a process, and what it says of its connection. The only tests of this program that use the process' own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use strandscope::{
    ConnectionStatus, Error, FactorySettings, GlobalFactoryError, Hook, HookAnswer, HookOperation, Hooks, MetadataEdit,
    Next, Pool, PoolOptions, Result, ServerState, SessionManager, SessionManagerFactory, async_trait,
    close_global_factory, get_global_factory, initialize_global_factory, open_folder,
};
use tokio::sync::Semaphore;

use crate::support::{self, Kind, Server};

/// Counts how often it was closed, and has three deliveries that it could not make.
#[derive(Default)]
struct Stubborn(AtomicU64);

#[async_trait]
impl Hook for Stubborn {
    fn name(&self) -> &'static str {
        "stubborn"
    }

    async fn around(&self, operation: HookOperation, next: Next<'_>) -> Result<HookAnswer> {
        next.run(operation).await
    }

    async fn close(&self, _deadline: Duration) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn undelivered(&self) -> u64 {
        3
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_has_one_factory_which_ends_once_and_may_start_again() {
    let fresh = support::fresh_collection("global").await;
    let nobody = FactorySettings::new("mongodb://u:hunter2@127.0.0.1:1/?serverSelectionTimeoutMS=200", "d", "sessions");
    let error = initialize_global_factory(&nobody).await.expect_err("nobody answers");
    assert!(matches!(error, GlobalFactoryError::Connection(Error::Unreachable { .. })), "{error:?}");
    assert!(get_global_factory().is_err(), "it can be tried again");

    let stubborn = Arc::new(Stubborn::default());
    let hook: Arc<dyn Hook> = stubborn.clone();
    let settings = FactorySettings::new(fresh.uri.as_str(), &fresh.database, "sessions").hooks(Hooks::new(vec![hook]));
    let tasks = (0..100).map(|_| {
        let settings = settings.clone();
        tokio::spawn(async move { initialize_global_factory(&settings).await.expect("connected") })
    });
    let given = futures_util::future::join_all(tasks).await;
    let first = given[0].as_ref().expect("it ends");
    assert!(given.iter().all(|given| Arc::ptr_eq(given.as_ref().expect("it ends"), first)), "one for all");
    let manager = get_global_factory().expect("it is there").manager("s-1");
    assert!(manager.open_or_create().await.expect("created"));

    let mut other = settings.clone();
    other.database.push('x');
    let error = initialize_global_factory(&other).await.expect_err("another place").to_string();
    assert!(error.contains(&format!("{}.sessions", fresh.database)) && error.contains("another database"), "{error}");

    assert_eq!(close_global_factory().await, 3, "what a hook gave up is told");
    assert_eq!(stubborn.0.load(Ordering::Relaxed), 1);
    assert!(matches!(get_global_factory(), Err(GlobalFactoryError::NotInitialized)));
    let error = manager.metadata().await.expect_err("its pool is closed");
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    let statistics = first.connection_statistics().await;
    assert!(matches!(statistics.status, ConnectionStatus::Closed), "{statistics:?}");
    assert_eq!(close_global_factory().await, 0, "it ends once");

    let again = initialize_global_factory(&other).await.expect("another start");
    assert!(!Arc::ptr_eq(&again, first));
    assert!(again.manager("s-1").open_or_create().await.expect("created"), "in another database");
    let stored = closed_under_writers(&again).await;

    // A runtime that ends takes its factory along.
    let settings = other.clone();
    let elsewhere = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(initialize_global_factory(&settings)).map(drop)
    });
    elsewhere.join().expect("it ends").expect("connected");
    assert!(matches!(get_global_factory(), Err(GlobalFactoryError::NotInitialized)));
    assert_eq!(close_global_factory().await, 0, "nothing is left to be closed");
    let last = initialize_global_factory(&other).await.expect("one of this runtime");
    let metadata = last.manager("s-1").metadata().await.expect("it answers");
    let lost: Vec<&String> = stored.iter().filter(|field| !metadata.contains_key(field.as_str())).collect();
    assert!(lost.is_empty(), "acknowledged, and not stored: {lost:?}");
    close_global_factory().await;
    support::Fresh::existing(&fresh.uri, &other.database, "sessions").await.collection.drop().await.expect("dropped");
}

/// Closes it while managers write; gives the fields whose writes were acknowledged.
async fn closed_under_writers(factory: &SessionManagerFactory) -> Vec<String> {
    let acknowledged = Arc::new(Semaphore::new(0));
    let writers: Vec<_> = (0..8)
        .map(|number| tokio::spawn(write_on(factory.manager("s-1"), number, Arc::clone(&acknowledged))))
        .collect();
    acknowledged.acquire_many(32).await.expect("it stays open").forget();
    assert_eq!(close_global_factory().await, 3, "what a hook gave up is told");
    let mut stored = Vec::new();
    for writer in writers {
        let (fields, error) = writer.await.expect("none panics");
        assert!(error.is_connection_lost() || matches!(error, Error::Unconfirmed { .. }), "{error:?}");
        stored.extend(fields);
    }
    stored
}

/// Sets field after field until one cannot be set: those that were, and why.
async fn write_on(manager: SessionManager, number: usize, acknowledged: Arc<Semaphore>) -> (Vec<String>, Error) {
    let mut fields = Vec::new();
    loop {
        let field = format!("w{number}-{}", fields.len());
        match manager.edit_metadata(vec![MetadataEdit::set(field.as_str(), 1)]).await {
            Ok(()) => fields.push(field),
            Err(error) => return (fields, error),
        }
        acknowledged.add_permits(1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_tells_version_state_and_what_it_did() {
    let fresh = support::fresh_collection("statistics").await;
    let settings = FactorySettings::new(fresh.uri.as_str(), &fresh.database, "sessions");
    let factory = SessionManagerFactory::connect(&settings.pool(PoolOptions::default().size(2, 7))).await.unwrap();
    let statistics = factory.connection_statistics().await;
    assert!(statistics.is_connected(), "{statistics:?}");
    let hello = fresh.collection.client().database("admin").run_command(bson::doc! { "buildInfo": 1 }).await.unwrap();
    assert_eq!(statistics.server_version.as_deref(), hello.get_str("version").ok());
    assert_eq!(statistics.server_state, Some(ServerState::Primary));
    assert!(statistics.replica_set.is_some() && statistics.answered_in.is_some(), "{statistics:?}");
    // The driver tells of its members beside its answers.
    while !factory.connection_statistics().await.members.iter().any(|member| member.answers) {}
    let (options, pool) = (statistics.options.expect("limits"), statistics.pool.expect("figures"));
    assert_eq!((options.min, options.max), (2, 7));
    assert!(pool.created >= 1 && pool.checkouts >= 1, "{pool:?}");
    factory.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_and_comes_is_told_so() {
    let mut server = Server::start(Kind::Standalone);
    let uri = format!("{}?serverSelectionTimeoutMS=1000", server.uri);
    let pool = Pool::connect(&uri.into(), PoolOptions::default()).await.unwrap();
    let factory = SessionManagerFactory::with_pool(pool, "goes", "sessions").unwrap();
    assert_eq!(factory.connection_statistics().await.server_state, Some(ServerState::Standalone));
    server.kill();
    let statistics = factory.connection_statistics().await;
    assert!(
        matches!(&statistics.status, ConnectionStatus::Failed(error) if error.is_connection_lost()),
        "{statistics:?}"
    );
    assert!(statistics.server_version.is_none() && statistics.pool.is_some(), "{statistics:?}");
    server.restart();
    // The driver looks for the server by itself.
    while !factory.connection_statistics().await.is_connected() {}
    factory.close().await;
}

#[tokio::test]
async fn a_lent_client_and_a_folder_tell_what_they_know() {
    let fresh = support::fresh_collection("lent").await;
    let pool = Pool::from_client(fresh.collection.client().clone(), PoolOptions::default());
    let factory = SessionManagerFactory::with_pool(pool, &fresh.database, "sessions").unwrap();
    let statistics = factory.connection_statistics().await;
    assert!(statistics.is_connected() && statistics.server_version.is_some(), "{statistics:?}");
    assert!(statistics.pool.is_none() && statistics.members.is_empty(), "its events go to its owner");
    let dir = tempfile::tempdir().unwrap();
    let factory = SessionManagerFactory::new(open_folder(dir.path()).await.unwrap());
    let statistics = factory.connection_statistics().await;
    assert!(statistics.is_connected() && statistics.options.is_none(), "{statistics:?}");
}
