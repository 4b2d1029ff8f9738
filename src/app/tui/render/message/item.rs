//! The parts of a message that fold: tool calls with their results, and reasoning; and what is shown as JSON.

use std::ops::Range;

use bson::Bson;
use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{FoundResult, shown::ShownPicture};
use crate::{
    app::{
        text,
        tui::render::{
            Look, format, highlight,
            wrap::{Margin, StyledRun, wrap},
        },
    },
    session::{
        Media, MediaSource, ToolContent, ToolStatus, citations,
        plain::{self, ValueView},
    },
};

/// Lines of a value that are drawn; the inspector has the rest.
const MOST_LINES: usize = 300;
/// Bytes of a value that are looked at on a folded line.
const MOST_COMPACT: usize = 400;
/// Bytes of a text that are drawn in a tool's result.
const MOST_TEXT: usize = 60_000;
/// Bytes of a source or a location that are drawn.
const MOST_SOURCE: usize = 2_000;

/// A tool use with its result.
pub(super) struct ShownCall<'a> {
    pub id: Option<&'a str>,
    pub name: Option<&'a str>,
    pub input: ValueView<'a>,
    pub result: Option<&'a FoundResult>,
    /// It waits for a person.
    pub waits: bool,
}

/// Lines that are left free for an image: which part of the result it is, and which lines.
pub(super) type FreeLines = (usize, Range<usize>);

/// Images among the parts of a tool's result.
pub(super) struct ResultPictures<'a> {
    /// What is shown of one; `None`: its line alone.
    pub shown: &'a dyn Fn(usize) -> Option<ShownPicture>,
    pub free: Vec<FreeLines>,
}

/// `▸ lookup_order {"order_id":"A100"}     ok  0.8 ms`, and unfolded its input and result as JSON.
pub(super) fn tool_use(
    call: &ShownCall<'_>,
    took: &dyn Fn(u64, &str) -> Option<f64>,
    open: bool,
    width: usize,
    look: &Look,
    lines: &mut Vec<Line<'static>>,
    pictures: &mut ResultPictures<'_>,
) {
    let found = call.result.and_then(FoundResult::parts);
    let status = match found {
        Some((status, _)) => status_of(status, look),
        None if call.waits => ("waiting".to_owned(), look.theme.warn),
        None => ("no result".to_owned(), look.theme.dim),
    };
    let seconds = call.result.zip(call.id).and_then(|(result, id)| took(result.message.index, id));
    let seconds = seconds.map(format::seconds);
    let name = text::line(call.name.unwrap_or("tool")).into_owned();
    let input = if open { String::new() } else { compact(call.input) };
    lines.push(head(open, &name, &input, status, seconds, width, look));
    if !open {
        return;
    }
    value("input", call.input, width, look, lines);
    if let Some((_, content)) = found {
        result(content, width, look, lines, pictures);
    }
}

/// A result whose tool use is not in sight; `content`: of one that is unfolded.
pub(super) fn lone_result(
    id: Option<&str>,
    status: Option<&ToolStatus>,
    content: Option<&[ToolContent]>,
    width: usize,
    look: &Look,
    lines: &mut Vec<Line<'static>>,
    pictures: &mut ResultPictures<'_>,
) {
    let name = match id {
        Some(id) => format!("result of {}", text::line(id)),
        None => "result".to_owned(),
    };
    lines.push(head(content.is_some(), &name, "", status_of(status, look), None, width, look));
    if let Some(content) = content {
        result(content, width, look, lines, pictures);
    }
}

fn status_of(status: Option<&ToolStatus>, look: &Look) -> (String, Style) {
    match status {
        Some(ToolStatus::Success) => ("ok".to_owned(), look.theme.ok),
        Some(ToolStatus::Error) => ("error".to_owned(), look.theme.error),
        Some(ToolStatus::Cancelled) => ("cancelled".to_owned(), look.theme.warn),
        Some(ToolStatus::Other(other)) => (format::fit(&text::line(other), 12, look.marks), look.theme.warn),
        None => ("done".to_owned(), look.theme.dim),
    }
}

