//! `tail` where it is easy to miss something or to tell it twice.

use std::sync::OnceLock;

use bson::{DateTime, doc};

use super::*;
use crate::support::{Kind, Server};

fn standalone() -> &'static Server {
    static ALONE: OnceLock<Server> = OnceLock::new();
    ALONE.get_or_init(|| Server::start(Kind::Standalone))
}

/// What was told up to that message: session, kind, and text of messages.
fn told_until(following: &Following, end: &str) -> Vec<(String, String, String)> {
    let mut told = Vec::new();
    loop {
        let object = following.object();
        let text = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
        if text("text") == end {
            return told;
        }
        told.push((text("session_id"), text("kind"), text("text")));
    }
}

fn messages_of<'a>(told: &'a [(String, String, String)], session: &str) -> Vec<&'a str> {
    let messages = told.iter().filter(|(of, kind, _)| of == session && kind == "message");
    messages.map(|(_, _, text)| text.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_are_new_or_made_anew_are_told_once() {
    let fresh = support::fresh_collection("tail_new").await;
    let store = store(&fresh).await;
    let first = session(&store, "first").await;
    say(&first, "before").await;
    let home = Home::empty();
    let following = Following::on(&home, &fresh, &["--json", "--since", "1h"]);
    following.begun("before");
    for n in 0..5 {
        let new = session(&store, &format!("new-{n}")).await;
        say(&new, "one").await;
        say(&new, "two").await;
        fresh.collection.delete_one(doc! { "_id": format!("new-{n}") }).await.expect("it goes");
        let again = session(&store, &format!("new-{n}")).await;
        say(&again, "three").await;
        say(&again, "four").await;
    }
    say(&first, "end").await;
    let told = told_until(&following, "end");
    for n in 0..5 {
        let id = format!("new-{n}");
        let kinds = |kind: &str| told.iter().filter(|(of, is, _)| *of == id && is == kind).count();
        let messages = messages_of(&told, &id);
        assert!(messages.ends_with(&["three", "four"]), "{told:?}");
        for text in ["one", "two", "three", "four"] {
            assert!(messages.iter().filter(|said| **said == text).count() <= 1, "{text} is told twice: {told:?}");
        }
        assert_eq!((kinds("created"), kinds("deleted"), kinds("changed")), (2, 1, 0), "{told:?}");
    }
    following.signal("INT");
    assert_eq!(following.ended(), (Some(0), String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_tell_changes_and_has_no_index_is_followed_whole() {
    let fresh = support::fresh_on(&standalone().uri, "tail_alone").await;
    let store = store(&fresh).await;
    let first = session(&store, "first").await;
    let quiet = session(&store, "quiet").await;
    say(&first, "before").await;
    let home = Home::empty();
    let following = Following::on(&home, &fresh, &["--json", "--since", "1h"]);
    following.begun("before");
    say(&quiet, "spoken at last").await;
    assert_eq!(following.next("message")["text"], "spoken at last");
    let new = session(&store, "new").await;
    say(&new, "one").await;
    assert_eq!(following.next("created")["session_id"], "new");
    assert_eq!(following.next("message")["text"], "one");
    fresh.collection.delete_one(doc! { "_id": "first" }).await.expect("it goes");
    let again = session(&store, "first").await;
    for text in ["a", "b", "end"] {
        say(&again, text).await;
    }
    let told = told_until(&following, "end");
    let kinds: Vec<&str> = told.iter().filter(|(of, ..)| of == "first").map(|(_, kind, _)| kind.as_str()).collect();
    assert!(kinds.starts_with(&["deleted", "created"]), "{told:?}");
    assert_eq!(messages_of(&told, "first"), ["a", "b"], "{told:?}");
    following.signal("INT");
    let (code, said) = following.ended();
    assert!(code == Some(0) && said.contains("what changes is not told here"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_was_written_since_is_told_however_much() {
    let fresh = support::fresh_collection("tail_since").await;
    let now = DateTime::now();
    let messages: Vec<Document> = (0..1200)
        .map(|n| doc! { "message": { "role": "user", "content": [{ "text": "x" }] }, "message_id": n, "created_at": now })
        .collect();
    let old = DateTime::from_millis(now.timestamp_millis() - 86_400_000);
    let mut stored = doc! { "_id": "much", "session_id": "much", "created_at": old, "updated_at": now };
    stored.insert("agents", doc! { "a": { "agent_data": { "agent_id": "a" }, "messages": messages } });
    fresh.load([stored]).await;
    let home = Home::empty();
    let following = Following::on(&home, &fresh, &["much", "--json", "--since", "1h", "--until-idle", "1s"]);
    for n in 0..1200 {
        assert_eq!(following.object()["index"], n);
    }
    assert_eq!(following.ended(), (Some(0), String::new()));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_left_is_noticed_though_nothing_more_is_written() {
    let fresh = support::fresh_collection("tail_left").await;
    session(&store(&fresh).await, "tailed").await;
    let home = Home::empty();
    let place = ["--uri", &fresh.uri, "--database", &fresh.database, "--collection", "sessions"];
    let mut command = home.command(&[&["tail"][..], &place[..]].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).expect("UTF-8").as_str()), (Some(0), ""));
}
