//! The pictures and the recording of the README, made from the samples by the program itself.
//!
//! `STRANDSCOPE_PICTURES=write cargo test --test terminal pictures` draws them anew into `assets/`; without the variable the test compares what
//! the program draws with them, so that they never show what it does not.

#[path = "pictures/cast.rs"]
mod cast;
#[path = "pictures/steps.rs"]
mod steps;
#[path = "pictures/svg.rs"]
mod svg;

use std::{path::PathBuf, time::Duration};

use super::terminal::Terminal;
use steps::{SIZE, STEPS, Step};

/// The clock of every picture.
const CLOCK: &str = "2026-11-23T14:12:00Z";

fn asset(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets").join(name)
}

/// The screens after each step. `wanted` says what a screen must look like; it is waited for.
fn play(wanted: Option<&[cast::Frame]>) -> Vec<cast::Frame> {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path().to_str().expect("a path");
    let variables = [("STRANDSCOPE_STILL", CLOCK), ("HOME", home), ("COLORTERM", "truecolor"), ("COLORFGBG", "15;0")];
    let mut terminal = Terminal::start(env!("CARGO_BIN_EXE_strandscope"), &["demo"], &variables, SIZE);
    let mut frames = Vec::new();
    for (at, step) in STEPS.iter().enumerate() {
        terminal.press(step.keys);
        let screen = match wanted {
            Some(wanted) => {
                let wanted = &wanted[at];
                let found = terminal.wait_until_drawn(|screen| cast::rows(screen) == wanted.rows);
                found.unwrap_or_else(|last: Box<vt100::Screen>| {
                    panic!(
                        "after {:?} the screen is not as it was recorded; draw it anew with STRANDSCOPE_PICTURES=write:\n{}",
                        step.keys,
                        cast::difference(&wanted.rows, &cast::rows(&last))
                    )
                })
            }
            None => settled(&mut terminal, step),
        };
        frames.push(cast::Frame::of(&screen, step.seconds));
    }
    frames
}

/// The screen once it shows what a step leads to and nothing more comes: only where pictures are drawn anew, which nobody waits for.
/// The clock goes on from the instant it is set to, so all steps together take less than the minute after which ages are others.
fn settled(terminal: &mut Terminal, step: &Step) -> vt100::Screen {
    for text in step.shows {
        terminal.wait_for(text);
    }
    let mut last = terminal.drawn();
    let mut same = 0;
    while same < 5 {
        std::thread::sleep(Duration::from_millis(250));
        let now = terminal.drawn();
        same = if cast::rows(&now) == cast::rows(&last) { same + 1 } else { 0 };
        last = now;
    }
    last
}

#[test]
fn pictures_and_recording_are_what_the_program_draws() {
    let recording = asset("demo.cast");
    if std::env::var_os("STRANDSCOPE_PICTURES").is_some() {
        let frames = play(None);
        std::fs::write(&recording, cast::write(SIZE, &frames)).expect("written");
        std::fs::write(asset("demo.svg"), svg::recording(&frames)).expect("written");
        for (frame, step) in frames.iter().zip(STEPS) {
            if let Some(picture) = step.picture {
                std::fs::write(asset(picture), svg::picture(&frame.screen, step.title)).expect("written");
            }
        }
        return;
    }
    let recorded = std::fs::read_to_string(&recording).expect("the recording");
    let wanted = cast::read(SIZE, &recorded);
    assert_eq!(wanted.len(), STEPS.len(), "the recording has other steps");
    for (frame, step) in wanted.iter().zip(STEPS) {
        let apart = (frame.seconds - step.seconds).abs();
        assert!(apart < 1e-6, "{:?} is shown for {} seconds, not {}", step.keys, frame.seconds, step.seconds);
    }
    let frames = play(Some(&wanted));
    // Of the same screens the pictures are made; nobody wrote in them by hand.
    assert_eq!(std::fs::read_to_string(asset("demo.svg")).expect("a picture"), svg::recording(&frames), "demo.svg");
    for (frame, step) in frames.iter().zip(STEPS) {
        if let Some(picture) = step.picture {
            let drawn = svg::picture(&frame.screen, step.title);
            assert_eq!(std::fs::read_to_string(asset(picture)).expect("a picture"), drawn, "{picture}");
        }
    }
}
