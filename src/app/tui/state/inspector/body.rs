//! What a tab of the inspector shows: a tree, a text, or items of a label and a text; each moves in its own way.

use crate::app::keymap::Action;

use super::super::{
    feedback::head,
    folding::{FoldingTree, TreeTaken},
    list::{self, Selection},
    metadata,
    tree::{self, TreeRow, Unfolded},
};
use crate::{
    app::tui::render::{format, wrap},
    session::StoredValue,
};

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
}

/// What a tab shows.
#[derive(Debug)]
pub enum Body {
    /// A value that folds, under a sentence.
    Tree {
        /// The sentence (may hold stored text).
        note: Option<String>,
        /// The value, as stored.
        root: StoredValue,
        /// What of it is selected and unfolded.
        tree: Box<FoldingTree>,
    },
    /// Text of several lines.
    Text {
        /// As stored.
        text: String,
        /// The first line in view.
        top: usize,
    },
    /// A sentence where there is nothing.
    Nothing(String),
    /// Labels with texts.
    Items {
        /// In order.
        items: Vec<Item>,
        /// Whether a label stands over its text rather than before it.
        stacked: bool,
        /// The selected item.
        selection: Selection<usize>,
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
            Body::Items { items, stacked: true, .. } => Some(items.len()),
            _ => None,
        };
        Self { name, count, body }
    }

    /// A tree, unfolded as far as a screen holds it.
    #[must_use]
    pub fn tree(name: &'static str, note: Option<String>, root: impl Into<StoredValue>) -> Self {
        let root = root.into();
        if root.view().is_container() && root.view().is_empty() {
            let note = note.unwrap_or_else(|| "empty".into());
            return Self::new(name, Body::Nothing(note));
        }
        let tree = Box::new(FoldingTree::new(Unfolded::fitting(&root, 60)));
        Self::new(name, Body::Tree { note, root, tree })
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
        match &mut self.body {
            Body::Tree { root, tree, .. } => {
                Some(match tree.take(action, page, |unfolded| tree::rows(&*root, unfolded))? {
                    TreeTaken::Moved => Taken::Moved,
                    TreeTaken::Copy(row) => Taken::Copied(json(&row)),
                })
            }
            Body::Text { text, .. } if action == Action::Copy => Some(Taken::Copied(text.clone())),
            Body::Text { text, top } => {
                *top = list::turned(action, *top, text_lines(text, width).len(), page.max(1))?;
                Some(Taken::Moved)
            }
            Body::Items { items, selection, .. } if action == Action::Copy => {
                items.get(selection.at(items.len())).map(|item| Taken::Copied(item.copy.clone()))
            }
            Body::Items { items, stacked, selection } => {
                if !selection.on_action(action, &items.len(), page) {
                    return None;
                }
                show(selection, items, *stacked, width, page);
                Some(Taken::Moved)
            }
            Body::Nothing(_) | Body::Waiting | Body::Failed(_) => None,
        }
    }

    /// Scrolls by lines; negative is up.
    pub fn scroll(&mut self, lines: i32, width: u16, height: u16) {
        let page = usize::from(self.body.page(width, height));
        match &mut self.body {
            Body::Tree { root, tree, .. } => {
                let rows = tree::rows(&*root, &tree.unfolded);
                tree.scroll(lines, page, &rows);
            }
            Body::Text { text, top } => {
                let last = text_lines(text, width).len().saturating_sub(page.max(1));
                *top = list::shifted((*top).min(last), lines).min(last);
            }
            Body::Items { items, stacked, selection } => {
                selection.select(list::shifted(selection.at(items.len()), lines.signum()), &items.len());
                show(selection, items, *stacked, width, page);
            }
            Body::Nothing(_) | Body::Waiting | Body::Failed(_) => {}
        }
    }

    /// Click on a row of the body: selects, and folds or unfolds what was selected already.
    pub fn click(&mut self, y: u16, width: u16, height: u16) {
        let Some(y) = y.checked_sub(self.body.note_lines(width, height).len() as u16) else { return };
        match &mut self.body {
            Body::Tree { root, tree, .. } => {
                let rows = tree::rows(&*root, &tree.unfolded);
                tree.click(y.into(), &rows);
            }
            Body::Items { items, stacked, selection } => {
                let columns = ItemColumns::of(items, *stacked, width);
                let mut left = usize::from(y);
                for (i, item) in items.iter().enumerate().skip(selection.first()) {
                    let rows = columns.lines(item).len();
                    if left < rows {
                        selection.select(i, &items.len());
                        return;
                    }
                    left -= rows;
                }
            }
            Body::Text { .. } | Body::Nothing(_) | Body::Waiting | Body::Failed(_) => {}
        }
    }
}

/// Brings the selected item into view.
fn show(selection: &mut Selection<usize>, items: &[Item], stacked: bool, width: u16, page: usize) {
    let columns = ItemColumns::of(items, stacked, width);
    selection.show_tall(items.len(), page, |i| columns.lines(&items[i]).len());
}

fn json(row: &TreeRow<'_>) -> String {
    if row.secret() {
        return metadata::text(row);
    }
    crate::session::plain::pretty(&tree::without_secrets(row.value))
}

impl Body {
    /// Items with none selected yet.
    #[must_use]
    pub fn items(items: Vec<Item>, stacked: bool) -> Self {
        Self::Items { items, stacked, selection: Selection::default() }
    }

    /// Text at its start.
    #[must_use]
    pub fn text(text: String) -> Self {
        Self::Text { text, top: 0 }
    }

    /// The position of what is selected, or of the first line in view, and of how many in a width.
    #[must_use]
    pub fn place(&self, width: u16) -> (usize, usize) {
        match self {
            Self::Tree { root, tree, .. } => {
                let len = tree::rows(root, &tree.unfolded).len();
                (tree.selection.at(len), len)
            }
            Self::Items { items, selection, .. } => (selection.at(items.len()), items.len()),
            Self::Text { text, top } => (*top, text_lines(text, width).len()),
            Self::Nothing(_) | Self::Waiting | Self::Failed(_) => (0, 0),
        }
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
