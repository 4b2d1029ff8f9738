//! The plots: among the rows in a narrow pane, beside them in a large one.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::super::row;
use crate::app::tui::{
    render::{
        Look, format,
        plot::{self, Bins, CellDots},
    },
    state::{
        conversation::{CallFigure, CallSeries},
        metrics::{
            Data, MetricsPane,
            layout::{self, AXIS, Arrangement, LABEL},
            rows::MetricsRow,
            value::MeasuredPart,
        },
    },
};

/// What a plot shows.
#[derive(Clone, Copy)]
pub(super) struct DrawnPlot<'a> {
    pub scope: MeasuredPart<'a>,
    pub figure: CallFigure,
    pub series: &'a CallSeries,
    /// Where the cursor stands.
    pub place: Option<usize>,
}

impl<'a> DrawnPlot<'a> {
    /// The plot of a row.
    pub fn of(row: &MetricsRow<'a>, state: &MetricsPane, data: Data<'a>) -> Option<Self> {
        let (figure, series) = (row.plot()?, data.series(row.scope)?);
        Some(Self { scope: row.scope, figure, series, place: state.place(&data, series) })
    }

    /// The highest value of all calls.
    pub fn highest(&self) -> Option<u64> {
        self.series.highest(self.figure, 0..self.series.count())
    }

    /// The value of the newest call.
    fn newest(&self) -> Option<u64> {
        self.series.value(self.figure, self.series.count().checked_sub(1)?)
    }

    fn bins(&self, cells: u16, look: &Look) -> Bins {
        Bins::new(self.series.count(), cells.into(), CellDots::of(look.marks))
    }
}

/// A value in so many cells, in words where those fit: `15 300`, else `15.3k`; `650 ms`.
pub(super) fn shown(figure: CallFigure, value: u64, cells: usize, look: &Look) -> String {
    let whole = match figure {
        CallFigure::Latency => format::millis(value),
        CallFigure::OutputRate if value < 10_000 => figure.plain(value),
        CallFigure::OutputRate => return shown(CallFigure::Output, value / 10, cells, look),
        _ => format::number(value, look.marks),
    };
    if format::width(&whole) <= cells || figure == CallFigure::Latency { whole } else { format::short(value) }
}

/// The highest value, as it stands beside a plot.
pub(super) fn max(figure: CallFigure, highest: u64, look: &Look) -> String {
    format!("max {}", shown(figure, highest, usize::from(LABEL) - 5, look))
}

/// The newest value, likewise.
fn last(figure: CallFigure, newest: u64, look: &Look) -> String {
    format!("last {}", shown(figure, newest, usize::from(LABEL) - 6, look))
}

/// A plot among the rows: its name, its highest and its newest value at the left.
pub(super) fn among(buffer: &mut Buffer, area: Rect, plot: &DrawnPlot<'_>, chosen: bool, look: &Look) {
    let bars = layout::bars_among(area);
    let bins = plot.bins(bars.width, look);
    let mut lines = vec![
        plot.figure.label().to_owned(),
        plot.highest().map_or_else(String::new, |highest| max(plot.figure, highest, look)),
        plot.newest().map_or_else(String::new, |newest| last(plot.figure, newest, look)),
    ];
    if bins.per() > 1 {
        lines.push(format!("{} a bar", format::number(bins.per() as u64, look.marks)));
    }
    let label = Rect { width: area.width - bars.width, ..area };
    lines.resize(area.height.into(), String::new());
    for (line, at) in lines.into_iter().zip(label.rows()) {
        row::draw(buffer, at, &Line::styled(line, look.theme.dim), chosen, look);
    }
    draw_bars(buffer, bars, plot, (plot.place.filter(|_| chosen), APART), look);
}

/// Dots left free above the highest bar among rows: the next plot stands right below, and two would read as one.
const APART: usize = 1;

fn draw_bars(
    buffer: &mut Buffer,
    area: Rect,
    plot: &DrawnPlot<'_>,
    (cursor, free): (Option<usize>, usize),
    look: &Look,
) {
    let bins = plot.bins(area.width, look);
    let value = |bar| plot.series.highest(plot.figure, bins.values(bar));
    let size = (area.width.into(), area.height.into());
    let lines = plot::picture(&bins, value, plot.highest().unwrap_or(0), size, free, look.marks);
    for (line, at) in lines.iter().zip(area.rows()) {
        buffer.set_stringn(at.x, at.y, line, at.width.into(), look.theme.bars());
    }
    if let Some(column) = cursor.map(|place| column(&bins, place, area)) {
        buffer.set_style(column, look.theme.selected);
    }
}

/// The cells of a call's bar.
fn column(bins: &Bins, place: usize, area: Rect) -> Rect {
    let cells = bins.cells(bins.of(place));
    let column = Rect { x: area.x + cells.start as u16, width: cells.len() as u16, ..area };
    column.intersection(area)
}

