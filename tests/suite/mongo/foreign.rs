//! Documents of other stores: in no list, told for what they are, never written to.

use bson::{Bson, Document, RawDocumentBuf, doc, oid::ObjectId};
use strandscope::{
    Error, Filter, Limits, MetadataEdit, MongoRepository, NewAgent, NewFeedback, NewSession, Opened, Rating,
    SessionCopy, SessionKey, SessionUpdate, SessionWriter, Verdict,
};

use super::common::{every_page, first_page, fixtures, loaded, open, page};
use crate::{
    cli::home::Home,
    support::{self, Fresh, Kind, Server},
};

/// Documents of other stores, each with a word of what it is.
fn others() -> Vec<(Document, &'static str)> {
    let own = |fields: Document| {
        let mut document = doc! { "_id": ObjectId::new() };
        document.extend(fields);
        document
    };
    let date = bson::DateTime::from_millis(5);
    let mut all: Vec<(Document, &str)> = vec![
        (own(doc! { "session_id": "u-1", "seq": 0, "message_data": "{}" }), "OpenAI"),
        (own(doc! { "session_id": "u-1", "_seq": 4 }), "OpenAI"),
        (own(doc! { "SessionId": "l-1", "History": "{}" }), "LangChain"),
        (own(doc! { "thread_id": "t", "checkpoint_ns": "", "checkpoint_id": "c", "type": "x" }), "LangGraph"),
        (own(doc! { "session_id": "a", "session_type": "agent", "session_data": {}, "runs": [] }), "Agno"),
        (own(doc! { "title": "x", "messages": [], "updated_at": date }), "chat history"),
        (own(doc! { "total": 5, "created_at": date, "updated_at": date }), "something else"),
        (doc! { "_id": "org1", "name": "Sales", "agents": ["bob"] }, "something else"),
        (doc! { "_id": "org2", "name": "Sales", "agents": [{ "a": 1 }] }, "something else"),
        (doc! { "_id": "prod1", "sku": "a", "feedbacks": [{ "stars": 5 }] }, "something else"),
        (own(doc! { "session_id": "a-2", "session_data": {}, "runs": [], "agents": [] }), "Agno"),
        (own(doc! { "session_id": "a-3", "runs": [], "agents": { "b": {} } }), "Agno"),
    ];
    let storage = support::load_fixture("layouts/storage.jsonl");
    all.extend(storage.into_iter().map(|document| (document, "SnapshotSessionManager")));
    let keyed = support::load_fixture("layouts/keyed.jsonl");
    all.extend(keyed.into_iter().map(|document| (document, "strands-session-mongodb")));
    all
}

fn documents() -> Vec<Document> {
    others().into_iter().map(|(document, _)| document).collect()
}

fn repository(fresh: &Fresh, client: mongodb::Client) -> MongoRepository {
    MongoRepository::from_client(client, &fresh.database, "sessions", Limits::default())
}

#[tokio::test]
async fn a_collection_of_another_store_is_an_empty_list_that_says_what_it_is() {
    for (name, fixture, word) in [
        ("storage", "layouts/storage.jsonl", "SnapshotSessionManager"),
        ("keyed", "layouts/keyed.jsonl", "strands-session-mongodb"),
    ] {
        let (_fresh, reader) = loaded(name, support::load_fixture(fixture)).await;
        let (rows, end) = page(&*reader, &first_page(50)).await;
        assert!(rows.is_empty() && end.next.is_none(), "{rows:?}");
        assert!(end.note.as_deref().is_some_and(|note| note.contains(word)), "{end:?}");
        assert_eq!(reader.count(&Filter::default()).await.expect("a count"), Some(0));
        let checks = reader.check().await;
        let no_use = |name: &str| name == "documents" || name.starts_with("index on");
        assert!(checks.iter().all(|check| !no_use(&check.name)), "{checks:#?}");
        assert!(reader.plan(&first_page(50)).await.expect("a plan").served, "no index is asked for");
        let told = checks.iter().find(|check| check.name == "other documents").expect("it is told");
        assert!(told.verdict == Verdict::Fail && told.found.contains(word), "{told:?}");
        assert_eq!(checks.iter().find(|check| check.name == "sessions").expect("it").verdict, Verdict::Warn);
    }
}

#[tokio::test]
async fn sessions_beside_other_documents_are_all_listed_and_nothing_else_is() {
    let sessions = fixtures();
    let (fresh, reader) = loaded("beside", [sessions.clone(), documents()].concat()).await;
    let wanted = |documents: &[Document]| {
        let mut keys: Vec<SessionKey> = documents.iter().map(|it| SessionKey::new(it["_id"].clone())).collect();
        keys.sort();
        keys
    };
    for indexed in [false, true] {
        if indexed {
            let index = mongodb::IndexModel::builder().keys(doc! { "updated_at": 1 }).build();
            fresh.collection.create_index(index).await.expect("an index");
        }
        for limit in [2, 100] {
            let rows = every_page(&*super::common::reader(&fresh).await, first_page(limit)).await;
            let mut keys: Vec<SessionKey> = rows.into_iter().map(|row| row.key).collect();
            keys.sort();
            assert_eq!(keys, wanted(&sessions), "pages of {limit}, indexed: {indexed}");
        }
    }
    // A list that ends on its first page looks around, at the first documents alone: the twentieth is another's.
    let (_, end) = page(&*reader, &first_page(100)).await;
    assert!(end.note.as_deref().is_some_and(|note| note.contains("OpenAI")), "{end:?}");
    let check = reader.check().await.into_iter().find(|check| check.name == "other documents").expect("it is told");
    assert_eq!(check.verdict, Verdict::Warn, "{check:?}");
}

