//! What changes in a collection, as its change stream tells it.

use std::{sync::Arc, time::Duration};

use bson::{Bson, DateTime, Document, doc};
use mongodb::Client;
use strandscope::{
    Change, ChangeKind, Limits, MetadataEdit, MongoRepository, News, Pool, PoolOptions, SessionReader, SessionWriter,
    Watch, WatchMode, WatchView,
};

use super::common::{loaded, reader_with};
use crate::support::{self, Fresh, Kind, Server};

/// No news comes later than that.
const PATIENCE: Duration = Duration::from_mins(1);

async fn next(watch: &mut Watch) -> News {
    tokio::time::timeout(PATIENCE, watch.next_news()).await.expect("news in time").expect("the watch goes on")
}

async fn begun(reader: &Arc<dyn SessionReader>) -> Watch {
    let mut watch = reader.watch(&WatchView::default());
    begins(&mut watch).await;
    watch
}

async fn begins(watch: &mut Watch) {
    let news = next(watch).await;
    assert!(matches!(news, News::Begun(WatchMode::Stream)), "{news:?}");
}

/// The next so many changes.
async fn changes(watch: &mut Watch, count: usize) -> Vec<Change> {
    let mut all = Vec::new();
    while all.len() < count {
        match next(watch).await {
            News::Changes(more) => all.extend(more),
            other => panic!("{other:?} after {all:?}"),
        }
    }
    assert_eq!(all.len(), count, "{all:?}");
    all
}

async fn update(fresh: &Fresh, id: &str, update: Document) {
    let done = fresh.collection.update_one(doc! { "_id": id }, update).await.expect("an update");
    assert_eq!(done.matched_count, 1);
}

fn date(ms: i64) -> DateTime {
    DateTime::from_millis(ms)
}

fn session(id: &str) -> Document {
    let agent = doc! { "agent_data": {}, "messages": [], "created_at": date(5), "updated_at": date(5) };
    doc! {
        "_id": id, "session_id": id, "session_viewer_password": "secret", "created_at": date(5), "updated_at": date(5),
        "agents": { "x": agent }, "metadata": { "topic": "orders" }, "feedbacks": [],
    }
}

fn said(id: i32) -> Document {
    let message = doc! { "role": "user", "content": [{ "text": "Hello" }] };
    doc! { "message": message, "message_id": id, "created_at": date(9), "updated_at": date(9) }
}

#[tokio::test]
async fn each_write_is_told_as_it_is_made() {
    let (fresh, reader) = loaded("watched", Vec::new()).await;
    let mut watch = begun(&reader).await;

    fresh.load([session("a")]).await;
    let told = changes(&mut watch, 1).await;
    let ChangeKind::Created(row) = &told[0].kind else { panic!("{told:?}") };
    assert_eq!((row.name(), row.meta("topic")), ("a", Some(&Bson::from("orders"))));
    assert!(row.updated_at.is_some());

    for id in 0..3 {
        let moved = doc! { "updated_at": date(9), "agents.x.updated_at": date(9) };
        update(&fresh, "a", doc! { "$push": { "agents.x.messages": said(id) }, "$set": moved }).await;
    }
    for (index, change) in (0..).zip(changes(&mut watch, 3).await) {
        let ChangeKind::Messages(agent, messages) = &change.kind else { panic!("{change:?}") };
        assert_eq!((agent.as_str(), messages.len(), messages[0].index), ("x", 1, index));
        assert_eq!(messages[0].message_id, Some(index as i64));
    }

    update(&fresh, "a", doc! { "$set": { "metadata.n": 1 }, "$unset": { "metadata.topic": "" } }).await;
    let told = changes(&mut watch, 1).await;
    let ChangeKind::Metadata(fields) = &told[0].kind else { panic!("{told:?}") };
    assert_eq!(fields.as_slice(), [("n".to_owned(), Some(Bson::from(1))), ("topic".to_owned(), None)]);

    for rating in ["up", "down"] {
        let feedback = doc! { "rating": rating, "created_at": date(9) };
        update(&fresh, "a", doc! { "$push": { "feedbacks": feedback }, "$set": { "updated_at": date(9) } }).await;
    }
    let told = changes(&mut watch, 2).await;
    let ratings = told.iter().map(|change| match &change.kind {
        ChangeKind::Feedback(feedback) => feedback.rating.as_str(),
        other => panic!("{other:?}"),
    });
    assert_eq!(ratings.collect::<Vec<_>>(), ["up", "down"]);

    update(&fresh, "a", doc! { "$set": { "agents.x.agent_data.model": "m" } }).await;
    let told = changes(&mut watch, 1).await;
    assert!(matches!(told[0].kind, ChangeKind::Unclear(None)), "{told:?}");
    fresh.collection.replace_one(doc! { "_id": "a" }, session("a")).await.expect("a replacement");
    let told = changes(&mut watch, 1).await;
    assert!(matches!(told[0].kind, ChangeKind::Unclear(Some(_))), "{told:?}");

    fresh.collection.delete_one(doc! { "_id": "a" }).await.expect("a deletion");
    let told = changes(&mut watch, 1).await;
    assert!(matches!(told[0].kind, ChangeKind::Deleted) && told[0].session == "a", "{told:?}");
}

