//! The metrics pane.
//!
//! ```text
//! ╭ 3 Metrics ─────────────╮
//! │▌support   1 run 3 turns│
//! │ input             1 350│
//! │ cache r/w      300 / 20│
//! │ p50/p95 400 ms / 650 ms│
//! │ ms/call           ▁▃▂▄▃│
//! │ lookup_order    2 1 err│
//! ╰───────────────── 1/14 ─╯
//! ```

#[cfg(test)]
mod tests;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{block, row};
use crate::{
    app::{
        text,
        tui::{
            render::{Look, format},
            state::{
                list::Rows,
                metrics::{
                    Data, MetricsPane,
                    rows::{MetricsRow, RowContent, Scope, Value, value},
                },
            },
        },
    },
    metrics::{Figure, ToolMetrics},
};

/// Numbers stand no further than this from their labels, also in a wide pane.
const WIDEST: u16 = 44;

/// Draws the pane with its border.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &MetricsPane, data: Data<'_>, focused: bool, look: &Look) {
    let rows = data.rows();
    let place = row::place(state.selection.at(rows.len()), rows.len(), look);
    let pane = block::pane(Line::raw(" 3 Metrics "), place, focused, look);
    let inner = pane.inner(area);
    frame.render_widget(pane, area);
    if rows.is_empty() {
        let hint = match (data.open, data.metrics) {
            (false, _) => "no session open".to_owned(),
            (true, None) => format!("reading{}", look.marks.ellipsis),
            (true, Some(_)) if data.unread => "unknown: the figures of an orchestrator are not read yet".to_owned(),
            (true, Some(_)) => "no agents in this session".to_owned(),
        };
        row::hint(frame.buffer_mut(), inner, &hint, look);
        return;
    }
    let selected = state.selection.at(rows.len());
    let top = state.selection.top(rows.len(), inner.height.into());
    for (i, (metrics, line)) in rows.iter().skip(top).zip(inner.rows()).enumerate() {
        let chosen = focused && top + i == selected;
        let cell = chosen.then_some(state.cell);
        let cells = usize::from(line.width.min(WIDEST).saturating_sub(1));
        let mut shown = content(metrics, cell, cells, look);
        if rows.key(top + i).is_some_and(|key| state.glow.is_lit(&key, look.now)) {
            shown = shown.patch_style(look.theme.glow);
        }
        row::draw(frame.buffer_mut(), line, &shown, chosen, look);
    }
}

