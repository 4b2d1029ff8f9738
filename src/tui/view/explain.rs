//! The explanation of a number, in a box over the middle of the screen.
//!
//! ```text
//! ╭ output tokens ───────────────────────╮
//! │ 162                                  │
//! │ the last counter of each run, added  │
//! │                                      │
//! │ run 1 …accumulated_usage.output   162│
//! ╰──────────────────────────── Esc back ╯
//! ```

#[cfg(test)]
mod tests;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Clear,
};

use super::{block, row, value};
use crate::{
    metrics::Explanation,
    text,
    tui::{Look, format, wrap::wrap},
};

/// No wider than this: sentences stay readable.
const WIDEST: u16 = 84;

/// Draws it over `area`.
pub fn draw(frame: &mut Frame<'_>, area: Rect, explanation: &Explanation, look: &Look) {
    let area = area.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    let width = area.width.min(WIDEST);
    let cells = usize::from(width.saturating_sub(4)).max(1);
    let lines = lines(explanation, cells, look);
    let height = area.height.min(u16::try_from(lines.len() + 2).unwrap_or(u16::MAX));
    let over = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    let title = format::fit(&text::line(&explanation.title), cells.saturating_sub(2), look.marks);
    let pane = block::pane(Line::raw(format!(" {title} ")), Line::styled(" Esc back ", look.theme.dim), true, look);
    let inner = pane.inner(over);
    frame.render_widget(Clear, over);
    frame.render_widget(pane, over);
    let hidden = lines.len().saturating_sub(inner.height.into());
    let last = usize::from(inner.height).saturating_sub(1);
    for (i, (line, at)) in lines.iter().zip(inner.rows()).enumerate() {
        if hidden > 0 && i == last {
            let more = format!("{} {} more lines", look.marks.ellipsis, hidden + 1);
            row::draw(frame.buffer_mut(), at, &Line::styled(more, look.theme.dim), false, look);
        } else {
            row::draw(frame.buffer_mut(), at, line, false, look);
        }
    }
}

fn lines(explanation: &Explanation, cells: usize, look: &Look) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    for line in wrap(&text::line(&explanation.value), cells) {
        out.push(Line::styled(line, look.theme.title));
    }
    for line in wrap(&text::block(&explanation.formula), cells) {
        out.push(Line::styled(line, look.theme.text));
    }
    if !explanation.fields.is_empty() {
        out.push(Line::default());
    }
    for (name, read) in &explanation.fields {
        push_field(&mut out, name, read, cells, look);
    }
    out
}

/// A field and what was read there on one line; where they do not fit, the value stands under it.
fn push_field(out: &mut Vec<Line<'static>>, name: &str, read: &str, cells: usize, look: &Look) {
    let name = value::stored(name, 400, look);
    let read = value::stored(read, 400, look);
    if format::width(&name) + 2 + format::width(&read) <= cells {
        let right = vec![Span::styled(read, look.theme.text)];
        out.push(row::spread(&name, look.theme.dim, right, cells, look));
        return;
    }
    out.extend(wrap(&name, cells).into_iter().map(|line| Line::styled(line, look.theme.dim)));
    for line in wrap(&read, cells.saturating_sub(2).max(1)) {
        out.push(Line::from(vec![Span::raw("  "), Span::styled(line, look.theme.text)]));
    }
}
