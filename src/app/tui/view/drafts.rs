//! Drafts of a run before: what each was for, where, and what was typed.
//!
//! ```text
//! ╭ Drafts ────────────────────────────────────────╮
//! │ Typed and not saved before the program ended:  │
//! │▌14:02  + up: feedback on support-1042          │
//! │        prod-eu, agents.sessions  Fast and …    │
//! ╰ Enter take up  d discard  Esc later ───────────╯
//! ```

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{block, row};
use crate::app::{
    keymap::Action,
    text,
    tui::{
        render::{Look, format},
        state::{
            AppState, areas,
            kept_drafts::{DraftMenu, OfferedDraft},
        },
    },
};

/// Lines of a draft.
const LINES: usize = 2;

/// Draws them.
pub fn draw(frame: &mut Frame<'_>, body: Rect, menu: &DraftMenu, state: &AppState) {
    let look = &state.look;
    let drafts: Vec<&OfferedDraft> = state.offered_in(menu).collect();
    let lines = u16::try_from(drafts.len() * LINES).unwrap_or(u16::MAX).min(body.height);
    let area = areas::middle(body, body.width.min(90), lines.saturating_add(3));
    let inner = areas::inside(area);
    let cells = usize::from(inner.width);
    frame.render_widget(Clear, area);
    let hint = format::fit(&hint(menu, state), cells.saturating_sub(2), look.marks);
    let hint = Line::styled(format!(" {hint} "), if menu.asks { look.theme.warn } else { look.theme.dim });
    frame.render_widget(block::pane(Line::from(" Drafts "), hint, true, look), area);
    let page = (usize::from(inner.height.saturating_sub(1)) / LINES).max(1);
    let top = (menu.selected + 1).saturating_sub(page);
    let place = if drafts.len() > page { row::place(menu.selected, drafts.len(), look) } else { Line::default() };
    let says = format::fit("Typed and not saved before the program ended:", cells.saturating_sub(2), look.marks);
    let mut shown = vec![Line::styled(format!(" {says}"), look.theme.title)];
    let times: Vec<String> = drafts.iter().map(|draft| time_of(draft, look)).collect();
    let widest = times.iter().map(|time| format::width(time)).max().unwrap_or(0);
    for (at, (draft, time)) in drafts.iter().zip(times).enumerate().skip(top).take(page) {
        shown.extend(lines_of(draft, &format!("{time:>widest$}"), at == menu.selected, cells, look));
    }
    frame.render_widget(Paragraph::new(shown), inner);
    let heading = Rect { height: inner.height.min(1), ..inner };
    frame.render_widget(Paragraph::new(place.right_aligned()), heading);
}

fn hint(menu: &DraftMenu, state: &AppState) -> String {
    if menu.asks {
        return "discard it? it cannot be brought back: y yes  n no".to_owned();
    }
    let keys = [(Action::Open, "take up"), (Action::Remove, "discard"), (Action::Back, "later")];
    block::keys(&keys, &state.keymap)
}

/// When it was typed.
fn time_of(offered: &OfferedDraft, look: &Look) -> String {
    offered.at.map(|at| format::minute(at, look.now, look)).unwrap_or_default()
}

fn lines_of(offered: &OfferedDraft, at: &str, is_selected: bool, cells: usize, look: &Look) -> [Line<'static>; LINES] {
    let (what, more) = match &offered.draft {
        Ok(draft) => {
            let place = draft.place.as_ref().map(ToString::to_string).unwrap_or_default();
            let unsure = if draft.may_be_stored { "  may be stored" } else { "" };
            // A line of several fields, or of a text of several lines.
            let typed = draft.text.replace('\n', "  ");
            (draft.what.clone(), format!("{place}{unsure}  {typed}"))
        }
        Err(why) => (format!("a draft that cannot be read: {why}"), offered.file.clone()),
    };
    let indent = format::width(at) + 2;
    let fit = |text: &str| format::fit(&text::line(text), cells.saturating_sub(indent + 2), look.marks);
    let first = vec![Span::styled(format!("{at}  "), look.theme.dim), Span::raw(fit(&what))];
    let second = vec![Span::styled(format!("{}{}", " ".repeat(indent), fit(&more)), look.theme.dim)];
    [first, second].map(|spans| row::selectable(spans, cells, is_selected, look))
}

#[cfg(test)]
mod tests;
