//! Connections that are cut between a write and its answer: the write is applied once.

use crate::{proxy::Proxy, support};
use std::{sync::Arc, time::Duration};

use bson::{Bson, Document, doc};
use mongodb::Client;
use strandscope::{
    AgentConfig, AgentId, CopiedDeletion, Error, FeedbackChange, Limits, MessageBody, MessageUpdate, MetadataEdit,
    NewAgent, NewFeedback, NewGuardrailEvent, NewMessage, NewSession, Pool, PoolOptions, Rating, SessionKey,
    SessionReader, SessionRepository, SessionWriter, Tail, encode,
};

/// The collection behind the proxy, with options of the connection string.
async fn repository(proxy: &Proxy, database: &str, options: &str) -> Arc<dyn SessionRepository> {
    let pool = Pool::connect(&proxy.uri(options).into(), PoolOptions::default()).await.expect("a pool");
    Arc::new(pool.repository(database, "sessions").expect("names"))
}

fn agent() -> AgentId {
    AgentId::from("support")
}

fn at() -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(1_795_000_000_123).expect("a time")
}

fn message(text: &str) -> NewMessage {
    let body = MessageBody::text("user", text).with_tracking_id(format!("tracking-{text}"));
    NewMessage::new(body).at(at())
}

/// Every kind of write loses its answer once.
async fn each_is_applied_once(server: &str, options: &str) {
    let proxy = Proxy::to(server).await;
    let database = format!("lost_{}", options.replace('=', "_"));
    let repository = repository(&proxy, &database, options).await;
    let key = SessionKey::from("s-1");
    let read = async || {
        let client = Client::with_uri_str(server).await.expect("a client");
        let sessions = client.database(&database).collection::<Document>("sessions");
        sessions.find_one(doc! { "_id": "s-1" }).await.expect("it answers").expect("it is there")
    };

    let session = NewSession::new("s-1")
        .session_type("AGENT")
        .viewer_password("lost-password")
        .metadata(doc! { "n": 1 })
        .at(at());
    proxy.lose_the_answer_to("lost-password");
    repository.create_session(&session).await.expect("created");
    assert!(proxy.has_lost_it());
    assert!(matches!(repository.create_session(&session).await, Err(Error::Exists { .. })), "it is no other's");

    let new = NewAgent::new(agent())
        .state(doc! { "lost": "agent-state" })
        .conversation_manager_state(doc! {})
        .internal_state(doc! {})
        .config(AgentConfig::default())
        .at(at());
    proxy.lose_the_answer_to("agent-state");
    repository.create_agent(&key, &new).await.expect("created");

    let mut tail = Tail::default();
    for text in ["first-message", "second-message", "third-message"] {
        proxy.lose_the_answer_to(text);
        tail = repository.append_message(&key, &agent(), &message(text), Some(tail)).await.expect("appended");
        assert!(proxy.has_lost_it(), "{text}");
    }
    assert_eq!(tail, Tail::new(3, Some(2)));

    proxy.lose_the_answer_to("edited-value");
    let edit = MetadataEdit::set("n", "edited-value").only_if(Some(Bson::Int32(1)));
    repository.edit_metadata(&key, &[edit]).await.expect("edited");
    assert!(proxy.has_lost_it());

    proxy.lose_the_answer_to("in-front-of-n");
    let edit = MetadataEdit::set("first", "in-front-of-n").only_if(None).before("n");
    repository.edit_metadata(&key, &[edit]).await.expect("put in front");
    assert!(proxy.has_lost_it());
    // Nothing but its place changes.
    proxy.lose_the_answer_to("edited-value");
    let edit = MetadataEdit::set("n", "edited-value").only_if(Some("edited-value".into())).before("first");
    repository.edit_metadata(&key, &[edit]).await.expect("moved");
    assert!(proxy.has_lost_it());

    proxy.lose_the_answer_to("a-comment");
    let feedback = NewFeedback::new(Rating::Up).comment("a-comment").extra(Document::new()).at(at());
    repository.add_feedback(&key, &feedback).await.expect("added");
    // A person who saw no answer gives it once more.
    repository.add_feedback(&key, &feedback.clone().again(true)).await.expect("it is there");

    // Of two that are alike one is taken back, and one is changed.
    let other = NewFeedback::new(Rating::Down).comment("another-comment").at(at());
    repository.add_feedback(&key, &other).await.expect("added");
    repository.add_feedback(&key, &other).await.expect("added");
    let element = Bson::Document(encode::feedback(&other));
    proxy.lose_the_answer_to("another-comment");
    let at_index = repository.change_feedback(&key, &FeedbackChange::back(element.clone())).await.expect("taken back");
    assert!(proxy.has_lost_it() && at_index == 2, "{at_index}");
    assert_eq!(read().await.get_array("feedbacks").expect("feedbacks").len(), 2);
    let changed = doc! { "rating": "up", "comment": "changed-comment", "created_at": encode::date(at()) };
    proxy.lose_the_answer_to("changed-comment");
    let at_index =
        repository.change_feedback(&key, &FeedbackChange::to(element, changed.clone())).await.expect("changed");
    assert!(proxy.has_lost_it() && at_index == 1, "{at_index}");
    let stored = read().await.get_array("feedbacks").expect("feedbacks").clone();
    assert_eq!(stored[1..], [Bson::Document(changed.clone())]);
    proxy.lose_the_answer_to("changed-comment");
    repository.change_feedback(&key, &FeedbackChange::back(changed.into())).await.expect("taken back");
    assert!(proxy.has_lost_it());

    proxy.lose_the_answer_to("a-redaction");
    let event = NewGuardrailEvent::new(agent(), "BLOCKED".to_owned()).message_id(2).at(at());
    let update =
        MessageUpdate::default().redact_message(MessageBody::text("user", "a-redaction")).guardrail_event(event);
    repository.update_message(&key, &agent(), 2, &update).await.expect("redacted");
    assert!(proxy.has_lost_it());

    let stored = read().await;
    let messages =
        stored.get_document("agents").and_then(|agents| agents.get_document("support")?.get_array("messages"));
    let ids: Vec<Option<i32>> = messages
        .expect("messages")
        .iter()
        .map(|message| message.as_document().and_then(|message| message.get_i32("message_id").ok()))
        .collect();
    assert_eq!(ids, [Some(0), Some(1), Some(2)]);
    let metadata = stored.get_document("metadata").expect("metadata");
    assert_eq!(metadata.to_string(), doc! { "n": "edited-value", "first": "in-front-of-n" }.to_string());
    assert_eq!(stored.get_array("feedbacks").expect("feedbacks").len(), 1);
    assert_eq!(stored.get_array("guardrail_events").expect("events").len(), 1);

    let copy = repository.exact_copy(&key).await.expect("a copy");
    proxy.lose_the_answer_to("findAndModify");
    let deleted = repository.delete_copied(&key, &copy).await;
    assert!(proxy.has_lost_it());
    // The driver's own second try is given what the first has deleted; ours is not.
    let is_done = deleted.as_ref().is_ok_and(|deleted| *deleted == CopiedDeletion::Done);
    let is_unconfirmed = matches!(deleted, Err(Error::Unconfirmed { .. }));
    assert!(if options == "retryWrites=true" { is_done } else { is_unconfirmed }, "{options}: {deleted:?}");
    assert!(matches!(repository.open(&key, 0).await, Err(Error::NotFound { .. })), "it is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_replica_set_without_the_drivers_own_retries() {
    each_is_applied_once(&support::server().uri, "retryWrites=false").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_replica_set_with_the_drivers_own_retries() {
    each_is_applied_once(&support::server().uri, "retryWrites=true").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_standalone_server() {
    let server = support::Server::start(support::Kind::Standalone);
    each_is_applied_once(&server.uri, "appname=alone").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_and_comes_back_has_the_message_once() {
    let mut server = support::Server::start(support::Kind::Standalone);
    // What was acknowledged must be on disk when the server is killed.
    let uri = format!("{}/?journal=true", server.uri.trim_end_matches('/'));
    let pool = Pool::connect(&uri.into(), PoolOptions::default()).await.expect("a pool");
    let repository = Arc::new(pool.repository("killed", "sessions").expect("names"));
    let manager = strandscope::SessionManager::new(repository.clone(), "s-1");
    manager.open_or_create().await.expect("a session");
    let new = NewAgent::new(agent())
        .state(doc! {})
        .conversation_manager_state(doc! {})
        .internal_state(doc! {})
        .config(AgentConfig::default())
        .at(at());
    let key = SessionKey::from("s-1");
    repository.create_agent(&key, &new).await.expect("created");
    server.kill();
    let writer = Arc::clone(&repository);
    let append = tokio::spawn(async move {
        let key = SessionKey::from("s-1");
        writer.append_message(&key, &agent(), &message("while-it-was-away"), Some(Tail::default())).await
    });
    let server = tokio::task::spawn_blocking(move || {
        server.restart();
        server
    });
    let server = server.await.expect("it is back");
    assert_eq!(append.await.expect("it ends").expect("appended"), Tail::new(1, Some(0)));
    drop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stays_away_is_told_with_the_session_and_nothing_is_half_done() {
    let mut server = support::Server::start(support::Kind::Standalone);
    let limits = Limits::default().server_selection(Duration::from_millis(100));
    let options = PoolOptions::default().limits(limits).operation(Duration::from_millis(400));
    let pool = Pool::connect(&server.uri.clone().into(), options).await.expect("a pool");
    let repository = pool.repository("away", "sessions").expect("names");
    server.kill();
    let edit = MetadataEdit::set("n", 1);
    let error = repository.edit_metadata(&"s-1".into(), &[edit]).await.expect_err("nobody is there");
    assert!(matches!(error, Error::Unreachable { .. } | Error::Deadline { .. } | Error::Unconfirmed { .. }), "{error}");

    // With all the time that an operation has: a write that is to fail soon is tried once.
    let limits = limits.write(Duration::from_millis(1));
    let options = PoolOptions::default().limits(limits);
    let pool = Pool::connect(&server.uri.clone().into(), options).await.expect("a pool");
    let repository = pool.repository("away", "sessions").expect("names");
    let error =
        repository.edit_metadata(&"s-1".into(), &[MetadataEdit::set("n", 1)]).await.expect_err("nobody is there");
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exhausted_pool_and_a_deadline_are_told_and_what_was_begun_ends() {
    let server = support::Server::start(support::Kind::Standalone);
    let options =
        PoolOptions::default().size(0, 1).wait_queue(Duration::from_millis(50)).operation(Duration::from_millis(300));
    let pool = Pool::connect(&server.uri.clone().into(), options).await.expect("a pool");
    let repository = Arc::new(pool.repository("exhausted", "sessions").expect("names"));
    let client = Client::with_uri_str(&server.uri).await.expect("a client");
    client.database("exhausted").collection("sessions").insert_one(doc! { "_id": "s" }).await.expect("stored");
    // A locked server holds every write until it is let go.
    client.database("admin").run_command(doc! { "fsync": 1, "lock": true }).await.expect("a lock");
    let first = Arc::clone(&repository);
    let held = tokio::spawn(async move { first.edit_metadata(&"s".into(), &[MetadataEdit::set("n", 1)]).await });
    while pool.statistics().expect("figures").in_use == 0 {
        tokio::task::yield_now().await;
    }
    let error = repository.edit_metadata(&"s".into(), &[MetadataEdit::set("m", 1)]).await.expect_err("no room");
    assert!(matches!(error, Error::Exhausted { .. }), "{error}");
    let reading = repository.history(&"s".into(), &agent(), 0, None).await.expect_err("no room to read either");
    assert!(matches!(reading, Error::Exhausted { .. }) && reading.to_string().contains("\"s\""), "{reading}");
    let error = held.await.expect("it ends").expect_err("too late");
    assert!(matches!(error, Error::Deadline { .. }), "{error}");
    client.database("admin").run_command(doc! { "fsyncUnlock": 1 }).await.expect("unlocked");
    // What was begun is carried out, and its place is free again.
    loop {
        match repository.edit_metadata(&"s".into(), &[MetadataEdit::set("m", 1)]).await {
            Ok(()) => break,
            Err(Error::Exhausted { .. } | Error::Deadline { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    let figures = pool.statistics().expect("figures");
    assert!(figures.created >= 1 && figures.checkouts >= 2 && figures.closed <= figures.created, "{figures:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lent_client_stays_open() {
    let client = Client::with_uri_str(&support::server().uri).await.expect("a client");
    let pool = Pool::from_client(client.clone(), PoolOptions::default());
    assert!(pool.statistics().is_none());
    pool.repository("lent", "sessions").expect("names").index_metadata(&["a".to_owned()]).await.expect("an index");
    pool.close().await;
    assert!(client.list_database_names().await.expect("it is open").contains(&"lent".to_owned()));
}
