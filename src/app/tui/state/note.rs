//! A text in a box over the panes, which scrolls where it is longer than the screen: an explanation, what was said.

use crate::app::keymap::Action;
use ratatui::layout::Rect;

use super::{areas, feedback::head, list};
use crate::{
    app::{
        text,
        tui::render::{format, wrap},
    },
    metrics::Explanation,
};

/// No wider than this: sentences stay readable.
const WIDEST: u16 = 84;
/// Longer parts are cut here, in bytes.
const PART_BYTES: usize = 16 * 1024;

/// The text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is about, as stored.
    pub title: String,
    /// What it says.
    pub parts: Vec<NotePart>,
    /// The first line in view.
    pub top: usize,
}

/// A part of the text, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotePart {
    /// What matters most.
    Main(String),
    /// What was said, or went wrong.
    Said(SaidLine),
    /// A sentence.
    Text(String),
    /// A name and what was read there.
    Field(String, String),
    /// An empty line.
    Blank,
}

/// What was said on the status line, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidLine {
    /// When.
    pub at: String,
    /// All of it.
    pub text: String,
    /// It is an error.
    pub is_error: bool,
}

/// How a line of the box is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What matters most.
    Main,
    /// Something went wrong.
    Error,
    /// A sentence, or a value.
    Text,
    /// A name.
    Name,
}

/// A line of the box: safe text at the left, and a value at the right where both fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteLine {
    /// What the left means.
    pub kind: Kind,
    /// At the left.
    pub left: String,
    /// At the right.
    pub right: String,
}

impl From<Explanation> for Note {
    fn from(explanation: Explanation) -> Self {
        let mut parts = vec![NotePart::Main(explanation.value), NotePart::Text(explanation.formula)];
        if !explanation.fields.is_empty() {
            parts.push(NotePart::Blank);
        }
        parts.extend(explanation.fields.into_iter().map(|(name, read)| NotePart::Field(name, read)));
        Self { title: explanation.title, parts, top: 0 }
    }
}

impl Note {
    /// What each figure of a row means; `None`: it has none.
    #[must_use]
    pub fn explained(mut figures: Vec<Explanation>) -> Option<Self> {
        if figures.len() < 2 {
            return figures.pop().map(Self::from);
        }
        let title = figures.iter().map(|figure| figure.title.as_str()).collect::<Vec<_>>().join(", ");
        let mut parts = Vec::new();
        for mut figure in figures {
            if !parts.is_empty() {
                parts.push(NotePart::Blank);
            }
            figure.value = format!("{}: {}", figure.title, figure.value);
            parts.extend(Self::from(figure).parts);
        }
        Some(Self { title, parts, top: 0 })
    }

    /// What was said and errors, in full, the newest first.
    #[must_use]
    pub fn said(lines: Vec<SaidLine>) -> Self {
        let title = match &lines[..] {
            [only] if only.is_error => "last error",
            lines if lines.iter().any(|line| line.is_error) => "said, the newest first; ! went wrong",
            _ => "said, the newest first",
        };
        Self { title: title.into(), parts: lines.into_iter().map(NotePart::Said).collect(), top: 0 }
    }

    /// What matters most of it, for copying: key, name, text as stored. All of it is [`Self::plain`].
    #[must_use]
    pub fn main_copy(&self) -> Option<(char, &'static str, &str)> {
        self.parts.iter().find_map(|part| match part {
            NotePart::Main(text) => Some(('v', "what matters most", text.as_str())),
            NotePart::Said(line) if line.is_error => Some(('e', "the error", line.text.as_str())),
            NotePart::Said(_) | NotePart::Text(_) | NotePart::Field(..) | NotePart::Blank => None,
        })
    }

    /// All of it as text, for copying.
    #[must_use]
    pub fn plain(&self) -> String {
        if let [NotePart::Said(only)] = &self.parts[..] {
            return only.text.clone();
        }
        let part = |part: &NotePart| match part {
            NotePart::Main(text) | NotePart::Text(text) => text.clone(),
            NotePart::Said(line) => format!("{} {} {}", line.at, line.mark(), line.text),
            NotePart::Field(name, read) => format!("{name}: {read}"),
            NotePart::Blank => String::new(),
        };
        self.parts.iter().map(part).collect::<Vec<_>>().join("\n")
    }

    /// The box within `body`, border included, and its lines.
    #[must_use]
    pub fn layout(&self, body: Rect) -> (Rect, Vec<NoteLine>) {
        let width = body.width.min(WIDEST);
        let lines = self.lines(usize::from(width.saturating_sub(4)).max(1));
        let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
        (areas::middle(body, width, height), lines)
    }

    /// Moves. `false`: not for a text.
    pub fn on_action(&mut self, action: Action, body: Rect) -> bool {
        let (area, lines) = self.layout(body);
        let page = usize::from(area.height.saturating_sub(2)).max(1);
        let Some(to) = list::turned(action, self.top, lines.len(), page) else { return false };
        self.top = to;
        true
    }

