//! What it takes to follow a large session, to wait, and to list a million.

use std::{thread, time::Duration};

use bson::{DateTime, Document, doc};
use mongodb::Client;
use tokio::runtime::Runtime;

use crate::{
    append, browse, browse_open, data, fill, id,
    measure::report,
    process::{processor_s, resident_mb},
};

/// Bytes that the server has sent.
async fn sent(client: &Client) -> f64 {
    let status = client.database("admin").run_command(doc! { "serverStatus": 1 }).await.expect("its status");
    let network = status.get_document("network").expect("what it sent");
    network.get_i64("bytesOut").map_or_else(|_| network.get_i32("bytesOut").map_or(0.0, f64::from), |n| n as f64)
}

/// Bytes read for each change of a session of 12 MB, beyond what is read while nothing changes.
pub fn follows_a_large_session(runtime: &Runtime, uri: &str) {
    const CHANGES: i64 = 60;
    let sessions = runtime.block_on(fill(uri));
    let mut large: Document = data::session(0, 6_000, 1_500);
    large.insert("_id", id(9_999));
    large.insert("session_id", id(9_999));
    // The first of the list: what a row costs that comes into view is no part of following.
    large.insert("updated_at", DateTime::from_millis(1_795_001_000_000));
    let agent = large.get_document("agents").expect("agents").keys().next().expect("an agent").clone();
    runtime.block_on(async { sessions.insert_one(large).await }).expect("it is stored");
    let mut screen = browse_open(uri, 9_999);
    screen.wait_for("● live");
    let client = runtime.block_on(Client::with_uri_str(uri)).expect("a client");
    let window = Duration::from_secs(2) + Duration::from_millis(100) * CHANGES as u32;
    let quiet = {
        thread::sleep(Duration::from_secs(3));
        let before = runtime.block_on(sent(&client));
        thread::sleep(window);
        runtime.block_on(sent(&client)) - before
    };
    for (kind, change) in [("message", true), ("metric tick", false)] {
        let before = runtime.block_on(sent(&client));
        let mut bytes = 0;
        for number in 0..CHANGES {
            let update = if change {
                let text = append(&format!("{kind} {number}"), 6_000 + number);
                renamed(&text, &agent)
            } else {
                let usage = doc! { "inputTokens": 1000 + number, "outputTokens": 70 + number, "totalTokens": 1070 + 2 * number };
                let metrics = doc! { "accumulated_usage": usage, "accumulated_metrics": { "latencyMs": 900 + number } };
                doc! { "$set": { format!("agents.{agent}.messages.5999.event_loop_metrics"): metrics } }
            };
            bytes += bson::serialize_to_vec(&update).expect("bytes").len();
            runtime.block_on(async { sessions.update_one(doc! { "_id": id(9_999) }, update).await }).expect("written");
            thread::sleep(Duration::from_millis(100));
            screen.take_waiting();
        }
        thread::sleep(Duration::from_secs(2));
        let read = runtime.block_on(sent(&client)) - before - quiet - bytes as f64;
        report(&format!("12 MB followed: read a {kind} beyond itself, KB"), read / CHANGES as f64 / 1e3, "< 20", "");
    }
}

fn renamed(update: &Document, agent: &str) -> Document {
    let text = serde_json::to_string(update).expect("JSON").replace("agents.a.", &format!("agents.{agent}."));
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    match bson::Bson::try_from(json).expect("Extended JSON") {
        bson::Bson::Document(document) => document,
        _ => Document::new(),
    }
}

/// A minute beside a server on which nothing happens.
pub fn is_idle(runtime: &Runtime, uri: &str) {
    runtime.block_on(fill(uri));
    let mut screen = browse_open(uri, 1);
    screen.wait_for("● live");
    thread::sleep(Duration::from_secs(5));
    screen.take_waiting();
    let (busy, drawn) = (processor_s(screen.pid()), screen.raw().len());
    thread::sleep(Duration::from_mins(1));
    screen.take_waiting();
    let share = (processor_s(screen.pid()) - busy) / 60.0 * 100.0;
    let bytes = screen.raw().len() - drawn;
    report("idle beside a silent server, % of a core", share, "< 0.2", &format!("{bytes} bytes drawn"));
}

pub fn lists_a_million(runtime: &Runtime, uri: &str) {
    let sessions = runtime.block_on(fill(uri));
    runtime.block_on(async {
        for start in (1_000_000..2_000_000_i64).step_by(10_000) {
            let some = (start..start + 10_000).map(|number| {
                let at = DateTime::from_millis(1_780_000_000_000 + number * 1000);
                doc! { "_id": id(number), "session_id": id(number), "created_at": at, "updated_at": at,
                "agents": {}, "metadata": {}, "feedbacks": [] }
            });
            sessions.insert_many(some).await.expect("insert");
        }
    });
    let mut screen = browse(uri, 160, 50);
    screen.wait_for("● live");
    for number in 0..200 {
        let update = append("a message", number);
        let at = id(1_999_999 - number * 1000);
        runtime.block_on(async { sessions.update_one(doc! { "_id": at }, update).await }).expect("written");
        thread::sleep(Duration::from_millis(50));
        screen.take_waiting();
    }
    report("a live list of 1,000,000 sessions, MB", resident_mb(screen.pid()), "< 60", "");
}
