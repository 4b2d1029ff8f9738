//! One frame of the whole screen, at 200×60 with a conversation of 6,000 messages open, and of 60,000: drawing it
//! again, a key with the frame that follows, and a page that comes in. Run it with `cargo bench --bench frame`.

mod answers;
mod data;
#[expect(dead_code, reason = "nothing waits here: the store's bench does")]
mod measure;
#[path = "frame/screen.rs"]
mod screen;

use std::{hint::black_box, time::Instant};

use crossterm::event::KeyCode;
use measure::{median, ms, report};
use screen::Screen;
use strandscope::{Outline, Timestamp, history_findings};

const ROUNDS: usize = 300;

/// What is measured: its name, and the keys that are pressed by turns.
const DEEDS: &[(&str, &[KeyCode])] = &[
    ("drawn again", &[]),
    ("a line up", &[KeyCode::Up]),
    ("a line down", &[KeyCode::Down]),
    ("a page up or down, seen before", &[KeyCode::PageUp, KeyCode::PageDown]),
    ("a page up", &[KeyCode::PageUp]),
];

fn main() {
    let mut screens = [6_000, 60_000].map(|messages| Box::new(Screen::with_messages(messages)));
    println!("first frame, grammars not loaded: {}\n", ms(screens[0].first_frame));
    for (name, keys) in DEEDS {
        let mut seconds = [Vec::new(), Vec::new()];
        for round in 0..ROUNDS {
            let key = keys.get(round % keys.len().max(1));
            for (screen, seconds) in screens.iter_mut().zip(&mut seconds) {
                seconds.push(screen.frame_after(key.copied()));
            }
        }
        tell(name, seconds);
    }
    tell("a page comes in", screens.map(|screen| screen.arrivals));
    tell_health(&screen::outline(6_000));
}

fn tell_health(outline: &Outline) {
    let run = |_| {
        let start = Instant::now();
        black_box(history_findings(outline, Timestamp::now()));
        start.elapsed().as_secs_f64()
    };
    let seconds = median((0..ROUNDS).map(run).collect());
    report("health of 6,000 messages, ms", seconds * 1e3, "< 5", "without reading them");
}

fn tell(name: &str, seconds: [Vec<f64>; 2]) {
    let slowest = seconds[0].iter().copied().fold(0.0, f64::max);
    let [small, large] = seconds.map(median);
    let detail = format!("slowest {}", ms(slowest));
    report(&format!("{name}, ms"), small * 1e3, "< 2", &detail);
    let detail = format!("{} / {}", ms(large), ms(small));
    report(&format!("{name}, 60,000 / 6,000 messages"), large / small, "<= 1.2", &detail);
}
