//! What slows it down, ends it and bounds it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bson::{Document, doc};
use mongodb::{
    Client, IndexModel,
    event::{EventHandler, command::CommandEvent},
    options::ClientOptions,
};
use strandscope::{
    ChangeKind, Error, Limits, MongoRepository, News, Pool, PoolOptions, SessionReader, Watch, WatchMode, WatchView,
};

use super::{
    PATIENCE, QUICK, agent, begins, change, date, from_now, index, next, said, session, show, stored, tick, update,
};
use crate::{
    mongo::common::{reader, reader_with},
    support::{self, Fresh, Kind, Server},
};

#[tokio::test]
async fn silence_slows_it_down_and_something_new_in_view_does_not_wait() {
    let fresh = stored("paced_polled", vec![session("a", date(5))]).await;
    let (reader, view) = (reader(&fresh).await, WatchView::default());
    let mut watch = reader.watch(&view);
    begins(&mut watch).await;
    let paced = async |watch: &mut Watch| match next(watch).await {
        News::Paced(WatchMode::Poll(every)) => every,
        other => panic!("{other:?}"),
    };
    assert_eq!(paced(&mut watch).await, 2 * QUICK);
    show(&view, reader.as_ref(), &["a"], None).await;
    assert_eq!(paced(&mut watch).await, QUICK);
    assert_eq!(paced(&mut watch).await, 2 * QUICK);
    update(&fresh, "a", tick(6)).await;
    assert_eq!(paced(&mut watch).await, QUICK);
    change(&mut watch).await;
}

#[tokio::test]
async fn a_lost_server_is_told_once_and_what_was_stored_meanwhile_is_told() {
    let mut server = Server::start(Kind::Standalone);
    let fresh = support::fresh_on(&server.uri, "lost_polled").await;
    // It is killed soon: what is stored must be in its journal.
    let store = doc! { "insert": "sessions", "documents": [session("a", date(5))], "writeConcern": { "j": true } };
    fresh.collection.client().database(&fresh.database).run_command(store).await.expect("a session");
    let reader = reader_with(&fresh, Limits::default().server_selection(Duration::from_secs(2))).await;
    let view = WatchView::default();
    show(&view, reader.as_ref(), &["a"], Some("a")).await;
    let mut watch = reader.watch(&view);
    begins(&mut watch).await;
    server.kill();
    let lost = loop {
        match next(&mut watch).await {
            News::Lost(error) => break error,
            News::Paced(_) => {}
            other => panic!("{other:?}"),
        }
    };
    assert!(lost.is_connection_lost(), "{lost:?}");
    server.restart();
    begins(&mut watch).await;
    update(&fresh, "a", doc! { "$set": { "metadata.n": 2 } }).await;
    let told = change(&mut watch).await;
    assert!(matches!(told.kind, ChangeKind::Metadata(_)), "{told:?}");
}

/// A server whose user may do that on `mine.sessions`.
async fn with_rights(actions: &[&str]) -> (Server, String) {
    let server = Server::start(Kind::Login);
    let admin = Client::with_uri_str(&server.uri).await.expect("a client");
    let sessions = admin.database("mine").collection::<Document>("sessions");
    sessions.insert_one(session("a", date(5))).await.expect("a session");
    let model = IndexModel::builder().keys(doc! { "updated_at": 1 }).build();
    sessions.create_index(model).await.expect("an index");
    let right = doc! { "resource": { "db": "mine", "collection": "sessions" }, "actions": actions };
    let role = doc! { "createRole": "some", "privileges": [right], "roles": [] };
    admin.database("admin").run_command(role).await.expect("a role");
    let user = doc! { "createUser": "some", "pwd": "hunter2", "roles": ["some"] };
    admin.database("admin").run_command(user).await.expect("a user");
    let uri = server.uri_as("some", "hunter2");
    (server, uri)
}

