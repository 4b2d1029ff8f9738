//! `metadata … --where`: all sessions that match, with a second writer, and killed in the middle.

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use bson::{Bson, Document, doc};
use mongodb::{Collection, IndexModel};
use serde_json::{Value, json};

use super::{fixtures, home::Home, lines};
use crate::{
    by_hand::kills::kills,
    support::{self, Fresh},
};

const STATE: &str = ".local/state/strandscope";
/// Sessions that are changed by one command.
const SESSIONS: usize = 1000;

/// The reports of a home, the oldest first.
fn reports(home: &Home) -> Vec<PathBuf> {
    let files = fs::read_dir(home.path().join(STATE).join("bulk")).map(|files| files.map(|file| file.unwrap().path()));
    let mut files: Vec<PathBuf> = files.map(Iterator::collect).unwrap_or_default();
    files.sort();
    files
}

/// What a report says of each session last. A kill may cut the last line of a file that is no longer written.
fn states(report: &PathBuf) -> HashMap<String, String> {
    let text = fs::read_to_string(report).unwrap();
    let read = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    read.filter_map(|line| Some((line["session"].as_str()?.to_owned(), line["state"].as_str()?.to_owned()))).collect()
}

#[test]
fn what_would_become_of_each_is_said_and_then_done_and_taken_back_as_one() {
    let home = fixtures();
    let get = |id: &str, key: &str| home.on_sessions(&["metadata", "get", id, key]);
    let ids: Vec<String> = lines(&home.on_sessions(&["list", "--json"]).data())
        .iter()
        .map(|row| row["session_id"].as_str().unwrap().to_owned())
        .collect();
    let before = home.on_sessions(&["list", "--json"]).data();
    let dry = home.on_sessions(&["metadata", "set", "--where", "", "checked=yes", "--dry-run"]);
    assert_eq!((dry.code, dry.out.lines().count()), (0, ids.len()), "{}{}", dry.out, dry.err);
    assert!(dry.err.contains(&format!("{} would be changed", ids.len())), "{}", dry.err);
    assert_eq!(home.on_sessions(&["list", "--json"]).data(), before);
    let unasked = home.on_sessions(&["metadata", "set", "--where", "", "checked=yes"]).talk();
    assert!(unasked.starts_with("[2] ") && unasked.contains("--yes"), "{unasked}");
    let done = home.on_sessions(&["metadata", "set", "--where", "", "checked=yes", "--yes"]);
    assert_eq!((done.code, done.out.lines().count()), (0, ids.len()), "{}", done.err);
    assert!(done.err.contains("; the report is HOME/"), "{}", done.err);
    assert!(ids.iter().all(|id| get(id, "checked").data() == "yes\n"));
    let again = home.on_sessions(&["metadata", "set", "--where", "", "checked=yes", "--yes"]);
    assert_eq!((again.code, again.out.as_str()), (0, ""), "what is so already is left");
    assert_eq!(reports(&home).len(), 2);
    home.on_sessions(&["metadata", "undo"]).data();
    assert!(ids.iter().all(|id| get(id, "checked").code == 3), "as one");
}

#[test]
fn fields_are_renamed_and_retyped_of_one_session_and_of_many() {
    let home = fixtures();
    let stored = || lines(&home.on_sessions(&["metadata", "get", "support-1042", "--json"]).data()).remove(0);
    let keys = || stored().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let before = keys();
    home.on_sessions(&["metadata", "rename", "support-1042", "priority", "urgency"]).data();
    let renamed: Vec<_> = before.iter().map(|key| if key == "priority" { "urgency" } else { key.as_str() }).collect();
    assert_eq!(keys(), renamed, "it keeps its place");
    let gone = home.on_sessions(&["metadata", "rename", "support-1042", "priority", "urgency"]).talk();
    assert!(gone.starts_with("[3] "), "{gone}");
    home.on_sessions(&["metadata", "set", "support-1042", "n=7"]).data();
    home.on_sessions(&["metadata", "retype", "support-1042", "n", "str"]).data();
    assert_eq!(stored()["n"], json!("7"));
    let refused = home.on_sessions(&["metadata", "retype", "support-1042", "urgency", "i32"]).talk();
    assert!(refused.starts_with("[2] ") && refused.contains("does not fit"), "{refused}");
    let many = home.on_sessions(&["metadata", "retype", "n", "i64", "--where", "has:meta.n", "--yes"]);
    assert_eq!((many.code, many.out.as_str()), (0, "support-1042\n"), "{}", many.err);
    assert_eq!(stored()["n"], json!(7));
}

