//! The form on a session's metadata, over the body.
//!
//! ```text
//! ╭ Metadata of support-1042, prod-eu ─ 2 unsaved changes ╮
//! │▌~ priority    str   hig                               │
//! │                     2 sessions have it: high, low     │
//! │ + owner       str   me                                │
//! │ ! ▸ customer  obj   2                                 │
//! │ - retries     i32   3                                 │
//! │ priority  was "low", not saved yet                    │
//! ╰ by key ──────────────────────────────────────── 1/12 ─╯
//! ```

mod detail;
mod popup;
#[cfg(test)]
mod tests;

use std::ops::Range;

use bson::Bson;
use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use self::popup::FieldHint;
use super::{
    block, caret,
    metadata::{MEASURED, TreeColumns},
    row, value,
};
use crate::app::{
    keymap::Action,
    text,
    tui::{
        render::{Look, format},
        state::{
            AppState, areas,
            form::{FieldChange, FieldMarks, FieldUse, FormRow, FormSort, MetadataForm, RowKind, name_of},
            modal::Modal,
            tree::{Fold, PathKey, TreeRow},
        },
    },
};

/// Cells of a row before its key: the selection's bar, and the mark with a blank.
const MARK: usize = 2;

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, body: Rect, form: &MetadataForm, state: &AppState) {
    let look = &state.look;
    let focused = matches!(state.modals.last(), Some(Modal::Form(_)));
    let [filter, rows, says] = areas::form_parts(body, form.shows_filter());
    let count = form.rows().len();
    let place = row::place(form.selected(), count, look);
    // At the right it is told where the selected row stands; a cell of the border is between.
    let room = usize::from(body.width).saturating_sub(place.width() + 3);
    let pane = block::pane(title(form, body.width, state), place, focused, look);
    frame.render_widget(pane.title_bottom(foot(form, room, state).left_aligned()), body);
    draw_filter(frame, filter, form, look);
    if count == 0 {
        row::hint(frame.buffer_mut(), rows, &nothing(form, state), look);
    }
    let says = Rect::new(says.x + 1, says.y, says.width.saturating_sub(2), says.height);
    frame.render_widget(Paragraph::new(detail::lines(form, says, state)), says);
    draw_rows(frame, rows, form, focused, state);
    if let Some(retyping) = form.retyping() {
        popup::retyping(frame, body, form, retyping, state);
    }
}

/// What it is of, at which place, and how much is not saved.
fn title(form: &MetadataForm, width: u16, state: &AppState) -> Line<'static> {
    let look = &state.look;
    let says = if form.gone {
        Some(("deleted meanwhile".to_owned(), look.theme.error))
    } else if form.is_sent() {
        Some((format!("saving{}", look.marks.ellipsis), look.theme.dim))
    } else if form.is_unsaved() {
        Some((form.unsaved_words(), look.theme.new))
    } else {
        None
    };
    let taken = says.as_ref().map_or(0, |(says, _)| format::width(says) + 3);
    let room = usize::from(width).saturating_sub(taken + 5);
    let place = state.home_name(form.home);
    let name = text::line(&form.session.name);
    let name = if place.is_empty() { format!("Metadata of {name}") } else { format!("Metadata of {name} at {place}") };
    let mut line = Line::raw(format!(" {} ", format::fit(&name, room, look.marks)));
    if let Some((says, style)) = says {
        line.push_span(Span::raw(look.marks.rule.to_owned()));
        line.push_span(Span::styled(format!(" {says} "), style));
    }
    line
}

/// The keys of what is typed, else how the rows are sorted; in so many cells.
fn foot(form: &MetadataForm, cells: usize, state: &AppState) -> Line<'static> {
    let look = &state.look;
    let says = match form.field_editor() {
        _ if form.filter_area().is_some() => "Enter keep the filter  Esc all".to_owned(),
        Some(_) if !state.field_offers().is_empty() => {
            let all = "Enter take over  Tab take the offer  Esc leave";
            if all.len() + 2 <= cells { all.to_owned() } else { "Tab take the offer  Esc leave".to_owned() }
        }
        Some(field) => field.editor.hint().to_owned(),
        None if form.sort() == FormSort::Stored => return Line::default(),
        None => form.sort().word().to_owned(),
    };
    Line::styled(format!(" {} ", format::fit(&says, cells.saturating_sub(2), look.marks)), look.theme.dim)
}

