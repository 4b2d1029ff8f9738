//! The list of sessions.
//!
//! ```text
//! ╭ 1 Sessions ─ app:support since:7d ─────────╮
//! │ CHANGED  ID              MSG  TOKENS  FB    │
//! │▌  now ● support-1042      12   1.6k  +1 -1  │
//! ╰──────────────────────────────── 1–5 / 4 812 ╯
//! ```

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{block, row};
use crate::{
    app::{
        keymap::Action,
        text,
        tui::{
            render::{format, wrap},
            state::{
                AppState,
                columns::{self, ColumnCell, SessionColumns},
            },
        },
    },
    repository::Sort,
    session::Summary,
};

/// Draws the pane with its border.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &AppState, focused: bool) {
    let look = &state.look;
    let columns = SessionColumns::fit(state, usize::from(area.width.saturating_sub(2)));
    let place = bottom(state, &columns, usize::from(area.width));
    block::draw(frame.buffer_mut(), area, title(state, usize::from(area.width)), place, focused, look);
    let Some([heading, rows, notice]) = state.list_parts() else { return };
    frame.render_widget(Paragraph::new(headings(&columns, state)), heading);
    draw_notice(frame, notice, state);
    if state.workspace.list.rows.is_empty() || state.workspace.list.narrowed_to() == Some(0) {
        return draw_nothing(frame, rows, state);
    }
    let list = &state.workspace.list;
    let lines = list.in_view().map(|(at, row)| row_line(row, at == list.selected(), &columns, state));
    let hint = narrowed(state).map(|hint| Line::styled(format!(" {hint}"), look.theme.dim));
    for (line, place) in lines.chain(hint).zip(rows.rows()) {
        row::put(frame.buffer_mut(), (place.x, place.y), &line, place.width);
    }
}

/// What is said below rows that are shown alone while a filter is typed: there may be more of them.
fn narrowed(state: &AppState) -> Option<String> {
    let (list, marks) = (&state.workspace.list, state.look.marks);
    let few = list.narrowed_to()?;
    let looked = list.rows_to_look_at().len();
    if looked == list.rows.len() && !list.has_more() {
        return None;
    }
    let few = if few == 0 { "none".to_owned() } else { format::number(few as u64, marks) };
    Some(format!("{few} of {} read so far; Enter looks among all", format::number(looked as u64, marks)))
}

fn title(state: &AppState, width: usize) -> Line<'static> {
    let look = &state.look;
    let mut line = Line::from(" 1 Sessions ");
    let list = &state.workspace.list;
    let sort = list.listed().1;
    if *sort != Sort::default() {
        let by = text::line(&sort.to_string()).into_owned();
        let by = format::fit(&by, (width / 3).max(8), look.marks);
        line.push_span(Span::raw(format!("{} by {by} ", look.marks.rule)));
    }
    let of_rows = &list.listed().0.source;
    let source = if *of_rows == list.filter.source {
        text::line(of_rows).into_owned()
    } else {
        // The rows are still those of the list before.
        let asked = if list.filter.is_empty() { "all".into() } else { text::line(&list.filter.source) };
        let gap = if of_rows.is_empty() { "" } else { " " };
        format!("{}{gap}(next: {asked}{})", text::line(of_rows), look.marks.ellipsis)
    };
    if !source.is_empty() {
        let source = format::fit(&source, width.saturating_sub(line.width() + 6), look.marks);
        line.push_span(Span::raw(format!("{} {source} ", look.marks.rule)));
    }
    line
}

/// What came above the view, before columns that had no room, and the place: `2 new above ▪ 31–50 / 4 812`.
fn bottom(state: &AppState, columns: &SessionColumns, width: usize) -> Line<'static> {
    let look = &state.look;
    let last = state.workspace.list.in_view().last().map_or(0, |(at, _)| at + 1);
    let new = match state.workspace.list.new_above() {
        0 => String::new(),
        new => format!(" {} new above ", format::number(new as u64, look.marks)),
    };
    let room = width.saturating_sub(format::width(&new) + 5);
    let beside =
        [place(state, columns, room), range(state, last)].into_iter().find(|place| format::width(place) <= room);
    match beside.filter(|_| !new.is_empty()) {
        None => Line::styled(place(state, columns, width), look.theme.dim),
        Some(place) => Line::from(vec![
            Span::styled(new, look.theme.new),
            Span::styled(look.marks.sep, look.theme.dim),
            Span::styled(place, look.theme.dim),
        ]),
    }
}

