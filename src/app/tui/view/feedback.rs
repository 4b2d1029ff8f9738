//! The feedback pane.
//!
//! ```text
//! ╭ 5 Feedback ────────────╮
//! │▌+ Fast and right     1h│
//! │ - Too slow on the    1h│
//! │   second order         │
//! ╰────────────────── 1/2 ─╯
//! ```

#[cfg(test)]
mod tests;

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{block, row, value};
use crate::{
    app::tui::{
        render::{Look, format, message::FeedbackStand},
        state::{
            conversation::NoSession,
            feedback::{self, AGE, FeedbackPane, MARGINS, PendingFeedback},
        },
    },
    session::{Feedback, Rating, Session},
};

/// Draws the pane with its border.
pub fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &FeedbackPane,
    session: Result<&Session, NoSession>,
    focused: bool,
    look: &Look,
) {
    let shown = feedback::newest_first(session.ok());
    let place = row::place(state.selection.at(shown.len()), shown.len(), look);
    let inner = block::draw(frame.buffer_mut(), area, Line::raw(" 5 Feedback "), place, focused, look);
    let coming = state.coming_rows(inner.as_size());
    let mut lines = Rect { height: coming, ..inner }.rows();
    for pending in state.coming() {
        for text in item_lines(&pending.shown, FeedbackStand::Pending, inner.width, look) {
            let Some(line) = lines.next() else { break };
            row::draw(frame.buffer_mut(), line, &text, false, look);
        }
    }
    let inner = Rect { y: inner.y.saturating_add(coming), height: inner.height - coming, ..inner };
    if shown.is_empty() && coming > 0 {
        return;
    }
    if shown.is_empty() {
        let says = match session {
            Err(none) => none.words(look.marks),
            Ok(session) => feedback::none(session).to_owned(),
        };
        row::hint(frame.buffer_mut(), inner, &says, look);
        return;
    }
    let is_of = |item: &Feedback, pending: &&PendingFeedback| {
        pending.stored.as_ref().is_some_and(|stored| feedback::is_same(stored, item))
    };
    let selected = state.selection.at(shown.len());
    let height = |i: usize| feedback::height(shown[i].1, inner.width);
    let top = state.selection.top_tall(shown.len(), inner.height.into(), height);
    let mut lines = inner.rows();
    for (i, (position, item)) in shown.iter().enumerate().skip(top) {
        let lit = state.glow.is_lit(position, look.now);
        let item: &Feedback = item;
        let (item, stand) = match state.pending.iter().find(|pending| is_of(item, pending)) {
            Some(pending) if pending.is_taken_back => (item, FeedbackStand::TakenBack),
            Some(pending) => (&pending.shown, FeedbackStand::Pending),
            None => (item, FeedbackStand::Stored),
        };
        for text in item_lines(item, stand, inner.width, look) {
            let Some(line) = lines.next() else { return };
            let text = if lit { text.patch_style(look.theme.glow) } else { text };
            row::draw(frame.buffer_mut(), line, &text, focused && i == selected, look);
        }
    }
}

/// The mark of a rating, with its style.
#[must_use]
pub fn mark(rating: &Rating, look: &Look) -> (&'static str, Style) {
    match rating {
        Rating::Up => ("+", look.theme.ok),
        Rating::Down => ("-", look.theme.error),
        Rating::Neutral => (if look.marks.unicode { "·" } else { "." }, look.theme.dim),
        Rating::Other(_) => ("?", look.theme.warn),
    }
}

fn item_lines(item: &Feedback, stand: FeedbackStand, width: u16, look: &Look) -> Vec<Line<'static>> {
    let cells = usize::from(width.saturating_sub(MARGINS)).max(4);
    let (sign, style) = mark(&item.rating, look);
    let age = match item.created_at.filter(|_| stand == FeedbackStand::Stored).map(|at| format::age(at, look.now)) {
        None if stand == FeedbackStand::Pending => look.marks.ellipsis.to_owned(),
        None if stand == FeedbackStand::TakenBack => format!("{}back", look.marks.ellipsis),
        None => look.marks.dash.to_owned(),
        Some(ahead) if ahead.starts_with("in ") && ahead.len() > AGE => "later".into(),
        Some(age) => format::fit(&age, AGE, look.marks),
    };
    let said = item.comment.as_deref().is_some_and(|comment| !comment.trim_end().is_empty());
    let odd = matches!(item.rating, Rating::Other(_));
    let mut out: Vec<Line<'static>> = feedback::lines(item, width)
        .into_iter()
        .enumerate()
        .map(|(i, text)| {
            let first = i == 0;
            let style_of_text = match (first && odd, said) {
                (true, _) => look.theme.warn,
                (false, true) => look.theme.text,
                (false, false) => look.theme.dim,
            };
            Line::from(vec![
                Span::styled(if first { format!("{sign} ") } else { "  ".to_owned() }, style),
                Span::styled(row::left(&text, cells, look), style_of_text),
                Span::styled(if first { format!("{age:>AGE$}") } else { String::new() }, look.theme.dim),
            ])
        })
        .collect();
    if let Some(about) = format::about(item) {
        let text = value::stored(&about, usize::from(width).saturating_sub(3), look);
        out.push(Line::from(vec![Span::raw("  "), Span::styled(text, look.theme.dim)]));
    }
    if stand != FeedbackStand::Stored {
        // Each part in its own style would outshine that.
        out = out.into_iter().map(|line| Line::styled(line.to_string(), look.theme.dim)).collect();
    }
    out
}
