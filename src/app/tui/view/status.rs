//! The last line: the keys of the focused pane; on the right what is loading, was said, or went wrong.

use crate::app::keymap::Action;
use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::app::{
    text,
    tui::{
        render::format,
        state::{AppState, areas::Pane, connection::Stage, modal::Modal},
    },
};

/// Draws the line.
pub fn draw(frame: &mut Frame<'_>, area: Rect, state: &AppState) {
    let width = usize::from(area.width);
    let key = state.keymap.label(Action::LastError).unwrap_or_default();
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
        if cut { hints(state, &[(Action::LastError, IN_FULL)], free) } else { hints(state, of_focus(state), free) };
    frame.render_widget(Paragraph::new(hints), area);
    if let Some(message) = message {
        frame.render_widget(Paragraph::new(Line::from(message).right_aligned()), area);
    }
}

/// Hint beside a message that is cut.
const IN_FULL: &str = "in full";

fn message(state: &AppState) -> Option<(String, Style)> {
    let theme = &state.look.theme;
    if let Some(lost) = &state.workspace.connection.lost {
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
    state.workspace.last_error.as_ref().map(|error| (error.clone(), theme.error))
}

/// A mark that turns while something loads.
fn throbber(state: &AppState) -> &'static str {
    let frames = if state.look.marks.unicode { ["◐", "◓", "◑", "◒"] } else { ["|", "/", "-", "\\"] };
    frames[(state.look.now.as_millisecond() / 200).rem_euclid(4) as usize]
}

/// As many keys of what has the focus as there is room for.
fn hints(state: &AppState, of: &[(Action, &'static str)], cells: usize) -> Line<'static> {
    let mut line = Line::default();
    for (action, says) in of {
        let Some(key) = state.keymap.label(*action) else { continue };
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

fn of_focus(state: &AppState) -> &'static [(Action, &'static str)] {
    match state.modals.last() {
        Some(Modal::Prompt(_) | Modal::Editor(_) | Modal::Confirm(_)) => &[],
        Some(Modal::Places(_)) if matches!(state.workspace.connection.stage, Stage::Failed(_)) => {
            &[(Action::Reload, "try again"), (Action::Open, "open"), (Action::Help, "help"), (Action::Quit, "quit")]
        }
        Some(Modal::Places(_)) if !state.workspace.connection.is_open() => {
            &[(Action::Open, "open"), (Action::Help, "help"), (Action::Quit, "quit")]
        }
        Some(Modal::Places(_) | Modal::Collections(_) | Modal::Sessions(_)) => {
            &[(Action::Open, "open"), (Action::Back, "back"), (Action::Help, "help")]
        }
        Some(Modal::Inspector(_)) => &[
            (Action::Back, "back"),
            (Action::NextPane, "message, agent, session"),
            (Action::NextAgent, "next tab"),
            (Action::Open, "unfold"),
            (Action::Copy, "copy"),
        ],
        Some(Modal::Help(_)) => &[(Action::Back, "back")],
        Some(Modal::Note(_)) => &[(Action::Back, "back"), (Action::Copy, "copy")],
        None if matches!(state.workspace.connection.stage, Stage::Connecting) => {
            &[(Action::Back, "give up"), (Action::Help, "help"), (Action::Quit, "quit")]
        }
        None if state.focus == Pane::Sessions && state.workspace.list.loading().is_some() => {
            &[(Action::Back, "give up"), (Action::Filter, "filter"), (Action::Help, "help"), (Action::Quit, "quit")]
        }
        None => of_pane(state.focus),
    }
}

fn of_pane(pane: Pane) -> &'static [(Action, &'static str)] {
    match pane {
        Pane::Sessions => &[
            (Action::Open, "open"),
            (Action::Filter, "filter"),
            (Action::Help, "help"),
            (Action::CommandLine, "command"),
            (Action::Sort, "sort"),
            (Action::Reload, "reload"),
            (Action::NextPane, "next pane"),
            (Action::Connections, "connections"),
            (Action::DeleteSession, "delete"),
            (Action::Quit, "quit"),
        ],
        Pane::Conversation => &[
            (Action::Back, "back"),
            (Action::Filter, "find"),
            (Action::Help, "help"),
            (Action::NextAgent, "next agent"),
            (Action::Open, "unfold"),
            (Action::Tools, "tools"),
            (Action::Reasoning, "reasoning"),
            (Action::Inspect, "inspect"),
            (Action::Copy, "copy"),
            (Action::Rate, "feedback"),
            (Action::PaneMetrics, "metrics"),
        ],
        Pane::Metrics => &[
            (Action::Back, "back"),
            (Action::Explain, "explain"),
            (Action::Inspect, "inspect"),
            (Action::Help, "help"),
        ],
        Pane::Metadata => &[
            (Action::Back, "back"),
            (Action::Edit, "edit"),
            (Action::Add, "add"),
            (Action::Remove, "remove"),
            (Action::Help, "help"),
            (Action::Open, "unfold"),
            (Action::Inspect, "inspect"),
            (Action::Copy, "copy"),
        ],
        Pane::Feedback => &[
            (Action::Back, "back"),
            (Action::Rate, "feedback"),
            (Action::Inspect, "inspect"),
            (Action::Copy, "copy"),
            (Action::Help, "help"),
        ],
    }
}
