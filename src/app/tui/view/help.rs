//! The keys, made from the keymap.

use crate::app::keymap::ENTRIES;
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::block;
use crate::app::tui::state::{AppState, areas};

/// Draws it over the body, from line `top` on.
pub fn draw(frame: &mut Frame<'_>, body: Rect, top: usize, state: &AppState) {
    let look = &state.look;
    let lines: Vec<Line<'_>> = ENTRIES
        .iter()
        .map(|entry| {
            let keys = state.keymap.labels(entry.action).join(" ");
            Line::from(vec![
                Span::styled(format!(" {keys:<12} "), look.theme.code),
                Span::raw(format!("{:<44} ", entry.help)),
                Span::styled(format!(":{}", entry.name), look.theme.dim),
            ])
        })
        .collect();
    let area = areas::help(body);
    let rows = usize::from(area.height.saturating_sub(2));
    let top = top.min(lines.len().saturating_sub(rows));
    let place = format!(" {}{}{} / {} ", top + 1, look.marks.dash, (top + rows).min(lines.len()), lines.len());
    let pane = block::pane(Line::from(" Keys "), Line::styled(place, look.theme.dim), true, look);
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).scroll((top as u16, 0)).block(pane), area);
}
