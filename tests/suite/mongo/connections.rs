//! What a connection that does not work is told to be, what few rights can see, and what goes on without a primary.

use std::time::Duration;

use bson::{Document, doc};
use mongodb::Client;
use strandscope::{
    Error, Limits, MetadataEdit, MongoRepository, Opened, Pool, PoolOptions, SessionKey, SessionReader, SessionWriter,
    Target, Verdict,
    app::{
        place::{self, Place, Rights, Store},
        told::{self, Told},
    },
};
use tokio::{io::AsyncReadExt, net::TcpListener};

use crate::{
    mongo::common::{first_page, open, page, reader, reader_with, refused},
    support::{self, Kind, Server, Set},
};

fn session(id: &str) -> Document {
    doc! { "_id": id, "session_id": id, "agents": {}, "metadata": {}, "updated_at": bson::DateTime::now() }
}

/// The sessions of a store that was named.
async fn opened(uri: &str, database: &str, collection: &str) -> MongoRepository {
    let limits = Limits::default().server_selection(Duration::from_secs(2));
    match MongoRepository::discover(&uri.to_owned().into(), Some(database), Some(collection), limits).await {
        Ok(Opened::Store(repository)) => repository,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_member_that_does_not_answer_is_named() {
    let error = refused("mongodb://127.0.0.1:1,no-such-host.invalid:27017/", Some("d"), Some("c")).await;
    let said = error.to_string();
    assert!(said.starts_with("no MongoDB answers at 127.0.0.1:1,no-such-host.invalid:27017: "), "{said}");
    assert!(said.contains("127.0.0.1:1: connection refused"), "{said}");
    assert!(said.contains("no-such-host.invalid:27017: its name cannot be looked up"), "{said}");
}

#[tokio::test]
async fn a_set_of_another_name_is_called_by_its_name() {
    let server = Server::start(Kind::ReplicaSet);
    for more in ["", "&directConnection=true"] {
        let wrong = server.uri.replace("replicaSet=rs0", "replicaSet=prod") + more;
        let error = refused(&wrong, Some("d"), Some("c")).await;
        let said = told::sentence(&error);
        assert!(said.contains("called \"rs0\", not \"prod\"") && said.contains("replicaSet=rs0"), "{said}");
        assert!(!said.contains("no MongoDB answers") && Told::from(&error).code == 5, "{said}");
    }
    let alone = Server::start(Kind::Standalone);
    let error = refused(&format!("{}?replicaSet=rs0", alone.uri), Some("d"), Some("c")).await;
    let said = told::sentence(&error);
    assert!(said.contains("standalone") && said.contains("leave replicaSet out"), "{said}");
}

#[tokio::test]
async fn tls_on_one_side_only_is_told() {
    let server = Server::start(Kind::Standalone);
    let error = refused(&format!("{}?tls=true", server.uri), Some("d"), Some("c")).await;
    let said = told::sentence(&error);
    assert!(said.contains("leave tls=true out") && !said.contains("no MongoDB answers"), "{said}");

    // A server that wants TLS hangs up on anything else.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let _ = client.read(&mut [0; 16]).await;
        }
    });
    let error = refused(&format!("mongodb://{address}/"), Some("d"), Some("c")).await;
    let said = told::sentence(&error);
    assert!(said.contains("it closed the connection") && said.contains("set tls=true"), "{said}");
}

#[tokio::test]
async fn a_file_that_is_missing_or_no_certificate_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "no certificate").expect("a file");
    for (path, what) in [(folder.path().join("none.pem"), "is not there"), (text, "holds no certificate")] {
        let uri = format!("mongodb://127.0.0.1:1/?tls=true&tlsCAFile={}", path.display());
        let error = refused(&uri, Some("d"), Some("c")).await;
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(matches!(error, Error::Uri { .. }), "{error:?}");
        assert!(error.to_string().contains(&name) && error.to_string().contains(what), "{error}");
    }
}

