//! Screens as pictures that every browser shows.

use std::{collections::BTreeMap, fmt::Write};

use super::cast::Frame;

/// A cell.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 18.0;
const MARGIN: f64 = 12.0;
const GROUND: [u8; 3] = [0x16, 0x18, 0x1a];
const TEXT: [u8; 3] = [0xd8, 0xd8, 0xd8];

/// The colours of a usual terminal.
const SIXTEEN: [[u8; 3]; 16] = [
    [0x16, 0x18, 0x1a],
    [0xe0, 0x6c, 0x75],
    [0x98, 0xc3, 0x79],
    [0xe5, 0xc0, 0x7b],
    [0x61, 0xaf, 0xef],
    [0xc6, 0x78, 0xdd],
    [0x56, 0xb6, 0xc2],
    [0xd8, 0xd8, 0xd8],
    [0x5c, 0x63, 0x70],
    [0xff, 0x7b, 0x85],
    [0xb0, 0xd8, 0x90],
    [0xff, 0xd8, 0x90],
    [0x7a, 0xc2, 0xff],
    [0xdc, 0x90, 0xf0],
    [0x70, 0xd0, 0xdc],
    [0xff, 0xff, 0xff],
];

fn colour(colour: vt100::Color, none: [u8; 3]) -> [u8; 3] {
    match colour {
        vt100::Color::Default => none,
        vt100::Color::Rgb(r, g, b) => [r, g, b],
        vt100::Color::Idx(at @ 0..16) => SIXTEEN[usize::from(at)],
        vt100::Color::Idx(at @ 16..232) => {
            let level = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
            let at = at - 16;
            [level(at / 36), level(at / 6 % 6), level(at % 6)]
        }
        vt100::Color::Idx(at) => [8 + 10 * (at - 232); 3],
    }
}

fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// How a cell looks: foreground, background, and further attributes.
fn look(cell: &vt100::Cell) -> (String, Option<String>, String) {
    let (mut fore, mut back) = (colour(cell.fgcolor(), TEXT), colour(cell.bgcolor(), GROUND));
    if cell.inverse() {
        (fore, back) = (back, fore);
    }
    let mut more = String::new();
    if cell.bold() {
        more += " font-weight=\"bold\"";
    }
    if cell.dim() {
        more += " opacity=\"0.6\"";
    }
    if cell.italic() {
        more += " font-style=\"italic\"";
    }
    if cell.underline() {
        more += " text-decoration=\"underline\"";
    }
    (hex(fore), (back != GROUND).then(|| hex(back)), more)
}

/// A row at the top of its own picture.
fn row(screen: &vt100::Screen, row: u16) -> String {
    let mut out = String::new();
    let columns = screen.size().1;
    let mut column = 0;
    while column < columns {
        let Some(cell) = screen.cell(row, column) else { break };
        let looks = look(cell);
        let (start, mut text) = (column, String::new());
        while let Some(next) = screen.cell(row, column).filter(|next| look(next) == looks) {
            if !next.is_wide_continuation() {
                text += if next.has_contents() { next.contents() } else { " " };
            }
            column += 1;
        }
        let (fore, back, more) = looks;
        let (x, width) = (f64::from(start) * WIDTH, f64::from(column - start) * WIDTH);
        if let Some(back) = back {
            let _ = write!(out, "<rect x=\"{x:.1}\" width=\"{width:.1}\" height=\"{HEIGHT}\" fill=\"{back}\"/>");
        }
        if !text.trim().is_empty() {
            let length = if text.is_ascii() { String::new() } else { format!(" textLength=\"{width:.1}\"") };
            let _ =
                write!(out, "<text x=\"{x:.1}\" y=\"13.5\"{length} fill=\"{fore}\"{more}>{}</text>", escaped(&text));
        }
    }
    out
}

fn open(screen: &vt100::Screen, title: &str) -> String {
    let (rows, columns) = screen.size();
    let (width, height) = (f64::from(columns) * WIDTH + 2.0 * MARGIN, f64::from(rows) * HEIGHT + 2.0 * MARGIN);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"ui-monospace, SFMono-Regular, \
         Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\" xml:space=\"preserve\"><title>{}</title>\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n",
        escaped(title),
        hex(GROUND)
    )
}

/// Where a row stands.
fn place(at: u16) -> String {
    format!("translate({MARGIN} {})", MARGIN + f64::from(at) * HEIGHT)
}

/// One screen.
pub fn picture(screen: &vt100::Screen, title: &str) -> String {
    let mut out = open(screen, title);
    for at in 0..screen.size().0 {
        let row = row(screen, at);
        if !row.is_empty() {
            let _ = writeln!(out, "<g transform=\"{}\">{row}</g>", place(at));
        }
    }
    out + "</svg>\n"
}

/// All of them, one after another and again from the start. A row that is the same in several is in the file once.
pub fn recording(frames: &[Frame]) -> String {
    let Some(first) = frames.first() else { return String::new() };
    let mut out = open(&first.screen, "strandscope on its sample sessions, recorded");
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    let mut bodies = Vec::new();
    for frame in frames {
        let mut body = String::new();
        for at in 0..frame.screen.size().0 {
            let row = row(&frame.screen, at);
            if row.is_empty() {
                continue;
            }
            let next = ids.len();
            let id = *ids.entry(row).or_insert(next);
            let _ = write!(body, "<use href=\"#r{id}\" transform=\"{}\"/>", place(at));
        }
        bodies.push(body);
    }
    let total: f64 = frames.iter().map(|frame| frame.seconds).sum();
    let mut rows: Vec<(&String, usize)> = ids.iter().map(|(row, id)| (row, *id)).collect();
    rows.sort_by_key(|(_, id)| *id);
    out += "<defs>\n";
    for (row, id) in rows {
        let _ = writeln!(out, "<g id=\"r{id}\">{row}</g>");
    }
    out += "</defs>\n";
    let mut begins = 0.0;
    for (frame, body) in frames.iter().zip(bodies) {
        let (from, to) = (begins / total, (begins + frame.seconds) / total);
        begins += frame.seconds;
        let (times, values) = if from == 0.0 {
            (format!("0;{to:.4}"), "inline;none")
        } else {
            (format!("0;{from:.4};{:.4}", to.min(1.0)), "none;inline;none")
        };
        let _ = writeln!(
            out,
            "<g>{body}<animate attributeName=\"display\" calcMode=\"discrete\" dur=\"{total:.1}s\" repeatCount=\"indefinite\" \
             keyTimes=\"{times}\" values=\"{values}\"/></g>"
        );
    }
    out + "</svg>\n"
}