async fn watch_as(uri: &str) -> Watch {
    let pool = Pool::connect(&uri.to_owned().into(), PoolOptions::default()).await.expect("a pool");
    pool.repository("mine", "sessions").expect("a repository").watch(&WatchView::default())
}

#[tokio::test]
async fn who_may_read_and_nothing_else_is_told_too() {
    let (server, uri) = with_rights(&["find"]).await;
    let mut watch = watch_as(&uri).await;
    begins(&mut watch).await;
    let fresh = Fresh::existing(&server.uri, "mine", "sessions").await;
    fresh.load([session("b", from_now(0))]).await;
    let told = change(&mut watch).await;
    assert!(matches!(told.kind, ChangeKind::Created(_)), "{told:?}");
}

#[tokio::test]
async fn who_may_not_even_read_is_told_why() {
    let (_server, uri) = with_rights(&["insert"]).await;
    let mut watch = watch_as(&uri).await;
    let News::Ended(error) = next(&mut watch).await else { panic!("it may not be read") };
    let Error::Denied { action, namespace, .. } = &error else { panic!("{error:?}") };
    assert_eq!((action.as_str(), namespace.as_str()), ("find", "mine.sessions"));
    assert!(watch.next_news().await.is_none());
}

/// Commands with the bytes of their answers.
type Commands = Arc<Mutex<Vec<(String, usize)>>>;

#[tokio::test]
async fn a_look_asks_little_and_reads_no_message() {
    let long: Vec<Document> = (0..400).map(said).collect();
    let mut large = session("a", date(5));
    large.insert("agents", doc! { "x": agent(long) });
    let fresh = stored("counted_polled", vec![large, session("b", date(5))]).await;
    index(&fresh).await;
    let commands = Commands::default();
    let mut options = ClientOptions::parse(&fresh.uri).await.expect("options");
    let noting = commands.clone();
    options.command_event_handler = Some(EventHandler::callback(move |event| {
        if let CommandEvent::Succeeded(done) = event {
            let bytes = bson::serialize_to_vec(&done.reply).expect("bytes").len();
            noting.lock().expect("no panic").push((done.command_name, bytes));
        }
    }));
    let client = Client::with_options(options).expect("a client");
    let repository = MongoRepository::from_client(client, &fresh.database, "sessions", Limits::default());
    let view = WatchView::default();
    show(&view, &repository, &["a", "b"], Some("a")).await;
    let mut watch = repository.watch(&view);
    begins(&mut watch).await;
    let taken = || std::mem::take(&mut *commands.lock().expect("no panic"));

    // Until the pace changes there are eight looks.
    taken();
    assert!(matches!(next(&mut watch).await, News::Paced(_)));
    let silent = taken();
    assert!(silent.len() <= 8 * 3, "{silent:?}");

    for written in [
        doc! { "$set": { "agents.x.messages.399.event_loop_metrics.accumulated_usage.totalTokens": 6 } },
        doc! { "$push": { "agents.x.messages": said(400) } },
    ] {
        update(&fresh, "a", written).await;
        change(&mut watch).await;
    }
    for (name, bytes) in silent.into_iter().chain(taken()) {
        // The session has 80 kB.
        assert!(matches!(name.as_str(), "find" | "aggregate") && bytes < 4_000, "{name}: {bytes}");
    }
}

#[tokio::test]
async fn a_watch_ends_with_the_connections() {
    let fresh = stored("closed_polled", vec![session("a", date(5))]).await;
    let pool = Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.expect("a pool");
    let repository = pool.repository(&fresh.database, "sessions").expect("a repository");
    let mut watch = repository.watch(&WatchView::default());
    begins(&mut watch).await;
    tokio::time::timeout(PATIENCE, repository.close()).await.expect("it is closed");
    while let Some(news) = tokio::time::timeout(PATIENCE, watch.next_news()).await.expect("an end") {
        assert!(!matches!(news, News::Changes(_)), "{news:?}");
    }
}
