//! From an acknowledged write to the frame that shows it.

use std::time::{Duration, Instant};

use bson::doc;
use tokio::runtime::Runtime;

use crate::{
    append, browse_open, fill, id,
    measure::{median, report},
    support::{Kind, Server},
};

const WRITES: i64 = 300;

pub fn by_change_stream(runtime: &Runtime, uri: &str) {
    let sessions = runtime.block_on(fill(uri));
    let mut screen = browse_open(uri, 1);
    screen.wait_for("● live");
    let mut seconds = Vec::new();
    for number in 0..WRITES {
        let text = format!("message number {number} of the bench");
        let done = runtime.block_on(async { sessions.update_one(doc! { "_id": id(1) }, append(&text, number)).await });
        let acknowledged = Instant::now();
        assert_eq!(done.expect("it is written").modified_count, 1);
        screen.wait_for(&text);
        seconds.push(acknowledged.elapsed().as_secs_f64());
        std::thread::sleep(Duration::from_millis(20 + number as u64 % 17));
    }
    seconds.sort_by(f64::total_cmp);
    let late = seconds[seconds.len() * 99 / 100];
    report("write to frame by change stream, median, ms", median(seconds) * 1e3, "< 20", "");
    report("write to frame by change stream, 99th percentile, ms", late * 1e3, "< 50", "");
}

/// Against the interval that the header tells when the write is made.
pub fn by_polling(runtime: &Runtime) {
    let server = Server::start(Kind::Standalone);
    let sessions = runtime.block_on(fill(&server.uri));
    let mut screen = browse_open(&server.uri, 1);
    screen.wait_for("◌ every");
    let mut shares = Vec::new();
    for number in 0..40 {
        // Also after some rest, when it looks seldom.
        std::thread::sleep(Duration::from_millis(if number % 8 == 7 { 9_000 } else { 137 * (number as u64 % 5) }));
        screen.take_waiting();
        let interval = interval(&screen.screen());
        let text = format!("message number {number} of the bench");
        let done = runtime.block_on(async { sessions.update_one(doc! { "_id": id(1) }, append(&text, number)).await });
        let acknowledged = Instant::now();
        assert_eq!(done.expect("it is written").modified_count, 1);
        screen.wait_for(&text);
        shares.push(acknowledged.elapsed().as_secs_f64() / interval);
    }
    let longest = shares.iter().copied().fold(0.0, f64::max);
    report("write to frame by polling / interval, longest", longest, "< 1.2", &format!("median {:.2}", median(shares)));
}

/// Seconds, from `◌ every 2 s`.
fn interval(screen: &str) -> f64 {
    let (_, rest) = screen.split_once("◌ every ").unwrap_or_else(|| panic!("it polls:\n{screen}"));
    let number: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let unit: String = rest.chars().skip(number.len()).filter(|c| !c.is_whitespace()).take(2).collect();
    let number: f64 = number.parse().expect("a number");
    if unit.starts_with("ms") { number / 1e3 } else { number }
}
