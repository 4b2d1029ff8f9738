//! The first line: what is open, how many sessions, how updates arrive.
//!
//! ```text
//!  strandscope  prod-eu ▪ agents.sessions            4 812 sessions   ● live   READ-ONLY
//! ```

use std::str::FromStr;

use ratatui::{
    Frame,
    layout::Rect,
    style::{Color, Style},
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::{
    app::{
        text,
        tui::{
            render::format,
            state::{AppState, connection::Stage, live::WatchState},
        },
    },
    repository::WatchMode,
};

/// Draws the line.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &AppState) {
    let width = usize::from(area.width);
    let mut right = right(state);
    while right.width() + 24 > width && right.spans.len() > 1 {
        right.spans.remove(0);
    }
    let left = left(state, width.saturating_sub(right.width() + 2));
    frame.render_widget(Paragraph::new(left), area);
    frame.render_widget(Paragraph::new(right.right_aligned()), area);
}

fn left(state: &AppState, cells: usize) -> Line<'static> {
    let look = &state.look;
    let mut line = Line::from(Span::styled(" strandscope ", look.theme.dim));
    let Some(place) = &state.workspace.connection.place else { return line };
    let free = cells.saturating_sub(line.width() + 1);
    let name = format::fit(&text::line(&place.name), free, look.marks);
    let free = free.saturating_sub(format::width(&name) + 3);
    line.push_span(Span::raw(" "));
    line.push_span(Span::styled(name, name_style(state, place.colour.as_deref())));
    if let Stage::Open(location) = &state.workspace.connection.stage
        && *location != place.name
        && free >= 8
    {
        line.push_span(Span::styled(format!(" {} ", look.marks.sep), look.theme.dim));
        line.push_span(Span::raw(format::fit(&text::line(location), free, look.marks)));
    }
    line
}

fn name_style(state: &AppState, colour: Option<&str>) -> Style {
    let theme = &state.look.theme;
    match colour.and_then(|colour| Color::from_str(colour).ok()) {
        Some(colour) if theme.colours => theme.title.fg(theme.palette.fit(colour)),
        _ => theme.title,
    }
}

fn right(state: &AppState) -> Line<'static> {
    let look = &state.look;
    let mut line = Line::default();
    if state.workspace.connection.is_open() {
        if let Some(count) = state.workspace.list.count {
            let noun = if count == 1 { "session" } else { "sessions" };
            line.push_span(Span::raw(format!("{} {noun}   ", format::number(count, look.marks))));
        }
        if state.workspace.connection.lost.is_some() {
            line.push_span(Span::styled("not connected ", look.theme.warn));
        } else if let Some((mark, says)) = updates(state) {
            let style = if state.is_live() && state.silence().is_none() { look.theme.ok } else { look.theme.dim };
            line.push_span(Span::styled(format!("{mark} "), style));
            line.push_span(Span::styled(format!("{says} "), look.theme.dim));
        }
    }
    if state.read_only() {
        line.push_span(Span::styled("  READ-ONLY ", look.theme.warn));
    }
    line
}

/// How changes arrive; where they do not, how old what is shown can be.
fn updates(state: &AppState) -> Option<(&'static str, String)> {
    let (marks, now) = (state.look.marks, state.look.now);
    match state.workspace.watch {
        Some(WatchState::Begun(WatchMode::Stream)) => Some((marks.dot, "live".to_owned())),
        Some(WatchState::Begun(WatchMode::Poll(every))) => {
            Some((marks.dotted, format!("every {} s", every.as_secs_f64())))
        }
        Some(WatchState::Lost | WatchState::Ended) | None => {
            let read_at = state.workspace.read_at?;
            let age = format::age(read_at.into(), now);
            let ago = if format::is_now(read_at.into(), now) { age } else { format!("{age} ago") };
            Some((marks.ring, format!("read {ago}")))
        }
    }
}
