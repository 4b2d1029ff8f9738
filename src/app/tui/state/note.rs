//! A text in a box over the panes, which scrolls where it is longer than the screen: an explanation, an error.

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
    /// Something went wrong.
    Error(String),
    /// A sentence.
    Text(String),
    /// A name and what was read there.
    Field(String, String),
    /// An empty line.
    Blank,
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

    /// Errors in full with their age, the newest first.
    #[must_use]
    pub fn errors(errors: Vec<(String, String)>) -> Self {
        let title = if errors.len() == 1 { "last error" } else { "errors, the newest first" };
        let mut parts = Vec::with_capacity(errors.len() * 3);
        for (age, text) in errors {
            if !parts.is_empty() {
                parts.extend([NotePart::Blank, NotePart::Text(age)]);
            }
            parts.push(NotePart::Error(text));
        }
        Self { title: title.into(), parts, top: 0 }
    }

    /// What matters most of it, for copying: key, name, text as stored. All of it is [`Self::plain`].
    #[must_use]
    pub fn main_copy(&self) -> Option<(char, &'static str, &str)> {
        self.parts.iter().find_map(|part| match part {
            NotePart::Main(text) => Some(('v', "what matters most", text.as_str())),
            NotePart::Error(text) => Some(('e', "the error", text.as_str())),
            NotePart::Text(_) | NotePart::Field(..) | NotePart::Blank => None,
        })
    }

    /// All of it as text, for copying.
    #[must_use]
    pub fn plain(&self) -> String {
        let part = |part: &NotePart| match part {
            NotePart::Main(text) | NotePart::Error(text) | NotePart::Text(text) => text.clone(),
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
        for part in &self.parts {
            match part {
                NotePart::Main(text) => push(&mut out, Kind::Main, text, cells),
                NotePart::Error(text) => push(&mut out, Kind::Error, text, cells),
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
        let mut note = Note::errors(vec![("now".into(), "line\n".repeat(30))]);
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
