//! What a person is told of a scope, and what it costs.

use std::sync::{Arc, Mutex};

use bson::doc;
use mongodb::{
    Client,
    event::{EventHandler, command::CommandEvent},
    options::ClientOptions,
};
use strandscope::{
    AgentId, Filter, Limits, ListQuery, MessageBody, MetadataEdit, MongoRepository, NewFeedback, NewMessage,
    Projection, Rating, Verdict,
};

use super::{Repository, field, make, mongo, prefix};
use crate::support;

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_scope_is_said_and_so_is_a_missing_index() {
    let (_fresh, all) = mongo("scope_told", false).await;
    make(&all, "tenant-8.a", doc! { "tenant": "8", "secret": "s" }).await;
    for (scope, called) in [(prefix(), "the scope \"tenant-7.\""), (field(), "the scope tenant = \"7\"")] {
        let store = scope.guard(Arc::clone(&all)).unwrap();
        let empty = store.why_empty().await.unwrap().unwrap();
        assert!(empty.verdict == Verdict::Warn && empty.found.ends_with(called), "{empty:?}");
        let checks = store.check().await;
        assert!(checks.contains(&empty) && checks.iter().any(|check| check.name == "live updates"), "{checks:?}");
        let told = format!("{checks:?}");
        assert!(!told.contains("tenant-8") && !told.contains("secret"), "{told}");
    }
    let store = field().guard(Arc::clone(&all)).unwrap();
    let index = async || {
        let checks = store.check().await;
        checks.into_iter().find(|check| check.name == "index on metadata.tenant").map(|check| check.verdict)
    };
    assert_eq!(index().await, Some(Verdict::Warn));
    all.index_metadata(&["tenant".to_owned()]).await.unwrap();
    assert_eq!(index().await, Some(Verdict::Ok));
    make(&all, "mine", doc! { "tenant": "7" }).await;
    assert_eq!(store.why_empty().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_asks_no_further_question() {
    let fresh = support::fresh_collection("scope_cost").await;
    let asked = Arc::new(Mutex::new(Vec::new()));
    let mut options = ClientOptions::parse(&fresh.uri).await.unwrap();
    let noting = Arc::clone(&asked);
    options.command_event_handler = Some(EventHandler::callback(move |event| {
        if let CommandEvent::Started(started) = event {
            noting.lock().unwrap().push(started.command_name);
        }
    }));
    let client = Client::with_options(options).unwrap();
    let all: Repository =
        Arc::new(MongoRepository::from_client(client, &fresh.database, "sessions", Limits::default()));
    let key = make(&all, "tenant-7.a", doc! { "tenant": "7" }).await;
    let (keys, agent) = (std::slice::from_ref(&key), AgentId::from("support"));
    let (by_prefix, by_field) = (prefix().guard(Arc::clone(&all)).unwrap(), field().guard(Arc::clone(&all)).unwrap());
    let mut questions = Vec::new();
    for store in [&all, &by_prefix, &by_field] {
        // What is asked for the first time alone.
        store.list(&ListQuery::new(5)).read().await.unwrap();
        store.edit_metadata(&key, &[MetadataEdit::set("n", 0)]).await.unwrap();
        asked.lock().unwrap().clear();
        store.list(&ListQuery::new(1)).read().await.unwrap();
        store.rows(keys, &Filter::default(), &Projection::Nothing).await.unwrap();
        store.details(keys).await.unwrap();
        store.resolve(key.text()).await.unwrap();
        store.open(&key, 5).await.unwrap();
        store.metadata(&key).await.unwrap();
        store.history(&key, &agent, 0, None).await.unwrap();
        store.edit_metadata(&key, &[MetadataEdit::set("n", 1)]).await.unwrap();
        store.add_feedback(&key, &NewFeedback::new(Rating::Up)).await.unwrap();
        store.append_message(&key, &agent, &NewMessage::new(MessageBody::user("hello")), None).await.unwrap();
        questions.push(std::mem::take(&mut *asked.lock().unwrap()));
    }
    assert!(questions[0].len() >= 10, "{questions:?}");
    assert_eq!((&questions[1], &questions[2]), (&questions[0], &questions[0]));
}
