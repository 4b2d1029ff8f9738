//! What the panes' tests draw: the fixtures, on a terminal of a given size, in a given look.

use std::{collections::BTreeMap, sync::OnceLock};

use bson::{Bson, Document};
use jiff::tz::TimeZone;
use ratatui::{Frame, Terminal, backend::TestBackend, buffer::Buffer, layout::Rect, style::Color};
use sha2::{Digest, Sha256};

use crate::{
    app::{
        config::{Symbols, ThemeName},
        tui::render::{
            Look,
            look::{Theme, marks},
        },
    },
    metrics::{AgentMetrics, CallMetrics, Latency, Outline, SessionMetrics, ToolMetrics},
    repository::Inspection,
    session::{Session, Usage, decode},
};

/// Colours and box drawing, at an instant an hour after the fixtures' feedback.
pub fn look() -> Look {
    Look {
        theme: Theme::of(ThemeName::Dark),
        marks: marks(Symbols::Unicode),
        zone: TimeZone::UTC,
        now: jiff::Timestamp::from_millisecond(1_795_443_080_841 + 3_700_000).unwrap(),
        links: false,
    }
}

/// ASCII without colours.
pub fn plain() -> Look {
    Look { theme: Theme::of(ThemeName::None), marks: marks(Symbols::Ascii), ..look() }
}

/// What is told of a whole document.
pub fn inspection(document: Document) -> Inspection {
    let session = decode::session(document.clone());
    Inspection::new(document.into(), &session, &Outline::from(&session), look().now)
}

/// The stored document of a fixture.
pub fn document(id: &str) -> Document {
    // Read once: property tests ask for thousands.
    static ALL: OnceLock<Vec<Document>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        [
            include_str!("../../../../tests/fixtures/sessions.jsonl"),
            include_str!("../../../../tests/fixtures/odd.jsonl"),
            include_str!("../../../../tests/fixtures/counters.jsonl"),
        ]
        .iter()
        .flat_map(|file| file.lines())
        .map(|line| Bson::try_from(serde_json::from_str::<serde_json::Value>(line).unwrap()).unwrap())
        .map(|value| value.as_document().unwrap().clone())
        .collect()
    });
    all.iter().find(|document| document.get_str("_id").is_ok_and(|stored| stored == id)).unwrap().clone()
}

/// A fixture.
pub fn session(id: &str) -> Session {
    decode::session(document(id))
}

/// What is drawn on a screen of that size: its lines without trailing spaces, and a line that tells its styles.
pub fn screen(width: u16, height: u16, draw: impl FnOnce(&mut Frame<'_>, Rect)) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, frame.area())).unwrap();
    let buffer = terminal.backend().buffer();
    let mut out = String::new();
    for y in 0..height {
        let mut line = String::new();
        let mut x = 0;
        while x < width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += unicode_width::UnicodeWidthStr::width(symbol).max(1) as u16;
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out + &styles(buffer)
}

/// `styles 1f0c…: Reset 1840, Cyan BOLD 6`: a digest of every cell's style, and how many cells have which, so that a
/// changed colour fails a snapshot and shows what it is.
fn styles(buffer: &Buffer) -> String {
    let mut digest = Sha256::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for cell in buffer.content() {
        let of = |colour: Color| (colour != Color::Reset).then(|| format!("{colour:?}"));
        let bg = of(cell.bg).map(|colour| format!("on {colour}"));
        let modifier = (!cell.modifier.is_empty()).then(|| format!("{:?}", cell.modifier));
        let style: Vec<String> = [of(cell.fg), bg, modifier].into_iter().flatten().collect();
        let style = if style.is_empty() { "plain".to_owned() } else { style.join(" ") };
        digest.update(&style);
        digest.update("\n");
        *counts.entry(style).or_default() += 1;
    }
    let digest = u32::from_be_bytes(*digest.finalize().first_chunk().unwrap());
    let counts: Vec<String> = counts.iter().map(|(style, cells)| format!("{style} {cells}")).collect();
    format!("styles {digest:08x}: {}\n", counts.join(", "))
}

/// The metrics of a made-up session: one agent of which all is known, one of which nothing is.
pub fn metrics() -> SessionMetrics {
    let call = |index: u64, latency: Option<u64>, tokens: u64| CallMetrics {
        index,
        latency_ms: latency,
        usage: Usage { input: Some(tokens - 10), output: Some(10), total: Some(tokens), ..Usage::default() },
        ..CallMetrics::default()
    };
    let known = AgentMetrics {
        usage: Usage {
            input: Some(1350),
            output: Some(162),
            total: Some(1512),
            cache_read: Some(300),
            cache_write: Some(20),
            partial: false,
        },
        latency: Latency { total: Some(1900), last: Some(200), p50: Some(400), p95: Some(650), partial: false },
        calls: 5,
        turns: 3,
        runs: Some(1),
        context_tokens: Some(265),
        output_per_second: Some(85.263),
        tools: vec![
            ToolMetrics {
                name: "lookup_order".into(),
                call_count: 2,
                success_count: Some(1),
                error_count: Some(1),
                total_time_s: Some(0.0008),
            },
            ToolMetrics { name: "say\u{1b}[2J".into(), call_count: 1, ..ToolMetrics::default() },
        ],
        per_call: vec![
            call(1, Some(400), 150),
            call(3, Some(650), 265),
            call(5, None, 300),
            call(7, Some(320), 402),
            call(9, Some(200), 395),
        ],
        ..AgentMetrics::default()
    };
    let unknown = AgentMetrics { calls: 1, turns: 1, ..AgentMetrics::default() };
    SessionMetrics { total: known.usage, agents: vec![("support".into(), known), ("billing\u{202e}".into(), unknown)] }
}

/// Whether a screen holds nothing that moves the cursor or reorders text.
pub fn safe(screen: &str) -> bool {
    !screen.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}')
}