#[tokio::test]
async fn who_may_read_one_collection_finds_it_and_is_told_what_else_was_not_seen() {
    let server = Server::start(Kind::Login);
    let admin = Client::with_uri_str(&server.uri).await.expect("a client");
    for collection in ["sessions", "secret"] {
        admin.database("mine").collection(collection).insert_one(session("a")).await.expect("a session");
    }
    let user = async |name: &str, actions: &[&str], collection: &str| {
        let resource = doc! { "db": "mine", "collection": collection };
        let privileges = vec![doc! { "resource": resource, "actions": actions.to_vec() }];
        let role = doc! { "createRole": name, "privileges": privileges, "roles": [] };
        admin.database("admin").run_command(role).await.expect("a role");
        let create = doc! { "createUser": name, "pwd": "hunter2", "roles": [name] };
        admin.database("admin").run_command(create).await.expect("a user");
    };
    user("one", &["find"], "sessions").await;
    user("blind", &["collStats"], "secret").await;

    let uri = server.uri_as("one", "hunter2");
    for (database, collection) in [(None, None), (Some("mine"), None), (None, Some("sessions"))] {
        match open(&uri, database, collection, Limits::default()).await.expect("it is found") {
            Opened::Store(reader) => {
                assert_eq!(reader.location(), "mine.sessions");
                assert_eq!(page(&*reader, &first_page(5)).await.0.len(), 1);
            }
            other => panic!("{other:?}"),
        }
    }
    let repository = opened(&uri, "mine", "sessions").await;
    let write = repository.edit_metadata(&"a".into(), &[MetadataEdit::set("n", 1)]).await.expect_err("no right");
    assert!(matches!(&write, Error::Denied { action, .. } if action == "update"), "{write:?}");
    assert!(told::sentence(&write).contains("`readWrite` on the database \"mine\""), "{}", told::sentence(&write));
    let indexes = repository.create_indexes().await.expect_err("no right");
    assert!(matches!(&indexes, Error::Denied { action, .. } if action == "createIndex"), "{indexes:?}");
    user("changer", &["find", "insert", "update"], "sessions").await;
    let repository = opened(&server.uri_as("changer", "hunter2"), "mine", "sessions").await;
    let key = SessionKey::from("a");
    let copy = repository.exact_copy(&key).await.expect("a copy");
    let delete = repository.delete_copied(&key, &copy).await.expect_err("no right");
    assert!(matches!(&delete, Error::Denied { action, .. } if action == "remove"), "{delete:?}");

    let unseen = refused(&server.uri_as("blind", "hunter2"), Some("mine"), None).await;
    assert!(matches!(&unseen, Error::Denied { namespace, .. } if namespace == "mine.secret"), "{unseen:?}");
    assert!(told::sentence(&unseen).contains("`read` on the database \"mine\""), "{}", told::sentence(&unseen));

    let nobody = refused(&server.uri.replace("root:secret@", ""), Some("mine"), Some("sessions")).await;
    let said = told::sentence(&nobody);
    assert!(matches!(nobody, Error::Denied { anonymous: true, .. }), "{nobody:?}");
    assert!(said.contains("nobody is logged in") && said.contains("log in") && !said.contains("role"), "{said}");
}

#[tokio::test]
async fn a_view_is_found_and_read_and_never_written() {
    let fresh = support::fresh_collection("view").await;
    fresh.load((0..3).map(|n| session(&format!("s{n}")))).await;
    fresh.load((3..6).map(|n| doc! { "_id": format!("s{n}"), "session_id": "x", "agents": {} })).await;
    let client = Client::with_uri_str(&fresh.uri).await.expect("a client");
    let view = doc! { "create": "recent", "viewOn": "sessions", "pipeline": [] };
    client.database(&fresh.database).run_command(view).await.expect("a view");

    let discovered = open(&fresh.uri, Some(&fresh.database), None, Limits::default()).await.expect("two");
    let Opened::Choose(candidates) = discovered else { panic!("{discovered:?}") };
    assert!(candidates.iter().any(|candidate| candidate.collection == "recent"), "{candidates:?}");

    let repository = opened(&fresh.uri, &fresh.database, "recent").await;
    let rows = crate::mongo::common::every_page(&repository, first_page(2)).await;
    assert_eq!(rows.len(), 6, "with and without a date, over several pages");
    let key = SessionKey::from("s0");
    let write = repository.edit_metadata(&key, &[MetadataEdit::set("n", 1)]).await.expect_err("it is a view");
    assert!(matches!(write, Error::ReadOnly { .. }) && write.to_string().contains("is a view"), "{write}");
    assert!(matches!(repository.create_indexes().await, Err(Error::ReadOnly { .. })));
    let checks = repository.check().await;
    let told = checks.iter().find(|check| check.name == "collection").expect("it is said");
    assert!(told.verdict == Verdict::Warn && told.found.contains("is a view: it is read-only"), "{told:?}");
    let live = checks.iter().find(|check| check.name == "live updates").expect("how changes are told");
    assert!(live.verdict == Verdict::Warn && live.found.contains("only what is in view"), "{live:?}");
    assert!(checks.iter().all(|check| check.verdict != Verdict::Fail), "{checks:#?}");

    // Unasked, the server says it.
    let unseen = MongoRepository::from_client(client, &fresh.database, "recent", Limits::default());
    let write = unseen.edit_metadata(&key, &[MetadataEdit::set("n", 1)]).await.expect_err("it is a view");
    assert!(matches!(write, Error::ReadOnly { .. }), "{write:?}");

    let target = Target::Mongo {
        uri: fresh.uri.clone().into(),
        database: Some(fresh.database.clone()),
        collection: Some("recent".to_owned()),
    };
    match place::open(&Place::plain("", target), Rights::Write, Limits::default(), |_| {}).await.expect("it opens") {
        Opened::Store(store @ Store::Reader(_)) => {
            let refused = store.repository().map(drop).expect_err("nobody can write");
            assert!(refused.to_string().contains("is a view"), "{refused}");
        }
        _ => panic!("nothing that writes is given"),
    }
}

