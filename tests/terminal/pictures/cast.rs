//! Screens as a recording that asciinema plays (asciicast, version 2): a line of JSON a step.

use std::fmt::Write;

/// A screen, and for how long it is shown.
pub struct Frame {
    pub screen: vt100::Screen,
    pub seconds: f64,
    pub rows: Vec<Vec<u8>>,
}

impl Frame {
    pub fn of(screen: &vt100::Screen, seconds: f64) -> Self {
        Self { screen: screen.clone(), seconds, rows: rows(screen) }
    }
}

/// What tells screens apart: text and looks, row by row.
pub fn rows(screen: &vt100::Screen) -> Vec<Vec<u8>> {
    screen.rows_formatted(0, screen.size().1).collect()
}

/// The whole screen, so that each step can be read without those before.
fn drawn(screen: &vt100::Screen) -> String {
    let bytes = [b"\x1b[?25l".to_vec(), screen.contents_formatted()].concat();
    String::from_utf8(bytes).expect("text")
}

pub fn write((columns, rows): (u16, u16), frames: &[Frame]) -> String {
    let title = "strandscope on its sample sessions";
    let mut out = serde_json::json!({ "version": 2, "width": columns, "height": rows, "title": title }).to_string();
    let mut at = 0.0;
    for frame in frames {
        let _ = write!(out, "\n{}", serde_json::json!([at, "o", drawn(&frame.screen)]));
        at += frame.seconds;
    }
    // The last step is shown as long as it is meant to be.
    let _ = writeln!(out, "\n{}", serde_json::json!([at, "o", ""]));
    out
}

pub fn read((columns, rows): (u16, u16), recording: &str) -> Vec<Frame> {
    let events =
        recording.lines().skip(1).map(|line| serde_json::from_str::<(f64, String, String)>(line).expect("an event"));
    let events: Vec<_> = events.collect();
    let frames = events.windows(2).map(|pair| {
        let mut parser = vt100::Parser::new(rows, columns, 0);
        parser.process(pair[0].2.as_bytes());
        Frame::of(parser.screen(), pair[1].0 - pair[0].0)
    });
    frames.collect()
}
