//! The real binary beside writers: from an acknowledged write to the frame that shows it, a burst of 10,000 changes a second, what is
//! read to follow a large session, and an idle minute. Run it with `cargo bench --bench live`, or a part of it with
//! `cargo bench --bench live -- latency|burst|large|idle|million`; the list of a million sessions is made only where it is named.
//! `STRANDSCOPE_BENCH_BINARY` names another build to measure.

#[expect(dead_code, unused_imports, reason = "a bench needs one server, the tests need more")]
#[path = "../support/mod.rs"]
mod support;
#[expect(dead_code, reason = "the tests of the screen use all of it")]
#[path = "../support/terminal.rs"]
mod terminal;

#[path = "live/burst.rs"]
mod burst;
mod data;
#[path = "live/latency.rs"]
mod latency;
#[expect(dead_code, reason = "nothing is measured by turns here")]
mod measure;
#[path = "live/process.rs"]
mod process;
#[path = "live/quiet.rs"]
mod quiet;

use bson::{DateTime, Document, doc};
use mongodb::{Client, Collection, IndexModel};
use terminal::Terminal;

/// How many sessions are written to.
const SESSIONS: i64 = 500;

fn main() {
    let named: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let wanted = |part: &str| named.iter().any(|name| name == part) || named.is_empty() && part != "million";
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let uri = support::server().uri.clone();
    if wanted("latency") {
        latency::by_change_stream(&runtime, &uri);
        latency::by_polling(&runtime);
    }
    if wanted("burst") {
        burst::run(&runtime, &uri);
    }
    if wanted("large") {
        quiet::follows_a_large_session(&runtime, &uri);
    }
    if wanted("idle") {
        quiet::is_idle(&runtime, &uri);
    }
    if wanted("million") {
        quiet::lists_a_million(&runtime, &uri);
    }
}

/// `bench.live` afresh, with the index of the Python library by which lists are sorted.
async fn fill(uri: &str) -> Collection<Document> {
    let client = Client::with_uri_str(uri).await.expect("a client");
    let sessions = client.database("bench").collection::<Document>("live");
    sessions.drop().await.expect("drop");
    sessions.create_index(IndexModel::builder().keys(doc! { "updated_at": 1 }).build()).await.expect("index");
    sessions.insert_many((0..SESSIONS).map(session)).await.expect("insert");
    sessions
}

fn id(number: i64) -> String {
    format!("live-{number}")
}

fn session(number: i64) -> Document {
    let at = DateTime::from_millis(1_795_000_000_000 + number * 1000);
    let agent = doc! { "agent_data": { "agent_id": "a" }, "messages": [], "created_at": at, "updated_at": at };
    doc! {
        "_id": id(number), "session_id": id(number), "application_name": "bench", "created_at": at, "updated_at": at,
        "agents": { "a": agent }, "metadata": { "topic": "orders" }, "feedbacks": [],
    }
}

/// One more message, as the Python library appends it.
fn append(text: &str, number: i64) -> Document {
    let now = DateTime::now();
    let message = doc! { "role": "user", "content": [{ "text": text }] };
    let stored = doc! { "message": message, "message_id": number, "created_at": now, "updated_at": now };
    doc! {
        "$push": { "agents.a.messages": stored },
        "$set": { "updated_at": now, "agents.a.updated_at": now },
    }
}

/// The browser on `bench.live`.
fn browse(uri: &str, columns: u16, rows: u16) -> Terminal {
    let binary = std::env::var("STRANDSCOPE_BENCH_BINARY");
    let binary = binary.as_deref().unwrap_or(env!("CARGO_BIN_EXE_strandscope"));
    let arguments = ["--uri", uri, "--database", "bench", "--collection", "live"];
    Terminal::start(binary, &arguments, &[], (columns, rows))
}

/// The browser with a session open.
fn browse_open(uri: &str, number: i64) -> Terminal {
    let binary = std::env::var("STRANDSCOPE_BENCH_BINARY");
    let binary = binary.as_deref().unwrap_or(env!("CARGO_BIN_EXE_strandscope"));
    let id = id(number);
    let arguments = ["open", &id, "--uri", uri, "--database", "bench", "--collection", "live"];
    let mut screen = Terminal::start(binary, &arguments, &[], (160, 50));
    let title = format!("2 {id}");
    screen.wait_until(&title, |now| now.contains(&title));
    screen
}
