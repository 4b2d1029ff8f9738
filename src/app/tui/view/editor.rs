//! The editor, over the bottom of the body; and a question with y or n.
//!
//! ```text
//! ╭ retries  i32 ────────────────────────╮
//! │ 3x                                   │
//! │ that is no i32; it takes a whole …   │
//! ╰ Enter store  Esc leave ──────────────╯
//! ```

use ratatui::{
    Frame,
    layout::Rect,
    text::Line,
    widgets::{Clear, Paragraph},
};

use super::{block, caret};
use crate::{
    app::{
        text,
        tui::{
            render::{Look, format, typed, wrap},
            state::{
                AppState, areas,
                editor::{Editor, Purpose},
                modal::Confirm,
            },
        },
    },
    session::plain,
};

/// Rows of text shown at least of one with several lines, where there is room.
const ROWS: u16 = 8;

/// Draws an editor.
pub fn draw(frame: &mut Frame<'_>, body: Rect, editor: &Editor, state: &AppState) {
    let look = &state.look;
    let width = usize::from(body.width.saturating_sub(4)).max(1);
    let below = below(editor, editor.problem.as_deref(), width, look);
    let rows = rows(editor, width, body.height.saturating_sub(3 + below.len() as u16));
    let area = areas::bottom(body, rows + 2 + below.len() as u16);
    let title = match (&editor.elsewhere, state.place_name()) {
        (None, place) if !place.is_empty() => format!("{}, at {place}", editor.title()),
        _ => editor.title(),
    };
    let title = format::fit(&title, width, look.marks);
    let hint = format::fit(editor.hint(), width, look.marks);
    frame.render_widget(Clear, area);
    let hint = Line::styled(format!(" {hint} "), look.theme.dim);
    frame.render_widget(block::pane(Line::raw(format!(" {title} ")), hint, true, look), area);
    let inner = areas::inside(area);
    let typed = Rect::new(inner.x + 1, inner.y, inner.width.saturating_sub(2), rows.min(inner.height));
    if editor.has_lines() {
        caret::draw_wrapped(frame, typed, editor.area(), look);
    } else {
        caret::draw(frame, typed, editor.area(), look);
    }
    let rest = Rect::new(typed.x, typed.bottom(), typed.width, inner.bottom().saturating_sub(typed.bottom()));
    frame.render_widget(Paragraph::new(below), rest);
}

/// The rows of the text, of so many at most: a long one has more of the screen.
fn rows(editor: &Editor, width: usize, most: u16) -> u16 {
    if !editor.has_lines() {
        return 1;
    }
    let area = editor.area();
    let all = typed::height(area.lines(), width, usize::from(area.tab_length()), most.into());
    ROWS.max(all as u16).min(most).max(1)
}

/// What is wrong, what is stored now and was before, what the field takes, and what a new one will be.
pub(super) fn below(editor: &Editor, problem: Option<&str>, width: usize, look: &Look) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(problem) = problem {
        let wrapped = wrap::plain(&text::line(problem), width);
        lines.extend(wrapped.into_iter().take(3).map(|line| Line::styled(line, look.theme.error)));
    }
    if let Some(stored) = &editor.stored {
        let value = stored.as_ref().map_or_else(|| "nothing: it was removed".to_owned(), plain::compact);
        let line = format::fit(&text::line(&format!("stored now: {value}")), width, look.marks);
        lines.push(Line::styled(line, look.theme.warn));
    }
    if problem.is_none()
        && let Some(takes) = editor.takes(&look.dates())
    {
        lines.extend(wrap::plain(&takes, width).into_iter().take(3).map(|line| Line::styled(line, look.theme.dim)));
    }
    if editor.purpose == Purpose::Add && problem.is_none() {
        let says = match editor.added() {
            Ok((key, value)) => format!("{} will be {}", text::line(&key), plain::type_word(&value)),
            Err(problem) => problem,
        };
        lines.push(Line::styled(format::fit(&text::line(&says), width, look.marks), look.theme.dim));
    }
    if editor.purpose == Purpose::Item && problem.is_none() {
        let typed = editor.typed(&look.dates()).ok().flatten().and_then(|typed| typed.value);
        let says = match typed {
            Some(value) if !editor.text().is_empty() => format!("will be {}", plain::type_word(&value)),
            _ => "takes JSON, else it is a text".to_owned(),
        };
        lines.push(Line::styled(format::fit(&says, width, look.marks), look.theme.dim));
    }
    lines
}

/// Draws a question.
pub fn draw_confirm(frame: &mut Frame<'_>, body: Rect, confirm: &Confirm, state: &AppState) {
    let look = &state.look;
    let (title, question) = match confirm {
        Confirm::Quit => ("Quit", state.quit_question()),
    };
    let width = usize::from(body.width.saturating_sub(4)).max(1);
    let mut lines = wrap::plain(&question, width);
    lines.truncate(usize::from(body.height.saturating_sub(3)).clamp(1, 6));
    let area = areas::bottom(body, lines.len() as u16 + 2);
    frame.render_widget(Clear, area);
    let keys = Line::styled(" y yes  n no ", look.theme.dim);
    frame.render_widget(block::pane(Line::raw(format!(" {title} ")), keys, true, look), area);
    let inner = areas::inside(area);
    let inner = Rect::new(inner.x + 1, inner.y, inner.width.saturating_sub(2), inner.height);
    let lines: Vec<Line<'static>> = lines.into_iter().map(|line| Line::styled(line, look.theme.text)).collect();
    frame.render_widget(Paragraph::new(lines), inner);
}