/// `1–5 / 4 812`, or `1–20 / 40+` while the count is not known; before it the columns that had no room: `no room for SIZE ▪ 1–5 / 9`,
/// or how many where their names have none either.
fn place(state: &AppState, columns: &SessionColumns, width: usize) -> String {
    let (list, marks) = (&state.workspace.list, state.look.marks);
    if list.narrowed_to().is_some() {
        return String::new();
    }
    let last = list.in_view().last().map_or(0, |(at, _)| at + 1);
    if last == 0 {
        return String::new();
    }
    let range = range(state, last);
    if columns.hidden.is_empty() {
        return range;
    }
    let count = columns.hidden.len();
    let says = [
        format!("no room for {}", text::line(&columns.hidden.join(", "))),
        format!("{count} column{} hidden", if count == 1 { "" } else { "s" }),
        format!("{count} hidden"),
    ];
    let mut places = says.into_iter().map(|says| format!(" {says} {}{range}", marks.sep));
    places.find(|place| format::width(place) + 4 <= width).unwrap_or(range)
}

fn range(state: &AppState, last: usize) -> String {
    let (list, marks) = (&state.workspace.list, state.look.marks);
    let known = list.rows.len() as u64;
    let total = match (list.count, list.has_more()) {
        (Some(count), _) => format::number(count.max(known), marks),
        (None, true) => format!("{}+", format::number(known, marks)),
        (None, false) => format::number(known, marks),
    };
    let number = |at: usize| format::number(at as u64, marks);
    format!(" {}{}{} / {total} ", number(list.top() + 1), marks.dash, number(last))
}

/// What is said where none of all rows matches the filter that is typed, and what to do then.
const NO_ROW: &str = "no session matches; Backspace takes a letter back, Esc shows all again";

/// Where the rows would stand: what is loading, and why there are none.
fn draw_nothing(frame: &mut Frame<'_>, area: Rect, state: &AppState) {
    let mut below = area;
    if let Some(empty) = empty(state) {
        let lines = wrap::plain(&empty, usize::from(area.width.saturating_sub(2)));
        let lines = lines.into_iter().map(|line| Line::styled(format!(" {line}"), state.look.theme.dim));
        let lines: Vec<Line<'_>> = lines.take(area.height.into()).collect();
        below.y += lines.len() as u16;
        below.height -= lines.len() as u16;
        frame.render_widget(Paragraph::new(lines), area);
    }
    draw_notice(frame, below, state);
}

/// What is loading; else why no row is shown, where the list does not say that itself.
fn empty(state: &AppState) -> Option<String> {
    let list = &state.workspace.list;
    if !list.rows.is_empty() {
        return Some(narrowed(state).unwrap_or_else(|| NO_ROW.to_owned()));
    }
    if let Some(loading) = list.loading() {
        return Some(format!("{loading}{}", state.look.marks.ellipsis));
    }
    if list.says().is_some() {
        return None;
    }
    Some(match (list.is_known(), state.keymap.label(Action::Reload)) {
        (false, Some(key)) => format!("not read: {key} reads again"),
        (false, None) => "not read".to_owned(),
        (true, _) if list.filter.is_empty() => "no sessions here yet".to_owned(),
        (true, _) => none_matches(state),
    })
}

/// That the filter leaves nothing, what shows all again, and what may have been meant.
fn none_matches(state: &AppState) -> String {
    let list = &state.workspace.list;
    let way_back = match (state.keymap.label(Action::Back), list.all) {
        (Some(key), Some(all)) => Some(format!("{key} shows all {}", format::number(all, state.look.marks))),
        (Some(key), None) => Some(format!("{key} shows all")),
        (None, _) => None,
    };
    let said = ["no session matches this filter".to_owned()].into_iter().chain(way_back).chain(list.filter.doubt());
    said.collect::<Vec<String>>().join("; ")
}

fn draw_notice(frame: &mut Frame<'_>, area: Rect, state: &AppState) {
    let (list, look) = (&state.workspace.list, &state.look);
    let style = if list.error.is_some() { look.theme.error } else { look.theme.warn };
    let (mut lines, height) = (list.says_lines(area.width), usize::from(area.height));
    if lines.len() > height {
        lines.truncate(height);
        if let Some(last) = lines.last_mut() {
            let cells = usize::from(area.width.saturating_sub(2));
            *last = format::fit(&format!("{last}{}", look.marks.ellipsis), cells, look.marks);
        }
    }
    let lines: Vec<Line<'_>> = lines.into_iter().map(|line| Line::styled(format!(" {line}"), style)).collect();
    frame.render_widget(Paragraph::new(lines), area);
}

