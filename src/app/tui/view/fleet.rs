//! The fleet: all sessions at work or changed lately, over the whole body.
//!
//! ```text
//! ╭ Fleet ─ changed within 1h ─ app:shop ────────────────────────────────────╮
//! │ 3 sessions ▪ 1 waiting ▪ 1 working ▪ 1.2k tokens/min ▪ 2 errors           │
//! │  STATE     SESSION       APP   TOK/M            ERR    AGE LAST WORDS     │
//! │▌● working  support-1042  shop   1.2k   ▁▃▂█▃      2    now Let me look    │
//! ╰─────────────────────────────────────────────────────────────────── 1/3 ──╯
//! ```

#[cfg(test)]
mod tests;

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{block, row};
use crate::{
    app::{
        fleet::{FleetColumn, FleetGroup, FleetRow, FleetTotal, read::FleetExtent, total},
        keymap::Action,
        text,
        tui::{
            render::{Look, format},
            state::{
                AppState,
                fleet::{
                    FleetFace, parts,
                    table::{self, FleetCell, FleetPart},
                },
            },
        },
    },
    metrics::AgentState,
};

/// Draws it with its border.
pub fn draw(frame: &mut Frame<'_>, body: Rect, state: &AppState) {
    let (fleet, look) = (&state.workspace.fleet, &state.look);
    let place = match fleet.face {
        FleetFace::Sessions => row::place(fleet.selection.at(fleet.rows.len()), fleet.rows.len(), look),
        FleetFace::Totals(_) => Line::default(),
    };
    frame.render_widget(block::pane(title(state, usize::from(body.width)), place, true, look), body);
    let [sums, headings, rows] = parts(body);
    let is_stale = fleet.is_stale(state.is_live(), look.now);
    frame.render_widget(Paragraph::new(sum_line(&total(&fleet.rows), is_stale, sums.width.into(), look)), sums);
    if fleet.rows.is_empty() {
        return row::hint(frame.buffer_mut(), rows, &nothing(state), look);
    }
    match fleet.face {
        FleetFace::Sessions => draw_sessions(frame, headings, rows, is_stale, state),
        FleetFace::Totals(by) => draw_totals(frame, headings, rows, by, is_stale, state),
    }
}

fn title(state: &AppState, width: usize) -> Line<'static> {
    let (fleet, marks) = (&state.workspace.fleet, state.look.marks);
    let mut title = format!(" Fleet {} changed within {} ", marks.rule, fleet.window);
    if fleet.is_reading() {
        title = format!("{title}{} reading{} ", marks.rule, marks.ellipsis);
    } else if let Some(part) = part(state) {
        title = format!("{title}{} {part} ", marks.rule);
    }
    if !fleet.filter.is_empty() {
        let room = width.saturating_sub(format::width(&title) + 6);
        let source = format::fit(&text::line(&fleet.filter.source), room, marks);
        title = format!("{title}{} {source} ", marks.rule);
    }
    Line::raw(format::fit(&title, width.saturating_sub(2), marks))
}

/// Of what the window holds, what is shown; `None`: all of it.
fn part(state: &AppState) -> Option<String> {
    let (fleet, look) = (&state.workspace.fleet, &state.look);
    match fleet.extent(look.now) {
        FleetExtent::All => None,
        FleetExtent::Newest(None) => Some("only the newest".to_owned()),
        FleetExtent::Newest(Some(all)) => {
            let shown = format::number(fleet.rows.len() as u64, look.marks);
            Some(format!("newest {shown} of {}", format::number(all, look.marks)))
        }
        FleetExtent::TimedOut => Some("only what was found in time".to_owned()),
    }
}

/// Why there is no row.
fn nothing(state: &AppState) -> String {
    let fleet = &state.workspace.fleet;
    if fleet.is_reading() {
        return format!("reading{}", state.look.marks.ellipsis);
    }
    if fleet.filter.is_empty() {
        return format!("no sessions changed within {}", fleet.window);
    }
    let keys = [(Action::Filter, "changes the filter"), (Action::Window, "the time")];
    let keys = block::keys(&keys, &state.keymap);
    let doubt = fleet.filter.doubt().map(|doubt| format!("; {doubt}")).unwrap_or_default();
    format!("no sessions that match this filter changed within {}; {keys}{doubt}", fleet.window)
}

