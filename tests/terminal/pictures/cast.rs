//! Screens as a recording that asciinema plays (asciicast, version 2): a line of JSON a step.

use std::fmt::Write;

/// A screen, and for how long it is shown.
pub struct Frame {
    pub screen: vt100::Screen,
    pub seconds: f64,
    pub rows: Vec<Vec<DrawnCell>>,
}

/// What tells cells apart: text and look. One that was never drawn is blank.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnCell {
    text: String,
    colours: (vt100::Color, vt100::Color),
    looks: [bool; 5],
}

impl DrawnCell {
    fn of(cell: &vt100::Cell) -> Self {
        let text = if cell.has_contents() { cell.contents().to_owned() } else { " ".to_owned() };
        let looks = [cell.bold(), cell.dim(), cell.italic(), cell.underline(), cell.inverse()];
        Self { text, colours: (cell.fgcolor(), cell.bgcolor()), looks }
    }
}

impl Frame {
    pub fn of(screen: &vt100::Screen, seconds: f64) -> Self {
        Self { screen: screen.clone(), seconds, rows: rows(screen) }
    }
}

/// What tells screens apart, row by row.
pub fn rows(screen: &vt100::Screen) -> Vec<Vec<DrawnCell>> {
    let (rows, columns) = screen.size();
    let cells = |row| (0..columns).filter_map(move |column| screen.cell(row, column)).map(DrawnCell::of).collect();
    (0..rows).map(cells).collect()
}

/// The rows that differ, for the person who reads why.
pub fn difference(recorded: &[Vec<DrawnCell>], drawn: &[Vec<DrawnCell>]) -> String {
    let text = |row: &[DrawnCell]| row.iter().map(|cell| cell.text.as_str()).collect::<String>();
    let mut told = String::new();
    for (at, (was, is)) in recorded.iter().zip(drawn).enumerate().filter(|(_, (was, is))| was != is) {
        let column = was.iter().zip(is).position(|(was, is)| was != is).unwrap_or_default();
        let _ = writeln!(told, "row {at}, from column {column}\n  recorded {}\n  drawn    {}", text(was), text(is));
        if text(was) == text(is) {
            let _ = writeln!(told, "  {:?}\n  {:?}", was[column], is[column]);
        }
    }
    told
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
