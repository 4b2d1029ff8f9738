//! A question that a word is typed to, over the bottom of the body.
//!
//! ```text
//! ╭ The words of prod-eu ────────────────╮
//! │ feedback on support-1042 is stored … │
//! │ prod                                 │
//! │ those are other words; nothing is …  │
//! ╰ Enter agree  Esc back ───────────────╯
//! ```

use ratatui::{
    Frame,
    layout::Rect,
    text::Line,
    widgets::{Clear, Paragraph},
};

use super::{block, caret};
use crate::app::{
    text,
    tui::{
        render::{Look, format, wrap},
        state::{areas, typed_word::TypedWord},
    },
};

/// Cells of text in the box.
#[must_use]
pub fn width(body: Rect) -> usize {
    usize::from(body.width.saturating_sub(4)).max(1)
}

/// Draws it: what is asked, as lines that fit; what is typed; and what is wrong with that. Where there is no room for all of it lines
/// in the middle give way: the first says where, the last ones what is to be typed.
pub fn draw(
    frame: &mut Frame<'_>,
    body: Rect,
    (title, hint): (&str, &str),
    mut asks: Vec<Line<'static>>,
    typed: &TypedWord,
    look: &Look,
) {
    let width = width(body);
    let problem = typed.problem.as_deref().map(|problem| wrap::plain(&text::line(problem), width)).unwrap_or_default();
    let problem: Vec<_> = problem.into_iter().take(2).map(|line| Line::styled(line, look.theme.error)).collect();
    let room = usize::from(body.height).saturating_sub(3 + problem.len());
    while asks.len() > room {
        asks.remove(asks.len().saturating_sub(3));
    }
    let area = areas::bottom(body, (asks.len() + problem.len() + 3) as u16);
    frame.render_widget(Clear, area);
    let title = Line::raw(format!(" {} ", format::fit(title, width, look.marks)));
    let hint = Line::styled(format!(" {} ", format::fit(hint, width, look.marks)), look.theme.dim);
    frame.render_widget(block::pane(title, hint, true, look), area);
    let inner = areas::inside(area);
    let inner = Rect::new(inner.x + 1, inner.y, inner.width.saturating_sub(2), inner.height);
    let asked = (asks.len() as u16).min(inner.height);
    let place = Rect { y: inner.y + asked, height: 1_u16.min(inner.height - asked), ..inner };
    let rest = Rect { y: place.bottom(), height: inner.bottom().saturating_sub(place.bottom()), ..inner };
    frame.render_widget(Paragraph::new(asks), Rect { height: asked, ..inner });
    frame.render_widget(Paragraph::new(problem), rest);
    caret::draw(frame, place, typed.area(), look);
}
