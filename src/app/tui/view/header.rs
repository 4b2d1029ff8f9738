//! The first line: what is open and in which scope, how many sessions, how updates arrive.
//!
//! ```text
//!  strandscope  prod-eu ▪ agents.sessions            4 812 sessions   ● live   READ-ONLY
//! ```
//!
//! How the connection is: `◌ connecting`, `● live`, `◌ every 2 s`, `◍ behind 3 s`, `○ lost, retrying in 4 s`, `○ read 3m ago`.

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

/// What stands before which sessions of a place are seen.
const SCOPE: &str = " scope ";

/// Cells that the right side leaves.
const LEFT: usize = 24;

/// The most that it leaves for a place with a scope: whose sessions these are comes before how many there are.
const LEFT_WITH_SCOPE: usize = 36;

/// Draws the line.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &AppState) {
    let width = usize::from(area.width);
    let right = right(state, width);
    let left = left(state, width.saturating_sub(right.width() + 2));
    frame.render_widget(Paragraph::new(left), area);
    frame.render_widget(Paragraph::new(right.right_aligned()), area);
}

/// The place's name and its scope, whole.
fn named(state: &AppState) -> Option<(String, Option<String>)> {
    let place = state.workspace.connection.place.as_ref()?;
    let scope = place.scope.as_ref().map(|scope| text::line(&scope.to_string()).into_owned());
    Some((text::line(&place.name).into_owned(), scope))
}

/// Cells that the scope takes where there is room.
fn scope_width(scope: Option<&String>) -> usize {
    scope.map_or(0, |scope| SCOPE.len() + format::width(scope))
}

fn left(state: &AppState, cells: usize) -> Line<'static> {
    let look = &state.look;
    let program = Span::styled(" strandscope ", look.theme.dim);
    let (Some(place), Some((name, scope))) = (&state.workspace.connection.place, named(state)) else {
        return program.into();
    };
    let of_scope = scope_width(scope.as_ref());
    let mut line = Line::default();
    // Which sessions are seen matters more than what the program is called.
    if scope.is_none() || program.width() + 1 + format::width(&name) + of_scope <= cells {
        line.push_span(program);
    }
    line.push_span(Span::raw(" "));
    let free = cells.saturating_sub(line.width());
    let name = format::fit(&name, free - of_scope.min(free / 2), look.marks);
    let mut free = free.saturating_sub(format::width(&name));
    line.push_span(Span::styled(name, name_style(state, place.colour.as_deref())));
    if let Some((at, of)) = state.connection_number() {
        let number = format!(" {at}/{of}");
        if number.len() < free {
            free -= number.len();
            line.push_span(Span::styled(number, look.theme.dim));
        }
    }
    if let Some(scope) = scope
        && free > SCOPE.len()
    {
        let scope = format::fit(&scope, free - SCOPE.len(), look.marks);
        free = free.saturating_sub(SCOPE.len() + format::width(&scope));
        line.push_span(Span::styled(SCOPE, look.theme.dim));
        line.push_span(Span::raw(scope));
    }
    let free = free.saturating_sub(3);
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

/// A part of the right side: the lower its number, the sooner it gives way.
struct HeaderPart {
    keeps: u8,
    spans: Vec<Span<'static>>,
}

impl HeaderPart {
    fn width(&self) -> usize {
        self.spans.iter().map(Span::width).sum()
    }
}

/// As many parts as leave room for the left side, one at least.
fn right(state: &AppState, width: usize) -> Line<'static> {
    let mut parts = parts(state);
    let wanted = named(state).filter(|(_, scope)| scope.is_some());
    let wanted = wanted.map_or(0, |(name, scope)| 1 + format::width(&name) + scope_width(scope.as_ref()));
    let left = wanted.clamp(LEFT, LEFT_WITH_SCOPE);
    while parts.len() > 1 && parts.iter().map(HeaderPart::width).sum::<usize>() + left > width {
        let least = parts.iter().enumerate().min_by_key(|(_, part)| part.keeps).map(|(at, _)| at);
        parts.remove(least.unwrap_or(0));
    }
    parts.into_iter().flat_map(|part| part.spans).collect()
}

