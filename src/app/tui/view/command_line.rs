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
        None => match prompt.no_match() {
            Some(says) => wrap::plain(says, width).into_iter().map(|line| Line::styled(line, look.theme.dim)).collect(),
            None => offer_lines(prompt, width, state),
        },
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
    let place = offers_place(prompt, state);
    let says = prompt.says.as_deref().filter(|_| prompt.mistake.is_none());
    let room = width.saturating_sub(2 + format::width(&place));
    let says = says.map(|says| format!(" {} ", format::fit(says, room, look.marks)));
    let says = Line::styled(says.unwrap_or_default(), look.theme.dim);
    let pane = block::pane(Line::from(title), says, true, look);
    let mut pane = pane.title_bottom(Line::styled(place, look.theme.dim).left_aligned());
    let keys = keys(prompt);
    if format::width(title) + format::width(keys) + 4 <= width {
        pane = pane.title_top(Line::styled(keys, look.theme.dim).right_aligned());
    }
    frame.render_widget(pane, area);
    let inner = areas::inside(area);
    let line = Rect::new(inner.x + 1, inner.y, inner.width.saturating_sub(2), 1.min(inner.height));
    let secrets = if prompt.asks == Asks::Command { uri::secret_spans(prompt.text()) } else { Vec::new() };
    if secrets.is_empty() {
        caret::draw(frame, line, prompt.area(), look);
    } else {
        caret::draw(frame, line, &typed_word::masked(prompt.area(), &secrets), look);
    }
    let rest = Rect::new(line.x, line.bottom(), line.width, inner.bottom().saturating_sub(line.bottom()));
    frame.render_widget(Paragraph::new(below), rest);
}

/// The keys that only a line has. The help tells of all.
fn keys(prompt: &Prompt) -> &'static str {
    match prompt.asks {
        _ if prompt.searches() => " Enter take  Esc back ",
        Asks::Filter | Asks::Fleet | Asks::Command => " Tab take  Up before  Ctrl-R search  Esc back ",
        Asks::Find => " Up before  Ctrl-R search  Esc back ",
    }
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
    // Columns, as wide as all that is offered needs them: they stand still while one goes through it.
    let names = prompt.offers.iter().map(|offer| format::width(&offer.name)).max().unwrap_or_default();
    let columns = OfferColumns {
        names: names.clamp(NAMES, (width * 2 / 5).max(NAMES)),
        keys: prompt.offers.iter().any(|offer| !offer.key.is_empty()),
    };
    shown.map(|(at, offer)| offer_line(offer, Some(at) == prompt.chosen(), &columns, width, state)).collect()
}

/// Where in all that is offered one is: `1-10 / 26`; nothing where all of it shows.
fn offers_place(prompt: &Prompt, state: &AppState) -> String {
    let rows = usize::from(prompt.offers_area(state.areas.body).height);
    let (first, all) = (prompt.first_offer(rows), prompt.offers.len());
    if prompt.mistake.is_some() || all <= rows {
        return String::new();
    }
    format!(" {}{}{} / {all} ", first + 1, state.look.marks.dash, (first + rows).min(all))
}

/// Least cells of the names.
const NAMES: usize = 18;

/// The columns before what an offer means.
struct OfferColumns {
    /// Cells of the names.
    names: usize,
    /// Keys stand after them.
    keys: bool,
}

fn offer_line(offer: &Offer, selected: bool, columns: &OfferColumns, width: usize, state: &AppState) -> Line<'static> {
    let theme = &state.look.theme;
    let name = format::fit(&offer.name, width, state.look.marks);
    // What follows stands in columns, wherever the name has room before them.
    let pad = columns.names.saturating_sub(format::width(&name));
    let used = format::width(&name) + pad + 1;
    let key = if columns.keys { format!("{:<10} ", offer.key) } else { String::new() };
    let help = format::fit(&offer.help, width.saturating_sub(used + key.len()), state.look.marks);
    let mut line = Line::from(vec![
        Span::styled(format!("{name}{} ", " ".repeat(pad)), if offer.fits { theme.text } else { theme.dim }),
        Span::styled(key, theme.code),
        Span::styled(help, theme.dim),
    ]);
    if !selected {
        return line;
    }
    let free = width.saturating_sub(line.width());
    line.push_span(Span::raw(" ".repeat(free)));
    line.patch_style(theme.selected)
}