/// `3 sessions ▪ 1 working ▪ 1.2k tokens/min`: as much as there is room for.
fn sum_line(total: &FleetTotal, is_stale: bool, cells: usize, look: &Look) -> Line<'static> {
    let theme = &look.theme;
    let sessions = if total.sessions == 1 { "session" } else { "sessions" };
    let mut facts = vec![(format!("{} {sessions}", format::number(total.sessions, look.marks)), theme.title)];
    if !is_stale {
        // What a person is to see to is the last to be cut.
        let states = [
            (total.waiting, "waiting", theme.warn),
            (total.stalled, "stalled", theme.error),
            (total.working, "working", theme.ok),
            (total.in_tool, "in tool", theme.tool),
        ];
        facts.extend(
            states.into_iter().filter(|(count, ..)| *count > 0).map(|(n, word, style)| (format!("{n} {word}"), style)),
        );
        let rate = total.tokens_per_minute.map_or_else(|| look.marks.dash.to_owned(), rate);
        facts.push((format!("{rate} tokens/min"), theme.text));
    }
    if let Some(errors) = total.errors.filter(|errors| *errors > 0) {
        let word = if errors == 1 { "error" } else { "errors" };
        facts.push((format!("{} {word}", format::short(errors)), theme.error));
    }
    let mut line = Line::raw(" ");
    for (at, (fact, style)) in facts.into_iter().enumerate() {
        let gap = if at == 0 { String::new() } else { format!(" {} ", look.marks.sep) };
        if line.width() + format::width(&gap) + format::width(&fact) > cells {
            break;
        }
        line.push_span(Span::styled(gap, theme.dim));
        line.push_span(Span::styled(fact, style));
    }
    line
}

fn draw_sessions(frame: &mut Frame<'_>, headings: Rect, area: Rect, is_stale: bool, state: &AppState) {
    let (fleet, look) = (&state.workspace.fleet, &state.look);
    let cells = table::fit(&fleet.rows, area.width.into(), fleet.order.by);
    let mut line = Line::default();
    for cell in &cells {
        let is_sorted = cell.part == FleetPart::Column(fleet.order.by);
        let mark = match (is_sorted, fleet.order.is_reversed) {
            (false, _) => " ",
            (true, false) => look.marks.unfolded,
            (true, true) => "^",
        };
        let style = if is_sorted { look.theme.title } else { look.theme.dim };
        line.push_span(Span::styled(mark, style));
        line.push_span(Span::styled(padded(cell, cell.part.heading(), look), style));
    }
    frame.render_widget(Paragraph::new(line), headings);
    let most = fleet.rows.iter().flat_map(|row| &row.spark).copied().max().unwrap_or(0);
    let selected = fleet.selection.at(fleet.rows.len());
    let shown = fleet.in_view(area.height.into());
    let lines: Vec<Line<'_>> = shown
        .map(|(at, row)| {
            let bar = Span::styled(if at == selected { look.marks.bar } else { " " }, look.theme.focus);
            let mut line = Line::from(bar);
            for (n, cell) in cells.iter().enumerate() {
                if n > 0 {
                    line.push_span(Span::raw(" "));
                }
                let (value, style) = value(row, cell.part, most, is_stale, look);
                line.push_span(Span::styled(padded(cell, &value, look), style));
            }
            if at == selected { line.patch_style(look.theme.selected) } else { line }
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), area);
}

/// What a column says of a row, as safe text; a dash where that is not known.
fn value(row: &FleetRow, part: FleetPart, most: u64, is_stale: bool, look: &Look) -> (String, Style) {
    let theme = &look.theme;
    let unknown = || (look.marks.dash.to_owned(), theme.dim);
    let known = |value: Option<String>, style| value.map_or_else(unknown, |value| (value, style));
    let safe = |value: Option<&str>| value.map(|value| text::line(value).into_owned());
    let FleetPart::Column(column) = part else {
        return (if is_stale { String::new() } else { spark(&row.spark, most, look) }, theme.bars());
    };
    match column {
        FleetColumn::State => match row.state.filter(|_| !is_stale) {
            Some(state) => state_of(state, look),
            None => (format!("  {}", look.marks.dash), theme.dim),
        },
        FleetColumn::Session => (text::line(&row.name).into_owned(), theme.text),
        FleetColumn::Application => known(safe(row.application.as_deref()), theme.text),
        FleetColumn::Model => known(safe(row.model.as_deref()), theme.dim),
        FleetColumn::Tokens => {
            let tokens = row.tokens_per_minute.filter(|_| !is_stale);
            known(tokens.map(rate), if tokens.is_some_and(|tokens| tokens > 0.0) { theme.text } else { theme.dim })
        }
        FleetColumn::Context => known(row.context_tokens.map(format::short), theme.text),
        FleetColumn::Slowest => known(row.slowest_call_ms.map(format::millis), theme.text),
        FleetColumn::Errors => {
            let style = if row.errors.is_some_and(|errors| errors > 0) { theme.error } else { theme.dim };
            known(row.errors.map(format::short), style)
        }
        FleetColumn::Changed => known(row.changed.map(|at| format::age(at, look.now)), theme.dim),
        FleetColumn::Words => {
            known(row.last_words.as_deref().map(|said| text::line(&unmarked(said)).into_owned()), theme.dim)
        }
    }
}

