//! The last line: the keys of the focused pane; on the right what is loading, was said, or went wrong.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::{
    text,
    tui::{
        Intent, format,
        state::{AppState, areas::Pane, connection::Stage, modal::Modal},
    },
};

/// Draws the line.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &AppState) {
    let width = usize::from(area.width);
    let key = state.keymap.label(Intent::LastError).unwrap_or_default();
    let mut cut = false;
    let message = message(state).map(|(text, style)| {
        let text = text::line(&text);
        let room = if style == state.look.theme.dim { width / 2 } else { width.saturating_sub(2) };
        // What is cut can be read in full: the key for that stays in view.
        cut = state.wrong().is_some() && state.modals.is_empty() && !key.is_empty() && format::width(&text) > room;
        let room = if cut { room.saturating_sub(IN_FULL.len() + key.len() + 3) } else { room };
        Span::styled(format!(" {} ", format::fit(&text, room, state.look.marks)), style)
    });
    let free = width.saturating_sub(message.as_ref().map_or(0, Span::width));
    let hints =
        if cut { hints(state, &[(Intent::LastError, IN_FULL)], free) } else { hints(state, of_focus(state), free) };
    frame.render_widget(Paragraph::new(hints), area);
    if let Some(message) = message {
        frame.render_widget(Paragraph::new(Line::from(message).right_aligned()), area);
    }
}

/// Hint beside a message that is cut.
const IN_FULL: &str = "in full";

fn message(state: &AppState) -> Option<(String, Style)> {
    let theme = &state.look.theme;
    if let Some(lost) = &state.connection.lost {
        let left = lost.retry_at.as_second().saturating_sub(state.look.now.as_second());
        let when = if left > 0 { format!("retrying in {left} s") } else { "retrying".into() };
        return Some((format!("connection lost, {when}: {}", lost.reason), theme.warn));
    }
    if let Some(said) = &state.said {
        return Some((said.clone(), theme.text));
    }
    if let Some(loading) = state.loading() {
        return Some((format!("{} {loading}", throbber(state)), theme.dim));
    }
    state.last_error.as_ref().map(|error| (error.clone(), theme.error))
}

/// A mark that turns while something loads.
fn throbber(state: &AppState) -> &'static str {
    let frames = if state.look.marks.unicode { ["◐", "◓", "◑", "◒"] } else { ["|", "/", "-", "\\"] };
    frames[(state.look.now.as_millisecond() / 200).rem_euclid(4) as usize]
}

/// As many keys of what has the focus as there is room for.
fn hints(state: &AppState, of: &[(Intent, &'static str)], cells: usize) -> Line<'static> {
    let mut line = Line::default();
    for (intent, says) in of {
        let Some(key) = state.keymap.label(*intent) else { continue };
        let hint = [
            Span::styled(format!(" {key}"), state.look.theme.code),
            Span::styled(format!(" {says} "), state.look.theme.dim),
        ];
        if line.width() + hint.iter().map(Span::width).sum::<usize>() > cells {
            break;
        }
        line.extend(hint);
    }
    line
}

fn of_focus(state: &AppState) -> &'static [(Intent, &'static str)] {
    match state.modals.last() {
        Some(Modal::Prompt(_) | Modal::Editor(_) | Modal::Ask(_)) => &[],
        Some(Modal::Places(_)) if matches!(state.connection.stage, Stage::Failed(_)) => {
            &[(Intent::Reload, "try again"), (Intent::Open, "open"), (Intent::Help, "help"), (Intent::Quit, "quit")]
        }
        Some(Modal::Places(_)) if !state.connection.is_open() => {
            &[(Intent::Open, "open"), (Intent::Help, "help"), (Intent::Quit, "quit")]
        }
        Some(Modal::Places(_) | Modal::Collections(_) | Modal::Sessions(_)) => {
            &[(Intent::Open, "open"), (Intent::Back, "back"), (Intent::Help, "help")]
        }
        Some(Modal::Inspector(_)) => &[
            (Intent::Back, "back"),
            (Intent::NextPane, "message, agent, session"),
            (Intent::NextAgent, "next tab"),
            (Intent::Open, "unfold"),
            (Intent::Copy, "copy"),
        ],
        Some(Modal::Help(_)) => &[(Intent::Back, "back")],
        Some(Modal::Note(_)) => &[(Intent::Back, "back"), (Intent::Copy, "copy")],
        None if matches!(state.connection.stage, Stage::Connecting(_)) => {
            &[(Intent::Back, "give up"), (Intent::Help, "help"), (Intent::Quit, "quit")]
        }
        None if state.focus == Pane::Sessions && state.list.loading().is_some() => {
            &[(Intent::Back, "give up"), (Intent::Filter, "filter"), (Intent::Help, "help"), (Intent::Quit, "quit")]
        }
        None => of_pane(state.focus),
    }
}

fn of_pane(pane: Pane) -> &'static [(Intent, &'static str)] {
    match pane {
        Pane::Sessions => &[
            (Intent::Open, "open"),
            (Intent::Filter, "filter"),
            (Intent::Help, "help"),
            (Intent::CommandLine, "command"),
            (Intent::Sort, "sort"),
            (Intent::Reload, "reload"),
            (Intent::NextPane, "next pane"),
            (Intent::Connections, "connections"),
            (Intent::DeleteSession, "delete"),
            (Intent::Quit, "quit"),
        ],
        Pane::Conversation => &[
            (Intent::Back, "back"),
            (Intent::Filter, "find"),
            (Intent::Help, "help"),
            (Intent::NextAgent, "next agent"),
            (Intent::Open, "unfold"),
            (Intent::Tools, "tools"),
            (Intent::Reasoning, "reasoning"),
            (Intent::Inspect, "inspect"),
            (Intent::Copy, "copy"),
            (Intent::Rate, "feedback"),
            (Intent::PaneMetrics, "metrics"),
        ],
        Pane::Metrics => &[
            (Intent::Back, "back"),
            (Intent::Explain, "explain"),
            (Intent::Inspect, "inspect"),
            (Intent::Help, "help"),
        ],
        Pane::Metadata => &[
            (Intent::Back, "back"),
            (Intent::Edit, "edit"),
            (Intent::Add, "add"),
            (Intent::Remove, "remove"),
            (Intent::Help, "help"),
            (Intent::Open, "unfold"),
            (Intent::Inspect, "inspect"),
            (Intent::Copy, "copy"),
        ],
        Pane::Feedback => &[
            (Intent::Back, "back"),
            (Intent::Rate, "feedback"),
            (Intent::Inspect, "inspect"),
            (Intent::Copy, "copy"),
            (Intent::Help, "help"),
        ],
    }
}
