//! The panes: state to frame.

mod agreed;
mod agreement;
pub mod block;
mod bulk;
mod caret;
mod changes;
mod command_line;
pub mod conversation;
mod deletion;
mod drafts;
mod editor;
pub mod feedback;
mod fleet;
mod form;
mod header;
mod help;
pub mod inspector;
mod letters;
pub mod metadata;
pub mod metrics;
pub mod note;
mod picker;
mod place;
mod profile;
pub mod row;
#[cfg(test)]
pub(crate) mod sample;
mod sessions;
mod status;
pub mod value;

use ratatui::{
    Frame,
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier},
    widgets::Paragraph,
};

use crate::app::keymap::Action;

use super::render::look::Theme;
use super::state::{
    AppState,
    areas::Pane,
    connection::Stage,
    metrics::Data,
    modal::{Confirm, Modal},
};

/// Draws the whole screen.
pub fn draw(frame: &mut Frame<'_>, state: &AppState) {
    let areas = state.areas;
    if areas.too_small {
        let says = "strandscope needs 40×10 cells";
        let mut says = if state.look.marks.unicode { says.to_owned() } else { says.replace('×', "x") };
        if matches!(state.modals.last(), Some(Modal::Confirm(ask)) if **ask == Confirm::Quit) {
            says.push_str("\nnot all is stored; again quits");
        }
        return frame.render_widget(Paragraph::new(says).centered(), frame.area());
    }
    header::draw(frame, areas.header, state);
    status::draw(frame, areas.status, state);
    // Nothing beneath what covers the body is seen.
    let covering = state.modals.iter().rposition(Modal::covers_body);
    if covering.is_none() {
        draw_panes(frame, state);
    }
    for modal in state.modals.iter().skip(covering.unwrap_or(0)) {
        draw_modal(frame, areas.body, modal, state);
    }
    if !state.look.marks.unicode {
        plain_marks(frame.buffer_mut());
    }
    even_out(frame.buffer_mut());
    ground(frame.buffer_mut(), &state.look.theme);
}

/// The marks of control characters in ASCII: the letter of the key that gives one, reversed. It must not take more cells.
fn plain_marks(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let mut symbol = cell.symbol().chars();
        let letter = match (symbol.next(), symbol.next()) {
            (Some('\u{2421}'), None) => '?',
            (Some(mark @ '\u{2400}'..='\u{241f}'), None) => char::from(b'@' + (mark as u32 - 0x2400) as u8),
            _ => continue,
        };
        cell.set_char(letter);
        cell.modifier.toggle(Modifier::REVERSED);
    }
}

/// Reversed text has one colour: each part in its own would be a patchwork of backgrounds.
fn even_out(buffer: &mut Buffer) {
    for cell in buffer.content.iter_mut().filter(|cell| cell.modifier.contains(Modifier::REVERSED)) {
        (cell.fg, cell.bg) = (Color::Reset, Color::Reset);
    }
}

/// What a theme lays behind everything, and the colour of text that has no other.
fn ground(buffer: &mut Buffer, theme: &Theme) {
    let (Some(text), behind) = (theme.text.fg, theme.background) else { return };
    for cell in &mut buffer.content {
        if cell.fg == Color::Reset {
            cell.fg = text;
        }
        if let Some(behind) = behind.filter(|_| cell.bg == Color::Reset) {
            cell.bg = behind;
        }
    }
}

fn draw_panes(frame: &mut Frame<'_>, state: &AppState) {
    let areas = state.areas;
    if state.workspace.connection.is_open() {
        for pane in Pane::ALL {
            if let Some(area) = areas.pane(pane) {
                draw_pane(frame, area, pane, state);
            }
        }
    } else if let (Stage::Connecting, Some(place)) =
        (&state.workspace.connection.stage, &state.workspace.connection.place)
    {
        picker::connecting(frame, areas.body, place, state);
    }
}