fn headings(columns: &SessionColumns, state: &AppState) -> Line<'static> {
    let theme = &state.look.theme;
    let mut line = Line::default();
    for cell in &columns.cells {
        let style = if columns.is_sorted(cell) { theme.title } else { theme.dim };
        let heading = cell.pad(cell.heading(), state.look.marks);
        // The mark of the order stands right before the name that it belongs to; a cell before the column is free for it.
        let name = heading.trim_start_matches(' ');
        let before = " ".repeat(heading.len() - name.len());
        let mark = match (columns.is_sorted(cell), columns.ascends()) {
            (false, _) => " ",
            (true, false) => state.look.marks.unfolded,
            (true, true) => state.look.marks.pointer,
        };
        line.push_span(Span::styled(format!("{before}{mark}{name}"), style));
        if cell.is_id() {
            line.push_span(Span::raw(" ".repeat(columns::FLAG)));
        }
    }
    line
}

fn row_line(row: &Summary, selected: bool, columns: &SessionColumns, state: &AppState) -> Line<'static> {
    let look = &state.look;
    let mut line = Line::default();
    for (at, cell) in columns.cells.iter().enumerate() {
        let bar = match (at, state.workspace.list.is_marked(row), selected) {
            (0, true, _) => look.marks.marked,
            (0, false, true) => look.marks.bar,
            _ => " ",
        };
        line.push_span(Span::styled(bar, look.theme.focus));
        push_cell(&mut line, cell, row, columns, state);
    }
    if selected { line.patch_style(look.theme.selected) } else { line }
}

/// How often the session is written to, at the right of what it is called, where there is room for both: `12/min`.
fn with_rate(mut called: String, writes: u64) -> (String, String) {
    let room = called.len() - called.trim_end_matches(' ').len();
    let Some(rate) = columns::rate_of(writes).filter(|rate| room >= rate.len() + 2) else {
        return (called, String::new());
    };
    called.truncate(called.len() - rate.len());
    (called, rate)
}

fn push_cell(line: &mut Line<'static>, cell: &ColumnCell, row: &Summary, columns: &SessionColumns, state: &AppState) {
    let look = &state.look;
    let details = state.workspace.list.details(row);
    let (value, style) = cell.value(columns.shown(row, details, state.workspace.list.ranked(row)), look);
    let lit = state.workspace.list.is_lit(row, cell.column(), look.now);
    let style = if lit { style.patch(look.theme.glow) } else { style };
    if !cell.is_id() {
        return line.push_span(Span::styled(cell.pad(&value, look.marks), style));
    }
    let writes = state.workspace.list.writes_of(row, look.now);
    let live = writes > 0 || row.updated_at.is_some_and(|at| format::is_now(at, look.now));
    let dot = if live { look.marks.dot } else { " " };
    line.push_span(Span::styled(dot, look.theme.new));
    let conversation = &state.workspace.conversation;
    let open = !conversation.is_preview() && conversation.session().is_some_and(|open| open.key == row.key);
    let mark = match (open, state.is_bookmarked(&row.key)) {
        (true, _) => look.marks.folded,
        (false, true) => look.marks.kept,
        (false, false) => " ",
    };
    line.push_span(Span::styled(mark, look.theme.focus));
    let gone = state.workspace.list.is_gone(row);
    let (value, style) = match (gone, open) {
        (true, _) => (format!("gone: {value}"), look.theme.warn),
        (false, true) => (value, look.theme.title),
        (false, false) => (value, style),
    };
    let (padded, rate) = with_rate(cell.pad_by(&value, 2, look.marks), writes);
    line.push_span(Span::styled(padded, style));
    line.push_span(Span::styled(rate, look.theme.dim));
    let alerted = state.is_alerted(&row.key);
    let flagged = details.is_some_and(|details| columns::is_flagged(row, details, look));
    let (mark, style) = match (alerted, flagged) {
        (true, _) => (look.marks.alert, look.theme.error),
        (false, true) => ("!", look.theme.warn),
        (false, false) => (" ", look.theme.warn),
    };
    line.push_span(Span::styled(format!(" {mark}"), style));
}

#[cfg(test)]
mod tests;