#[tokio::test]
async fn a_name_that_was_mistyped_does_not_look_like_an_empty_place() {
    let fresh = support::fresh_collection("typo").await;
    fresh.load([session("a")]).await;
    let why = async |database: &str, collection: &str| {
        let check = opened(&fresh.uri, database, collection).await.why_empty().await.expect("it answers");
        check.map(|check| format!("{}; {}", check.found, told::advice(&check.advice).unwrap_or_default()))
    };
    assert_eq!(why(&fresh.database, "sessions").await, None);
    let said = why(&fresh.database, "sesions").await.expect("it is not there");
    assert!(said.contains("has no collection \"sesions\"; did you mean \"sessions\"?"), "{said}");
    let said = why(&format!("{}x", fresh.database), "sessions").await.expect("it is not there");
    assert!(said.contains("does not exist; did you mean"), "{said}");
    fresh.collection.delete_many(doc! {}).await.expect("emptied");
    assert!(why(&fresh.database, "sessions").await.expect("it is empty").contains("is empty"));

    let misnamed = refused(&fresh.uri, Some(&fresh.database), Some("")).await;
    assert!(matches!(misnamed, Error::Name { .. }), "{misnamed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_primary_a_secondary_is_read_and_refuses_writes() {
    let mut set = Set::start();
    set.store("shop", "sessions", session("a"));

    let direct = format!("{}&serverSelectionTimeoutMS=1000", set.secondary.uri);
    let options = PoolOptions::default().operation(Duration::from_secs(3));
    let pool = Pool::connect(&direct.into(), options).await.expect("a pool");
    let repository = pool.repository("shop", "sessions").expect("names");
    assert_eq!(page(&repository, &first_page(5)).await.0.len(), 1);
    let refused_write =
        repository.edit_metadata(&"a".into(), &[MetadataEdit::set("n", 1)]).await.expect_err("it is no primary");
    let said = refused_write.to_string();
    assert!(matches!(refused_write, Error::Unreachable { answered: true, .. }), "{refused_write:?}");
    assert!(said.contains("takes no writes") && !said.contains("may have been"), "{said}");

    set.primary.kill();
    let error = refused(&set.uri(""), Some("shop"), Some("sessions")).await;
    let said = told::sentence(&error);
    assert!(said.contains("\"rs0\" has no primary now") && said.contains("connection refused"), "{said}");
    assert!(said.contains("readPreference=secondaryPreferred") && !said.contains("no MongoDB answers"), "{said}");

    let uri = set.uri("readPreference=secondaryPreferred&serverSelectionTimeoutMS=3000");
    let fresh = support::Fresh::existing(&uri, "shop", "sessions").await;
    let reader = reader(&fresh).await;
    assert_eq!(page(&*reader, &first_page(5)).await.0.len(), 1, "as the advice says");
    assert_eq!(reader.open(&SessionKey::from("a"), 5).await.expect("it is read").name(), "a");
    let checks = reader.check().await;
    let connection = checks.iter().find(|check| check.name == "connection").expect("it");
    assert_eq!(connection.verdict, Verdict::Ok, "{connection:?}");
    match open(&uri, None, None, Limits::default()).await.expect("it is found") {
        Opened::Store(found) => assert_eq!(found.location(), "shop.sessions"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_that_was_made_anew_under_the_same_name_is_found_again() {
    let mut server = Server::start(Kind::ReplicaSet);
    // Another start is another election: the new set's first is older than what was seen then.
    server.kill();
    server.restart();
    let fresh = support::fresh_on(&server.uri, "anew").await;
    fresh.load([session("before")]).await;
    let limits = Limits::default().server_selection(Duration::from_secs(2));
    let reader = reader_with(&fresh, limits).await;
    assert_eq!(page(&*reader, &first_page(5)).await.0.len(), 1);
    server.rebuild();
    let again = support::Fresh::existing(&server.uri, &fresh.database, "sessions").await;
    again.load([session("after")]).await;
    let mut found = reader.open(&SessionKey::from("after"), 1).await;
    for _ in 0..3 {
        if found.is_err() {
            found = reader.open(&SessionKey::from("after"), 1).await;
        }
    }
    assert_eq!(found.expect("it is found again").name(), "after");
}
