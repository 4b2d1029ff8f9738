//! The examples that keep sessions in MongoDB, run as a reader would, and what they leave.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use strandscope::{Limits, MongoRepository, Opened, Outline, SessionReader, open_mongo, session_metrics};

use crate::{
    examples::{program, run},
    support,
};

#[tokio::test]
async fn a_week_with_one_agent() {
    let fresh = support::fresh_collection("resume").await;
    let arguments =
        ["--uri", &fresh.uri, "--database", &fresh.database, "--collection", "sessions", "--session", "trip-1"];
    let said = run("resume", &arguments);
    assert!(said.contains("it remembers 4 messages, and that it is about Lisbon"), "{said}");
    assert!(said.contains("holds 6 messages"), "{said}");
    let uri = fresh.uri.clone().into();
    let opened = MongoRepository::discover(&uri, Some(&fresh.database), Some("sessions"), Limits::default()).await;
    let Ok(Opened::Store(reader)) = opened else { panic!("the collection opens") };
    let session = reader.open(&"trip-1".into(), u64::MAX).await.expect("it stays in its place");
    assert_eq!(session.all_findings().count(), 0);
    assert_eq!(session.application_name.as_deref(), Some("travel"));
    let metrics = session_metrics(&Outline::from(&session));
    let figures = &metrics.agents[0].1;
    assert_eq!((figures.runs, figures.calls, figures.turns), (Some(2), 3, 3));
    assert_eq!(figures.latency.last, Some(420));
}

#[tokio::test]
async fn operations_with_and_without_a_pool_are_all_stored() {
    let fresh = support::fresh_collection("performance").await;
    let said = run("performance", &[&fresh.uri, &fresh.database, "--quick"]);
    let ways = ["  a client for each operation", "  a client for each session", "  one pool"];
    for operation in ["requests", "appends", "metadata updates"] {
        for workers in ["1 worker", "10 workers"] {
            let title = format!("{operation}, {workers}");
            let rows: Vec<&str> = said.lines().skip_while(|line| **line != title).skip(1).take(ways.len()).collect();
            assert_eq!(rows.len(), ways.len(), "{title}: {said}");
            for (row, way) in rows.iter().zip(ways) {
                let figures = row.strip_prefix(way).unwrap_or_else(|| panic!("{way}: {said}"));
                // Sessions, seconds, ms a session, operations a second, and what the pool is worth.
                let figures: Vec<&str> = figures.split_whitespace().collect();
                assert_eq!(figures.len(), if way == "  one pool" { 4 } else { 6 }, "{row}");
                assert_eq!(figures[0], "10", "{row}");
                assert!(figures[3].parse::<f64>().is_ok_and(|rate| rate > 0.0), "{row}");
            }
        }
    }
    // Two operations that write, 1 and 10 workers, three ways, ten sessions of ten each.
    assert!(said.contains("all 1200 writes are stored"), "{said}");
    let left = open_mongo(&fresh.uri, &fresh.database, "performance").await.unwrap();
    assert_eq!(left.count(&strandscope::Filter::default()).await.unwrap(), Some(0), "it cleans up");
}

#[tokio::test]
async fn a_service_answers_and_ends_without_a_loss() {
    let fresh = support::fresh_collection("production").await;
    let mut command = Command::new(program("production"));
    command.args([&fresh.uri, &fresh.database]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut service = command.spawn().expect("the example runs; `cargo test` builds it");
    let mut requests = service.stdin.take().expect("a pipe");
    let mut lines = BufReader::new(service.stdout.take().expect("a pipe")).lines();
    // Two at once in one session: the second resumes what the first created.
    writeln!(requests, "s-1 Where is A1?\ns-1 And A2?\nnonsense\ns-2 Hello").expect("it listens");
    let mut said = Vec::new();
    while said.iter().filter(|line: &&String| line.starts_with("200 ")).count() < 3 {
        said.push(lines.next().expect("it goes on").expect("a line"));
    }
    let sent = Command::new("kill").args(["-INT", &service.id().to_string()]).status();
    assert!(sent.is_ok_and(|sent| sent.success()), "the signal is sent");
    said.extend(lines.map(|line| line.expect("a line")));
    let ended = service.wait_with_output().expect("it ends");
    let said = said.join("\n");
    assert!(ended.status.success(), "{said}\n{}", String::from_utf8_lossy(&ended.stderr));
    assert!(said.contains("connected, MongoDB ") && said.contains(", primary\n"), "{said}");
    assert!(said.ends_with("closed: 0 deliveries lost"), "{said}");
    assert!(said.contains("400 a request is: SESSION QUESTION"), "{said}");
    assert!(said.matches("audit ").count() >= 3, "what was told was delivered:\n{said}");
    drop(requests);

    let sessions = open_mongo(&fresh.uri, &fresh.database, "sessions").await.unwrap();
    let session = sessions.open(&"s-1".into(), u64::MAX).await.expect("it is there");
    assert_eq!(session.message_count(), 4, "each message once");
    assert_eq!(session.application_name.as_deref(), Some("support"));
    let metadata = sessions.metadata(&"s-2".into()).await.unwrap();
    assert_eq!(metadata.get_str("status").ok(), Some("answered"));
}

#[test]
fn without_a_server_it_says_so_and_what_to_do() {
    let uri = "mongodb://u:hunter2@127.0.0.1:1/?serverSelectionTimeoutMS=200";
    let ended = Command::new(program("performance")).args([uri, "d", "--quick"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success() && said.starts_with("no MongoDB answers at 127.0.0.1:1"), "{said}");
    assert!(said.contains("hint: ") && !said.contains("hunter2"), "{said}");
}

#[test]
fn a_service_without_a_server_says_so_and_ends() {
    let uri = "mongodb://u:hunter2@127.0.0.1:1/?serverSelectionTimeoutMS=200";
    let ended = Command::new(program("production")).args([uri, "d"]).stdin(Stdio::null()).output().expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success() && said.contains("cannot start: no MongoDB answers at 127.0.0.1:1"), "{said}");
    assert!(said.contains("hint: ") && !said.contains("hunter2"), "{said}");
}