#[test]
fn a_path_leads_into_an_object_that_is_there() {
    let home = fixtures();
    home.on_sessions(&["metadata", "set", "support-1042", "customer:={\"tier\": \"silver\"}"]).data();
    home.on_sessions(&["metadata", "set", "support-1042", "customer.tier=gold", "customer.since=2020"]).data();
    let customer = home.on_sessions(&["metadata", "get", "support-1042", "customer"]).data();
    assert_eq!(serde_json::from_str::<Value>(&customer).unwrap(), json!({ "tier": "gold", "since": 2020 }));
    assert_eq!(home.on_sessions(&["metadata", "get", "support-1042", "customer.tier"]).data(), "gold\n");
    home.on_sessions(&["metadata", "unset", "support-1042", "customer.since", "nobody.there"]).data();
    let refused = home.on_sessions(&["metadata", "set", "support-1042", "nobody.there=1"]).talk();
    assert!(refused.starts_with("[2] ") && refused.contains("nobody"), "{refused}");
}

/// Sessions that hold a number, and something else that nobody changes.
async fn many(name: &str) -> Fresh {
    let fresh = support::fresh_collection(name).await;
    let session = |at: usize| {
        let date = bson::DateTime::from_millis(1_795_443_080_000 + at as i64);
        let id = format!("s{at:04}");
        doc! {
            "_id": &id, "session_id": &id, "session_type": "AGENT", "created_at": date, "updated_at": date, "agents": {},
            "metadata": { "n": 1_i64, "other": { "at": at as i32 } },
        }
    };
    fresh.load((0..SESSIONS).map(session)).await;
    // It is counted all the time while they are changed.
    fresh.collection.create_index(IndexModel::builder().keys(doc! { "metadata.n": 1 }).build()).await.unwrap();
    fresh
}

fn command(home: &Home, fresh: &Fresh, args: &[&str]) -> Command {
    let place = ["--uri", &fresh.uri, "--database", &fresh.database, "--collection", "sessions"];
    home.command(&[args, &place[..]].concat())
}

async fn holding(collection: &Collection<Document>, n: i64) -> u64 {
    collection.count_documents(doc! { "metadata.n": { "$eq": n, "$type": "long" } }).await.unwrap()
}

