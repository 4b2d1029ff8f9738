//! A small box at the bottom in which a letter chooses: what to copy, where to go, which link to open.

mod keys;

use ratatui::layout::Rect;

use super::{areas, conversation::Landmark, menu::Menu};
use crate::app::{
    keymap::Action,
    text,
    tui::render::{format, look::Marks, wrap},
};

/// What may be chosen.
#[derive(Debug)]
pub struct LetterBox {
    /// What it is about.
    pub title: &'static str,
    /// What stands above the letters, as stored; may be empty.
    pub says: String,
    /// The choices.
    pub menu: Menu<LetterItem>,
    /// The action that opened it: its key once more chooses the first.
    again: Action,
}

/// One of the choices.
#[derive(Debug)]
pub struct LetterItem {
    /// Its key.
    pub key: char,
    /// What it is called.
    pub name: String,
    /// Its beginning, as stored; may be empty.
    pub shows: String,
    /// What it does.
    does: LetterDoes,
}

/// What a choice does.
#[derive(Debug)]
pub(super) enum LetterDoes {
    /// Goes to a landmark, down or up.
    Go(Landmark, bool),
    /// Copies a text.
    Copy(String),
    /// The same, of the selected field of the form beneath, which can then be put elsewhere.
    CopyField(String),
    /// Copies what the inspector beneath has under the key.
    CopyInspected(char),
    /// Shows a link whole, before it is opened.
    ShowLink(String),
    /// Opens it.
    OpenLink(String),
}

/// Bytes of what a choice shows that are kept: a line of them is drawn.
const MOST_SHOWN: usize = 1_000;

impl LetterItem {
    /// As much of a text as a choice shows of it.
    pub(super) fn beginning(text: &str) -> &str {
        &text[..text.floor_char_boundary(MOST_SHOWN)]
    }

    pub(super) fn new(key: char, name: impl Into<String>, shows: impl Into<String>, does: LetterDoes) -> Self {
        let mut shows: String = shows.into();
        shows.truncate(Self::beginning(&shows).len());
        Self { key, name: name.into(), shows, does }
    }
}

impl LetterBox {
    pub(super) fn new(title: &'static str, items: Vec<LetterItem>, again: Action) -> Self {
        Self { title, says: String::new(), menu: Menu::new(items), again }
    }

    /// The box over the bottom of a body, the lines of what it says (what does not fit is seen to be cut), and where the choices stand.
    #[must_use]
    pub fn layout(&self, body: Rect, marks: &Marks) -> (Rect, Vec<String>, Rect) {
        let cells = usize::from(body.width.saturating_sub(4)).max(1);
        let mut says = if self.says.is_empty() { Vec::new() } else { wrap::plain(&text::block(&self.says), cells) };
        // At least two of the choices stay in view.
        let room = usize::from(body.height.saturating_sub(2));
        let most = room.saturating_sub(self.menu.items.len().min(2));
        if says.len() > most {
            says.truncate(most);
            if let Some(last) = says.last_mut() {
                *last = format!(
                    "{}{}",
                    format::fit(last, cells.saturating_sub(1), marks).trim_end_matches(marks.ellipsis),
                    marks.ellipsis
                );
            }
        }
        let lines = says.len() + self.menu.items.len();
        let area = areas::bottom(body, u16::try_from(lines + 2).unwrap_or(u16::MAX));
        let inner = areas::inside(area);
        let above = (says.len() as u16).min(inner.height);
        let rows = Rect { y: inner.y + above, height: inner.height - above, ..inner };
        (area, says, rows)
    }

    /// Position of the first choice in view where so many rows are.
    #[must_use]
    pub fn top(&self, rows: usize) -> usize {
        self.menu.selection.top(self.menu.items.len(), rows)
    }
}
