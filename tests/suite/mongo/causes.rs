//! What is wrong with a connection or a write is told as what it is.

use std::time::{Duration, Instant};

use bson::{Bson, Document, doc};
use strandscope::{
    AgentId, CopiedDeletion, Error, ErrorKind, Limits, MessageBody, MetadataEdit, MongoRepository, NewAgent,
    NewFeedback, NewMessage, Opened, Rating, SessionKey, SessionReader, SessionWriter, Tail, app::told,
};

use crate::{
    mongo::common::{first_page, page, refused},
    support::{self, Fresh, Kind, Server},
};

fn session(id: &str) -> Document {
    doc! { "_id": id, "session_id": id, "agents": {}, "metadata": {}, "updated_at": bson::DateTime::now() }
}

/// The connection string with one more option.
fn with(uri: &str, option: &str) -> String {
    if uri.contains('?') { format!("{uri}&{option}") } else { format!("{uri}?{option}") }
}

async fn opened(fresh: &Fresh, option: &str) -> MongoRepository {
    let uri = with(&fresh.uri, option).into();
    match MongoRepository::discover(&uri, Some(&fresh.database), Some("sessions"), Limits::default()).await {
        Ok(Opened::Store(repository)) => repository,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_write_that_too_few_members_acknowledge_is_told_at_once_and_stands() {
    let fresh = support::fresh_collection("acknowledged").await;
    fresh.load([session("a")]).await;
    for (n, option) in ["w=5&wtimeoutMS=500", "w=nosuch"].into_iter().enumerate() {
        let repository = opened(&fresh, option).await;
        let key = SessionKey::from("a");
        let begun = Instant::now();
        let set = MetadataEdit::set("n", n as i32);
        let told = repository.edit_metadata(&key, &[set]).await.expect_err("too few members");
        assert!(begun.elapsed() < Duration::from_secs(10), "{option}: {told}");
        assert!(matches!(told, Error::Unacknowledged { .. }), "{option}: {told:?}");
        assert!(told.kind() == ErrorKind::Unconfirmed && !told.is_connection_lost(), "{told:?}");
        assert_eq!(repository.metadata(&key).await.expect("readable").get_i32("n").ok(), Some(n as i32));
        assert_eq!(page(&repository, &first_page(5)).await.0.len(), 1, "{option}: reads ask for no acknowledgement");
    }
}

#[tokio::test]
async fn what_too_few_members_acknowledge_is_told_only_where_it_was_carried_out() {
    let fresh = support::fresh_collection("unmatched").await;
    let first = doc! { "message": { "role": "user", "content": [{ "text": "first" }] }, "message_id": 0 };
    fresh
        .load([doc! {
            "_id": "a", "session_id": "a", "metadata": { "n": 1 }, "updated_at": bson::DateTime::now(),
            "agents": { "x": { "agent_data": {}, "messages": [first] } },
        }])
        .await;
    let repository = opened(&fresh, "w=5&wtimeoutMS=200").await;
    let (key, none, agent) = (SessionKey::from("a"), SessionKey::from("none"), AgentId::from("x"));

    // Another writer came first: the history does not end where this one knows it to.
    let message = NewMessage::new(MessageBody::text("user", "mine").with_tracking_id("tracking-mine"));
    let told = repository.append_message(&key, &agent, &message, Some(Tail::default())).await.expect_err("too few");
    assert!(matches!(told, Error::Unacknowledged { .. }), "{told:?}");
    assert_eq!(repository.messages(&key, &agent, 0..5).await.expect("readable").len(), 2, "it is stored, once");

    let stale = MetadataEdit::set("n", 2).only_if(Some(Bson::Int32(9)));
    let told = repository.edit_metadata(&key, &[stale]).await.expect_err("another value");
    assert!(matches!(told, Error::Conflict { .. }), "{told:?}");
    let told = repository.create_agent(&key, &NewAgent::new("x")).await.expect_err("it is there");
    assert!(matches!(told, Error::Exists { .. }), "{told:?}");
    let told = repository.delete_agent(&key, &"y".into()).await.expect_err("it is not there");
    assert!(matches!(told, Error::UnknownAgent { .. }), "{told:?}");
    let told = repository.add_feedback(&none, &NewFeedback::new(Rating::Up)).await.expect_err("it is not there");
    assert!(matches!(told, Error::NotFound { .. }), "{told:?}");
    let told = repository.delete_session(&none).await.expect_err("it is not there");
    assert!(matches!(told, Error::NotFound { .. }), "{told:?}");

    let old = repository.exact_copy(&key).await.expect("a copy");
    let longer = doc! { "$set": { "metadata.note": "longer" } };
    fresh.collection.update_one(doc! { "_id": "a" }, longer).await.expect("changed");
    assert_eq!(repository.delete_copied(&key, &old).await.expect("an answer"), CopiedDeletion::Changed);
    assert!(repository.open(&key, 0).await.is_ok(), "it is still there");
}

#[tokio::test]
async fn a_deletion_that_too_few_members_acknowledge_is_told_with_a_copy_and_without() {
    let fresh = support::fresh_collection("undeleted").await;
    fresh.load(["a", "b", "c"].map(session)).await;
    let repository = opened(&fresh, "w=5&wtimeoutMS=200").await;
    let told = repository.delete_session(&"a".into()).await.expect_err("too few members");
    assert!(matches!(told, Error::Unacknowledged { .. }), "{told:?}");
    let key = SessionKey::from("b");
    let copy = repository.exact_copy(&key).await.expect("a copy");
    let told = repository.delete_copied(&key, &copy).await.expect_err("too few members");
    assert!(matches!(told, Error::Unacknowledged { .. }), "{told:?}");
    // What changed without being larger is given: nothing else holds it.
    let key = SessionKey::from("c");
    let set = doc! { "$set": { "metadata": { "n": 1 } } };
    fresh.collection.update_one(doc! { "_id": "c" }, set).await.expect("changed");
    let copy = repository.exact_copy(&key).await.expect("a copy");
    let set = doc! { "$set": { "metadata": { "n": 2 } } };
    fresh.collection.update_one(doc! { "_id": "c" }, set).await.expect("changed");
    let overtaken = repository.delete_copied(&key, &copy).await.expect("an answer");
    assert!(matches!(overtaken, CopiedDeletion::Overtaken(_)), "{overtaken:?}");
    assert_eq!(fresh.collection.count_documents(doc! {}).await.expect("a count"), 0);
}

#[tokio::test]
async fn a_standalone_server_is_read_whatever_w_says_and_told_among_several_hosts() {
    let server = Server::start(Kind::Standalone);
    let fresh = support::fresh_on(&server.uri, "alone").await;
    fresh.load([session("a")]).await;
    let repository = opened(&fresh, "w=2").await;
    assert_eq!(page(&repository, &first_page(5)).await.0.len(), 1);
    assert!(repository.open(&"a".into(), 5).await.is_ok());

    let host = server.uri.trim_start_matches("mongodb://").trim_end_matches('/');
    let port = host.rsplit(':').next().expect("a port");
    let several = refused(&format!("mongodb://{host},localhost:{port}/"), Some("d"), Some("c")).await;
    let said = told::sentence(&several);
    assert!(said.contains("is a standalone server") && said.contains("name it alone"), "{said}");
    let balanced = refused(&format!("mongodb://{host}/?loadBalanced=true"), Some("d"), Some("c")).await;
    let said = told::sentence(&balanced);
    assert!(said.contains("leave loadBalanced out") && !said.contains("upgrade"), "{said}");
}

// Where all runs on one thread, the driver tries such a socket without ever letting go of it.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_is_not_there_is_told() {
    let error = refused("mongodb://%2Fnowhere%2Fmongodb-1.sock/", Some("d"), Some("c")).await;
    assert!(error.to_string().contains("there is no such socket"), "{error}");
}
