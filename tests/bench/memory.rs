//! Memory and idle time of the real binary, on the collection of `store.rs`: it browses the whole list, opens every
//! session, scrolls one of 12 MB from end to start, and then is left alone for a minute.
//! Run it with `cargo bench --bench memory`; `STRANDSCOPE_BENCH_OPEN=500` opens only so many sessions, and
//! `STRANDSCOPE_BENCH_BINARY` names another build to measure.

#[expect(dead_code, unused_imports, reason = "a bench needs one server, the tests need more")]
#[path = "../support/mod.rs"]
mod support;
#[expect(dead_code, reason = "the tests of the screen use all of it")]
#[path = "../support/terminal.rs"]
mod terminal;

mod collection;
mod data;

use std::{fs, thread, time::Duration};

use terminal::Terminal;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let uri = support::server().uri.clone();
    runtime.block_on(collection::fill(&uri));
    let arguments = ["--uri", &uri, "--database", "bench", "--collection", "sessions"];
    let binary = std::env::var("STRANDSCOPE_BENCH_BINARY");
    let binary = binary.as_deref().unwrap_or(env!("CARGO_BIN_EXE_strandscope"));
    let mut screen = Terminal::start(binary, &arguments, &[], (200, 60));
    screen.wait_for(&data::id(0));

    browse_list(&mut screen);
    report("after browsing the whole list", screen.pid());
    open_all(&mut screen);
    report("after opening sessions", screen.pid());
    scroll_large(&mut screen);
    report("after scrolling 12 MB from end to start", screen.pid());
    println!("peak {:.1} MB   target < 80 MB", peak_mb(screen.pid()));

    let before = cpu_ticks(screen.pid());
    thread::sleep(Duration::from_mins(1));
    let ticks = cpu_ticks(screen.pid()) - before;
    // A tick is 10 ms on Linux.
    println!("idle for 60 s: {:.3} % of a core   target < 0.2 %", ticks as f64 / 100.0 / 60.0 * 100.0);
    screen.press("q");
    screen.wait_for_end();
}

fn browse_list(screen: &mut Terminal) {
    let last = data::id(collection::SESSIONS - 1);
    let mut tries = 0;
    while !screen.screen().contains(&last) {
        let before = screen.screen();
        screen.press("\u{1b}[6~");
        screen.wait_until("the next page", |now| now != before);
        tries += 1;
        assert!(tries < 5_000, "the list never ends:\n{}", screen.screen());
    }
}

fn open_all(screen: &mut Terminal) {
    let count =
        std::env::var("STRANDSCOPE_BENCH_OPEN").ok().and_then(|n| n.parse().ok()).unwrap_or(collection::SESSIONS);
    screen.press("g");
    screen.wait_for(&data::id(0));
    for number in 0..count {
        let title = format!("2 {}", data::id(number));
        screen.press("\r");
        screen.wait_until(&title, |now| now.lines().take(3).any(|line| line.contains(&title)));
        screen.press("1j");
    }
}

fn scroll_large(screen: &mut Terminal) {
    screen.press("1g\r");
    let title = format!("2 {}", data::id(0));
    screen.wait_until(&title, |now| now.lines().take(3).any(|line| line.contains(&title)));
    // Each message starts with its number as a heading.
    let mut pages = 0;
    while !screen.screen().contains("Step 0") {
        screen.press("\u{1b}[5~");
        let before = screen.screen();
        screen.wait_until("an older page", |now| now != before || now.contains("Step 0"));
        pages += 1;
        assert!(pages < 100_000, "the start never comes:\n{}", screen.screen());
    }
}

fn report(when: &str, pid: u32) {
    println!("{when:<44} now {:>6.1} MB, peak {:>6.1} MB", status_mb(pid, "VmRSS:"), peak_mb(pid));
}

fn peak_mb(pid: u32) -> f64 {
    status_mb(pid, "VmHWM:")
}

fn status_mb(pid: u32, field: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process on Linux");
    let line = status.lines().find(|line| line.starts_with(field)).expect("the field");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).expect("a number") / 1e3
}

fn cpu_ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process on Linux");
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}