#[tokio::test]
async fn each_is_told_for_what_it_is_and_nothing_is_written_to_it() {
    let (fresh, reader) = loaded("alone", documents()).await;
    let client = mongodb::Client::with_uri_str(&fresh.uri).await.expect("a client");
    let repository = repository(&fresh, client);
    let before = all(&fresh).await;
    for (document, word) in others() {
        let key = SessionKey::new(stored_id(&fresh, &document).await);
        let told = |result: Result<(), Error>| {
            let error = result.expect_err("it is refused");
            assert!(matches!(error, Error::Foreign { .. }) && error.to_string().contains(word), "{word}: {error}");
        };
        told(reader.resolve(key.text()).await.map(drop));
        told(reader.open(&key, 5).await.map(drop));
        told(reader.document(&key).await.map(drop));
        told(repository.update_session(&key, &SessionUpdate::default().session_type("AGENT")).await);
        told(repository.edit_metadata(&key, &[MetadataEdit::set("n", 1)]).await);
        told(repository.add_feedback(&key, &NewFeedback::new(Rating::Up)).await);
        told(repository.create_agent(&key, &NewAgent::new("a")).await);
        told(repository.delete_agent(&key, &"a".into()).await);
        told(repository.delete_session(&key).await);
    }
    assert!(repository.create_indexes().await.is_err(), "nothing in it is a session");
    let created = repository.create_session(&NewSession::new("new")).await.expect_err("nothing in it is a session");
    assert!(created.to_string().contains("OpenAI"), "{created}");
    let copy = |document: &Document| SessionCopy::Document(RawDocumentBuf::try_from(document).expect("bytes"));
    let session = doc! { "_id": "s", "session_id": "s", "agents": {} };
    repository.restore(&copy(&session)).await.expect_err("nothing in it is a session");
    assert_eq!(all(&fresh).await, before);
    fresh.load([session]).await;
    let order = repository.restore(&copy(&doc! { "_id": "orders-1", "total": 5 })).await.expect_err("it is no session");
    assert!(order.to_string().contains("something else"), "{order}");
    repository.create_session(&NewSession::new("new")).await.expect("there is a session in it");
}

async fn all(fresh: &Fresh) -> Vec<Document> {
    let (mut found, mut rows) = (Vec::new(), fresh.collection.find(doc! {}).await.expect("documents"));
    while rows.advance().await.expect("documents") {
        found.push(rows.deserialize_current().expect("a document"));
    }
    found
}

/// ObjectIds are new in each copy of a document: the stored one is found by the rest of it.
async fn stored_id(fresh: &Fresh, document: &Document) -> Bson {
    let mut rest = document.clone();
    if rest.get_object_id("_id").is_ok() {
        rest.remove("_id");
    }
    let found: Document = fresh.collection.find_one(rest).await.expect("it answers").expect("it is there");
    found["_id"].clone()
}

#[tokio::test]
async fn commands_say_it_on_standard_error() {
    let (fresh, _) = loaded("said", support::load_fixture("layouts/keyed.jsonl")).await;
    let home = Home::empty();
    let on = |args: &[&str]| {
        let place = ["--uri", &fresh.uri, "--database", &fresh.database, "--collection", "sessions"];
        home.run(&[args, &place].concat())
    };
    let listed = on(&["list"]);
    assert_eq!((listed.code, listed.out.as_str()), (0, ""), "{}", listed.err);
    assert!(listed.err.contains("strands-session-mongodb"), "{}", listed.err);
    let shown = on(&["show", "6b06452047f7a31b92ddf304"]);
    assert_eq!((shown.code, shown.out.as_str()), (3, ""), "{}", shown.err);
    assert!(shown.err.contains("a record of strands-session-mongodb, which strandscope does not read yet"));
    assert_eq!(on(&["doctor"]).code, 1);
}

#[tokio::test]
async fn where_no_collection_holds_sessions_the_stores_there_are_named() {
    let server = Server::start(Kind::Standalone);
    let client = mongodb::Client::with_uri_str(&server.uri).await.expect("a client");
    let shop = client.database("shop");
    let stored = support::load_fixture("layouts/storage.jsonl");
    shop.collection::<Document>("storage").insert_many(stored).await.expect("snapshots");
    shop.collection("orders").insert_one(doc! { "total": 5 }).await.expect("an order");
    let none = super::common::refused(&server.uri, None, None).await.to_string();
    assert!(none.contains("shop.storage holds snapshots of Strands'") && !none.contains("orders"), "{none}");
    shop.collection("sessions").insert_one(doc! { "_id": "a", "session_id": "a", "agents": {} }).await.expect("one");
    match open(&server.uri, None, None, Limits::default()).await.expect("one") {
        Opened::Store(reader) => assert_eq!(reader.location(), "shop.sessions"),
        other => panic!("{other:?}"),
    }
}