fn draw_pane(frame: &mut Frame<'_>, area: Rect, pane: Pane, state: &AppState) {
    let focused = state.focus == pane && state.modals.iter().all(Modal::takes_keys);
    let look = &state.look;
    match pane {
        Pane::Sessions => sessions::draw(frame, area, state, focused),
        Pane::Conversation => {
            let above = state.areas.facts.map_or(0, |facts| facts.height);
            conversation::draw(frame, area, above, &state.workspace.conversation, focused, look);
            if let Some(line) = state.areas.facts {
                conversation::draw_facts(frame, line, &state.workspace.conversation, look);
            }
            if let Some(inner) = state.areas.inner(Pane::Conversation).filter(|_| state.modals.is_empty()) {
                conversation::draw_pictures(frame, inner, &state.workspace.conversation);
            }
        }
        Pane::Metrics => {
            metrics::draw(
                frame,
                area,
                &state.workspace.metrics,
                Data::of(&state.workspace.conversation),
                focused,
                look,
            );
        }
        Pane::Metadata => {
            let pending: Vec<_> = state.pending_fields().collect();
            metadata::draw(
                frame,
                area,
                &state.workspace.metadata,
                state.workspace.conversation.shown(),
                &pending,
                focused,
                look,
            );
            if let Some(form) = state.kept_form() {
                metadata::draw_unsaved(frame, area, form, state);
            }
        }
        Pane::Feedback => {
            feedback::draw(frame, area, &state.workspace.feedback, state.workspace.conversation.shown(), focused, look);
        }
    }
}

fn draw_modal(frame: &mut Frame<'_>, body: Rect, modal: &Modal, state: &AppState) {
    match modal {
        Modal::Help(pane) => help::draw(frame, body, pane, state),
        Modal::Prompt(prompt) => command_line::draw(frame, body, prompt, state),
        Modal::Places(_)
        | Modal::Collections(_)
        | Modal::Sessions(_)
        | Modal::FleetColumns(_)
        | Modal::Remembered(..)
        | Modal::Themes(_)
        | Modal::SortBy(_)
        | Modal::Columns(_)
        | Modal::Events(_) => draw_picker(frame, modal, state),
        Modal::Fleet => fleet::draw(frame, body, state),
        Modal::Inspector(inspector) => inspector::draw(frame, body, inspector, &state.look),
        Modal::Note(note) => {
            note::draw(frame, body, note, state.keymap.label(Action::Back).as_deref(), &state.look);
        }
        Modal::Editor(editor) => editor::draw(frame, body, editor, state),
        Modal::Confirm(confirm) => editor::draw_confirm(frame, body, confirm, state),
        Modal::Form(form) => form::draw(frame, body, form, state),
        Modal::Changes(list) => changes::draw(frame, body, list, state),
        Modal::Bulk(bulk) => bulk::draw(frame, body, bulk, state),
        Modal::Deletion(deletion) => deletion::draw(frame, body, deletion, state),
        Modal::Agreement(agreement) => agreement::draw(frame, body, agreement, state),
        Modal::Drafts(drafts) => drafts::draw(frame, body, drafts, state),
        Modal::NewPlace(pane) => place::draw(frame, body, pane, state),
        Modal::Password(pane) => place::draw_password(frame, body, pane, state),
        Modal::Profile(pane) => profile::draw(frame, body, pane, state),
        Modal::Letters(letters) => letters::draw(frame, body, letters, state),
    }
}

fn draw_picker(frame: &mut Frame<'_>, modal: &Modal, state: &AppState) {
    let Some(area) = state.picker(modal) else { return };
    match modal {
        Modal::Places(menu) => picker::places(frame, &area, menu, state),
        Modal::Collections(menu) => picker::collections(frame, &area, menu, state),
        Modal::Sessions(menu) => picker::sessions(frame, &area, menu, state),
        Modal::FleetColumns(menu) => picker::fleet_columns(frame, &area, menu, state),
        Modal::Remembered(kind, menu) => picker::remembered(frame, &area, *kind, menu, state),
        Modal::Themes(themes) => picker::themes(frame, &area, &themes.menu, state),
        Modal::SortBy(menu) => picker::sort_columns(frame, &area, menu, state),
        Modal::Columns(menu) => picker::shown_columns(frame, &area, menu, state),
        Modal::Events(menu) => picker::events(frame, &area, menu, state),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
