//! Which collection, which index, and what `doctor` says.

use bson::doc;
use mongodb::Client;
use strandscope::app::told::Told;
use strandscope::{
    Candidate, Error, Filter, FilterTerm, FilterTest, Hint, Limits, MongoRepository, Opened, SessionReader,
    SessionWriter, TextMatch, Verdict,
};

use crate::{
    mongo::common::{filtered, first_page, fixtures, loaded, open, refused},
    support::{Kind, Server},
};

fn session(id: &str) -> bson::Document {
    doc! { "_id": id, "session_id": id, "agents": {} }
}

#[tokio::test]
async fn the_only_collection_of_sessions_is_opened_and_several_are_given_to_choose_from() {
    let server = Server::start(Kind::Standalone);
    let client = Client::with_uri_str(&server.uri).await.expect("a client");
    client.database("shop").collection("orders").insert_one(doc! { "total": 5 }).await.expect("an order");
    let none = refused(&server.uri, None, None).await;
    assert!(matches!(&none, Error::NoSessions { hint: Some(Hint::NameCollection), .. }), "{none:?}");

    client.database("shop").collection("sessions").insert_one(session("a")).await.expect("a session");
    for (database, collection) in [(None, None), (Some("shop"), None), (None, Some("sessions"))] {
        match open(&server.uri, database, collection, Limits::default()).await.expect("one") {
            Opened::Store(reader) => assert_eq!(reader.location(), "shop.sessions"),
            other => panic!("{other:?}"),
        }
    }

    client.database("test").collection("agents").insert_many([session("b"), session("c")]).await.expect("sessions");
    let candidate = |database: &str, collection: &str, documents| Candidate::new(database, collection, documents);
    match open(&server.uri, None, None, Limits::default()).await.expect("two") {
        Opened::Choose(all) => assert_eq!(all, [candidate("shop", "sessions", 1), candidate("test", "agents", 2)]),
        other => panic!("{other:?}"),
    }
    let named_in_uri = server.uri.replace("/?", "/").trim_end_matches('/').to_owned() + "/test";
    match open(&named_in_uri, None, None, Limits::default()).await.expect("one") {
        Opened::Store(reader) => assert_eq!(reader.location(), "test.agents"),
        other => panic!("{other:?}"),
    }
    let missing = refused(&server.uri, Some("empty"), None).await;
    assert!(matches!(missing, Error::NoSessions { .. }), "{missing:?}");
    assert_eq!(Told::from(&missing).code, 3);
}

fn filter(test: FilterTest) -> Filter {
    Filter { source: "typed".to_owned(), terms: vec![FilterTerm::new(test)] }
}

#[tokio::test]
async fn a_plan_says_which_index_serves() {
    let (fresh, _) = loaded("plans", fixtures()).await;
    let client = Client::with_uri_str(&fresh.uri).await.expect("a client");
    let reader = MongoRepository::from_client(client, &fresh.database, "sessions", Limits::default());
    let plan = async |filter: Filter| reader.plan(&filtered(filter, 20)).await.expect("a plan");

    let bare = plan(Filter::default()).await;
    assert!(!bare.served && bare.hint == Some(Hint::CreateIndexes), "{bare:?}");
    assert!(!plan(filter(FilterTest::Application(TextMatch::Exactly("x".into())))).await.served);

    let created = reader.create_indexes().await.expect("indexes");
    assert_eq!(created, ["updated_at_1", "created_at_1", "session_id_1", "application_name_1"]);
    assert_eq!(reader.create_indexes().await.expect("none"), Vec::<String>::new());

    let bare = plan(Filter::default()).await;
    assert!(bare.served && bare.why.contains("updated_at_1"), "{bare:?}");
    let exact = plan(filter(FilterTest::Application(TextMatch::Exactly("x".into())))).await;
    assert!(exact.served && exact.why.contains("application_name_1"), "{exact:?}");
    for ids in [
        FilterTest::Id(TextMatch::StartsWith("supp".into())),
        FilterTest::Id(TextMatch::Exactly("support-1".into())),
        FilterTest::In(vec!["support-1".into(), "none".into()]),
    ] {
        let plan = plan(filter(ids.clone())).await;
        assert!(plan.served && plan.counts, "{ids:?}: {plan:?}");
    }
    let model = plan(filter(FilterTest::Model(TextMatch::Contains("x".into())))).await;
    assert!(!model.served && model.why.contains("updated_at"), "{model:?}");
    assert!(!plan(filter(FilterTest::Id(TextMatch::Contains("x".into())))).await.served);
    let day: jiff::Timestamp = "2026-11-01T00:00:00Z".parse().expect("a time");
    let since = plan(filter(FilterTest::Updated(strandscope::Comparison::Greater, day.into()))).await;
    assert!(since.served, "{since:?}");
}

#[tokio::test]
async fn the_checks_find_what_is_missing() {
    let (fresh, reader) = loaded("checks", fixtures()).await;
    let verdicts = |checks: Vec<strandscope::Check>| {
        checks.into_iter().map(|check| (check.name.clone(), check)).collect::<std::collections::HashMap<_, _>>()
    };
    let before = verdicts(reader.check().await);
    for name in ["connection", "server version", "topology", "rights", "sessions", "live updates"] {
        assert_eq!(before[name].verdict, Verdict::Ok, "{:?}", before[name]);
    }
    assert_eq!(before["index on updated_at"].verdict, Verdict::Warn);
    assert!(before["index on updated_at"].advice.contains(&Hint::CreateIndexes));
    assert_eq!(before["documents"].verdict, Verdict::Warn, "{:?}", before["documents"]);

    let client = Client::with_uri_str(&fresh.uri).await.expect("a client");
    let lent = MongoRepository::from_client(client, &fresh.database, "sessions", Limits::default());
    lent.create_indexes().await.expect("indexes");
    fresh.collection.delete_many(doc! { "_id": { "$ne": "support-1042" } }).await.expect("the odd ones gone");
    let after = verdicts(lent.check().await);
    assert!(after.values().all(|check| check.verdict == Verdict::Ok), "{after:#?}");
}

#[tokio::test]
async fn an_empty_collection_says_so() {
    let (_fresh, reader) = loaded("nothing", Vec::new()).await;
    let plan = reader.plan(&first_page(5)).await.expect("a plan");
    assert!(plan.served, "{plan:?}");
    let checks = reader.check().await;
    let sessions = checks.iter().find(|check| check.name == "sessions").expect("it");
    assert!(sessions.found.contains("does not exist"), "{sessions:?}");
}
