//! The line that is typed into, over the bottom of the body.
//!
//! ```text
//! ╭ Filter the sessions ─────────────────╮
//! │ app:support rating:good              │
//! │             ^^^^^^^^^^^              │
//! │ rating: is up, down or neutral       │
//! ╰──────────────────────────────────────╯
//! ```

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{block, caret};
use crate::app::{
    text,
    tui::{
        render::{format, wrap},
        state::{
            AppState, areas,
            prompt::{Asks, Offer, Prompt, TypedMistake},
            typed_word,
        },
    },
};
use crate::repository::mongo::uri;

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, body: Rect, prompt: &Prompt, state: &AppState) {
    let look = &state.look;
    let width = usize::from(body.width.saturating_sub(4));
    let below = match &prompt.mistake {
        Some(mistake) => mistake_lines(mistake, prompt.text(), width, state),
        None => offer_lines(prompt, width, state),
    };
    let area = areas::bottom(body, 3 + below.len() as u16);
    let title = match prompt.asks {
        _ if prompt.searches() => " Typed before ",
        Asks::Filter => " Filter the sessions ",
        Asks::Fleet => " Filter the fleet ",
        Asks::Find => " Find in the conversation ",
        Asks::Command => " Command ",
    };
    frame.render_widget(Clear, area);
    let says = prompt.says.as_deref().filter(|_| prompt.mistake.is_none());
    let says = says.map(|says| format!(" {} ", format::fit(says, width.saturating_sub(2), look.marks)));
    let says = Line::styled(says.unwrap_or_default(), look.theme.dim);
    frame.render_widget(block::pane(Line::from(title), says, true, look), area);
    let inner = areas::inside(area);
    let line = Rect::new(inner.x + 1, inner.y, inner.width.saturating_sub(2), 1.min(inner.height));
    match uri::password_span(prompt.text()).filter(|_| prompt.asks == Asks::Command) {
        Some(secret) => caret::draw(frame, line, &typed_word::masked(prompt.area(), &secret), look),
        None => caret::draw(frame, line, prompt.area(), look),
    }
    let rest = Rect::new(line.x, line.bottom(), line.width, inner.bottom().saturating_sub(line.bottom()));
    frame.render_widget(Paragraph::new(below), rest);
}

/// Carets under the word, where the line does not scroll; then what is wrong with it.
fn mistake_lines(mistake: &TypedMistake, typed: &str, width: usize, state: &AppState) -> Vec<Line<'static>> {
    let style = state.look.theme.error;
    let mut lines = Vec::new();
    if format::width(typed) < width {
        let at = |byte: usize| format::width(typed.get(..byte).unwrap_or(typed));
        let (from, to) = (at(mistake.span.start), at(mistake.span.end));
        let carets = "^".repeat(to.saturating_sub(from).max(1));
        lines.push(Line::styled(format!("{}{carets}", " ".repeat(from)), style));
    }
    lines.extend(wrap::plain(&text::line(&mistake.problem), width).into_iter().map(|line| Line::styled(line, style)));
    lines
}

fn offer_lines(prompt: &Prompt, width: usize, state: &AppState) -> Vec<Line<'static>> {
    let rows = usize::from(prompt.offers_area(state.areas.body).height);
    let first = prompt.first_offer(rows);
    let shown = prompt.offers.iter().enumerate().skip(first).take(rows);
    // A column of keys, where there are any.
    let keys = prompt.offers.iter().any(|offer| !offer.key.is_empty());
    shown.map(|(at, offer)| offer_line(offer, Some(at) == prompt.chosen(), keys, width, state)).collect()
}

fn offer_line(offer: &Offer, selected: bool, keys: bool, width: usize, state: &AppState) -> Line<'static> {
    let theme = &state.look.theme;
    let name = format::fit(&offer.name, width, state.look.marks);
    // What follows stands in columns, wherever the name has room before them.
    let pad = 18usize.saturating_sub(format::width(&name));
    let used = format::width(&name) + pad + 1;
    let key = if keys { format!("{:<10} ", offer.key) } else { String::new() };
    let help = format::fit(&offer.help, width.saturating_sub(used + key.len()), state.look.marks);
    let line = Line::from(vec![
        Span::styled(format!("{name}{} ", " ".repeat(pad)), if offer.fits { theme.text } else { theme.dim }),
        Span::styled(key, theme.code),
        Span::styled(help, theme.dim),
    ]);
    if selected { line.patch_style(theme.selected) } else { line }
}