fn content(metrics: &MetricsRow<'_>, chosen: Option<usize>, cells: usize, look: &Look) -> Line<'static> {
    match metrics.content {
        RowContent::Title => title(metrics.scope, chosen, cells, look),
        RowContent::Figures(label, figures) => {
            let values = figures.iter().map(|figure| value_span(value(metrics.scope, *figure), look)).collect();
            row::spread(label, look.theme.dim, cells_of(values, " / ", chosen, look), cells, look)
        }
        RowContent::Bars(label, _) => bars(label, metrics, cells, look),
        RowContent::Tool(tool) => match metrics.scope {
            Scope::Agent(_, figures) if tool < figures.tools.len() => {
                tool_line(&figures.tools[tool], &figures.tools, cells, look)
            }
            _ => Line::default(),
        },
    }
}

fn title(scope: Scope<'_>, chosen: Option<usize>, cells: usize, look: &Look) -> Line<'static> {
    match scope {
        Scope::Total(metrics) => {
            let count = counted(metrics.agents.len() as u64, "agent", look);
            row::spread("all agents", look.theme.title, vec![Span::styled(count, look.theme.dim)], cells, look)
        }
        Scope::Agent(id, _) => {
            let values = [(Figure::Runs, "run"), (Figure::Turns, "turn")]
                .into_iter()
                .map(|(figure, word)| match value(scope, figure) {
                    Value::Count(n) => Span::styled(counted(n, word, look), look.theme.dim),
                    _ => Span::styled(format!("{} runs", look.marks.dash), look.theme.dim),
                })
                .collect();
            let right = cells_of(values, " ", chosen, look);
            row::spread(&text::line(id.as_str()), look.theme.title, right, cells, look)
        }
    }
}

fn counted(n: u64, word: &str, look: &Look) -> String {
    format!("{} {word}{}", format::number(n, look.marks), if n == 1 { "" } else { "s" })
}

/// Values with a separator between them; of several, the chosen one stands out.
fn cells_of(
    values: Vec<Span<'static>>,
    separator: &'static str,
    chosen: Option<usize>,
    look: &Look,
) -> Vec<Span<'static>> {
    let last = values.len().saturating_sub(1);
    let mut out = Vec::with_capacity(values.len() * 2);
    for (i, span) in values.into_iter().enumerate() {
        if i > 0 {
            out.push(Span::styled(separator, look.theme.dim));
        }
        let here = last > 0 && chosen.is_some_and(|cell| cell.min(last) == i);
        out.push(if here { span.patch_style(look.theme.focus) } else { span });
    }
    out
}

fn value_span(value: Value, look: &Look) -> Span<'static> {
    let text = match value {
        Value::Count(n) => format::number(n, look.marks),
        Value::AtLeast(n) => format::at_least(format::number(n, look.marks), true, look.marks),
        Value::Millis(ms) => format::millis(ms),
        Value::AtLeastMillis(ms) => format::at_least(format::millis(ms), true, look.marks),
        Value::Rate(rate) => format!("{rate:.1}"),
        Value::Unknown => return Span::styled(look.marks.dash, look.theme.dim),
    };
    Span::styled(text, look.theme.text)
}

/// The newest calls that fit, newest right, the tallest bar the highest of them; a call without a figure stays blank.
fn bars(label: &str, metrics: &MetricsRow<'_>, cells: usize, look: &Look) -> Line<'static> {
    let shown = metrics.bars(cells.saturating_sub(format::width(label) + 2).max(1));
    let highest = shown.iter().flatten().max().copied();
    let right = match highest {
        None => Span::styled(look.marks.dash, look.theme.dim),
        Some(highest) => {
            let bars: String =
                shown.iter().map(|value| value.map_or(" ", |value| level(value, highest, look))).collect();
            Span::styled(bars, look.theme.link.remove_modifier(ratatui::style::Modifier::UNDERLINED))
        }
    };
    row::spread(label, look.theme.dim, vec![right], cells, look)
}

fn level(value: u64, highest: u64, look: &Look) -> &'static str {
    let top = look.marks.levels.len() - 1;
    let share = value as f64 / highest.max(1) as f64;
    look.marks.levels[((share * 8.0).ceil() as usize).saturating_sub(1).min(top)]
}

/// Calls, errors and time in columns, so that tools can be held against one another. Time gives way where the pane is
/// narrow, and so do errors where no tool has any.
fn tool_line(tool: &ToolMetrics, all: &[ToolMetrics], cells: usize, look: &Look) -> Line<'static> {
    let mut right = vec![Span::styled(format!("{:>3}", format::number(tool.call_count, look.marks)), look.theme.text)];
    if all.iter().any(|tool| tool.error_count != Some(0)) {
        let (count, style) = match tool.error_count {
            None => (look.marks.dash.to_owned(), look.theme.dim),
            Some(0) => (String::new(), look.theme.dim),
            Some(errors) => (format::number(errors, look.marks), look.theme.error),
        };
        let unit = if count.is_empty() { "" } else { " err" };
        right.push(Span::styled(format!("{:>7}", count + unit), style));
    }
    if cells >= 32 && all.iter().any(|tool| tool.total_time_s.is_some()) {
        let time = tool.total_time_s.map_or_else(|| look.marks.dash.to_owned(), format::seconds);
        right.push(Span::styled(format!("{time:>10}"), look.theme.dim));
    }
    row::spread(&text::line(&tool.name), look.theme.tool, right, cells, look)
}
