//! The list of changes before they are saved; and of each field that another writer changed too, base, mine and theirs.
//!
//! ```text
//! ╭ Save 2 changes of support-1042 ──────╮   ╭ Changed by another too: support-1042 ─╮
//! │ at prod-eu, agents.sessions          │   │ at prod-eu, agents.sessions           │
//! │▌~ priority  str                      │   │▌priority                              │
//! │▌  low → high                         │   │▌  base    low                         │
//! │ - retries  i32                       │   │▌  mine    high                        │
//! │   3                                  │   │▌  theirs  urgent                      │
//! ╰ Enter save  e edit  Esc back ────────╯   ╰ m mine  t theirs  b base  e edit ─────╯
//! ```

use bson::Bson;
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{block, row, value};
use crate::{
    app::{
        keymap::Action,
        text,
        tui::{
            render::{Look, format, wrap},
            state::{AppState, areas, changes::ChangeList, form::MetadataForm, tree::SECRET},
        },
    },
    session::{Guard, MetadataEdit, MetadataPath, edit, plain},
};

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, body: Rect, list: &ChangeList, state: &AppState) {
    let Some(form) = state.listed_form() else { return };
    let look = &state.look;
    let conflicts = form.conflicts.len();
    let (count, tall) = if conflicts > 0 { (conflicts, 4) } else { (form.changes().len(), 2) };
    let problem = problem(list, usize::from(body.width.saturating_sub(4)).max(1), look);
    let wanted = count.saturating_mul(tall) + problem.len() + 3;
    let area = areas::bottom(body, u16::try_from(wanted).unwrap_or(u16::MAX));
    let inner = areas::inside(area);
    let cells = usize::from(inner.width);
    frame.render_widget(Clear, area);
    let title = format::fit(&title(form), cells.saturating_sub(2), look.marks);
    let hint = format::fit(&hint(conflicts > 0, state), cells.saturating_sub(2), look.marks);
    let hint = Line::styled(format!(" {hint} "), look.theme.dim);
    frame.render_widget(block::pane(Line::raw(format!(" {title} ")), hint, true, look), area);
    let room = usize::from(inner.height).saturating_sub(1 + problem.len());
    let page = (room / tall).max(1);
    let top = (list.selected + 1).saturating_sub(page);
    let mut lines = vec![heading(list, count, page, cells, state)];
    for at in (top..count).take(page) {
        let shown = match (form.conflicts.get(at), form.changes().get(at)) {
            (Some(conflict), _) => {
                let sides = [("base", &conflict.base), ("mine", &conflict.mine), ("theirs", &conflict.theirs)];
                let first = vec![Span::raw(path_of(&conflict.path, cells.saturating_sub(1), look))];
                let of = |(word, held): (&str, &Option<Bson>)| side(word, held.as_ref(), &conflict.path, cells, look);
                [vec![first], sides.map(of).to_vec()].concat()
            }
            (None, Some(edit)) if conflicts == 0 => change(edit, cells, look),
            _ => Vec::new(),
        };
        lines.extend(shown.into_iter().map(|spans| row::selectable(spans, cells, at == list.selected, look)));
    }
    lines.truncate(room + 1);
    lines.extend(problem);
    frame.render_widget(Paragraph::new(lines), inner);
}

/// What is listed, of which session.
fn title(form: &MetadataForm) -> String {
    let name = text::line(&form.session.name);
    match (form.conflicts.len(), form.changes().len()) {
        (0, 1) => format!("Save 1 change of {name}"),
        (0, several) => format!("Save {several} changes of {name}"),
        _ => format!("Changed by another too: {name}"),
    }
}

/// The place, and where in the list one is.
fn heading(list: &ChangeList, count: usize, page: usize, cells: usize, state: &AppState) -> Line<'static> {
    let look = &state.look;
    let place = if count > page { row::place(list.selected, count, look) } else { Line::default() };
    let at = format!(" at {}", state.place_of_changes());
    let mut line = Line::styled(row::left(&at, cells.saturating_sub(place.width()), look), look.theme.dim);
    line.extend(place.spans);
    line
}