/// The plots of one agent beside the figures. Gives the first of them.
pub(super) fn beside<'a>(
    buffer: &mut Buffer,
    parts: &Arrangement,
    state: &MetricsPane,
    data: Data<'a>,
    rows: &[MetricsRow<'a>],
    focused: bool,
    look: &Look,
) -> Option<DrawnPlot<'a>> {
    if !parts.is_roomy() {
        return None;
    }
    let plots = state.plots(rows);
    let selected = state.selection.at(rows.len());
    let chosen = plots.iter().position(|row| *row == selected);
    let mut first = None;
    for (number, area) in layout::grid(parts.plots, plots.len(), chosen.unwrap_or(0)) {
        let Some(plot) = rows.get(plots[number]).and_then(|row| DrawnPlot::of(row, state, data)) else { continue };
        first = first.or(Some(plot));
        let cursor = plot.place.filter(|_| focused && chosen.is_some());
        let style = if focused && chosen == Some(number) { look.theme.focus } else { look.theme.title };
        draw_beside(buffer, area, &plot, data, (cursor, style), look);
    }
    first
}

/// A plot with its title, its axes, and the call under the cursor.
fn draw_beside(
    buffer: &mut Buffer,
    area: Rect,
    plot: &DrawnPlot<'_>,
    data: Data<'_>,
    (cursor, style): (Option<usize>, Style),
    look: &Look,
) {
    let value = plot.place.and_then(|place| plot.series.value(plot.figure, place));
    let value = value.map_or_else(|| look.marks.dash.to_owned(), |value| shown(plot.figure, value, 11, look));
    let right = vec![Span::styled(value, look.theme.text)];
    let title = row::spread(plot.figure.title(), style, right, area.width.into(), look);
    buffer.set_line(area.x, area.y, &title, area.width);
    let bars = layout::bars_beside(area);
    if bars.is_empty() {
        return;
    }
    let Some(highest) = plot.highest() else {
        buffer.set_stringn(bars.x, bars.y, "unknown", bars.width.into(), look.theme.dim);
        return;
    };
    draw_axis(buffer, area, bars, (plot.figure, highest), look);
    draw_bars(buffer, bars, plot, (cursor, 0), look);
    let below = area.bottom() - bars.bottom();
    if below > 1 {
        let rule = look.marks.horizontal.repeat(bars.width.into());
        buffer.set_stringn(bars.x, bars.bottom(), rule, bars.width.into(), look.theme.border);
        if let Some(place) = cursor {
            let at = column(&plot.bins(bars.width, look), place, bars);
            let x = at.x + at.width.saturating_sub(1) / 2;
            buffer.set_stringn(x, bars.bottom(), look.marks.pointer, 1, look.theme.focus);
        }
    }
    if below > 0 {
        let line = Rect { y: area.bottom() - 1, height: 1, ..bars };
        draw_calls(buffer, line, plot, data, look);
    }
}

/// Values from the highest down to 0, left of the bars. They begin at 0, so that heights can be held against one another.
fn draw_axis(buffer: &mut Buffer, area: Rect, bars: Rect, (figure, highest): (CallFigure, u64), look: &Look) {
    let cells = usize::from(AXIS) - 2;
    let mut put = |y: u16, value: u64| {
        let text = format!("{:>cells$}", shown(figure, value, cells, look));
        buffer.set_stringn(area.x, y, text, cells, look.theme.dim);
    };
    put(bars.y, highest);
    if bars.height > 1 {
        put(bars.bottom() - 1, 0);
    }
    if bars.height >= 7 {
        let line = bars.height / 2;
        let share = u128::from(highest) * u128::from(bars.height - line) / u128::from(bars.height);
        put(bars.y + line, u64::try_from(share).unwrap_or(highest));
    }
    for line in bars.rows() {
        buffer.set_stringn(bars.x.saturating_sub(1), line.y, look.marks.vertical, 1, look.theme.border);
    }
}

/// The first and the newest call, each below its bar: their numbers, and their times where both are of one day.
fn draw_calls(buffer: &mut Buffer, line: Rect, plot: &DrawnPlot<'_>, data: Data<'_>, look: &Look) {
    let last = plot.series.count().saturating_sub(1);
    let of = |place: usize| data.call(plot.series, place).and_then(|found| found.call.at);
    let (from, to) = (of(0), of(last));
    let same_day = from.zip(to).is_some_and(|(from, to)| format::day(from, look) == format::day(to, look));
    let told = |place: usize, at| match at {
        Some(at) if same_day => format!("{} {}", format::number(place as u64 + 1, look.marks), format::clock(at, look)),
        _ => format::number(place as u64 + 1, look.marks),
    };
    let first = told(0, from);
    if last == 0 {
        let right = vec![Span::styled(first, look.theme.dim)];
        return put_line(buffer, line, &row::spread("", look.theme.dim, right, line.width.into(), look));
    }
    let newest = told(last, to);
    // The bars begin where they are few enough to end at the right.
    let cells = usize::from(line.width);
    let most = cells.saturating_sub(format::width(&first) + format::width(&newest) + 1);
    let indent = plot.bins(line.width, look).cells(0).start.min(most);
    let right = vec![Span::styled(newest, look.theme.dim)];
    let first = format!("{}{first}", " ".repeat(indent));
    put_line(buffer, line, &row::spread(&first, look.theme.dim, right, cells, look));
}

fn put_line(buffer: &mut Buffer, area: Rect, line: &Line<'_>) {
    buffer.set_line(area.x, area.y, line, area.width);
}
