//! 10,000 changes a second over 500 sessions for a minute.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use bson::{Document, doc};
use mongodb::{Client, Database};
use tokio::runtime::Runtime;

use crate::{
    SESSIONS, append, browse_open, fill, id,
    measure::{median, report},
    process::{processor_s, resident_mb},
};

/// Changes a second, and how many are sent together.
const RATE: u64 = 10_000;
const TOGETHER: i64 = 500;
const SECONDS: u64 = 60;

pub fn run(runtime: &Runtime, uri: &str) {
    let sessions = runtime.block_on(fill(uri));
    let mut screen = browse_open(uri, 1);
    screen.wait_for("● live");
    let client = runtime.block_on(Client::with_uri_str(uri)).expect("a client");
    let (ended, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let writer = runtime.spawn(write(client.database("bench"), Arc::clone(&ended), Arc::clone(&written)));
    let (start, busy) = (Instant::now(), processor_s(screen.pid()));
    let mut keys = Vec::new();
    let mut memory = Vec::new();
    while start.elapsed() < Duration::from_secs(SECONDS) {
        thread::sleep(Duration::from_millis(100));
        screen.take_waiting();
        let pressed = Instant::now();
        screen.press("?");
        screen.wait_for(":previous-pane");
        keys.push(pressed.elapsed().as_secs_f64());
        screen.press("\u{1b}");
        screen.wait_until("the help is closed", |now| !now.contains(":previous-pane"));
        memory.push(resident_mb(screen.pid()));
    }
    let seconds = start.elapsed().as_secs_f64();
    let share = (processor_s(screen.pid()) - busy) / seconds;
    ended.store(true, Ordering::Release);
    runtime.block_on(writer).expect("the writer ends");
    let done = Instant::now();
    let final_write = sessions.update_one(doc! { "_id": id(1) }, append("the last one of the burst", 1));
    runtime.block_on(async { final_write.await }).expect("it is written");
    screen.wait_for("the last one of the burst");
    let rate = written.load(Ordering::Acquire) as f64 / seconds;
    keys.sort_by(f64::total_cmp);
    let slowest = keys[keys.len() - 1];
    report("burst: changes a second", rate, ">= 10000", &format!("over {SESSIONS} sessions, {seconds:.0} s"));
    report("burst: key to frame, median, ms", median(keys.clone()) * 1e3, "< 20", "");
    report("burst: key to frame, slowest, ms", slowest * 1e3, "< 20", &format!("{} keys", keys.len()));
    report("burst: cores", share, "<= 1", "");
    let late = keys[keys.len() * 99 / 100];
    report("burst: key to frame, 99th percentile, ms", late * 1e3, "< 20", "");
    let (half, last) = (memory[memory.len() / 2], memory[memory.len() - 1]);
    let detail = format!("{:.1} MB at first, {half:.1} MB after {}, {last:.1} MB", memory[0], SECONDS / 2);
    report("burst: memory at the end / at half time", last / half, "<= 1.05", &detail);
    report("burst: caught up after, ms", done.elapsed().as_secs_f64() * 1e3, "", "");
}

/// Metadata, most of it: documents stay small. Every hundredth change is a message.
async fn write(database: Database, ended: Arc<AtomicBool>, written: Arc<AtomicU64>) {
    let mut pace = tokio::time::interval(Duration::from_secs(1) * TOGETHER as u32 / RATE as u32);
    let mut next = 0_i64;
    while !ended.load(Ordering::Acquire) {
        pace.tick().await;
        let updates: Vec<Document> = (next..next + TOGETHER).map(change).collect();
        next += TOGETHER;
        let command = doc! { "update": "live", "updates": updates, "ordered": false };
        let done = database.run_command(command).await.expect("it is written");
        written.fetch_add(done.get_i32("nModified").unwrap_or_default() as u64, Ordering::AcqRel);
    }
}

fn change(number: i64) -> Document {
    let update = if number % 100 == 0 {
        append("a message of the burst", number)
    } else {
        doc! { "$set": { "metadata.n": number, "updated_at": bson::DateTime::now() } }
    };
    doc! { "q": { "_id": id(number % SESSIONS) }, "u": update }
}
