//! From the key that moves the cursor to the frame that shows the session there, in the real binary: the 100 ms that the cursor rests
//! before anything is read are taken off. Beside it what the raw driver takes for the same session, and what the server sends.

use std::{
    thread,
    time::{Duration, Instant},
};

use bson::{Document, doc};
use mongodb::{Client, Collection};
use tokio::runtime::Runtime;

use crate::{
    browse, collection, data,
    measure::{median, ms, report},
    terminal::Terminal,
};

/// How long the cursor rests before anything is read, in seconds.
const REST: f64 = 0.1;

/// What else is on its way is over by then.
const QUIET: Duration = Duration::from_millis(400);

pub fn run(runtime: &Runtime, uri: &str, sessions: &Collection<Document>, rounds: usize) {
    let client = runtime.block_on(Client::with_uri_str(uri)).expect("a client");
    let mut screen = browse(uri);
    screen.wait_for(&title(0));
    // What the rows in view tell is read meanwhile.
    thread::sleep(Duration::from_secs(8));
    let large = 0..collection::LARGE;
    let small = collection::LARGE..collection::LARGE + 10;
    let mut at = 0;
    for (name, numbers, most_sent) in [("12 MB", large, "<= 0.3"), ("42 KB", small, "<= 3")] {
        // The cursor comes to the first of them.
        for number in at + 1..=numbers.start {
            step(&mut screen, "j", number);
        }
        at = numbers.start;
        let (mut ours, mut raw) = (Vec::new(), Vec::new());
        let sent_before = runtime.block_on(sent(&client));
        let mut read_raw = 0.0;
        for _ in 0..rounds.max(2) {
            let down = numbers.clone().skip(1).map(|number| ("j", number));
            let up = numbers.clone().rev().skip(1).map(|number| ("k", number));
            for (key, number) in down.chain(up) {
                ours.push(step(&mut screen, key, number));
            }
        }
        let read_ours = (runtime.block_on(sent(&client)) - sent_before) / ours.len() as f64;
        for number in numbers {
            let start = Instant::now();
            let found = runtime.block_on(async { sessions.find_one(doc! { "_id": data::id(number) }).await });
            let found = found.expect("find_one").expect("it is stored");
            raw.push(start.elapsed().as_secs_f64());
            read_raw = bson::serialize_to_vec(&found).expect("bytes").len() as f64;
        }
        ours.sort_by(f64::total_cmp);
        let late = ours[ours.len() * 9 / 10];
        let (ours, raw) = (median(ours), median(raw));
        let detail = format!("90th percentile {}, find_one {}", ms(late), ms(raw));
        report(&format!("cursor to preview of {name}, ms"), ours * 1e3, "< 40", &detail);
        let detail = format!("{:.0} KB sent for each", read_ours / 1e3);
        report(&format!("preview of {name}, sent / stored"), read_ours / read_raw, most_sent, &detail);
    }
}

/// Seconds from a key to the frame that shows that session, without the rest.
fn step(screen: &mut Terminal, key: &str, number: i64) -> f64 {
    thread::sleep(QUIET);
    screen.take_waiting();
    let title = title(number);
    let start = Instant::now();
    screen.press(key);
    screen.wait_for(&title);
    start.elapsed().as_secs_f64() - REST
}

fn title(number: i64) -> String {
    format!("preview: {}", data::id(number))
}

/// Bytes that the server has sent.
async fn sent(client: &Client) -> f64 {
    let status = client.database("admin").run_command(doc! { "serverStatus": 1 }).await.expect("its status");
    let network = status.get_document("network").expect("what it sent");
    network.get_i64("bytesOut").map_or_else(|_| network.get_i32("bytesOut").map_or(0.0, f64::from), |n| n as f64)
}
