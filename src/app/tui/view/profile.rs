//! A connection that is to be kept as a profile.
//!
//! ```text
//! ╭ Keep it as a profile ────────────────────────────╮
//! │  name       prod-eu                              │
//! │  read-only  no                                   │
//! │▌ password   printed by a command                 │
//! │  command    pass show mongodb                    │
//! ╰ Enter keep  Tab next  Space change  Esc leave ───╯
//! ```

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{block, caret};
use crate::app::tui::{
    render::{format, wrap},
    state::{
        AppState, areas,
        profile::{PasswordChoice, ProfilePane, ProfileRow},
    },
};

/// Cells before a value.
const NAMES: u16 = 13;

/// Lines of what is wrong: the settings tell their file, the line and the mistake.
const PROBLEM: usize = 4;

const TITLE: &str = " Keep it as a profile ";
const CHOICE_KEYS: &str = "Enter keep  Tab next  Space change  Esc leave";
const TEXT_KEYS: &str = "Enter keep  Tab next  Esc leave";

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, body: Rect, pane: &ProfilePane, state: &AppState) {
    let look = &state.look;
    let width = usize::from(body.width.saturating_sub(4)).max(1);
    let rows = pane.rows();
    let problem = pane.problem().map(|problem| wrap::plain(problem, width)).unwrap_or_default();
    let problem: Vec<_> = problem.into_iter().take(PROBLEM).collect();
    let warning = pane.warning().filter(|_| problem.is_empty()).map(|warning| wrap::plain(warning, width));
    let warning = warning.unwrap_or_default();
    let area = areas::bottom(body, (rows.len() + problem.len() + warning.len() + 2) as u16);
    frame.render_widget(Clear, area);
    let keys = match pane.row {
        ProfileRow::Name | ProfileRow::Source => TEXT_KEYS,
        ProfileRow::ReadOnly | ProfileRow::Password => CHOICE_KEYS,
    };
    let keys = Line::styled(format!(" {} ", format::fit(keys, width, look.marks)), look.theme.dim);
    frame.render_widget(block::pane(Line::raw(TITLE), keys, true, look), area);
    let inner = areas::inside(area);
    let mut lines: Vec<Line<'static>> = rows.iter().map(|row| line(*row, pane, state)).collect();
    lines.extend(problem.into_iter().map(|line| Line::styled(format!("  {line}"), look.theme.error)));
    lines.extend(warning.into_iter().map(|line| Line::styled(format!("  {line}"), look.theme.warn)));
    frame.render_widget(Paragraph::new(lines), inner);
    for (row, place) in rows.into_iter().zip(inner.rows()) {
        let typed = match row {
            ProfileRow::Name => &pane.name,
            ProfileRow::Source => &pane.source,
            ProfileRow::ReadOnly | ProfileRow::Password => continue,
        };
        let cells = Rect { x: place.x + NAMES, width: place.width.saturating_sub(NAMES + 1), ..place };
        if row == pane.row {
            caret::draw(frame, cells, typed.area(), look);
        } else {
            let text = format::fit(&typed.text(), cells.width.into(), look.marks);
            frame.render_widget(Paragraph::new(Line::styled(text, look.theme.text)), cells);
        }
    }
}

fn line(row: ProfileRow, pane: &ProfilePane, state: &AppState) -> Line<'static> {
    let look = &state.look;
    let name = match row {
        ProfileRow::Name => "name",
        ProfileRow::ReadOnly => "read-only",
        ProfileRow::Password => "password",
        ProfileRow::Source if pane.password == Some(PasswordChoice::Environment) => "variable",
        ProfileRow::Source => "command",
    };
    let value = match row {
        ProfileRow::ReadOnly if pane.read_only => "yes",
        ProfileRow::ReadOnly => "no",
        ProfileRow::Password => pane.password.map_or("", PasswordChoice::says),
        ProfileRow::Name | ProfileRow::Source => "",
    };
    let is_here = row == pane.row;
    let bar = if is_here { look.marks.bar } else { " " };
    let style = if is_here { look.theme.title } else { look.theme.dim };
    Line::from(vec![
        Span::styled(bar, look.theme.focus),
        Span::styled(format!(" {name:<11}"), style),
        Span::styled(value, look.theme.text),
    ])
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;
    use ratatui::layout::Size;

    use crate::app::tui::{
        state::{Input, sample::Screen},
        view::{self, sample},
    };

    #[test]
    fn what_is_kept_is_shown_at_every_size() {
        for (width, height) in [(40, 10), (80, 24), (120, 40)] {
            let mut screen = Screen::start(80, 24);
            screen.press("amongodb://me:hunter2@db:27017/agents\n");
            screen.answer_all();
            screen.put(Input::Resize(Size::new(width, height)));
            let drawn = sample::screen(width, height, |frame, _| view::draw(frame, &screen.state));
            for wanted in ["profile", "read-only", "asked for each time"] {
                assert!(drawn.contains(wanted), "{wanted}: {drawn}");
            }
            assert!(!drawn.contains("hunter2") && !drawn.contains("Space change"), "{drawn}");
            screen.put(Input::Key(KeyCode::Up.into()));
            screen.put(Input::Key(KeyCode::Left.into()));
            let drawn = sample::screen(width, height, |frame, _| view::draw(frame, &screen.state));
            assert!(drawn.contains("in the file of settings") && drawn.contains("has the password"), "{drawn}");
            assert!(drawn.contains("Space chan"), "{drawn}");
            assert!(!drawn.contains("hunter2"), "{drawn}");
        }
    }
}
