//! What goes wrong, said in one sentence without secrets.

use std::time::Duration;

use bson::{Bson, doc};
use mongodb::Client;
use strandscope::{
    Error, Filter, FilterTerm, FilterTest, Hint, Limits, MongoRepository, SessionKey, SessionReader, TextMatch,
    Verdict, app::told::Told,
};

use crate::{
    mongo::common::{filtered, first_page, loaded, page, reader, reader_with, refused},
    support::{self, Kind, Server},
};

#[tokio::test]
async fn a_wrong_uri_is_told_without_its_password() {
    for uri in [
        "",
        "localhost",
        "mysql://localhost",
        "mongodb://",
        "mongodb://user:p@ss/wörd:hunter2@localhost",
        "mongodb://user:hunter2%ZZ@localhost",
        "mongodb://user:hunter2@localhost:notaport",
        "mongodb://user:hunter2/@localhost/db?w=x&authMechanism=hunter2",
        "mongodb://localhost/?tls=maybe",
    ] {
        let error = refused(uri, Some("d"), Some("c")).await;
        assert!(matches!(error, Error::Uri { .. }), "{uri}: {error:?}");
        let said = format!("{error} {error:?}").to_lowercase();
        assert!(!said.contains("hunter2") && !said.contains("ss/w"), "{said}");
        assert_eq!(Told::from(&error).code, 2);
    }
}

#[tokio::test]
async fn an_unreachable_server_is_named() {
    let error = refused("mongodb://user:hunter2@127.0.0.1:1/?authSource=admin", Some("d"), Some("c")).await;
    let Error::Unreachable { hosts, reason, .. } = &error else { panic!("{error:?}") };
    assert_eq!(hosts, "127.0.0.1:1");
    assert_eq!(reason, "connection refused");
    assert!(!format!("{error:?}").contains("hunter2"));
    assert!(error.is_connection_lost());
}

#[tokio::test]
async fn a_name_that_cannot_be_looked_up_is_told() {
    let error = refused("mongodb://no-such-host.invalid", Some("d"), Some("c")).await;
    let Error::Unreachable { hosts, reason, .. } = &error else { panic!("{error:?}") };
    assert_eq!(hosts, "no-such-host.invalid:27017");
    assert_eq!(reason, "its name cannot be looked up");
}

#[tokio::test]
async fn names_that_cannot_be_are_refused() {
    let uri = &support::server().uri;
    for (database, collection) in [("a b", "c"), ("", "c"), ("a", ""), ("a", "x$y")] {
        let error = refused(uri, Some(database), Some(collection)).await;
        assert!(matches!(error, Error::Name { .. }), "{error:?}");
        assert_eq!(Told::from(&error).code, 2);
    }
}

#[tokio::test]
async fn logins_and_rights_are_told_apart() {
    let server = Server::start(Kind::Login);
    let admin = Client::with_uri_str(&server.uri).await.expect("a client");
    admin.database("mine").collection("sessions").insert_one(doc! { "_id": "a" }).await.expect("a session");
    let roles = doc! { "role": "read", "db": "mine" };
    let create = doc! { "createUser": "reader", "pwd": "hunter2", "roles": [roles] };
    admin.database("admin").run_command(create).await.expect("a user");

    let wrong = refused(&server.uri_as("reader", "hunter3"), Some("mine"), Some("sessions")).await;
    assert!(matches!(wrong, Error::Authentication { .. }), "{wrong:?}");
    assert_eq!(Told::from(&wrong).code, 5);
    assert!(!format!("{wrong} {wrong:?}").contains("hunter3"));

    let denied = refused(&server.uri_as("reader", "hunter2"), Some("theirs"), Some("sessions")).await;
    let Error::Denied { namespace, action, .. } = &denied else { panic!("{denied:?}") };
    assert_eq!((namespace.as_str(), action.as_str()), ("theirs.sessions", "find"));

    let nobody = server.uri.replace("root:secret@", "");
    let denied = refused(&nobody, Some("mine"), Some("sessions")).await;
    assert!(matches!(denied, Error::Denied { .. }), "{denied:?}");

    let uri = server.uri_as("reader", "hunter2");
    let mine = support::Fresh::existing(&uri, "mine", "sessions").await;
    let (rows, _) = page(&*reader(&mine).await, &first_page(5)).await;
    assert_eq!(rows.len(), 1);
    let checks = reader(&mine).await.check().await;
    let rights = checks.iter().find(|check| check.name == "rights").expect("its rights");
    assert!(rights.verdict == Verdict::Ok && rights.found.contains("read on mine"), "{rights:?}");
    let live = checks.iter().find(|check| check.name == "live updates").expect("how changes are told");
    assert!(live.verdict == Verdict::Warn && live.found.contains("every 0.5 s to 5 s"), "{live:?}");
    assert!(live.found.contains("standalone") && live.advice.contains(&Hint::CreateIndexes), "{live:?}");
}