    /// Scrolls by lines; negative is up.
    pub fn scroll(&mut self, by: i32, body: Rect) {
        let (area, lines) = self.layout(body);
        let last = lines.len().saturating_sub(usize::from(area.height.saturating_sub(2)).max(1));
        self.top = list::shifted(self.top.min(last), by).min(last);
    }

    fn lines(&self, cells: usize) -> Vec<NoteLine> {
        let mut out = Vec::new();
        let times = self.parts.iter().map(|part| match part {
            NotePart::Said(line) => format::width(&line.at),
            _ => 0,
        });
        let times = times.max().unwrap_or(0);
        for part in &self.parts {
            match part {
                NotePart::Main(text) => push(&mut out, Kind::Main, text, cells),
                NotePart::Said(line) => push_said(&mut out, line, times, cells),
                NotePart::Text(text) => push(&mut out, Kind::Text, text, cells),
                NotePart::Blank => push(&mut out, Kind::Text, "", cells),
                NotePart::Field(name, read) => push_field(&mut out, name, read, cells),
            }
        }
        out
    }
}

fn push(out: &mut Vec<NoteLine>, kind: Kind, text: &str, cells: usize) {
    let lines = wrap::plain(&text::block(head(text, PART_BYTES)), cells);
    out.extend(lines.into_iter().map(|left| NoteLine { kind, left, right: String::new() }));
}

impl SaidLine {
    /// What tells an error from the rest, also without colours.
    fn mark(&self) -> char {
        if self.is_error { '!' } else { ' ' }
    }
}

/// When it was said, in a column of so many cells, and what: further lines of it stand below its first.
fn push_said(out: &mut Vec<NoteLine>, said: &SaidLine, times: usize, cells: usize) {
    let indent = times + 3;
    let kind = if said.is_error { Kind::Error } else { Kind::Text };
    let lines = wrap::plain(&text::block(head(&said.text, PART_BYTES)), cells.saturating_sub(indent).max(1));
    for (at, line) in lines.into_iter().enumerate() {
        let before = if at == 0 { format!("{:>times$} {} ", said.at, said.mark()) } else { " ".repeat(indent) };
        out.push(NoteLine { kind, left: before + &line, right: String::new() });
    }
}

/// A field and what was read there on one line; where they do not fit, the value stands under it.
fn push_field(out: &mut Vec<NoteLine>, name: &str, read: &str, cells: usize) {
    let name = text::line(head(name, PART_BYTES));
    let read = text::line(head(read, PART_BYTES));
    if format::width(&name) + 2 + format::width(&read) <= cells {
        let (left, right) = (name.into_owned(), read.into_owned());
        return out.push(NoteLine { kind: Kind::Name, left, right });
    }
    push(out, Kind::Name, &name, cells);
    for line in wrap::plain(&read, cells.saturating_sub(2).max(1)) {
        out.push(NoteLine { kind: Kind::Text, left: format!("  {line}"), right: String::new() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_scrolls_to_its_end_and_no_further() {
        let mut note = Note::said(vec![SaidLine { at: "14:02".into(), text: "line\n".repeat(30), is_error: true }]);
        let body = Rect::new(0, 0, 60, 12);
        for _ in 0..100 {
            assert!(note.on_action(Action::Down, body));
        }
        assert_eq!(note.top, 31 - 10);
        note.on_action(Action::Up, body);
        assert_eq!(note.top, 31 - 11, "one key up moves at once");
        note.on_action(Action::Top, body);
        note.on_action(Action::Bottom, body);
        note.scroll(3, body);
        assert_eq!(note.top, 31 - 10);
        assert!(!note.on_action(Action::Back, body));
    }

    #[test]
    fn what_was_said_stands_whole_beside_its_time_and_errors_are_marked() {
        let said = |at: &str, text: &str, is_error| SaidLine { at: at.into(), text: text.into(), is_error };
        let note = Note::said(vec![said("14:02", "it broke in two", true), said("23 Nov 14:02", "copied", false)]);
        let lines: Vec<(Kind, String)> = note.lines(24).into_iter().map(|line| (line.kind, line.left)).collect();
        let expected = [
            (Kind::Error, "       14:02 ! it broke".to_owned()),
            (Kind::Error, "               in two".to_owned()),
            (Kind::Text, "23 Nov 14:02   copied".to_owned()),
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_value_that_does_not_fit_stands_under_its_name() {
        let field = |read: &str| Note {
            title: String::new(),
            parts: vec![NotePart::Field("name".into(), read.into())],
            top: 0,
        };
        assert_eq!(field("1").lines(20).len(), 1);
        assert_eq!(field(&"x".repeat(30)).lines(20).len(), 3);
    }
}
