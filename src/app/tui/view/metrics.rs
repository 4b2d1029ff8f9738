//! The metrics pane: figures, plots of the calls, and what is told of the call under the cursor.
//!
//! ```text
//! ╭ 3 Metrics ─────────────╮
//! │ support   1 run 3 turns│
//! │ input             1 350│
//! │ cache r/w      300 / 20│
//! │▌ms/call         ⢸⣿  ⢀⣀ │
//! │▌max 650 ms  ⢸⣿⢸⣿⢸⣿⢸⣿⢸⣿ │
//! │ lookup_order    2 1 err│
//! │────────────────────────│
//! │ call 5/5  latency 200 ms│
//! ╰───────────────── 8/19 ─╯
//! ```

mod call;
mod plots;
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
            render::{Look, format, look::Marks},
            state::{
                conversation::{NoSession, running_s},
                list::Rows,
                metrics::{
                    Data, MetricsPane,
                    rows::{MetricsRow, RATES, RowContent},
                    value::{MeasuredPart, Value, value},
                },
            },
        },
    },
    metrics::{Figure, RunningTool, ToolMetrics},
};
use plots::DrawnPlot;

/// Numbers stand no further than this from their labels, also in a wide pane.
const WIDEST: u16 = 60;

/// How a count is written.
type WriteCount = fn(u64, &Marks) -> String;

/// The label of tokens a minute where there is room to say over how many minutes.
const RATES_OVER: &str = "tok/min 1/5/15";

/// Draws the pane with its border.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &MetricsPane, data: Data<'_>, focused: bool, look: &Look) {
    let rows = data.rows();
    let selected = state.selection.at(rows.len());
    let place = row::place(selected, rows.len(), look);
    let inner = block::draw(frame.buffer_mut(), area, Line::raw(" 3 Metrics "), place, focused, look);
    if rows.is_empty() {
        row::hint(frame.buffer_mut(), inner, &missing(&data, look), look);
        return;
    }
    let parts = state.arrange(inner, &data, &rows);
    let heights = data.heights(&rows, &parts);
    let mut top = parts.list.y;
    for (i, metrics) in rows.iter().enumerate().skip(state.top(&heights, &parts)) {
        let left = parts.list.bottom().saturating_sub(top);
        let line = Rect { y: top, height: left.min(heights[i] as u16), ..parts.list };
        if line.is_empty() {
            break;
        }
        let chosen = focused && i == selected;
        match DrawnPlot::of(metrics, state, data) {
            Some(plot) if !parts.is_roomy() && data.draws(metrics) => {
                plots::among(frame.buffer_mut(), line, &plot, chosen, look);
            }
            plot => {
                let cell = chosen.then_some(state.cell);
                let cells = usize::from(line.width.min(WIDEST).saturating_sub(1));
                let mut shown = content(metrics, plot, data, cell, cells, look);
                if !state.glow.is_dark() && rows.key(i).is_some_and(|key| state.glow.is_lit(&key, look.now)) {
                    shown = shown.patch_style(look.theme.glow);
                }
                row::draw(frame.buffer_mut(), line, &shown, chosen, look);
            }
        }
        top = top.saturating_add(line.height);
    }
    let shown = plots::beside(frame.buffer_mut(), &parts, state, data, &rows, focused, look);
    let selected = rows.get(selected).and_then(|metrics| DrawnPlot::of(metrics, state, data));
    if let Some(plot) = selected.or(shown) {
        call::draw(frame.buffer_mut(), parts.detail, &plot, data, look);
    }
}

/// Why there are no rows.
fn missing(data: &Data<'_>, look: &Look) -> String {
    match (data.open, data.metrics) {
        (false, _) => NoSession::Closed.words(look.marks),
        (true, None) => NoSession::Opening.words(look.marks),
        (true, Some(_)) if data.unread => "unknown: the figures of an orchestrator are not read yet".to_owned(),
        (true, Some(_)) => "no agents in this session".to_owned(),
    }
}

