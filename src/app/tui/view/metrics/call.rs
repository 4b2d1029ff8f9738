//! What is told of the call under the cursor.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::plots::{self, DrawnPlot};
use crate::app::{
    text,
    tui::{
        render::{Look, format},
        state::{conversation::CallFigure, metrics::Data},
    },
};

/// So many tools of a call are named.
const NAMED: usize = 8;

/// Draws it under a rule, as much of it as fits.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, plot: &DrawnPlot<'_>, data: Data<'_>, look: &Look) {
    if area.is_empty() {
        return;
    }
    let rule = look.marks.horizontal.repeat(area.width.into());
    buffer.set_stringn(area.x, area.y, rule, area.width.into(), look.theme.border);
    let cells = usize::from(area.width.saturating_sub(1));
    let lines = flow(facts(plot, data, look), cells);
    for (line, at) in lines.iter().zip(area.rows().skip(1)) {
        buffer.set_line(at.x + 1, at.y, line, at.width.saturating_sub(1));
    }
}

/// Its number, the figure of the plot, its time, its other figures, and the tools it called.
fn facts(plot: &DrawnPlot<'_>, data: Data<'_>, look: &Look) -> Vec<Line<'static>> {
    let theme = &look.theme;
    let found = plot.place.and_then(|place| Some((place, data.call(plot.series, place)?)));
    let Some((place, found)) = found else { return vec![Line::styled("no calls", theme.dim)] };
    let count = format::number(plot.series.count() as u64, look.marks);
    let number = format!("call {}/{count}", format::number(place as u64 + 1, look.marks));
    let mut out = vec![Line::styled(number, theme.title)];
    if plot.scope.agent().is_none() {
        out.push(Line::styled(text::line(found.agent.as_str()).into_owned(), theme.title));
    }
    out.push(figure(plot.figure, plot.figure.of(found.call), look));
    out.extend(found.call.at.map(|at| Line::styled(format::clock(at, look), theme.dim)));
    let others = CallFigure::ALL.into_iter().filter(|other| *other != plot.figure);
    out.extend(others.map(|other| figure(other, other.of(found.call), look)));
    if let Some(written) = found.call.usage.cache_write.filter(|written| *written > 0) {
        out.push(named("to cache", format::number(written, look.marks), look));
    }
    let tools = data.tools(found);
    out.extend(tools.iter().take(NAMED).map(|name| Line::styled(text::line(name).into_owned(), theme.tool)));
    if tools.len() > NAMED {
        out.push(Line::styled(format!("{} more tools", tools.len() - NAMED), theme.dim));
    }
    out
}

/// A figure of the call with a word before it; unknown is a dash.
fn figure(figure: CallFigure, value: Option<u64>, look: &Look) -> Line<'static> {
    let word = match figure {
        CallFigure::Context => "context",
        CallFigure::Input => "in",
        CallFigure::Output => "out",
        CallFigure::Cached => "cached",
        CallFigure::Latency => "latency",
        CallFigure::OutputRate => "tok/s",
    };
    let value = value.map_or_else(|| look.marks.dash.to_owned(), |value| plots::shown(figure, value, 11, look));
    named(word, value, look)
}

fn named(word: &'static str, value: String, look: &Look) -> Line<'static> {
    Line::from(vec![Span::styled(word, look.theme.dim), Span::raw(" "), Span::styled(value, look.theme.text)])
}

/// Facts one after another, two cells apart, each whole on its line.
fn flow(facts: Vec<Line<'static>>, cells: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = Vec::new();
    for fact in facts {
        let spans = fact.spans.into_iter().map(|span| Span::styled(span.content, fact.style.patch(span.style)));
        let width = spans.clone().map(|span| span.width()).sum::<usize>();
        match lines.last_mut() {
            Some(line) if line.width() + 2 + width <= cells => {
                line.push_span(Span::raw("  "));
                line.spans.extend(spans);
            }
            _ => lines.push(Line::from(spans.collect::<Vec<_>>())),
        }
    }
    lines
}