fn head(
    open: bool,
    name: &str,
    input: &str,
    (status, style): (String, Style),
    seconds: Option<String>,
    width: usize,
    look: &Look,
) -> Line<'static> {
    let mark = if open { look.marks.unfolded } else { look.marks.folded };
    let wide = width >= 44;
    let time = match seconds {
        Some(time) if wide => format!("{time:>9}"),
        None if wide => " ".repeat(9),
        _ => String::new(),
    };
    let right = format::width(&status) + format::width(&time);
    let room = width.saturating_sub(right + 4);
    let name = format::fit(name, room, look.marks);
    let left = room.saturating_sub(format::width(&name) + 1);
    let input = if left < 4 { String::new() } else { format::fit(input, left, look.marks) };
    let gap = width.saturating_sub(right + 2 + format::width(&name) + 1 + format::width(&input));
    Line::from(vec![
        Span::styled(format!("{mark} "), look.theme.dim),
        Span::styled(name, look.theme.tool),
        Span::styled(format!(" {input}"), look.theme.dim),
        Span::raw(" ".repeat(gap)),
        Span::styled(status, style),
        Span::styled(time, look.theme.dim),
    ])
}

/// A value on one line, cut early: a folded line shows no more than its start.
fn compact(value: ValueView<'_>) -> String {
    let json = plain::compact(&plain::start(value, MOST_COMPACT, MOST_COMPACT).0);
    let cut = json.floor_char_boundary(MOST_COMPACT);
    text::line(&json[..cut]).into_owned()
}

fn result(
    content: &[ToolContent],
    width: usize,
    look: &Look,
    lines: &mut Vec<Line<'static>>,
    pictures: &mut ResultPictures<'_>,
) {
    if content.is_empty() {
        label("result: nothing", look, lines);
    }
    for (at, part) in content.iter().enumerate() {
        match part {
            ToolContent::Text(words) => match as_json(words) {
                Some(json) => code("result", &json, false, width, look, lines),
                None => prose("result", words, width, look, lines),
            },
            ToolContent::Json(json) | ToolContent::Unknown(json) => value("result", json.view(), width, look, lines),
            ToolContent::Media(shown) => {
                label("result", look, lines);
                for mut line in media(shown, width.saturating_sub(4), look) {
                    line.spans.insert(0, Span::raw("    "));
                    lines.push(line);
                }
                match (pictures.shown)(at) {
                    Some(ShownPicture::Rows(rows)) => {
                        let from = lines.len();
                        lines.extend(std::iter::repeat_n(Line::default(), rows.into()));
                        pictures.free.push((at, from..lines.len()));
                    }
                    Some(ShownPicture::Not(why)) => {
                        label(&format!("  {}", format::fit(why, width.saturating_sub(4), look.marks)), look, lines);
                    }
                    None => {}
                }
            }
        }
    }
}

/// Many tools give JSON as text.
fn as_json(words: &str) -> Option<String> {
    let start = words.trim_start().chars().next()?;
    if !matches!(start, '{' | '[') || words.len() > MOST_TEXT {
        return None;
    }
    let value: serde_json::Value = serde_json::from_str(words).ok()?;
    serde_json::to_string_pretty(&value).ok()
}

fn label(words: &str, look: &Look, lines: &mut Vec<Line<'static>>) {
    lines.push(Line::from(Span::styled(format!("  {words}"), look.theme.dim)));
}

fn value(name: &str, value: ValueView<'_>, width: usize, look: &Look, lines: &mut Vec<Line<'static>>) {
    let (start, is_cut) = plain::start(value, MOST_LINES, MOST_TEXT);
    code(name, &plain::pretty(&start), is_cut, width, look, lines);
}

fn code(name: &str, json: &str, is_cut: bool, width: usize, look: &Look, lines: &mut Vec<Line<'static>>) {
    label(name, look, lines);
    let all = json.lines().count();
    let shown: String = json.lines().take(MOST_LINES).flat_map(|line| [line, "\n"]).collect();
    let shown = text::block(&shown);
    let cut = shown.floor_char_boundary(MOST_TEXT);
    for line in highlight::code(&shown[..cut], "json", &look.theme) {
        lines.extend(wrap(&line, width, &Margin::blank(4)));
    }
    if is_cut || all > MOST_LINES || cut < shown.len() {
        label(&format!("  {} more: inspect shows all", look.marks.ellipsis), look, lines);
    }
}

