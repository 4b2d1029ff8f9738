//! The keys, made from the keymap.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::block;
use crate::app::tui::state::{AppState, areas, help::HelpRow};

/// Draws it over the body, from line `top` on.
pub fn draw(frame: &mut Frame<'_>, body: Rect, top: usize, state: &AppState) {
    let look = &state.look;
    let lines: Vec<Line<'_>> = state.help_rows().into_iter().map(|row| line(row, state)).collect();
    let area = areas::help(body, lines.len());
    let rows = usize::from(area.height.saturating_sub(2));
    let top = top.min(lines.len().saturating_sub(rows));
    let place = format!(" {}{}{} / {} ", top + 1, look.marks.dash, (top + rows).min(lines.len()), lines.len());
    let pane = block::pane(Line::from(" Keys "), Line::styled(place, look.theme.dim), true, look);
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).scroll((top as u16, 0)).block(pane), area);
}

fn line(row: HelpRow, state: &AppState) -> Line<'static> {
    let theme = &state.look.theme;
    match row {
        HelpRow::Heading(words) => Line::styled(format!(" {words}"), theme.title),
        HelpRow::Keys(action, says) => {
            let keys = state.keymap.labels(action).join(" ");
            Line::from(vec![
                Span::styled(format!(" {keys:<12} "), theme.code),
                Span::raw(format!("{says:<44} ")),
                Span::styled(format!(":{}", action.entry().name), theme.dim),
            ])
        }
    }
}
