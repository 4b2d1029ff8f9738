//! The keys, made from the keymap.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::block;
use crate::app::{
    text,
    tui::{
        render::format,
        state::{
            AppState, areas,
            help::{HelpRow, pane::HelpPane},
        },
    },
};

/// Draws it over the body.
pub fn draw(frame: &mut Frame<'_>, body: Rect, pane: &HelpPane, state: &AppState) {
    let look = &state.look;
    let lines: Vec<Line<'_>> = state.help_rows().into_iter().map(|row| line(row, state)).collect();
    // What is typed narrows what it says and not its box.
    let area = areas::help(body, state.help_lines());
    let rows = usize::from(area.height.saturating_sub(2));
    let top = pane.top.min(lines.len().saturating_sub(rows));
    let place = match lines.len() {
        0 => " no key is like that; Esc shows all ".to_owned(),
        all => format!(" {}{}{} / {all} ", top + 1, look.marks.dash, (top + rows).min(all)),
    };
    let typed = format::fit(&text::line(&pane.needle), usize::from(area.width.saturating_sub(12)), look.marks);
    let title = match (typed.as_str(), area.width) {
        ("", ..40) => " Keys ".to_owned(),
        ("", _) => " Keys: type to narrow ".to_owned(),
        (typed, _) => format!(" Keys: {typed} "),
    };
    let pane = block::pane(Line::from(title), Line::styled(place, look.theme.dim), true, look);
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
        HelpRow::Fixed(keys, says) => {
            Line::from(vec![Span::styled(format!(" {keys:<14} "), theme.code), Span::raw(says)])
        }
        HelpRow::Named(name, takes, says) => {
            Line::from(vec![Span::styled(format!(" :{:<27} ", format!("{name} {takes}")), theme.code), Span::raw(says)])
        }
    }
}