fn draw_filter(frame: &mut Frame<'_>, area: Rect, form: &MetadataForm, look: &Look) {
    if area.is_empty() {
        return;
    }
    let slash = Line::styled("/", look.theme.code);
    row::draw(frame.buffer_mut(), area, &slash, false, look);
    let rest = Rect::new(area.x + 3, area.y, area.width.saturating_sub(4), 1);
    if let Some(typed) = form.filter_area() {
        caret::draw(frame, rest, typed, look);
    } else {
        let shown = format::fit(&text::line(form.filter()), rest.width.into(), look.marks);
        frame.render_widget(Paragraph::new(Line::styled(shown, look.theme.text)), rest);
    }
}

/// What is said where there is no row.
fn nothing(form: &MetadataForm, state: &AppState) -> String {
    if !form.filter().is_empty() {
        return match (form.filter_area(), state.keymap.label(Action::Back)) {
            (Some(_), _) => "no field matches; Backspace takes a letter back, Esc shows all".to_owned(),
            (None, Some(key)) => format!("no field matches; {key} shows all"),
            (None, None) => "no field matches".to_owned(),
        };
    }
    match state.keymap.label(Action::Add) {
        Some(key) => format!("there is no field; {key} adds one"),
        None => "there is no field".to_owned(),
    }
}

/// The rows; those below the one that is typed into make room for what is said of that, so that none is hidden behind it.
fn draw_rows(frame: &mut Frame<'_>, area: Rect, form: &MetadataForm, focused: bool, state: &AppState) {
    let look = &state.look;
    let page = usize::from(area.height);
    let top = form.top(page);
    let seen = top..form.rows().len().min(top + page);
    let columns = columns(form, seen.clone(), usize::from(area.width).saturating_sub(1 + MARK), look);
    let edited = form.editing_row().filter(|at| seen.contains(at));
    let mut hint = edited.zip(form.field_editor()).map(|(at, field)| {
        let (from, _) = field_place(form, at, &columns, area);
        FieldHint::of(area, from, field, state)
    });
    let height = hint.as_ref().map_or(0, FieldHint::height);
    // Where there are too few below, those above go further up.
    let up = edited.map_or(0, |at| (at - top + 1 + usize::from(height)).saturating_sub(page));
    let mut places = area.rows();
    for at in top + up..form.rows().len() {
        let Some(place) = places.next() else { break };
        let shown = line(form, at, &columns, look);
        row::draw(frame.buffer_mut(), place, &shown, focused && at == form.selected(), look);
        if edited == Some(at) {
            draw_field(frame, place, at, form, &columns, look);
            if let Some(hint) = hint.take().filter(|_| height > 0) {
                hint.draw(frame, Rect { y: place.bottom(), height, ..area });
                places.nth(usize::from(height) - 1);
            }
        }
    }
}

/// The text that is typed, in its place in the row.
fn draw_field(frame: &mut Frame<'_>, row: Rect, at: usize, form: &MetadataForm, columns: &TreeColumns, look: &Look) {
    let Some(field) = form.field_editor() else { return };
    let (from, cells) = field_place(form, at, columns, row);
    let place = Rect::new(from, row.y, cells, 1).intersection(row);
    // A plain cell stands between the bar of the row and what is selected of the text.
    let before = Rect::new(from.saturating_sub(1), row.y, cells.saturating_add(1), 1).intersection(row);
    frame.render_widget(Clear, before);
    caret::draw(frame, place, field.editor.area(), look);
}

