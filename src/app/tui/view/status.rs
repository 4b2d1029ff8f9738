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
    tui::{render::format, state::AppState},
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
        cut = (state.wrong().is_some() || state.is_said_in_full())
            && state.modals.is_empty()
            && !key.is_empty()
            && format::width(&text) > room;
        let room = if cut { room.saturating_sub(IN_FULL.len() + key.len() + 3) } else { room };
        Span::styled(format!(" {} ", format::fit(&text, room, state.look.marks)), style)
    });
    let free = width.saturating_sub(message.as_ref().map_or(0, Span::width));
    let hints =
        if cut { hints(state, &[(Action::LastError, IN_FULL)], free) } else { hints(state, &state.offers(), free) };
    frame.render_widget(Paragraph::new(hints), area);
    if let Some(message) = message {
        frame.render_widget(Paragraph::new(Line::from(message).right_aligned()), area);
    }
}

/// Hint beside a message that is cut.
const IN_FULL: &str = "in full";

fn message(state: &AppState) -> Option<(String, Style)> {
    let theme = &state.look.theme;
    if let Some(ending) = &state.ending {
        return Some((ending.clone(), theme.warn));
    }
    if let Some(lost) = &state.workspace.connection.lost {
        let left = lost.retry_at.as_second().saturating_sub(state.look.now.as_second());
        let when = if left > 0 { format!("retrying in {left} s") } else { "retrying".into() };
        let undone = state.undone().map(|undone| format!("; {undone}")).unwrap_or_default();
        let said = state.said.as_ref().map(|said| format!("{said}; ")).unwrap_or_default();
        return Some((format!("{said}connection lost, {when}{undone}: {}", lost.reason), theme.warn));
    }
    if let Some(undone) = state.undone() {
        let said = state.said.as_ref().map(|said| format!("{said}; ")).unwrap_or_default();
        return Some((format!("{} {said}{undone}", throbber(state)), theme.warn));
    }
    // What a key gave comes first: the next one clears it.
    if let Some(said) = &state.said {
        return Some((said.clone(), theme.text));
    }
    if let Some(silence) = state.silence() {
        return Some((format!("{} {silence}", throbber(state)), theme.warn));
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
