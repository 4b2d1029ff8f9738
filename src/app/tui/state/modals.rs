//! Input while something lies over the panes.

use super::{
    AppState, Effect, connection::Stage, help::pane::HelpPane, inspector::InspectorOutcome, list, modal::Modal,
};
use crate::app::keymap::Action;

impl AppState {
    /// The topmost modal takes it all.
    pub(super) fn in_modal(&mut self, action: Action) -> Vec<Effect> {
        if matches!(self.modals.last(), Some(Modal::Fleet)) {
            return self.in_fleet(action);
        }
        if matches!(self.modals.last(), Some(Modal::Form(_))) {
            return self.in_form(action);
        }
        if matches!(self.modals.last(), Some(Modal::Themes(_))) {
            return self.in_themes(action);
        }
        if action == Action::Copy && matches!(self.modals.last(), Some(Modal::Inspector(_) | Modal::Note(_))) {
            return self.offer_copies_over();
        }
        if action == Action::Pager && matches!(self.modals.last(), Some(Modal::Inspector(_) | Modal::Note(_))) {
            return self.show_in_pager();
        }
        let page = self.areas.body.height.saturating_sub(2);
        let body = self.areas.body;
        let help = if let Some(Modal::Help(_)) = self.modals.last() { self.help_rows().len() } else { 0 };
        let Some(modal) = self.modals.last_mut() else { return Vec::new() };
        let taken = match modal {
            Modal::Inspector(inspector) => match inspector.on_action(action, page, &mut self.tickets) {
                InspectorOutcome::Taken(effects) => return effects,
                InspectorOutcome::Close => return self.close_modal(),
                InspectorOutcome::Ignored => false,
            },
            Modal::Help(pane) => {
                let turned = list::turned(action, pane.top, help, page.into());
                pane.top = turned.unwrap_or(pane.top);
                turned.is_some()
            }
            Modal::Note(note) => note.on_action(action, body),
            Modal::Places(menu) => menu.on_action(action, page),
            Modal::Collections(menu) => menu.on_action(action, page),
            Modal::Sessions(menu) => menu.on_action(action, page),
            Modal::Remembered(..) if action == Action::Bookmark => return self.turn_remembered(),
            Modal::Remembered(_, menu) => menu.on_action(action, page),
            Modal::Events(menu) => menu.on_action(action, page),
            Modal::FleetColumns(menu) => menu.on_action(action, page),
            Modal::SortBy(menu) => menu.on_action(action, page),
            Modal::Columns(menu) => menu.on_action(action, page),
            Modal::Fleet
            | Modal::Themes(_)
            | Modal::Form(_)
            | Modal::Prompt(_)
            | Modal::Editor(_)
            | Modal::Confirm(_)
            | Modal::Changes(_)
            | Modal::Bulk(_)
            | Modal::Deletion(_)
            | Modal::Agreement(_)
            | Modal::Drafts(_)
            | Modal::NewPlace(_)
            | Modal::Password(_)
            | Modal::Profile(_)
            | Modal::Letters(_) => false,
        };
        if taken {
            return Vec::new();
        }
        if modal.takes_keys() {
            // What is typed or asked there is closed by its own keys alone.
            return if matches!(action, Action::Quit | Action::QuitNow) { self.leave() } else { Vec::new() };
        }
        let in_places = matches!(modal, Modal::Places(_));
        let nothing_open = in_places && !self.workspace.connection.is_open();
        // Where another connection is open one goes back there.
        let start_screen = nothing_open && self.others.is_empty();
        match action {
            Action::QuitNow => self.leave(),
            Action::Quit if start_screen => self.leave(),
            Action::Back if start_screen => Vec::new(),
            Action::Open => self.choose_in_modal(),
            Action::Reload if nothing_open => self.try_again(),
            Action::Add if in_places => self.type_place(),
            Action::CloseConnection if in_places => self.close_chosen_place(),
            Action::Help if !matches!(modal, Modal::Help(_)) => {
                self.modals.push(Modal::Help(HelpPane::default()));
                Vec::new()
            }
            Action::LastError if !matches!(modal, Modal::Note(_)) => self.show_last_error(),
            Action::Events if !matches!(modal, Modal::Events(_) | Modal::Inspector(_)) && !start_screen => {
                self.show_events()
            }
            Action::Back
            | Action::Quit
            | Action::Help
            | Action::Explain
            | Action::Inspect
            | Action::LastError
            | Action::Events => self.close_modal(),
            _ => Vec::new(),
        }
    }