fn parts(state: &AppState) -> Vec<HeaderPart> {
    let theme = &state.look.theme;
    let mut parts = Vec::new();
    if state.workspace.connection.is_open() {
        if let Some(count) = state.workspace.list.count {
            let noun = if count == 1 { "session" } else { "sessions" };
            let count = format!("{} {noun}   ", format::number(count, state.look.marks));
            parts.push(HeaderPart { keeps: 1, spans: vec![Span::raw(count)] });
        }
        if state.workspace.list.has_marks() {
            let marked = state.workspace.list.marked_count().map(|count| format::number(count, state.look.marks));
            let says = format!("{} {} marked   ", state.look.marks.marked, marked.unwrap_or_else(|| "all".to_owned()));
            // Many are about to be changed: how many stays in view at every size.
            parts.push(HeaderPart { keeps: 3, spans: vec![Span::styled(says, theme.focus)] });
        }
        if let Some(age) = age(state).filter(|_| state.workspace.connection.lost.is_some()) {
            let age = format!("{} {age}   ", state.look.marks.ring);
            parts.push(HeaderPart { keeps: 0, spans: vec![Span::styled(age, theme.dim)] });
        }
    }
    if let Some(left) = state.review_left() {
        parts.push(HeaderPart { keeps: 4, spans: vec![Span::styled(format!("{left}   "), theme.new)] });
    }
    if let Some((mark, says, style)) = updates(state) {
        let of_words = if style == theme.warn { style } else { theme.dim };
        let spans = vec![Span::styled(format!("{mark} "), style), Span::styled(format!("{says} "), of_words)];
        parts.push(HeaderPart { keeps: 2, spans });
    }
    if state.read_only() {
        parts.push(HeaderPart { keeps: 3, spans: vec![Span::styled("  READ-ONLY ", theme.warn)] });
    }
    parts
}

/// How the connection is, and how changes arrive; where they do not, how old what is shown can be.
fn updates(state: &AppState) -> Option<(&'static str, String, Style)> {
    let (marks, theme, workspace) = (state.look.marks, &state.look.theme, &state.workspace);
    if matches!(workspace.connection.stage, Stage::Connecting) {
        return Some((marks.dotted, "connecting".to_owned(), theme.dim));
    }
    if !workspace.connection.is_open() {
        return None;
    }
    if let Some(lost) = &workspace.connection.lost {
        let left = lost.retry_at.as_second().saturating_sub(state.look.now.as_second());
        let when = if left > 0 { format!("lost, retrying in {left} s") } else { "lost, retrying".to_owned() };
        return Some((marks.ring, when, theme.warn));
    }
    if let Some(behind) = workspace.behind.filter(|_| state.is_live()) {
        return Some((marks.behind, format!("behind {} s", behind.as_secs()), theme.warn));
    }
    let live = if state.silence().is_none() { theme.ok } else { theme.dim };
    match workspace.watch {
        Some(WatchState::Begun(WatchMode::Stream)) => Some((marks.dot, "live".to_owned(), live)),
        Some(WatchState::Begun(WatchMode::Poll(every))) => {
            Some((marks.dotted, format!("every {} s", every.as_secs_f64()), live))
        }
        Some(WatchState::Lost | WatchState::Ended) | None => Some((marks.ring, age(state)?, theme.dim)),
    }
}

/// How old what is shown is.
fn age(state: &AppState) -> Option<String> {
    let (read_at, now) = (state.workspace.read_at?, state.look.now);
    let age = format::age(read_at.into(), now);
    Some(if format::is_now(read_at.into(), now) { format!("read {age}") } else { format!("read {age} ago") })
}

#[cfg(test)]
mod tests;
