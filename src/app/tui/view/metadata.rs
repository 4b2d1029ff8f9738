//! The metadata pane.
//!
//! ```text
//! ╭ 4 Metadata ────────────╮
//! │▌▾ customer obj   2     │
//! │     name   str   Ada   │
//! │   retries  i32   3     │
//! ╰───────────────── 1/8 ──╯
//! ```

#[cfg(test)]
mod tests;
mod unsaved;

pub use unsaved::draw_unsaved;

use bson::Bson;
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{block, row, value};
use crate::{
    app::{
        text,
        tui::{
            render::{Look, format},
            state::{
                conversation::NoSession,
                feedback::head,
                metadata::{self, MetadataPane},
                tree::{self, Fold, Key, TreeRow},
            },
        },
    },
    session::{Session, plain},
};

/// Draws the pane with its border.
pub fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &MetadataPane,
    session: Result<&Session, NoSession>,
    pending: &[(&str, Option<&Bson>)],
    focused: bool,
    look: &Look,
) {
    let rows = state.rows(session.ok());
    let place = row::place(state.tree.selection.at(rows.len()), rows.len(), look);
    let mut inner = block::draw(frame.buffer_mut(), area, Line::raw(" 4 Metadata "), place, focused, look);
    let note = session.map_or_else(|none| Some(none.words(look.marks)), metadata::note);
    if let Some(note) = note {
        if rows.is_empty() {
            row::hint(frame.buffer_mut(), inner, &note, look);
            return;
        }
        let first = Rect { height: inner.height.min(1), ..inner };
        let note = format::fit(&note, inner.width.saturating_sub(1).into(), look.marks);
        row::draw(frame.buffer_mut(), first, &Line::styled(note, look.theme.warn), false, look);
        inner = Rect { y: inner.y.saturating_add(first.height), height: inner.height - first.height, ..inner };
    }
    let selected = state.tree.selection.at(rows.len());
    let top = state.tree.selection.top(rows.len(), inner.height.into());
    let seen = &rows[top..rows.len().min(top + usize::from(inner.height))];
    let columns = TreeColumns::of(&rows, seen, inner.width.saturating_sub(1).into(), look);
    for (i, (field, line)) in seen.iter().zip(inner.rows()).enumerate() {
        let mut shown = columns.line(field, look);
        if let Some((_, new)) = pending.iter().find(|(key, _)| is_field(field, key)) {
            shown = columns.waiting(field, *new, look);
        } else if state.is_lit(&rows, top + i, look.now) {
            shown = shown.patch_style(look.theme.glow);
        }
        row::draw(frame.buffer_mut(), line, &shown, focused && top + i == selected, look);
    }
}

fn is_field(row: &TreeRow<'_>, key: &str) -> bool {
    row.depth == 0 && matches!(row.key, Key::Name(name) if name == key)
}

/// Rows that the columns are measured by, besides those in view: scrolling must not move columns about.
pub const MEASURED: usize = 300;
/// However long the keys are, values keep that part of the width, and so many cells, where they need them.
const VALUES: usize = 4;
const LEAST_VALUE: usize = 6;

/// The widths of the columns: key with its indentation, type, value.
#[derive(Debug, Clone, Copy)]
pub struct TreeColumns {
    marks: bool,
    key: usize,
    word: usize,
    value: usize,
}

impl TreeColumns {
    /// Columns that suit some rows and those of them in view. Keys come before values: they are as wide as they are, and leave the
    /// values a few cells where they need them.
    #[must_use]
    pub fn of(rows: &[TreeRow<'_>], seen: &[TreeRow<'_>], cells: usize, look: &Look) -> Self {
        Self::marked(rows.iter().any(|row| row.fold != Fold::Leaf), rows, seen, cells, look)
    }

    /// The same, with room for marks of what folds or without.
    #[must_use]
    pub fn marked(marks: bool, rows: &[TreeRow<'_>], seen: &[TreeRow<'_>], cells: usize, look: &Look) -> Self {
        let measured = || rows.iter().take(MEASURED).chain(seen);
        let widest_key = measured().map(|row| row.depth * 2 + key_width(row)).max().unwrap_or(0);
        let widest_value = measured().map(|row| format::width(&value::of_row(row, cells, look).0)).max().unwrap_or(0);
        let word = measured().map(|row| value::word(row).len()).max().unwrap_or(0);
        let room = cells.saturating_sub(word + 2);
        let of_values = widest_value.min((room / VALUES).max(LEAST_VALUE));
        let key = (widest_key + usize::from(marks) * 2).min(room.saturating_sub(of_values).max(room / 2)).min(cells);
        let value = cells.saturating_sub(key + 1 + word + 1);
        Self { marks, key, word, value }
    }

    /// The cell that keys begin at in a row of that depth, and how many they have.
    #[must_use]
    pub fn key_place(&self, depth: usize) -> (usize, usize) {
        let from = self.indent(depth) + if self.marks { 2 } else { 0 };
        (from, self.key.saturating_sub(from))
    }

    /// The cell that values begin at, and how many they have.
    #[must_use]
    pub fn value_place(&self) -> (usize, usize) {
        (self.key + self.word + 2, self.value)
    }

    /// Deep values keep some cells for their key.
    fn indent(&self, depth: usize) -> usize {
        (depth * 2).min(self.key.saturating_sub(8))
    }

    /// A field whose change is on its way: behind a mark what it is to hold.
    fn waiting(&self, field: &TreeRow<'_>, new: Option<&Bson>, look: &Look) -> Line<'static> {
        let cells = self.value.saturating_sub(2);
        let says = match new {
            None => format::fit("removed", cells, look.marks),
            Some(Bson::Null) => format::fit("null", cells, look.marks),
            Some(nested @ (Bson::Document(_) | Bson::Array(_))) => {
                value::stored(&plain::compact(&tree::without_secrets(nested)), cells, look)
            }
            Some(leaf) => {
                let row = TreeRow { depth: field.depth, key: field.key, value: leaf.into(), fold: field.fold };
                value::of_row(&row, cells, look).0
            }
        };
        let mut line = self.line(field, look);
        if let Some(last) = line.spans.last_mut() {
            *last = Span::raw(format!("{} {says}", look.marks.ellipsis));
        }
        line.patch_style(look.theme.dim)
    }

    /// A row in these columns.
    #[must_use]
    pub fn line(&self, row: &TreeRow<'_>, look: &Look) -> Line<'static> {
        let mut name = " ".repeat(self.indent(row.depth));
        if self.marks {
            name.push_str(value::mark(row.fold, look));
            name.push(' ');
        }
        let room = self.key.saturating_sub(format::width(&name));
        name.push_str(&value::key(row, room, look));
        let (text, stored) = value::of_row(row, self.value, look);
        Line::from(vec![
            Span::styled(row::left(&name, self.key, look), look.theme.text),
            Span::styled(format!(" {:width$} ", value::word(row), width = self.word), look.theme.dim),
            Span::styled(text, if stored { look.theme.text } else { look.theme.dim }),
        ])
    }
}

fn key_width(row: &TreeRow<'_>) -> usize {
    match row.key {
        Key::Name(name) => format::width(&text::line(head(name, 160))).max(2),
        Key::Item(i) => i.to_string().len(),
        Key::Root => "value".len(),
    }
}
