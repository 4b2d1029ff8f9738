//! The program killed in the middle of a change of many sessions: nothing is lost, nothing is done twice, and the report is true.

use std::{collections::HashMap, fs, path::PathBuf, process::Stdio};

use bson::{Document, doc};
use futures_util::TryStreamExt;
use mongodb::IndexModel;
use serde_json::Value;

use crate::{
    cli::home::Home,
    support::{self, Fresh},
};

const SESSIONS: i32 = 1_000;

/// How often it is killed; `STRANDSCOPE_TEST_KILLS` says otherwise.
const KILLS: usize = 4;

pub fn kills() -> usize {
    std::env::var("STRANDSCOPE_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

struct Killed {
    fresh: Fresh,
    home: Home,
    state: PathBuf,
}

impl Killed {
    fn place(&self) -> [String; 6] {
        let Fresh { uri, database, .. } = &self.fresh;
        ["--uri", uri, "--database", database, "--collection", "sessions"].map(str::to_owned)
    }

    fn command(&self, args: &[&str]) -> std::process::Command {
        let place = self.place();
        let place: Vec<&str> = place.iter().map(String::as_str).collect();
        let mut command = self.home.command(&[args, &place].concat());
        command.env("XDG_STATE_HOME", &self.state);
        command
    }

    /// Runs it to its end, and gives how it ended.
    fn run(&self, args: &[&str]) -> i32 {
        let ran = self.home.ended(self.command(args));
        assert!(ran.code == 0 || !ran.err.is_empty(), "{args:?}: {}", ran.err);
        ran.code
    }

    async fn changed(&self, n: i32) -> u64 {
        self.fresh.collection.count_documents(doc! { "metadata.n": n }).await.expect("counted")
    }

    /// What `n` is, by session; all else is as it was made.
    async fn stored(&self) -> HashMap<String, i32> {
        let all: Vec<Document> =
            self.fresh.collection.find(doc! {}).await.expect("found").try_collect().await.expect("read");
        assert_eq!(all.len(), SESSIONS as usize, "none is lost");
        let n = |document: Document| {
            let id = document.get_str("_id").expect("an id").to_owned();
            let n = document.get_document("metadata").and_then(|fields| fields.get_i32("n")).expect("a number");
            assert_eq!(document, session(id.trim_start_matches("s-").parse().expect("a number"), n), "{id}");
            (id, n)
        };
        all.into_iter().map(n).collect()
    }

    /// The lines of the newest report: what became of each session at last.
    fn report(&self) -> HashMap<String, String> {
        let folders = [self.state.join("strandscope/reports"), self.state.join("strandscope/bulk")];
        let files = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
        let files = files.map(|file| file.expect("a file").path());
        let newest = files.max_by_key(|path| fs::metadata(path).and_then(|meta| meta.modified()).expect("a time"));
        let text = fs::read_to_string(newest.expect("a report")).expect("text");
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let of = |line: Value| Some((line["session"].as_str()?.to_owned(), line["state"].as_str()?.to_owned()));
        lines.filter_map(of).collect()
    }
}

fn session(number: i32, n: i32) -> Document {
    doc! {
        "_id": format!("s-{number}"),
        "session_id": format!("s-{number}"),
        "agents": {},
        "metadata": { "first": number, "n": n, "o": { "$set": "no operator", "x": 5_i64 } },
    }
}

#[tokio::test]
async fn a_kill_in_the_middle_of_many_leaves_a_true_report_and_a_way_on_and_back() {
    let fresh = support::fresh_collection("kills").await;
    fresh.load((0..SESSIONS).map(|number| session(number, 0))).await;
    // It is counted all the time while they are changed.
    fresh
        .collection
        .create_index(IndexModel::builder().keys(doc! { "metadata.n": 1 }).build())
        .await
        .expect("an index");
    let state = tempfile::tempdir().expect("a folder");
    let killed = Killed { fresh, home: Home::empty(), state: state.path().to_owned() };
    let mut before = 0;
    for kill in 1..=kills() {
        let now = i32::try_from(kill).expect("few");
        let args = ["metadata", "set", "--where", "s-", &format!("n={now}"), "--yes"];
        let mut child =
            killed.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program runs");
        // Anywhere between the first session and the last one.
        let enough = (kill as u64 * 389) % (SESSIONS as u64 - 50);
        while killed.changed(now).await <= enough && child.try_wait().expect("asked").is_none() {
            tokio::task::yield_now().await;
        }
        child.kill().expect("killed");
        child.wait().expect("it ended");
        let stored = killed.stored().await;
        let report = killed.report();
        for (id, n) in &stored {
            assert!([before, now].contains(n), "{id} holds {n}");
            let told = report.get(id).map(String::as_str);
            match told {
                Some("done") => assert_eq!(*n, now, "{id} is done by the report"),
                Some("begun") => {}
                other => assert_eq!(*n, before, "{id} is {other:?} by the report"),
            }
        }
        if kill % 2 == 0 {
            assert_eq!(killed.run(&args), 0, "the same again finishes it");
            assert!(killed.stored().await.values().all(|n| *n == now));
            before = now;
        } else {
            assert_eq!(killed.run(&["metadata", "undo"]), 0, "all of it is taken back as one");
            assert!(killed.stored().await.values().all(|n| *n == before));
        }
    }
}
