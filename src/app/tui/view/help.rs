//! The keys, made from the keymap.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{block, row};
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
    // What is typed narrows what it says and not its box.
    let every = state.all_help_rows();
    let area = areas::help(body, every.len());
    let cells = usize::from(area.width.saturating_sub(2));
    let all = state.narrowed_help(every);
    let rows = usize::from(area.height.saturating_sub(2));
    let top = pane.top.min(all.len().saturating_sub(rows));
    let place = match all.len() {
        0 => String::new(),
        all => format!(" {}{}{} / {all} ", top + 1, look.marks.dash, (top + rows).min(all)),
    };
    let typed = format::fit(&text::line(&pane.needle), usize::from(area.width.saturating_sub(12)), look.marks);
    let title = match (typed.as_str(), area.width) {
        ("", ..40) => " Keys ".to_owned(),
        ("", _) => " Keys: type to narrow ".to_owned(),
        (typed, _) => format!(" Keys: {typed} "),
    };
    let is_empty = all.is_empty();
    let lines: Vec<Line<'_>> = all.into_iter().skip(top).take(rows).map(|row| line(row, cells, state)).collect();
    let pane = block::pane(Line::from(title), Line::styled(place, look.theme.dim), true, look);
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(pane), area);
    if is_empty {
        row::hint(frame.buffer_mut(), areas::inside(area), NO_MATCH, look);
    }
}

/// What is said where nothing holds what is typed, and what to do then.
const NO_MATCH: &str =
    "no key, command or sentence of the help holds these words; Backspace takes a letter back, Esc shows all of it";

/// Cells of the columns: keys, what they do, the command. Where there is no room for a command it is not begun.
const KEYS: usize = 16;
const SAYS: usize = 55;
const NAME: usize = 20;

fn line(row: HelpRow, cells: usize, state: &AppState) -> Line<'static> {
    let theme = &state.look.theme;
    match row {
        HelpRow::Heading(words) => Line::styled(format!(" {words}"), theme.title),
        HelpRow::Keys(action, says) => {
            let keys = state.help_keys(action);
            let column = cells.saturating_sub(KEYS + NAME + 4).min(SAYS);
            let has_room = format::width(&keys) <= KEYS && format::width(says) <= column;
            let name = if has_room && column > 30 { format!(":{}", action.entry().name) } else { String::new() };
            Line::from(vec![
                Span::styled(format!(" {keys:<KEYS$} "), theme.code),
                Span::raw(format!("{says:<column$} ")),
                Span::styled(name, theme.dim),
            ])
        }
        HelpRow::Fixed(keys, says) => {
            Line::from(vec![Span::styled(format!(" {keys:<KEYS$} "), theme.code), Span::raw(says)])
        }
        HelpRow::Named(name, takes, says) => {
            Line::from(vec![Span::styled(format!(" :{:<27} ", format!("{name} {takes}")), theme.code), Span::raw(says)])
        }
    }
}