#[tokio::test]
async fn a_lost_server_is_unreachable_and_then_back() {
    let mut server = Server::start(Kind::ReplicaSet);
    let fresh = support::fresh_on(&server.uri, "lost").await;
    fresh.load([doc! { "_id": "a" }]).await;
    let limits = Limits::default().server_selection(Duration::from_secs(2));
    let reader = reader_with(&fresh, limits).await;
    server.kill();
    let lost = reader.open(&SessionKey::from("a"), 1).await.expect_err("it is gone");
    assert!(lost.is_connection_lost(), "{lost:?}");
    server.restart();
    let mut back = reader.open(&SessionKey::from("a"), 1).await;
    for _ in 0..5 {
        if back.is_err() {
            back = reader.open(&SessionKey::from("a"), 1).await;
        }
    }
    assert_eq!(back.expect("it is back").name(), "a");
}

/// Makes the server end the next commands of that name as if their time were up.
async fn times_out(server: &Server, commands: &[&str], mode: impl Into<Bson>) {
    let client = Client::with_uri_str(&server.uri).await.expect("a client");
    let command = doc! {
        "configureFailPoint": "failCommand",
        "mode": mode.into(),
        "data": { "failCommands": commands, "errorCode": 50 },
    };
    client.database("admin").run_command(command).await.expect("the fail point");
}

fn id_filter(part: &str) -> Filter {
    let test = FilterTest::Id(TextMatch::Contains(part.to_owned()));
    Filter { source: part.to_owned(), terms: vec![FilterTerm::new(test)] }
}

#[tokio::test]
async fn a_time_limit_keeps_what_was_found() {
    let server = Server::start(Kind::ReplicaSet);
    let fresh = support::fresh_on(&server.uri, "limit").await;
    let date = |n: i32| bson::DateTime::from_millis(i64::from(n));
    fresh.load((0..10).map(|n| doc! { "_id": format!("s{n}"), "updated_at": date(n) })).await;
    let reader = reader(&fresh).await;
    reader.list(&filtered(id_filter("s"), 10)).read().await.expect("all is well");

    times_out(&server, &["find", "aggregate"], doc! { "times": 1 }).await;
    let stopped = reader.list(&filtered(id_filter("s"), 10)).read().await;
    let limit = Limits::default().read;
    assert!(matches!(stopped, Err(Error::TimedOut { limit: told, .. }) if told == limit), "{stopped:?}");

    fresh
        .collection
        .create_index(mongodb::IndexModel::builder().keys(doc! { "updated_at": 1 }).build())
        .await
        .expect("it");
    let reader = super::common::reader(&fresh).await;
    times_out(&server, &["getMore"], doc! { "skip": 3 }).await;
    let (rows, end) = page(&*reader, &filtered(id_filter("s"), 10)).await;
    assert!(end.timed_out && !rows.is_empty() && rows.len() < 10, "{} rows, {end:?}", rows.len());
    times_out(&server, &["getMore"], "off").await;
    let mut rest = filtered(id_filter("s"), 10);
    rest.after = end.next;
    let (more, end) = page(&*reader, &rest).await;
    assert_eq!((rows.len() + more.len(), end.timed_out), (10, false));

    times_out(&server, &["aggregate", "count"], doc! { "times": 1 }).await;
    assert_eq!(reader.count(&id_filter("s")).await.expect("no error"), None);
}

#[tokio::test]
async fn a_real_limit_ends_a_slow_search() {
    let messages = vec!["x"; 50];
    let agent = doc! { "messages": messages };
    let documents = (0..4000).map(|n| doc! { "_id": n, "agents": { format!("a{n}"): agent.clone() } });
    let (fresh, _) = loaded("slow", documents.collect()).await;
    let limits = Limits::default().read(Duration::from_millis(1));
    let client = Client::with_uri_str(&fresh.uri).await.expect("a client");
    let reader = MongoRepository::from_client(client, &fresh.database, "sessions", limits);
    let test = FilterTest::Agent(TextMatch::Contains("nowhere".to_owned()));
    let filter = Filter { source: "agent:nowhere".to_owned(), terms: vec![FilterTerm::new(test)] };
    let stopped = reader.list(&filtered(filter, 10)).read().await;
    assert!(matches!(stopped, Err(Error::TimedOut { .. })), "{stopped:?}");
}