/// The column that what is typed begins in, and the cells it has.
fn field_place(form: &MetadataForm, at: usize, columns: &TreeColumns, row: Rect) -> (u16, u16) {
    let depth = form.rows().get(at).map_or(0, |row| row.depth);
    let (from, cells) = match form.field_editor().map(|field| (field.used_for, &field.editor)) {
        Some((FieldUse::Value, _)) => columns.value_place(),
        Some((FieldUse::Key, editor)) => {
            // A key that grows is seen whole, with the caret behind it: over its type and value where it has to be.
            let (from, cells) = columns.key_place(depth);
            (from, cells.max(format::width(&editor.text()) + 2))
        }
        _ => (columns.key_place(depth).0, usize::from(row.width)),
    };
    let from = row.x.saturating_add((1 + MARK + from) as u16).min(row.right().saturating_sub(1));
    (from, (cells as u16).min(row.right().saturating_sub(from)).max(1))
}

/// The columns of the rows in view; the first rows are measured too, so that scrolling does not move them about.
fn columns(form: &MetadataForm, seen: Range<usize>, cells: usize, look: &Look) -> TreeColumns {
    let folds = form.rows().iter().any(|row| row.fold != Fold::Leaf);
    let of = |range: Range<usize>| -> Vec<TreeRow<'_>> { range.filter_map(|at| tree_row(form, at)).collect() };
    let first = of(0..form.rows().len().min(MEASURED));
    TreeColumns::marked(folds, &first, &of(seen), cells, look)
}

fn tree_row(form: &MetadataForm, at: usize) -> Option<TreeRow<'_>> {
    let FormRow { depth, key, fold, .. } = form.rows().get(at)?;
    Some(TreeRow { depth: *depth, key: key.key(), value: form.value(at)?.into(), fold: *fold })
}

/// A row: its mark, then key, type and value.
fn line(form: &MetadataForm, at: usize, columns: &TreeColumns, look: &Look) -> Line<'static> {
    let marks = form.marks(at);
    let (mark, style) = mark(&marks, look);
    let mut line = Line::from(Span::styled(format!("{mark} "), style));
    let Some(row) = tree_row(form, at) else { return line };
    let mut shown = columns.line(&row, look);
    let removed = form.rows().get(at).is_some_and(|row| row.kind == RowKind::Removed);
    if removed || marks.protected.is_some() {
        shown.spans.iter_mut().for_each(|span| span.style = look.theme.dim);
    } else if let Some(value) = shown.spans.last_mut() {
        if marks.problem.is_some() {
            value.style = look.theme.error;
        } else if marks.conflict {
            value.style = look.theme.warn;
        }
    }
    line.spans.extend(shown.spans);
    line
}

/// The mark of a row, one cell wide; what stands against a change comes before the change.
fn mark(marks: &FieldMarks, look: &Look) -> (&'static str, Style) {
    let theme = &look.theme;
    match (&marks.problem, marks.conflict, marks.change, &marks.protected) {
        (Some(_), ..) => ("!", theme.error),
        (None, true, ..) => ("!", theme.warn),
        (None, false, Some(FieldChange::New), _) => ("+", theme.new),
        (None, false, Some(FieldChange::Removed), _) => ("-", theme.new),
        (None, false, Some(FieldChange::Changed | FieldChange::Within), _) => ("~", theme.new),
        (None, false, Some(FieldChange::Moved), _) => ("^", theme.new),
        (None, false, None, _) if marks.others => ("*", theme.warn),
        (None, false, None, Some(_)) => ("#", theme.dim),
        (None, false, None, None) => (" ", theme.dim),
    }
}

/// A value on a line of so many cells, or that there is none. Safe text without secrets.
fn value_words(value: Option<&Bson>, cells: usize, look: &Look) -> String {
    value.map_or_else(|| "nothing".to_owned(), |value| value::on_line(value, false, cells, look))
}

/// `customer.tags.0`. Safe text.
fn path_words(path: &[PathKey]) -> String {
    text::line(&name_of(path)).into_owned()
}
