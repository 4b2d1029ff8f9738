//! Input while something lies over the panes.

use super::{
    AppState, Effect,
    connection::Stage,
    inspector::InspectorOutcome,
    list,
    modal::Modal,
    prompt::{Asks, Does, Typed, TypedMistake},
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
            Modal::Help(top) => {
                let turned = list::turned(action, *top, help, page.into());
                *top = turned.unwrap_or(*top);
                turned.is_some()
            }
            Modal::Note(note) if action == Action::Copy => return vec![Effect::Copy(note.plain())],
            Modal::Note(note) => note.on_action(action, body),
            Modal::Places(menu) => menu.on_action(action, page),
            Modal::Collections(menu) => menu.on_action(action, page),
            Modal::Sessions(menu) => menu.on_action(action, page),
            Modal::Events(menu) => menu.on_action(action, page),
            Modal::FleetColumns(menu) => menu.on_action(action, page),
            Modal::Fleet
            | Modal::Form(_)
            | Modal::Prompt(_)
            | Modal::Editor(_)
            | Modal::Confirm(_)
            | Modal::Changes(_)
            | Modal::Bulk(_)
            | Modal::Deletion(_)
            | Modal::Agreement(_)
            | Modal::Drafts(_)
            | Modal::Letters(_) => false,
        };
        if taken {
            return Vec::new();
        }
        if modal.takes_keys() {
            // What is typed or asked there is closed by its own keys alone.
            return if matches!(action, Action::Quit | Action::QuitNow) { self.leave() } else { Vec::new() };
        }
        let start_screen = matches!(modal, Modal::Places(_)) && !self.workspace.connection.is_open();
        match action {
            Action::QuitNow => self.leave(),
            Action::Quit if start_screen => self.leave(),
            Action::Back if start_screen => Vec::new(),
            Action::Open => self.choose_in_modal(),
            Action::Reload if start_screen => self.try_again(),
            Action::Help if !matches!(modal, Modal::Help(_)) => {
                self.modals.push(Modal::Help(0));
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
            _ => {}
        }
    }

    fn try_again(&mut self) -> Vec<Effect> {
        match (&self.workspace.connection.stage, &self.workspace.connection.place) {
            (Stage::Failed(_) | Stage::None, Some(place)) => self.connect(place.clone()),
            _ => Vec::new(),
        }
    }

    pub(super) fn close_modal(&mut self) -> Vec<Effect> {
        let closed = self.modals.pop();
        if matches!(closed, Some(Modal::Collections(_))) {
            self.workspace.connection.stage = Stage::None;
            self.open_places();
        }
        Vec::new()
    }

    pub(super) fn choose_in_modal(&mut self) -> Vec<Effect> {
        match self.modals.last() {
            Some(Modal::Places(menu)) => {
                let place = menu.chosen().cloned();
                place.map(|place| self.connect(place)).unwrap_or_default()
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
            Some(Modal::Events(_)) => self.open_event(),
            Some(Modal::FleetColumns(menu)) => {
                let column = menu.chosen().copied();
                self.modals.pop();
                self.sort_fleet(column)
            }
            Some(Modal::Note(_) | Modal::Help(_)) => self.close_modal(),
            _ => Vec::new(),
        }
    }

    pub(super) fn on_typed(&mut self, typed: Typed) -> Vec<Effect> {
        let Some(Modal::Prompt(prompt)) = self.modals.last() else { return Vec::new() };
        let line = match typed {
            Typed::Taken => return Vec::new(),
            Typed::Close => return self.close_modal(),
            Typed::Enter(line) => line,
        };
        let asks = prompt.asks;
        if asks == Asks::Command
            && let Some(place) = self.typed_place(&line)
        {
            self.modals.pop();
            return self.go_to_place(&place);
        }
        let Some(Modal::Prompt(prompt)) = self.modals.last() else { return Vec::new() };
        let chosen = (asks == Asks::Command && !line.trim().is_empty()).then(|| prompt.chosen());
        let done = match (asks, chosen) {
            (Asks::Find, _) => {
                self.modals.pop();
                return self.find_text(&line);
            }
            (Asks::Filter, _) => self.filter(&line),
            (Asks::Fleet, _) => self.filter_fleet(&line),
            (Asks::Command, None) => Ok(Vec::new()),
            (Asks::Command, Some(Err(mistake))) => Err(mistake),
            (Asks::Command, Some(Ok(Does::Filter(filter)))) => {
                let whole = 0..line.len();
                let filtered = if self.shows_fleet() { self.filter_fleet(&filter) } else { self.filter(&filter) };
                filtered.map_err(|mistake| TypedMistake { span: whole, problem: mistake.problem })
            }
            (Asks::Command, Some(Ok(Does::Action(action)))) => {
                self.modals.pop();
                let waits = matches!(self.modals.last(), Some(Modal::Editor(_)));
                if waits && !matches!(action, Action::Quit | Action::QuitNow) {
                    return self.say("not done: what came back is to be stored or left first");
                }
                return self.on_action(action);
            }
        };
        match done {
            Ok(effects) => {
                self.modals.pop();
                effects
            }
            Err(mistake) => {
                if let Some(Modal::Prompt(prompt)) = self.modals.last_mut() {
                    prompt.mistake = Some(mistake);
                }
                Vec::new()
            }
        }
    }
}
