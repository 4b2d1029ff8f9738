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

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{block, row, value};
use crate::{
    session::Session,
    tui::{
        Look, format,
        state::{
            conversation::ConversationState,
            list,
            metadata::{self, MetadataPane},
            tree::{Fold, Row},
        },
    },
};

/// Draws the pane with its border.
pub fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &MetadataPane,
    conversation: &ConversationState,
    focused: bool,
    look: &Look,
) {
    draw_with(frame, area, state, conversation.session(), focused, look);
}

/// [`draw`] on a given session.
pub fn draw_with(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &MetadataPane,
    session: Option<&Session>,
    focused: bool,
    look: &Look,
) {
    let rows = metadata::rows(session, &state.unfolded);
    let place = row::place(state.selected, rows.len(), look);
    let pane = block::pane(Line::raw(" 4 Metadata "), place, focused, look);
    let mut inner = pane.inner(area);
    frame.render_widget(pane, area);
    if let Some(note) = metadata::note(session) {
        if rows.is_empty() {
            row::hint(frame.buffer_mut(), inner, &note, look);
            return;
        }
        let first = Rect { height: inner.height.min(1), ..inner };
        let note = format::fit(&note, inner.width.saturating_sub(1).into(), look.marks);
        row::draw(frame.buffer_mut(), first, &Line::styled(note, look.theme.warn), false, look);
        inner = Rect { y: inner.y.saturating_add(first.height), height: inner.height - first.height, ..inner };
    }
    let Some(last) = rows.len().checked_sub(1) else { return };
    let selected = state.selected.min(last);
    let top = list::top_for(state.top, selected, rows.len(), inner.height.into());
    let seen = &rows[top..rows.len().min(top + usize::from(inner.height))];
    let columns = Columns::of(seen, inner.width.saturating_sub(1).into());
    for (i, (field, line)) in seen.iter().zip(inner.rows()).enumerate() {
        row::draw(frame.buffer_mut(), line, &columns.line(field, look), focused && top + i == selected, look);
    }
}

/// The widths of the columns: key with its indentation, type, value.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    marks: bool,
    key: usize,
    value: usize,
}

impl Columns {
    /// Columns that suit some rows: keys as wide as they are, up to two fifths of the width.
    #[must_use]
    pub fn of(rows: &[Row<'_>], cells: usize) -> Self {
        let marks = rows.iter().any(|row| row.fold != Fold::Leaf || row.depth > 0);
        let widest = rows.iter().map(|row| row.depth * 2 + key_width(row)).max().unwrap_or(0) + usize::from(marks) * 2;
        let key = widest.min((cells * 2 / 5).max(8)).min(cells);
        let value = cells.saturating_sub(key + 1 + value::WORD + 1);
        Self { marks, key, value }
    }

    /// A row in these columns.
    #[must_use]
    pub fn line(&self, row: &Row<'_>, look: &Look) -> Line<'static> {
        // Deep values keep some cells for their key.
        let indent = (row.depth * 2).min(self.key.saturating_sub(8));
        let mut name = " ".repeat(indent);
        if self.marks {
            name.push_str(value::mark(row.fold, look));
            name.push(' ');
        }
        let room = self.key.saturating_sub(format::width(&name));
        name.push_str(&value::key(row, room, look));
        let (text, stored) = value::of_row(row, self.value, look);
        Line::from(vec![
            Span::styled(row::left(&name, self.key, look), look.theme.text),
            Span::styled(format!(" {:width$} ", value::word(row.value), width = value::WORD), look.theme.dim),
            Span::styled(text, if stored { look.theme.text } else { look.theme.dim }),
        ])
    }
}

fn key_width(row: &Row<'_>) -> usize {
    match row.key {
        crate::tui::state::tree::Key::Name(name) => {
            format::width(&crate::text::line(crate::tui::state::feedback::head(name, 160))).max(2)
        }
        crate::tui::state::tree::Key::Item(i) => i.to_string().len(),
        crate::tui::state::tree::Key::Root => 5,
    }
}
