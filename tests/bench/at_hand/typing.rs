//! A filter while it is typed: a key, what is offered at it, and the frame that follows.

use crossterm::event::KeyCode::{Backspace, Char};

use crate::{
    desk::Desk,
    measure::{median, ms, report},
};

/// What is typed: its name, and the text.
const TYPED: &[(&str, &str)] = &[
    ("the start of ids", "^bench-00042"),
    ("part of ids", "bench-0004"),
    ("all kinds of terms", "app:customer tokens:>50k (agent:a OR model:c) -has:error meta.priority:high since:7d"),
    ("what is no filter yet", "(((app:\"x y OR -(tool:"),
];

/// The million is the worst there is: all that was ever scrolled through.
pub fn run(rounds: usize) {
    for (rows, read) in [(200, "200 rows read"), (1_000_000, "all read")] {
        let mut desk = Desk::with_rows(rows);
        for (name, text) in TYPED {
            let mut seconds = Vec::new();
            for _ in 0..rounds.max(2) {
                desk.press(Char('/'));
                for letter in text.chars() {
                    seconds.push(desk.press(Char(letter)));
                }
                // What is typed is seen through before it is taken back.
                desk.rest();
                for _ in text.chars() {
                    seconds.push(desk.press(Backspace));
                }
                desk.rest();
                desk.leave();
            }
            seconds.sort_by(f64::total_cmp);
            let slowest = seconds.last().copied().unwrap_or_default();
            let late = seconds[seconds.len() * 99 / 100];
            let detail = format!("99th percentile {}, slowest {}", ms(late), ms(slowest));
            report(&format!("{name}, of a million, {read}, ms"), median(seconds) * 1e3, "< 5", &detail);
        }
    }
}