#[test]
fn what_changes_nothing_says_why() {
    let home = fixtures();
    let none = home.on_sessions(&["metadata", "set", "--where", "no-such-session", "a=1", "--yes"]).talk();
    assert_eq!(none, "[0] strandscope: no session matches\n");
    for fields in [&["n", "n"][..], &["a", "a.b"], &["$n"], &["a..b"]] {
        let refused = home.on_sessions(&[&["metadata", "unset", "--where", "", "--yes"][..], fields].concat()).talk();
        assert!(refused.starts_with("[2] "), "{fields:?}: {refused}");
    }
    let nowhere = ["metadata", "set", "--where", "", "nobody.there=1"];
    for how in ["--dry-run", "--yes"] {
        let unfit = home.on_sessions(&[&nowhere[..], &[how]].concat());
        assert_eq!(unfit.code, 2, "as of one session: {}", unfit.err);
        assert!(format!("{}{}", unfit.out, unfit.err).contains("there is no object"), "{}", unfit.err);
    }
    let typed = home.on_sessions(&["metadata", "set", "--where", "", "n=many", "--type", "i32", "--yes"]).talk();
    assert!(typed.starts_with("[2] "), "{typed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_no_names_stops_nothing() {
    let fresh = many("many_unread").await;
    let home = Home::empty();
    let mut running = command(&home, &fresh, &["metadata", "set", "--where", "", "n=5", "--yes"]);
    let mut child = running.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
    assert_eq!(holding(&fresh.collection, 5).await, SESSIONS as u64);
    let report = states(&reports(&home)[0]);
    assert_eq!(report.len(), SESSIONS);
    assert!(report.values().all(|state| state == "done"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_object_is_known_before_it_is_written() {
    let fresh = support::fresh_collection("many_null").await;
    let session = |id: &str, metadata: Bson| doc! { "_id": id, "session_id": id, "agents": {}, "metadata": metadata };
    let none = doc! { "_id": "none", "session_id": "none", "agents": {} };
    let others = [session("null", Bson::Null), session("text", "x".into()), session("fields", doc! {}.into()), none];
    fresh.load(others).await;
    let home = Home::empty();
    let dry = home.ended(command(&home, &fresh, &["metadata", "set", "--where", "", "n=5", "--dry-run"]));
    assert!(dry.err.contains("2 would be changed, 2 do not fit"), "{}", dry.err);
    let done = home.ended(command(&home, &fresh, &["metadata", "set", "--where", "", "n=5", "--yes"]));
    assert!(done.code == 0 && done.err.contains("2 done, 2 do not fit"), "{}", done.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_writer_loses_nothing() {
    let fresh = many("many_writers").await;
    let home = Home::empty();
    let theirs = fresh.collection.clone();
    let other = tokio::spawn(async move {
        for at in (0..SESSIONS).step_by(3) {
            let id = format!("s{at:04}");
            let update = doc! { "$set": { "metadata.n": 7_i64, "metadata.theirs": true } };
            theirs.update_one(doc! { "_id": id, "metadata.n": 1_i64 }, update).await.unwrap();
        }
    });
    let changed = command(&home, &fresh, &["metadata", "set", "--where", "meta.n:1", "n=5", "--yes"]);
    let ran = tokio::task::spawn_blocking(move || (home.ended(changed), home)).await.unwrap();
    other.await.unwrap();
    let (ran, home) = ran;
    assert!(matches!(ran.code, 0 | 4), "{}", ran.err);
    let report = states(&reports(&home)[0]);
    let done = report.values().filter(|state| *state == "done").count() as u64;
    assert_eq!(ran.out.lines().count() as u64, done);
    // Theirs were guarded by the old value too: each session is one's or the other's, and none is both's.
    assert_eq!(holding(&fresh.collection, 5).await, done);
    assert_eq!(holding(&fresh.collection, 7).await, SESSIONS as u64 - done);
    let whole = doc! { "metadata.n": 5_i64, "metadata.theirs": true };
    assert_eq!(fresh.collection.count_documents(whole).await.unwrap(), 0);
}

/// Killed at any instant: each session is changed or not, no other field is, the report is right about what it calls done, and the
/// same command again finishes it.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_nothing_and_does_nothing_twice() {
    let fresh = many("many_kills").await;
    let home = Home::empty();
    let mut wanted = 1_i64;
    for kill in 0..kills() {
        wanted += 1;
        let assigned = format!("n={wanted}");
        let mut running = command(&home, &fresh, &["metadata", "set", "--where", "", &assigned, "--yes"]);
        let mut child = running.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // At another place each time.
        let until = (kill * SESSIONS / kills()) as u64;
        while holding(&fresh.collection, wanted).await <= until && child.try_wait().unwrap().is_none() {}
        child.kill().unwrap();
        child.wait().unwrap();
        let report = states(reports(&home).last().unwrap());
        let changed = fresh.collection.distinct("_id", doc! { "metadata.n": wanted }).await.unwrap();
        for (session, state) in &report {
            assert!(changed.contains(&session.as_str().into()) || state != "done", "{session} is said to be done");
        }
        let changed = holding(&fresh.collection, wanted).await;
        let known = report.values().filter(|state| matches!(state.as_str(), "done" | "begun")).count() as u64;
        assert!(changed <= known, "{changed} are changed and {known} are named");
        // The server may still carry out what was sent before the kill.
        let last = command(&home, &fresh, &["metadata", "set", "--where", "", &assigned, "--yes"]);
        let again = home.ended(last);
        assert!(matches!(again.code, 0 | 4), "{}", again.err);
        let again = home.ended(command(&home, &fresh, &["metadata", "set", "--where", "", &assigned, "--yes"]));
        assert_eq!((again.code, again.out.as_str()), (0, ""), "{}", again.err);
        assert_eq!(holding(&fresh.collection, wanted).await, SESSIONS as u64);
    }
    let mut sessions = fresh.collection.find(doc! {}).sort(doc! { "_id": 1 }).await.unwrap();
    for at in 0..SESSIONS {
        assert!(sessions.advance().await.unwrap());
        let metadata = sessions.deserialize_current().unwrap().get_document("metadata").unwrap().clone();
        assert_eq!(metadata, doc! { "n": wanted, "other": { "at": at as i32 } });
    }
}