#[tokio::test]
async fn what_is_no_session_is_not_told_as_one() {
    let (fresh, reader) = loaded("beside_watched", Vec::new()).await;
    let mut watch = begun(&reader).await;
    let chat = doc! { "_id": "chat", "title": "x", "messages": [{ "role": "user" }], "updated_at": date(5) };
    let storage = support::load_fixture("layouts/storage.jsonl");
    fresh.load([chat].into_iter().chain(storage).chain([session("a"), doc! { "_id": "bare" }])).await;
    let told = changes(&mut watch, 2).await;
    let names = told.iter().map(|change| match &change.kind {
        ChangeKind::Created(row) => row.name(),
        other => panic!("{other:?}"),
    });
    assert_eq!(names.collect::<Vec<_>>(), ["a", "bare"]);
}

#[tokio::test]
async fn our_own_writes_are_told_too() {
    let (fresh, reader) = loaded("own_watched", vec![session("a")]).await;
    let mut watch = begun(&reader).await;
    let client = Client::with_uri_str(&fresh.uri).await.expect("a client");
    let writer = MongoRepository::from_client(client, &fresh.database, "sessions", Limits::default());
    writer.edit_metadata(&"a".into(), &[MetadataEdit::set("n", 5)]).await.expect("an edit");
    let told = changes(&mut watch, 1).await;
    let ChangeKind::Metadata(fields) = &told[0].kind else { panic!("{told:?}") };
    assert_eq!(fields.as_slice(), [("n".to_owned(), Some(Bson::from(5)))]);
}

#[tokio::test]
async fn a_dropped_collection_begins_anew() {
    let (fresh, reader) = loaded("dropped_watched", vec![session("a")]).await;
    let mut watch = begun(&reader).await;
    fresh.collection.drop().await.expect("it is dropped");
    begins(&mut watch).await;
    fresh.load([session("b")]).await;
    let told = changes(&mut watch, 1).await;
    assert!(matches!(told[0].kind, ChangeKind::Created(_)), "{told:?}");
}

#[tokio::test]
async fn a_lost_server_is_told_once_and_nothing_is_missed() {
    let mut server = Server::start(Kind::ReplicaSet);
    let fresh = support::fresh_on(&server.uri, "lost_watched").await;
    fresh.load([session("a")]).await;
    let reader = reader_with(&fresh, Limits::default().server_selection(Duration::from_secs(2))).await;
    let mut watch = begun(&reader).await;
    update(&fresh, "a", doc! { "$set": { "metadata.n": 1 } }).await;
    changes(&mut watch, 1).await;

    server.kill();
    let News::Lost(error) = next(&mut watch).await else { panic!("it is gone") };
    assert!(error.is_connection_lost(), "{error:?}");
    server.restart();
    begins(&mut watch).await;
    update(&fresh, "a", doc! { "$set": { "metadata.n": 2 } }).await;
    let told = changes(&mut watch, 1).await;
    let ChangeKind::Metadata(fields) = &told[0].kind else { panic!("{told:?}") };
    assert_eq!(fields.as_slice(), [("n".to_owned(), Some(Bson::from(2)))]);
}

#[tokio::test]
async fn a_watch_ends_with_the_connections() {
    let (fresh, _) = loaded("closed_watched", vec![session("a")]).await;
    let pool = Pool::connect(&fresh.uri.clone().into(), PoolOptions::default()).await.expect("a pool");
    let repository = pool.repository(&fresh.database, "sessions").expect("a repository");
    let mut watch = repository.watch(&WatchView::default());
    begins(&mut watch).await;
    tokio::time::timeout(PATIENCE, repository.close()).await.expect("it is closed");
    while let Some(news) = tokio::time::timeout(PATIENCE, watch.next_news()).await.expect("an end") {
        assert!(!matches!(news, News::Changes(_)), "{news:?}");
    }
}

/// What a server answers to the next question of a stream, and what becomes of the watch then.
async fn after(server: &Server, code: i32, commands: &[&str]) {
    let mut fresh = support::fresh_on(&server.uri, "broken_watched").await;
    fresh.load([session("a")]).await;
    let admin = Client::with_uri_str(&fresh.uri).await.expect("a client").database("admin");
    // Only the connections of this test are answered so.
    let name = format!("watch-{code}-{}", fresh.database);
    let joined = if fresh.uri.contains('?') { '&' } else { '?' };
    fresh.uri = format!("{}{joined}appname={name}", fresh.uri);
    let mut watch = begun(&reader(&fresh).await).await;
    let data = doc! { "failCommands": commands.to_vec(), "errorCode": code, "appName": name };
    let fail = doc! { "configureFailPoint": "failCommand", "mode": { "times": 1 }, "data": data };
    admin.run_command(fail).await.expect("it is told to fail");
    begins(&mut watch).await;
    update(&fresh, "a", doc! { "$set": { "metadata.n": 2 } }).await;
    let told = changes(&mut watch, 1).await;
    assert!(matches!(told[0].kind, ChangeKind::Metadata(_)), "{told:?}");
}

#[tokio::test]
async fn a_place_that_is_too_old_or_an_event_that_is_too_large_begins_anew() {
    let server = Server::start(Kind::ReplicaSet);
    for code in [
        286,   // ChangeStreamHistoryLost
        280,   // ChangeStreamFatalError
        260,   // InvalidResumeToken
        10334, // BSONObjectTooLarge
    ] {
        after(&server, code, &["getMore"]).await;
    }
}
