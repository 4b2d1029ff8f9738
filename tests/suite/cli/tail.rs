//! `tail`: what another process writes, as it is written, from a replica set and from a folder.

mod edges;

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::{Arc, mpsc},
    time::Duration,
};

use bson::{DateTime, Document, doc};
use serde_json::{Value, json};
use strandscope::{
    Agent, Limits, MessageBody, MetadataEdit, NewFeedback, Opened, Rating, Resumed, SessionManager, SessionRepository,
};

use super::{fixtures, home::Home};
use crate::{
    mongo::common,
    support::{self, Fresh, Kind, Server},
};

/// No line comes later than that.
const PATIENCE: Duration = Duration::from_mins(1);

/// An agent that only speaks.
struct Speaker;

impl Agent for Speaker {
    fn agent_id(&self) -> &'static str {
        "support"
    }

    fn state(&self) -> Document {
        Document::new()
    }

    fn restore(&mut self, _resumed: Resumed) {}
}

/// A session that another process writes.
async fn session(repository: &Arc<dyn SessionRepository>, id: &str) -> SessionManager {
    let manager = SessionManager::new(Arc::clone(repository), id);
    manager.initialize(&mut Speaker).await.expect("a session");
    manager
}

async fn say(manager: &SessionManager, text: &str) {
    manager.append_message("support", &mut MessageBody::user(text)).await.expect("a message");
}

async fn store(fresh: &Fresh) -> Arc<dyn SessionRepository> {
    let opened = common::open(&fresh.uri, Some(&fresh.database), Some("sessions"), Limits::default()).await;
    match opened.expect("it opens") {
        Opened::Store(store) => store,
        _ => panic!("it was named"),
    }
}

