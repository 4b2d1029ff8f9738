//! The commands against a server: what goes wrong is one clear sentence with its exit code.

use bson::{Bson, DateTime, doc, oid::ObjectId};
use mongodb::Client;
use serde_json::{Value, json};

use crate::{
    cli::home::{Home, Ran},
    mongo::common::loaded,
    support::{self, Fresh, Kind, Server},
};

/// A command on a collection.
fn on(home: &Home, uri: &str, fresh: &Fresh, args: &[&str]) -> Ran {
    let place = ["--uri", uri, "--database", &fresh.database, "--collection", "sessions"];
    home.run(&[args, &place].concat())
}

/// Rows of a command that went well; it may have said that an index is missing.
fn rows(ran: &Ran) -> Vec<Value> {
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.lines().map(|row| serde_json::from_str(row).expect("a line of JSON")).collect()
}

fn line(ran: &Ran) -> Value {
    rows(ran).remove(0)
}

#[tokio::test]
async fn ids_that_are_not_there_or_ambiguous_are_told() {
    let hex = "65a4f1d2c3b4a59687786950";
    let id: ObjectId = hex.parse().expect("an ObjectId");
    let documents = vec![
        doc! { "_id": "a", "session_id": "twin", "agents": {} },
        doc! { "_id": 7_i64, "session_id": "twin", "application_name": "x\u{1b}[2J", "agents": {} },
        doc! { "_id": id, "agents": {} },
    ];
    let (fresh, _) = loaded("ids", documents).await;
    let home = Home::empty();
    let show = |id: &str| on(&home, &fresh.uri, &fresh, &["show", id]);
    let told = ["nowhere", "twin", "\u{1b}]0;x\u{7}"].map(|id| show(id).talk()).concat();
    insta::assert_snapshot!(told.replace(&fresh.database, "DATABASE"));
    assert!(show("a").out.starts_with("twin\n"));
    assert!(show(hex).out.starts_with(hex));
    let rows = rows(&on(&home, &fresh.uri, &fresh, &["list", "--json"]));
    assert!(rows.iter().any(|row| row["_id"]["$oid"] == hex && row["session_id"] == hex), "{rows:?}");
    assert!(rows.iter().any(|row| row["_id"] == 7 && row["updated_at"].is_null()), "{rows:?}");
}

