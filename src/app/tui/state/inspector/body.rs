//! What a tab of the inspector shows: a tree, a text, or items of a label and a text; each moves in its own way.

use crate::app::keymap::Action;
use bson::Bson;

use super::super::{
    feedback::head,
    list, metadata,
    tree::{self, Fold, TreeRow, Unfolded},
};
use crate::app::tui::render::{format, wrap};

/// Longer texts are cut here, in bytes; copying gives all of it.
const TEXT_BYTES: usize = 256 * 1024;
/// An item shows at most so much of its text, in bytes and lines.
const ITEM_BYTES: usize = 4096;
const ITEM_LINES: usize = 20;

/// A tab.
#[derive(Debug)]
pub struct InspectorTab {
    /// Its name.
    pub name: &'static str,
    /// How many things it lists, where that is worth a number.
    pub count: Option<usize>,
    /// What it shows.
    pub body: Body,
    /// The selected row or item.
    pub selected: usize,
    /// The first row, item or line in view.
    pub top: usize,
}

/// What a tab shows.
#[derive(Debug)]
pub enum Body {
    /// A value that folds, under a sentence.
    Tree {
        /// The sentence (may hold stored text).
        note: Option<String>,
        /// The value, without secrets.
        root: Bson,
        /// What of it is unfolded.
        unfolded: Box<Unfolded>,
    },
    /// Text of several lines, as stored.
    Text(String),
    /// A sentence where there is nothing.
    Nothing(String),
    /// Labels with texts.
    Items {
        /// In order.
        items: Vec<Item>,
        /// Whether a label stands over its text rather than before it.
        stacked: bool,
    },
    /// The answer is on its way.
    Waiting,
    /// It could not be read: why.
    Failed(String),
}

/// What came of an action.
#[derive(Debug)]
pub enum Taken {
    /// It moved or folded.
    Moved,
    /// This is to be copied.
    Copied(String),
}

/// A label with a text, both as stored.
#[derive(Debug, Clone)]
pub struct Item {
    /// What it is.
    pub label: String,
    /// What it says.
    pub text: String,
    /// What `copy` gives.
    pub copy: String,
}

impl InspectorTab {
    /// A tab at its start.
    #[must_use]
    pub fn new(name: &'static str, body: Body) -> Self {
        let count = match &body {
            Body::Items { items, stacked: true } => Some(items.len()),
            _ => None,
        };
        Self { name, count, body, selected: 0, top: 0 }
    }

    /// A tree, unfolded as far as a screen holds it.
    #[must_use]
    pub fn tree(name: &'static str, note: Option<String>, value: &Bson) -> Self {
        let root = tree::without_secrets(value);
        if matches!(root, Bson::Document(_) | Bson::Array(_)) && tree::size(&root) == 0 {
            let note = note.unwrap_or_else(|| "empty".into());
            return Self::new(name, Body::Nothing(note));
        }
        let unfolded = Box::new(Unfolded::fitting(&root, 60));
        Self::new(name, Body::Tree { note, root, unfolded })
    }

    /// Whether it waits for the whole document, or did in vain.
    #[must_use]
    pub fn waits(&self) -> bool {
        matches!(self.body, Body::Waiting | Body::Failed(_))
    }

    /// What it is called in the row of tabs.
    #[must_use]
    pub fn label(&self) -> String {
        self.count.map_or_else(|| self.name.to_owned(), |count| format!("{} {count}", self.name))
    }

    /// Moves, folds or copies; what was copied comes back. `None`: not for it.
    pub fn take(&mut self, action: Action, width: u16, height: u16) -> Option<Taken> {
        let page = usize::from(self.body.page(width, height));
        if matches!(self.body, Body::Text(_)) {
            return self.take_text(action, width, page);
        }
        let len = self.body.len();
        if let Some(selected) = list::moved(action, self.selected, len, page) {
            self.selected = selected;
            self.keep_in_view(width, page);
            return Some(Taken::Moved);
        }
        match &mut self.body {
            Body::Tree { root, unfolded, .. } => {
                let taken = fold(root, unfolded, &mut self.selected, action)?;
                self.keep_in_view(width, page);
                Some(taken)
            }
            Body::Items { items, .. } if action == Action::Copy => {
                items.get(self.selected).map(|item| Taken::Copied(item.copy.clone()))
            }
            _ => None,
        }
    }

    fn take_text(&mut self, action: Action, width: u16, page: usize) -> Option<Taken> {
        let Body::Text(text) = &self.body else { return None };
        if action == Action::Copy {
            return Some(Taken::Copied(text.clone()));
        }
        self.top = list::turned(action, self.top, text_lines(text, width).len(), page.max(1))?;
        Some(Taken::Moved)
    }

    /// Scrolls by lines; negative is up.
    pub fn scroll(&mut self, lines: i32, width: u16, height: u16) {
        let page = usize::from(self.body.page(width, height));
        match &self.body {
            Body::Text(text) => {
                let last = text_lines(text, width).len().saturating_sub(page.max(1));
                self.top = list::shifted(self.top.min(last), lines).min(last);
            }
            Body::Items { items, .. } => {
                let last = items.len().saturating_sub(1);
                self.selected = list::shifted(self.selected.min(last), lines.signum()).min(last);
                self.keep_in_view(width, page);
            }
            body => (self.top, self.selected) = list::scrolled(self.top, self.selected, body.len(), page, lines),
        }
    }