/// `tail` under way, its lines as they come.
struct Following {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Following {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let out = BufReader::new(child.stdout.take().expect("its output"));
        let (told, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if told.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    fn on(home: &Home, fresh: &Fresh, args: &[&str]) -> Self {
        let place = ["--uri", &fresh.uri, "--database", &fresh.database, "--collection", "sessions"];
        Self::start(home.command(&[&["tail"][..], args, &place[..]].concat()))
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line in time")
    }

    fn object(&self) -> Value {
        serde_json::from_str(&self.line()).expect("a line of JSON")
    }

    /// The next of that kind.
    fn next(&self, kind: &str) -> Value {
        loop {
            let object = self.object();
            if object["kind"] == kind {
                return object;
            }
        }
    }

    /// It tells changes: what was written before it began was told.
    fn begun(&self, text: &str) {
        assert_eq!(self.next("message")["text"], text);
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Its exit code, and what it said.
    fn ended(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.child.stderr.take().expect("its talk").read_to_string(&mut said).expect("UTF-8");
        (self.child.wait().expect("it ends").code(), said)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_writes_is_told_without_gap_and_once() {
    let fresh = support::fresh_collection("tail").await;
    let store = store(&fresh).await;
    let manager = session(&store, "tailed").await;
    let other = session(&store, "other").await;
    say(&manager, "before").await;
    let home = Home::empty();
    let following = Following::on(&home, &fresh, &["tailed", "--json", "--since", "1h"]);
    following.begun("before");
    say(&other, "of another session").await;
    for n in 0..5 {
        say(&manager, &format!("message {n}")).await;
    }
    for n in 0..5_u64 {
        let said = following.next("message");
        assert_eq!((&said["text"], &said["index"]), (&json!(format!("message {n}")), &json!(n + 1)));
        let base = [&said["session_id"], &said["_id"], &said["agent_id"], &said["role"]];
        assert_eq!(base, [&json!("tailed"), &json!("tailed"), &json!("support"), &json!("user")]);
        assert!(said["at"].is_string() && said["usage"].is_null(), "{said}");
    }
    manager.edit_metadata(vec![MetadataEdit::set("priority", "high")]).await.expect("an edit");
    let field = following.next("metadata");
    assert_eq!((&field["key"], &field["value"]), (&json!("priority"), &json!("high")));
    manager.add_feedback(NewFeedback::new(Rating::Down)).await.expect("a feedback");
    assert_eq!(following.next("feedback")["rating"], "down");
    manager.delete_session().await.expect("it goes");
    assert_eq!(following.next("deleted")["session_id"], "tailed");
    following.signal("INT");
    assert_eq!(following.ended(), (Some(0), String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_match_a_filter_are_followed_new_ones_too() {
    let fresh = support::fresh_collection("tail_filter").await;
    let store = store(&fresh).await;
    let first = session(&store, "mine-1").await;
    say(&first, "before").await;
    let home = Home::empty();
    let following = Following::on(&home, &fresh, &["^mine", "--json", "--since", "1h"]);
    following.begun("before");
    let theirs = session(&store, "theirs").await;
    say(&theirs, "not followed").await;
    let second = session(&store, "mine-2").await;
    assert_eq!(following.next("created")["session_id"], "mine-2");
    say(&second, "new").await;
    let said = following.next("message");
    assert_eq!((&said["session_id"], &said["text"]), (&json!("mine-2"), &json!("new")));
    following.signal("TERM");
    assert_eq!(following.ended().0, Some(143));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_ends_it_with_its_own_exit_code() {
    let fresh = support::fresh_collection("tail_alert").await;
    let store = store(&fresh).await;
    let manager = session(&store, "tailed").await;
    say(&manager, "before").await;
    let home = Home::empty();
    let config = home.config("[alerts.unhappy]\nrating = 'down'\nfilter = '^tail'\n[alerts.other]\nguardrail = true");
    let args = ["--json", "--since", "1h", "--exit-on", "unhappy", "--config", &config];
    let following = Following::on(&home, &fresh, &args);
    following.begun("before");
    manager.add_feedback(NewFeedback::new(Rating::Up)).await.expect("a feedback");
    manager.add_feedback(NewFeedback::new(Rating::Down)).await.expect("a feedback");
    let alert = following.next("alert");
    assert_eq!((&alert["alert"], &alert["says"]), (&json!("unhappy"), &json!("was rated down")));
    assert_eq!(following.ended(), (Some(10), String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_once_nothing_came_for_a_while() {
    let fresh = support::fresh_collection("tail_idle").await;
    let manager = session(&store(&fresh).await, "tailed").await;
    say(&manager, "before\u{1b}[2J").await;
    let home = Home::empty();
    let following = Following::on(&home, &fresh, &["--since", "1h", "--until-idle", "1s"]);
    let line = following.line();
    assert!(line.contains("  tailed  -  created"), "{line}");
    let line = following.line();
    assert!(line.ends_with("  tailed  support  user: before␛[2J"), "{line}");
    assert_eq!(following.ended(), (Some(0), String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_enough_ends_it_quietly() {
    let fresh = support::fresh_collection("tail_pipe").await;
    let manager = session(&store(&fresh).await, "tailed").await;
    say(&manager, "before").await;
    let home = Home::empty();
    let place = ["--uri", &fresh.uri, "--database", &fresh.database, "--collection", "sessions"];
    let mut command = home.command(&[&["tail", "--since", "1h"][..], &place[..]].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut first = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("its output"));
    out.read_line(&mut first).expect("a line");
    drop(out);
    // Told or not, the next line that it writes finds nobody.
    say(&manager, "nobody reads that").await;
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).expect("UTF-8").as_str()), (Some(0), ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_followed_too() {
    let home = Home::empty();
    let dir = home.path().join("sessions");
    std::fs::create_dir_all(&dir).expect("a folder");
    let store: Arc<dyn SessionRepository> = strandscope::open_folder(&dir).await.expect("it opens");
    let manager = session(&store, "tailed").await;
    say(&manager, "before").await;
    let place = ["--dir", dir.to_str().expect("a path")];
    let args = [&["tail", "tailed", "--json", "--since", "1h"][..], &place[..]].concat();
    let following = Following::start(home.command(&args));
    following.begun("before");
    for n in 0..3 {
        say(&manager, &format!("message {n}")).await;
    }
    for n in 0..3 {
        assert_eq!(following.next("message")["text"], format!("message {n}"));
    }
    following.signal("INT");
    assert_eq!(following.ended().0, Some(0));
}

#[test]
fn what_cannot_be_followed_is_told() {
    let home = fixtures();
    let code = |args: &[&str]| {
        let talk = home.on_sessions(&[&["tail"][..], args].concat()).talk();
        let (code, says) = talk.split_once(' ').expect("a code");
        (code.to_owned(), says.to_owned())
    };
    assert_eq!(code(&["nobody"]).0, "[3]");
    let (wrong, says) = code(&["foo:bar"]);
    assert!(wrong == "[2]" && says.contains("^^^^"), "{says}");
    let (wrong, says) = code(&["--since", "yesterday"]);
    assert!(wrong == "[2]" && says.contains("--since \"yesterday\" is no time"), "{says}");
    let (wrong, says) = code(&["--exit-on", "slow"]);
    assert!(wrong == "[2]" && says.contains("there is no alert \"slow\""), "{says}");
    let unreachable = home.run(&[
        "tail",
        "--uri",
        "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300",
        "--database",
        "d",
        "--collection",
        "c",
    ]);
    assert_eq!(unreachable.code, 5, "{}", unreachable.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_looked_at_tells_what_others_than_the_last_one_do() {
    let server = Server::start(Kind::Standalone);
    let fresh = support::fresh_on(&server.uri, "tail_polled").await;
    let old = DateTime::from_millis(1_790_000_000_000);
    let quiet = |id: &str| doc! { "_id": id, "session_id": id, "created_at": old, "updated_at": old, "agents": {} };
    fresh.load(["rated", "gone"].map(quiet)).await;
    let store = store(&fresh).await;
    let manager = session(&store, "loud").await;
    say(&manager, "before").await;
    let home = Home::empty();
    let following = Following::on(&home, &fresh, &["--json", "--since", "1h"]);
    following.begun("before");
    say(&manager, "again").await;
    following.begun("again");
    let feedback = doc! { "rating": "down", "created_at": DateTime::now() };
    let rated = doc! { "$push": { "feedbacks": feedback } };
    fresh.collection.update_one(doc! { "_id": "rated" }, rated).await.expect("it is stored");
    assert_eq!(following.next("feedback")["session_id"], "rated");
    fresh.collection.delete_one(doc! { "_id": "gone" }).await.expect("it is gone");
    assert_eq!(following.next("deleted")["session_id"], "gone");
    following.signal("INT");
    assert_eq!(following.ended().0, Some(0));
}
