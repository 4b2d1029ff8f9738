//! The inspector, over the whole screen.
//!
//! ```text
//! ╭ message 4  agent support  session s-1 ───────╮
//! │ Raw  Guardrail trace 0  Findings 0           │
//! │                                              │
//! │▌▾ message        obj   2                     │
//! │     role         str   user                  │
//! │   ▸ content      arr   1                     │
//! ╰──────────────────────────────────── 1/12 ────╯
//! ```

#[cfg(test)]
mod tests;

use ratatui::{
    Frame,
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{block, metadata::TreeColumns, row};
use crate::app::{
    text,
    tui::{
        render::{Look, format},
        state::{
            folding::FoldingTree,
            inspector::{
                Inspector,
                body::{Body, InspectorTab, Item, ItemColumns, text_lines},
                chrome,
            },
            list::Selection,
            tree,
        },
    },
};

/// Draws it over `area`.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &Inspector, look: &Look) {
    let area = area.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    let tab = state.tab();
    let (at, len) = tab.body.place(area.width.saturating_sub(2));
    let place = row::place(at, len, look);
    let pane = block::pane(Line::default(), place, true, look);
    let inner = pane.inner(area);
    frame.render_widget(pane, area);
    subjects(frame.buffer_mut(), area, state, look);
    tabs(frame.buffer_mut(), inner, state, look);
    let above = chrome(inner.height).min(inner.height);
    let body = Rect { y: inner.y + above, height: inner.height - above, ..inner };
    draw_body(frame.buffer_mut(), body, tab, look);
}

/// What is inspected and what that belongs to, on the upper border.
fn subjects(buffer: &mut Buffer, area: Rect, state: &Inspector, look: &Look) {
    for cell in state.subject_cells(area.width) {
        let front = cell.tab == state.front();
        let style = if front { look.theme.selected.patch(look.theme.focus) } else { look.theme.dim };
        let room = usize::from(area.width.saturating_sub(cell.x + 1));
        let label = format!(" {} ", format::fit(&cell.label, room.saturating_sub(2), look.marks));
        buffer.set_stringn(area.x + cell.x, area.y, label, room, style);
    }
}

fn tabs(buffer: &mut Buffer, inner: Rect, state: &Inspector, look: &Look) {
    if inner.is_empty() {
        return;
    }
    for cell in state.tab_cells(inner.width) {
        let front = cell.tab == state.current();
        let style = if front { look.theme.selected.patch(look.theme.focus) } else { look.theme.dim };
        let room = usize::from(inner.width - cell.x);
        let label = format!(" {} ", cell.label);
        buffer.set_stringn(inner.x + cell.x, inner.y, format::fit(&label, room, look.marks), room, style);
    }
}

fn draw_body(buffer: &mut Buffer, area: Rect, tab: &InspectorTab, look: &Look) {
    match &tab.body {
        Body::Waiting => row::hint(buffer, area, &format!("reading{}", look.marks.ellipsis), look),
        Body::Nothing(text) => row::hint(buffer, area, &text::block(text), look),
        Body::Failed(why) => lines(buffer, area, &text_lines(why, area.width), 0, look.theme.error, look),
        Body::Text { text, top } => {
            let wrapped = text_lines(text, area.width);
            let top = (*top).min(wrapped.len().saturating_sub(area.height.into()));
            lines(buffer, area, &wrapped, top, look.theme.text, look);
        }
        Body::Items { items, stacked, selection } => draw_items(buffer, area, items, *stacked, selection, look),
        Body::Tree { root, tree, .. } => {
            let note = tab.body.note_lines(area.width, area.height);
            lines(buffer, area, &note, 0, look.theme.warn, look);
            let above = (note.len() as u16).min(area.height);
            let area = Rect { y: area.y + above, height: area.height - above, ..area };
            draw_tree(buffer, area, tree, &tree::rows(root, &tree.unfolded), look);
        }
    }
}

fn lines(buffer: &mut Buffer, area: Rect, lines: &[String], top: usize, style: Style, look: &Look) {
    for (line, at) in lines.iter().skip(top).zip(area.rows()) {
        row::draw(buffer, at, &Line::styled(line.as_str(), style), false, look);
    }
}

fn draw_tree(buffer: &mut Buffer, area: Rect, tree: &FoldingTree, rows: &[tree::TreeRow<'_>], look: &Look) {
    let selected = tree.selection.at(rows.len());
    let top = tree.selection.top(rows.len(), area.height.into());
    let seen = &rows[top..rows.len().min(top + usize::from(area.height))];
    let columns = TreeColumns::of(rows, seen, area.width.saturating_sub(1).into(), look);
    for (i, (value, at)) in seen.iter().zip(area.rows()).enumerate() {
        row::draw(buffer, at, &columns.line(value, look), top + i == selected, look);
    }
}

fn draw_items(
    buffer: &mut Buffer,
    area: Rect,
    items: &[Item],
    stacked: bool,
    selection: &Selection<usize>,
    look: &Look,
) {
    let selected = selection.at(items.len());
    let columns = ItemColumns::of(items, stacked, area.width);
    let height = |i: usize| columns.lines(&items[i]).len();
    let top = selection.top_tall(items.len(), area.height.into(), height);
    let mut rows = area.rows();
    for (i, item) in items.iter().enumerate().skip(top) {
        for (label, text) in columns.lines(item) {
            let Some(at) = rows.next() else { return };
            let line = if stacked {
                let indent = if label.is_empty() { "  " } else { "" };
                Line::from(vec![Span::styled(label, look.theme.code), Span::raw(indent), Span::raw(text)])
            } else {
                let label = row::left(&label, columns.label, look);
                Line::from(vec![Span::styled(label, look.theme.dim), Span::raw("  "), Span::raw(text)])
            };
            row::draw(buffer, at, &line, i == selected, look);
        }
    }
}