    /// Click on a row of the body: selects, and folds or unfolds what was selected already.
    pub fn click(&mut self, y: u16, width: u16, height: u16) {
        let Some(y) = y.checked_sub(self.body.note_lines(width, height).len() as u16) else { return };
        match &mut self.body {
            Body::Tree { root, unfolded, .. } => {
                let at = self.top.saturating_add(y.into());
                if at >= tree::rows(root, unfolded).len() {
                    return;
                }
                if self.selected == at {
                    fold(root, unfolded, &mut self.selected, Action::Open);
                }
                self.selected = at;
            }
            Body::Items { items, stacked } => {
                let columns = ItemColumns::of(items, *stacked, width);
                let mut left = usize::from(y);
                for (i, item) in items.iter().enumerate().skip(self.top) {
                    let rows = columns.lines(item).len();
                    if left < rows {
                        self.selected = i;
                        return;
                    }
                    left -= rows;
                }
            }
            _ => {}
        }
    }

    fn keep_in_view(&mut self, width: u16, page: usize) {
        self.top = match &self.body {
            Body::Items { items, stacked } if !items.is_empty() => {
                let columns = ItemColumns::of(items, *stacked, width);
                list::top_for_tall(self.top, self.selected, page, |i| columns.lines(&items[i]).len())
            }
            body => list::top_for(self.top, self.selected, body.len(), page),
        };
    }
}

/// Folds, unfolds or goes to the parent; or gives the selected value as JSON. `None`: none of these.
fn fold(root: &Bson, unfolded: &mut Unfolded, selected: &mut usize, action: Action) -> Option<Taken> {
    let rows = tree::rows(root, unfolded);
    let at = (*selected).min(rows.len().saturating_sub(1));
    let row = rows.get(at)?;
    let way = tree::path(&rows, at);
    match (action, row.fold) {
        (Action::Right | Action::Open, Fold::Folded) => unfolded.unfold(&way),
        (Action::Left | Action::Open, Fold::Unfolded) => unfolded.fold(&way),
        (Action::Left, _) => *selected = tree::parent(&rows, at)?,
        (Action::Copy, _) => return Some(Taken::Copied(json(row))),
        _ => return None,
    }
    Some(Taken::Moved)
}

fn json(row: &TreeRow<'_>) -> String {
    if row.secret() {
        return metadata::text(row);
    }
    crate::session::plain::pretty(row.value)
}

impl Body {
    /// Rows or items; of a text none.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Tree { root, unfolded, .. } => tree::rows(root, unfolded).len(),
            Self::Items { items, .. } => items.len(),
            _ => 0,
        }
    }

    /// Whether there is nothing to select.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The lines of the sentence over a tree, at most a third of the height. Safe text.
    #[must_use]
    pub fn note_lines(&self, width: u16, height: u16) -> Vec<String> {
        let Self::Tree { note: Some(note), .. } = self else { return Vec::new() };
        let mut lines =
            wrap::plain(&crate::app::text::block(head(note, ITEM_BYTES)), usize::from(width.saturating_sub(2)));
        lines.truncate((height / 3).max(1).into());
        lines
    }

    /// Rows left for what scrolls.
    #[must_use]
    pub fn page(&self, width: u16, height: u16) -> u16 {
        height.saturating_sub(self.note_lines(width, height).len() as u16)
    }
}

/// A text as lines of an inner width. Safe text; what is too long is cut, and the last line says so.
#[must_use]
pub fn text_lines(text: &str, width: u16) -> Vec<String> {
    let part = head(text, TEXT_BYTES);
    let mut lines = wrap::plain(&crate::app::text::block(part), usize::from(width.saturating_sub(2)));
    if part.len() < text.len() {
        lines.push(format!("(cut here: {} more; copy gives all)", format::bytes((text.len() - part.len()) as u64)));
    }
    lines
}

/// How items are laid out in a width.
#[derive(Debug, Clone, Copy)]
pub struct ItemColumns {
    /// Cells of the label's column; 0 where labels stand over their texts.
    pub label: usize,
    /// Cells of the text.
    pub text: usize,
}

impl ItemColumns {
    /// For some items.
    #[must_use]
    pub fn of(items: &[Item], stacked: bool, width: u16) -> Self {
        let cells = usize::from(width.saturating_sub(2)).max(1);
        if stacked {
            return Self { label: 0, text: cells.saturating_sub(2).max(1) };
        }
        let widest = items.iter().map(|item| format::width(&crate::app::text::line(head(&item.label, 160)))).max();
        let label = widest.unwrap_or(0).min((cells * 2 / 5).max(6));
        Self { label, text: cells.saturating_sub(label + 2).max(1) }
    }

    /// The lines of an item: what stands in the label's place, and the text. Safe text.
    #[must_use]
    pub fn lines(&self, item: &Item) -> Vec<(String, String)> {
        let part = head(&item.text, ITEM_BYTES);
        let mut texts = wrap::plain(&crate::app::text::block(part), self.text);
        if texts.len() > ITEM_LINES || part.len() < item.text.len() {
            texts.truncate(ITEM_LINES - 1);
            texts.push("(cut; copy gives all)".chars().take(self.text).collect());
        }
        let label = crate::app::text::line(head(&item.label, 600)).into_owned();
        let mut out = Vec::with_capacity(texts.len() + 1);
        if self.label == 0 {
            out.extend(wrap::plain(&label, self.text + 2).into_iter().map(|line| (line, String::new())));
            out.extend(texts.into_iter().map(|text| (String::new(), text)));
        } else {
            let mut label = Some(label);
            out.extend(texts.into_iter().map(|text| (label.take().unwrap_or_default(), text)));
        }
        out
    }
}