/// A row of one line.
fn content(
    metrics: &MetricsRow<'_>,
    plot: Option<DrawnPlot<'_>>,
    data: Data<'_>,
    chosen: Option<usize>,
    cells: usize,
    look: &Look,
) -> Line<'static> {
    match metrics.content {
        RowContent::Title => title(metrics.scope, chosen, cells, look),
        RowContent::Running(tool) => {
            let lasts = format!("runs {}", format::lasting(running_s(tool, data.now)));
            call_of_tool(tool, metrics.scope, Span::styled(lasts, look.theme.new), cells, look)
        }
        RowContent::Ended(ended) => {
            let lasted = format!("ran {}", format::lasting(ended.seconds));
            call_of_tool(&ended.tool, metrics.scope, Span::styled(lasted, look.theme.dim), cells, look)
        }
        RowContent::Rates(rates) => tokens_a_minute(rates, cells, look),
        RowContent::Figures(label, figures) => {
            let right = |write: WriteCount, gap: &'static str| {
                let spans = figures.iter().map(|figure| value_span(value(metrics.scope, *figure), write, look));
                cells_of(spans.collect(), gap, chosen, look)
            };
            spread_fitting(&[label], right, cells, look)
        }
        RowContent::Plot(figure) => {
            let highest = plot.and_then(|plot| plot.highest());
            let right = match highest {
                None => Span::styled(look.marks.dash, look.theme.dim),
                Some(highest) => Span::styled(plots::max(figure, highest, look), look.theme.text),
            };
            row::spread(figure.label(), look.theme.dim, vec![right], cells, look)
        }
        RowContent::Tool(tool) => match metrics.scope {
            MeasuredPart::Agent(_, figures) if tool < figures.tools.len() => {
                tool_line(&figures.tools[tool], &figures.tools, cells, look)
            }
            _ => Line::default(),
        },
    }
}

/// Over 1, 5 and 15 minutes.
fn tokens_a_minute(rates: [f64; 3], cells: usize, look: &Look) -> Line<'static> {
    let right = |write: WriteCount, gap: &'static str| {
        let rate = |rate: f64| Span::styled(write(rate.round() as u64, look.marks), look.theme.text);
        cells_of(rates.map(rate).into(), gap, None, look)
    };
    spread_fitting(&[RATES_OVER, RATES], right, cells, look)
}

/// A call of a tool, and how long it lasts; where all agents are shown, whose it is.
fn call_of_tool(
    tool: &RunningTool,
    scope: MeasuredPart<'_>,
    lasts: Span<'static>,
    cells: usize,
    look: &Look,
) -> Line<'static> {
    let mut right = Vec::new();
    if scope.agent().is_none() {
        let agent = format::fit(&text::line(tool.agent.as_str()), cells / 3, look.marks);
        right.push(Span::styled(format!("{agent} "), look.theme.dim));
    }
    right.push(lasts);
    let name = tool.name.as_deref().map_or_else(|| "a tool".into(), text::line);
    row::spread(&name, look.theme.tool, right, cells, look)
}

fn title(scope: MeasuredPart<'_>, chosen: Option<usize>, cells: usize, look: &Look) -> Line<'static> {
    match scope {
        MeasuredPart::Total(metrics) => {
            let count = counted(metrics.agents.len() as u64, "agent", look);
            row::spread("all agents", look.theme.title, vec![Span::styled(count, look.theme.dim)], cells, look)
        }
        MeasuredPart::Agent(id, _) => {
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

/// The longest label with which the values fit as they are; where none does, they are written shorter, as a label that is cut says
/// less than a figure that is rounded.
fn spread_fitting(
    labels: &[&str],
    right: impl Fn(WriteCount, &'static str) -> Vec<Span<'static>>,
    cells: usize,
    look: &Look,
) -> Line<'static> {
    let writings: [(WriteCount, &'static str); 3] = [(format::number, " / "), (brief, " / "), (brief, "/")];
    for (write, gap) in writings {
        let right = right(write, gap);
        let taken: usize = right.iter().map(Span::width).sum();
        if let Some(label) = labels.iter().find(|label| format::width(label) + 1 + taken <= cells) {
            return row::spread(label, look.theme.dim, right, cells, look);
        }
    }
    row::spread(labels.last().copied().unwrap_or_default(), look.theme.dim, right(writings[2].0, "/"), cells, look)
}

/// A count in four cells: `1.6k`, `932k`.
fn brief(value: u64, _: &Marks) -> String {
    let short = format::short(value);
    match short.split_once('.') {
        Some((whole, rest)) if whole.len() > 2 => {
            format!("{whole}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()))
        }
        _ => short,
    }
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

fn value_span(value: Value, write: WriteCount, look: &Look) -> Span<'static> {
    let text = match value {
        Value::Count(n) => write(n, look.marks),
        Value::AtLeast(n) => format::at_least(write(n, look.marks), true, look.marks),
        Value::Millis(ms) => format::millis(ms),
        Value::AtLeastMillis(ms) => format::at_least(format::millis(ms), true, look.marks),
        Value::Rate(rate) => format!("{rate:.1}"),
        Value::Unknown => return Span::styled(look.marks.dash, look.theme.dim),
    };
    Span::styled(text, look.theme.text)
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