fn hint(chooses: bool, state: &AppState) -> String {
    let (save, edit, back) = ((Action::Open, "save"), (Action::Edit, "edit"), (Action::Back, "back"));
    if chooses {
        return format!("m mine  t theirs  b base  {}", block::keys(&[edit, back], &state.keymap));
    }
    block::keys(&[save, edit, back], &state.keymap)
}

/// Why it is not saved, over the bottom.
fn problem(list: &ChangeList, width: usize, look: &Look) -> Vec<Line<'static>> {
    let wrapped = list.problem.iter().flat_map(|problem| wrap::plain(problem, width));
    wrapped.take(3).map(|line| Line::styled(format!(" {line}"), look.theme.error)).collect()
}

/// A change: what becomes of which field, and its value before and after.
fn change(edit: &MetadataEdit, cells: usize, look: &Look) -> Vec<Vec<Span<'static>>> {
    let before = match &edit.guard {
        Guard::Stored(before) => before.as_ref(),
        _ => None,
    };
    let after = edit.value.as_ref();
    let is_moved = edit::same(before, after);
    let (mark, style) = match (before, after) {
        _ if is_moved => (">", look.theme.warn),
        (None, _) => ("+", look.theme.new),
        (_, None) => ("-", look.theme.error),
        _ => ("~", look.theme.warn),
    };
    let arrow = if look.marks.unicode { "→" } else { "->" };
    let types = match (before.map(plain::type_word), after.map(plain::type_word)) {
        (Some(was), Some(is)) if was != is => format!("{was} {arrow} {is}"),
        (_, Some(one)) | (Some(one), None) => one.to_owned(),
        (None, None) => String::new(),
    };
    let room = cells.saturating_sub(5 + format::width(&types));
    let first = vec![
        Span::styled(format!("{mark} "), style),
        Span::raw(format!("{}  ", path_of(&edit.path, room, look))),
        Span::styled(types, look.theme.dim),
    ];
    let room = cells.saturating_sub(4);
    let values = match (before, after) {
        _ if is_moved => match &edit.before {
            Some(next) => format!("moved in front of {}", value::stored(next, room.saturating_sub(18), look)),
            None => "moved to the end".to_owned(),
        },
        (Some(before), Some(after)) => {
            let after = shown(after, &edit.path, room * 2 / 3, look);
            let left = room.saturating_sub(format::width(&after) + format::width(arrow) + 2);
            format!("{} {arrow} {after}", shown(before, &edit.path, left, look))
        }
        (one, other) => one.or(other).map(|value| shown(value, &edit.path, room, look)).unwrap_or_default(),
    };
    vec![first, vec![Span::raw(format!("  {}", format::fit(&values, room, look.marks)))]]
}

/// What one side holds.
fn side(word: &str, held: Option<&Bson>, path: &MetadataPath, cells: usize, look: &Look) -> Vec<Span<'static>> {
    // The bar of the selection is before it.
    let room = cells.saturating_sub(17);
    let (kind, value) = match held {
        Some(value) => (plain::type_word(value).to_owned(), shown(value, path, room, look)),
        None => (String::new(), "nothing".to_owned()),
    };
    let style = if held.is_some() { look.theme.text } else { look.theme.dim };
    vec![
        Span::styled(format!("  {word:<6}  {kind:<5} "), look.theme.dim),
        Span::styled(format::fit(&value, room, look.marks), style),
    ]
}

/// A path, cut in its middle: its ends tell most.
fn path_of(path: &MetadataPath, cells: usize, look: &Look) -> String {
    format::fit_middle(&text::line(&path.to_string()), cells, look.marks)
}

/// A value on a line, as safe text.
fn shown(value: &Bson, path: &MetadataPath, cells: usize, look: &Look) -> String {
    let is_secret = path.keys().iter().any(|key| key == SECRET);
    value::on_line(value, is_secret, cells, look)
}

#[cfg(test)]
mod tests;