/// What was said, without the marks of Markdown that are noise on a single line.
fn unmarked(said: &str) -> String {
    let said = said.trim_start_matches(['#', '>', ' ']);
    said.replace("**", "").replace('`', "")
}

/// A mark and a word; the mark alone tells those apart that need a person.
fn state_of(state: AgentState, look: &Look) -> (String, Style) {
    let (marks, theme) = (look.marks, &look.theme);
    let (mark, style) = match state {
        AgentState::Working => (marks.dot, theme.ok),
        AgentState::InTool => (marks.dot, theme.tool),
        AgentState::WaitingForPerson => ("?", theme.warn),
        AgentState::Stalled => ("!", theme.error),
        AgentState::Idle => (marks.ring, theme.dim),
    };
    (format!("{mark} {state}"), style)
}

/// A bar a stretch, over the largest of the whole fleet; none where nothing was used.
fn spark(stretches: &[u64], most: u64, look: &Look) -> String {
    let levels = &look.marks.levels;
    let bar = |tokens: &u64| match (*tokens, most) {
        (0, _) | (_, 0) => " ",
        (tokens, most) => {
            let level = u128::from(tokens) * levels.len() as u128 / u128::from(most);
            levels[usize::try_from(level).unwrap_or(usize::MAX).min(levels.len() - 1)]
        }
    };
    stretches.iter().map(bar).collect()
}

/// Tokens a minute; what is less than one is not none.
fn rate(tokens: f64) -> String {
    if tokens > 0.0 && tokens < 1.0 { "<1".to_owned() } else { format::short(tokens.round() as u64) }
}

/// Cut and filled up to the column's width; numbers stand at the right, and of a name the end tells as much as the start.
fn padded(cell: &FleetCell, value: &str, look: &Look) -> String {
    let fit = match cell.part {
        FleetPart::Column(FleetColumn::Session) => format::fit_middle,
        FleetPart::Column(FleetColumn::Model) => format::fit_model,
        _ => format::fit,
    };
    let value = fit(value, cell.width, look.marks);
    let fill = " ".repeat(cell.width.saturating_sub(format::width(&value)));
    if cell.part.is_number() { fill + &value } else { value + &fill }
}

/// Cells of each sum.
const SUM: usize = 9;

fn draw_totals(frame: &mut Frame<'_>, headings: Rect, area: Rect, by: FleetGroup, is_stale: bool, state: &AppState) {
    let (fleet, look) = (&state.workspace.fleet, &state.look);
    let totals = fleet.totals();
    let columns = ["SESSIONS", "WORKING", "IN TOOL", "WAITING", "STALLED", "TOK/M", "ERR"];
    // The last ones are the first to go.
    let shown = columns.len().min(usize::from(area.width).saturating_sub(16) / SUM);
    let room = usize::from(area.width).saturating_sub(shown * SUM + 1).min(40);
    let theme = &look.theme;
    let line = |name: &str, values: Vec<(String, Style)>, style: Style| {
        let mut line =
            Line::from(Span::styled(format!(" {name}{}", " ".repeat(room.saturating_sub(format::width(name)))), style));
        line.extend(values.into_iter().take(shown).map(|(value, style)| Span::styled(format!("{value:>SUM$}"), style)));
        line
    };
    let names = columns.map(|name| (name.to_owned(), theme.dim));
    let heading = row::left(&by.as_str().to_uppercase(), room, look);
    frame.render_widget(Paragraph::new(line(&heading, names.into(), theme.title)), headings);
    let dash = || (look.marks.dash.to_owned(), theme.dim);
    // What there is none of is no news.
    let count = |value: u64, style| (format::short(value), if value == 0 { theme.dim } else { style });
    let of_state = |value: u64, style| if is_stale { dash() } else { count(value, style) };
    let lines: Vec<Line<'_>> = totals
        .iter()
        .skip(fleet.top)
        .take(area.height.into())
        .map(|total| {
            let name = total.name.as_deref().map_or_else(|| look.marks.dash.into(), text::line);
            let fit = if by == FleetGroup::Model { format::fit_model } else { format::fit };
            let tokens = total.tokens_per_minute.filter(|_| !is_stale);
            let values = vec![
                count(total.sessions, theme.text),
                of_state(total.working, theme.ok),
                of_state(total.in_tool, theme.ok),
                of_state(total.waiting, theme.warn),
                of_state(total.stalled, theme.error),
                tokens.map_or_else(dash, |tokens| (rate(tokens), if tokens > 0.0 { theme.text } else { theme.dim })),
                total.errors.map_or_else(dash, |errors| count(errors, theme.error)),
            ];
            line(&fit(&name, room, look.marks), values, theme.text)
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), area);
}
