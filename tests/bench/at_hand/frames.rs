//! A frame of what lies over the panes, at 200×60: drawn again, and with a key that moves in it.

use crossterm::event::KeyCode::{self, Down, Up};

use crate::{
    desk::Desk,
    measure::{median, ms, report},
};

/// What is drawn: its name, the keys by which one comes there, and what shows then.
const SCREENS: &[(&str, &str, &str)] = &[
    ("preview", "", "preview: bench-"),
    ("sort menu", "s", "Sort the sessions"),
    ("column menu", "|", " Columns "),
    ("letters of what to copy", "2y", " Copy "),
    ("letters of where to go", "2;", "On to the next"),
    ("palette", ":so", "reverse-sort"),
    ("help, narrowed", "?sort", "Keys: sort"),
    ("offers of a filter", "/m", "messages:"),
    ("values of a filter", "/app:", "value-0"),
    ("connections", "c", "bench"),
    ("line of a place", "camongodb://user@host", "Open a place"),
    ("themes", "T", "high-contrast"),
    ("bookmarks", "b'", "bench-"),
];

pub fn run(rounds: usize) {
    let mut desk = Desk::with_rows(200);
    desk.press(Down);
    desk.rest();
    for (name, keys, shows) in SCREENS {
        desk.type_text(keys);
        desk.rest();
        let shown = desk.shown();
        assert!(shown.contains(shows), "{name} shows {shows:?}:\n{shown}");
        let again = (0..rounds).map(|_| desk.draw()).collect();
        let moved = [Down, Up].into_iter().cycle().take(rounds).map(|key| step(&mut desk, key)).collect();
        tell(name, again, moved);
        desk.leave();
    }
}

/// A key that moves in it, and what it shows then.
fn step(desk: &mut Desk, key: KeyCode) -> f64 {
    let seconds = desk.press(key);
    desk.rest();
    seconds
}

fn tell(name: &str, again: Vec<f64>, moved: Vec<f64>) {
    let slowest = again.iter().copied().fold(0.0, f64::max);
    let detail = format!("slowest {}, with a key {}", ms(slowest), ms(median(moved)));
    report(&format!("a frame of the {name}, ms"), median(again) * 1e3, "< 1", &detail);
}