#[tokio::test]
async fn what_has_no_clear_date_or_a_far_one_is_no_old_session() {
    let past = DateTime::from_millis(1_000_000_000_000);
    let documents = vec![
        doc! { "_id": "far", "created_at": past, "updated_at": DateTime::from_millis(253_402_300_800_000), "agents": {} },
        doc! { "_id": "double", "created_at": past, "updated_at": 1_000_000_000.5, "agents": {} },
        doc! { "_id": "old", "created_at": past, "updated_at": past, "agents": {} },
    ];
    let (fresh, _) = loaded("ages", documents).await;
    let home = Home::empty();
    let listed = rows(&on(&home, &fresh.uri, &fresh, &["list", "--json"]));
    let updated: Vec<&Value> = listed.iter().map(|row| &row["updated_at"]).collect();
    let far = json!({ "$date": { "$numberLong": "253402300800000" } });
    assert_eq!(updated, [&far, &json!("2001-09-09T01:46:40Z"), &json!("2001-09-09T01:46:40.5Z")]);
    let ran = on(&home, &fresh.uri, &fresh, &["delete", "--older-than", "30d", "--yes"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "old\n"), "{}", ran.err);
    assert!(
        ran.err.contains("skipped double: its `updated_at` is no clear date but a double (1000000000.5)"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("1 session was skipped"), "{}", ran.err);
    let left = rows(&on(&home, &fresh.uri, &fresh, &["list", "--json"]));
    assert_eq!(left.iter().map(|row| &row["_id"]).collect::<Vec<_>>(), ["far", "double"]);
}

#[tokio::test]
async fn empty_and_foreign_collections_are_told() {
    let (fresh, _) = loaded("foreign", Vec::new()).await;
    let home = Home::empty();
    assert!(rows(&on(&home, &fresh.uri, &fresh, &["list", "--json"])).is_empty());
    let doctor = on(&home, &fresh.uri, &fresh, &["doctor"]);
    assert_eq!(doctor.code, 0);
    assert!(doctor.out.contains("does not exist"), "{}", doctor.out);

    fresh.load([doc! { "_id": 1, "order": "A100", "agents": [1, "x"], "session_id": 5, "metadata": "?" }]).await;
    let listed = line(&on(&home, &fresh.uri, &fresh, &["list", "--json"]));
    assert_eq!((&listed["session_id"], &listed["messages"]), (&"1".into(), &0.into()));
    let undiscovered = home.run(&["list", "--uri", &fresh.uri, "--database", &fresh.database]).talk();
    let misnamed = home.run(&["list", "--uri", &fresh.uri, "--database", "a b", "--collection", "c"]).talk();
    insta::assert_snapshot!((undiscovered + &misnamed).replace(&fresh.database, "DATABASE"));
}

#[tokio::test]
async fn logins_and_rights_have_their_codes() {
    let server = Server::start(Kind::Login);
    let admin = Client::with_uri_str(&server.uri).await.expect("a client");
    let fresh = support::fresh_on(&server.uri, "rights").await;
    fresh.load([doc! { "_id": "a", "session_id": "a", "agents": {} }]).await;
    let create = doc! { "createUser": "reader", "pwd": "hunter2", "roles": [{ "role": "read", "db": "mine" }] };
    admin.database("admin").run_command(create).await.expect("a user");
    let home = Home::empty();
    let told = [
        on(&home, &server.uri_as("reader", "hunter3"), &fresh, &["list"]).talk(),
        on(&home, &server.uri_as("reader", "hunter2"), &fresh, &["list"]).talk(),
        on(&home, &server.uri_as("reader", "hunter2"), &fresh, &["show", "a"]).talk(),
    ];
    assert!(!told.concat().contains("hunter"));
    insta::assert_snapshot!(told.concat().replace(&fresh.database, "DATABASE"));
    let doctor = on(&home, &server.uri_as("reader", "hunter3"), &fresh, &["doctor"]);
    assert_eq!(doctor.code, 5, "{}", doctor.out);
    assert!(doctor.out.contains("what to do: check user, password and authSource"), "{}", doctor.out);
}

#[tokio::test]
async fn a_document_near_the_limit_is_read_by_every_command() {
    let text = "y".repeat(2_600);
    let messages: Vec<Bson> = (0..6_000)
        .map(|n| {
            let role = if n % 2 == 0 { "user" } else { "assistant" };
            let message = doc! { "role": role, "content": [{ "text": &text }] };
            doc! { "message": message, "message_id": n, "redact_message": Bson::Null }.into()
        })
        .collect();
    let large = doc! { "_id": "large", "session_id": "large", "agents": { "a": { "messages": messages } } };
    let bytes = large.to_vec().expect("BSON").len();
    assert!((15_900_000..16_777_216).contains(&bytes), "{bytes}");
    let (fresh, _) = loaded("large", vec![large]).await;
    let home = Home::empty();
    let listed = line(&on(&home, &fresh.uri, &fresh, &["list", "--json"]));
    assert_eq!((&listed["messages"], listed["bytes"].as_u64()), (&6_000.into(), Some(bytes as u64)));
    let metrics = line(&on(&home, &fresh.uri, &fresh, &["metrics", "large", "--json"]));
    assert_eq!((&metrics["agents"]["a"]["turns"], &metrics["agents"]["a"]["calls"]), (&3_000.into(), &3_000.into()));
    let shown = on(&home, &fresh.uri, &fresh, &["show", "large", "--last", "2"]).out;
    assert!(shown.contains(&text) && shown.len() < 20_000, "{} bytes", shown.len());
    let whole = on(&home, &fresh.uri, &fresh, &["show", "large", "--format", "json"]).data();
    assert!(whole.len() > 15_000_000);
    let doctor = on(&home, &fresh.uri, &fresh, &["doctor", "large"]);
    assert_eq!(doctor.code, 0);
    assert!(doctor.out.contains("warn  size"), "{}", doctor.out);
    let doctor = on(&home, &fresh.uri, &fresh, &["doctor"]);
    assert_eq!(doctor.code, 0, "{}", doctor.out);
    assert!(doctor.out.contains("1 of 1 sampled"), "{}", doctor.out);
}

#[tokio::test]
async fn indexes_are_created_only_when_asked_and_never_read_only() {
    let (fresh, _) = loaded("indexed", vec![doc! { "_id": "a", "session_id": "a", "agents": {} }]).await;
    let home = Home::empty();
    let names = async || fresh.collection.list_index_names().await.expect("its indexes");
    for args in [&["list"][..], &["doctor"], &["show", "a"], &["metrics", "a"]] {
        assert_eq!(on(&home, &fresh.uri, &fresh, args).code, 0, "{args:?}");
    }
    let refused = on(&home, &fresh.uri, &fresh, &["doctor", "--create-indexes", "--read-only"]);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""));
    assert_eq!(names().await, ["_id_"]);
    assert_eq!(on(&home, &fresh.uri, &fresh, &["doctor", "--create-indexes"]).code, 0);
    let mut created = names().await;
    created.sort();
    assert_eq!(created, ["_id_", "application_name_1", "created_at_1", "session_id_1", "updated_at_1"]);
}

#[tokio::test]
async fn the_place_is_taken_from_arguments_then_the_environment() {
    let (fresh, _) = loaded("place", vec![doc! { "_id": "a", "session_id": "a", "agents": {} }]).await;
    let home = Home::empty();
    let dead = "mongodb://127.0.0.1:1/?directConnection=true";
    let config = home.config("[limits]\nserver_selection_s = 0.2");
    let run = |args: &[&str], environment: &[(&str, &str)]| {
        let mut command = home.command(&[args, &["list", "--json", "--config", &config]].concat());
        command.env("STRANDSCOPE_DATABASE", &fresh.database).env("STRANDSCOPE_COLLECTION", "sessions");
        command.envs(environment.iter().copied());
        home.ended(command).code
    };
    assert_eq!(run(&[], &[("MONGODB_URI", &fresh.uri)]), 0);
    assert_eq!(run(&[], &[("STRANDSCOPE_URI", &fresh.uri), ("MONGODB_URI", dead)]), 0);
    assert_eq!(run(&[], &[("STRANDSCOPE_URI", dead), ("MONGODB_URI", &fresh.uri)]), 5);
    assert_eq!(run(&["--uri", &fresh.uri], &[("STRANDSCOPE_URI", dead)]), 0);
}