    /// Text is pasted where something is typed.
    pub(super) fn on_paste(&mut self, text: &str) {
        match self.modals.last_mut() {
            Some(Modal::Prompt(prompt)) => prompt.paste(text),
            Some(Modal::Editor(editor)) => editor.paste(text),
            Some(Modal::Form(form)) => form.paste(text, &self.look.dates()),
            Some(Modal::Agreement(agreement)) => agreement.typed.paste(text),
            Some(Modal::Deletion(deletion)) => deletion.typed.paste(text),
            Some(Modal::Bulk(pane)) => pane.paste(text),
            Some(Modal::NewPlace(pane)) => pane.paste(text),
            // Where a place is chosen it can only be one.
            Some(Modal::Places(_)) if !text.trim().is_empty() => self.type_place_from(text),
            Some(Modal::Password(pane)) => pane.paste(text),
            Some(Modal::Profile(pane)) => pane.paste(text),
            _ => {}
        }
    }

    fn try_again(&mut self) -> Vec<Effect> {
        match (&self.workspace.connection.stage, &self.workspace.connection.place) {
            (Stage::Failed(_) | Stage::None, Some(place)) => {
                let place = place.clone();
                self.connect_as_before(place)
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn close_modal(&mut self) -> Vec<Effect> {
        let closed = self.modals.pop();
        match &closed {
            Some(Modal::Collections(_)) => {
                self.workspace.connection.stage = Stage::None;
                self.open_places();
            }
            Some(Modal::SortBy(menu)) => self.left_sort_menu(menu),
            Some(Modal::FleetColumns(menu)) => self.left_fleet_columns(menu.chosen().copied()),
            Some(Modal::Columns(menu)) => self.left_columns(menu),
            _ => {}
        }
        let connection = &self.workspace.connection;
        // What is being opened is shown again.
        if matches!(closed, Some(Modal::Places(_))) && !connection.is_open() && !connection.is_being_opened() {
            return self.show_former();
        }
        Vec::new()
    }

    pub(super) fn choose_in_modal(&mut self) -> Vec<Effect> {
        match self.modals.last() {
            Some(Modal::Places(menu)) => {
                let place = menu.chosen().cloned();
                place.map(|place| self.go_to_place(place)).unwrap_or_default()
            }
            Some(Modal::Collections(menu)) => {
                let candidate = menu.chosen().cloned();
                candidate.map(|candidate| self.choose(candidate)).unwrap_or_default()
            }
            Some(Modal::Sessions(menu)) => {
                let row = menu.chosen().cloned();
                self.modals.pop();
                row.map(|row| self.open(&row)).unwrap_or_default()
            }
            Some(Modal::Remembered(..)) => self.open_remembered(),
            Some(Modal::Events(_)) => self.open_event(),
            Some(Modal::Themes(_)) => self.take_theme(),
            Some(Modal::FleetColumns(menu)) => {
                let column = menu.chosen().copied();
                self.modals.pop();
                self.sort_fleet(column)
            }
            Some(Modal::SortBy(menu)) => {
                let column = menu.chosen().cloned();
                self.modals.pop();
                column.map(|column| self.sort_by_column(&column)).unwrap_or_default()
            }
            Some(Modal::Columns(_)) => self.take_columns(false),
            Some(Modal::Note(_) | Modal::Help(_)) => self.close_modal(),
            _ => Vec::new(),
        }
    }
}
