//! A text in a box over the middle of the screen: an explanation, what was said.
//!
//! ```text
//! ╭ output tokens ───────────────────────╮
//! │ 162                                  │
//! │ the last counter of each run, added  │
//! │                                      │
//! │ run 1 …accumulated_usage.output   162│
//! ╰──────────────────────────── 1–4 / 4 ─╯
//! ```

#[cfg(test)]
mod tests;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Clear,
};

use super::{block, row};
use crate::app::{
    text,
    tui::{
        render::{Look, format},
        state::note::{Kind, Note, NoteLine},
    },
};

/// Draws it over `area`; `back` is the key that closes it.
pub fn draw(frame: &mut Frame<'_>, area: Rect, note: &Note, back: Option<&str>, look: &Look) {
    let area = area.intersection(frame.area());
    if area.is_empty() {
        return;
    }
    let (over, lines) = note.layout(area);
    let cells = usize::from(over.width.saturating_sub(4)).max(1);
    let rows = usize::from(over.height.saturating_sub(2));
    let top = note.top.min(lines.len().saturating_sub(rows));
    let title = format::fit(&text::line(&note.title), cells.saturating_sub(2), look.marks);
    let place = if lines.len() > rows {
        format!(" {}{}{} / {} ", top + 1, look.marks.dash, top + rows, lines.len())
    } else {
        back.map(|key| format!(" {key} back ")).unwrap_or_default()
    };
    let pane = block::pane(Line::raw(format!(" {title} ")), Line::styled(place, look.theme.dim), true, look);
    let inner = pane.inner(over);
    frame.render_widget(Clear, over);
    frame.render_widget(pane, over);
    for (line, at) in lines.iter().skip(top).zip(inner.rows()) {
        row::draw(frame.buffer_mut(), at, &styled(line, cells, look), false, look);
    }
}

fn styled(line: &NoteLine, cells: usize, look: &Look) -> Line<'static> {
    let theme = &look.theme;
    let style = match line.kind {
        Kind::Main => theme.title,
        Kind::Error => theme.error,
        Kind::Text => theme.text,
        Kind::Name => theme.dim,
    };
    if line.right.is_empty() {
        return Line::styled(line.left.clone(), style);
    }
    row::spread(&line.left, style, vec![Span::styled(line.right.clone(), theme.text)], cells, look)
}