fn prose(name: &str, words: &str, width: usize, look: &Look, lines: &mut Vec<Line<'static>>) {
    label(name, look, lines);
    let cut = words.floor_char_boundary(MOST_TEXT);
    let shown = text::block(words[..cut].trim_end_matches('\n')).into_owned();
    lines.extend(wrap(&[StyledRun::new(shown, look.theme.text)], width, &Margin::blank(4)));
    if cut < words.len() {
        label(&format!("  {} more: inspect shows all", look.marks.ellipsis), look, lines);
    }
}

/// `▸ reasoning The tool failed: the order…`, and unfolded all of it.
pub(super) fn reasoning(words: &str, open: bool, width: usize, look: &Look, lines: &mut Vec<Line<'static>>) {
    let mark = if open { look.marks.unfolded } else { look.marks.folded };
    let start: String = words.chars().take(MOST_COMPACT).collect();
    let start = if open { String::new() } else { text::line(start.trim()).into_owned() };
    let start = format::fit(&start, width.saturating_sub(12), look.marks);
    lines.push(Line::from(vec![
        Span::styled(format!("{mark} "), look.theme.dim),
        Span::styled(format!("reasoning {start}"), look.theme.reasoning),
    ]));
    if open {
        let cut = words.floor_char_boundary(MOST_TEXT);
        let shown = text::block(words[..cut].trim_end()).into_owned();
        lines.extend(wrap(&[StyledRun::new(shown, look.theme.reasoning)], width, &Margin::blank(2)));
        if cut < words.len() {
            label(&format!("{} more: inspect shows all", look.marks.ellipsis), look, lines);
        }
    }
}

/// `image png 70 B`; a location that is longer than a line goes on under it.
pub(super) fn media(media: &Media, width: usize, look: &Look) -> Vec<Line<'static>> {
    let mut words = media.kind.as_str().to_owned();
    for part in [&media.format, &media.name].into_iter().flatten() {
        words.push(' ');
        words.push_str(part);
    }
    match &media.source {
        MediaSource::Bytes(bytes) => words = format!("{words}  {}", format::bytes(*bytes as u64)),
        MediaSource::Location(place) => words = format!("{words}  at {}", plain::location(place)),
        MediaSource::Unknown => words.push_str("  source unknown"),
    }
    marked(look.marks.sep, &words, look.theme.tool, width, look)
}

/// A line behind a mark, cut where it is no longer read.
fn marked(mark: &str, words: &str, style: Style, width: usize, look: &Look) -> Vec<Line<'static>> {
    let mark = Span::styled(format!("{mark} "), look.theme.dim);
    let rest = vec![Span::raw(" ".repeat(mark.width()))];
    let cut = words.floor_char_boundary(MOST_SOURCE);
    let words = text::line(&words[..cut]).into_owned();
    wrap(&[StyledRun::new(words, style)], width, &Margin { first: vec![mark], rest })
}

/// Sources of a cited text, numbered.
pub(super) fn sources(value: &Bson, width: usize, look: &Look, lines: &mut Vec<Line<'static>>) {
    for (i, source) in citations::sources(value).iter().enumerate() {
        lines.extend(marked(&format!("[{}]", i + 1), source, look.theme.tool, width, look));
    }
}

/// `guard content (query)`, and its text.
pub(super) fn guard(value: &Bson, width: usize, look: &Look, lines: &mut Vec<Line<'static>>) {
    let name = text::line(&citations::guard_label(value)).into_owned();
    let Some(words) = citations::guard_text(value) else {
        return labelled_json(&name, value.into(), width, look, lines);
    };
    let from = lines.len();
    prose(&name, words, width, look, lines);
    lines[from] = Line::from(Span::styled(format::fit(&name, width, look.marks), look.theme.warn));
}

/// What has no look of its own.
pub(super) fn labelled_json(
    name: &str,
    value: ValueView<'_>,
    width: usize,
    look: &Look,
    lines: &mut Vec<Line<'static>>,
) {
    let compact = compact(value);
    if format::width(name) + format::width(&compact) < width {
        lines.push(Line::from(vec![
            Span::styled(format!("{name} "), look.theme.warn),
            Span::styled(compact, look.theme.code),
        ]));
        return;
    }
    let from = lines.len();
    self::value(name, value, width, look, lines);
    lines[from] = Line::from(Span::styled(name.to_owned(), look.theme.warn));
}
