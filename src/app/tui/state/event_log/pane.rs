//! The pane of what happened.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::LoggedEvent;
use crate::{
    app::{
        task::Ticket,
        tui::state::{AppState, Effect, menu::Menu, modal::Modal, named::ChosenSession},
    },
    session::{Session, SessionKey, Summary},
};

impl AppState {
    /// Notes something that happened, to a session of the connection in use where it was one.
    pub(in crate::app::tui::state) fn log_event(&mut self, says: impl Into<String>, session: Option<ChosenSession>) {
        let session = session.map(|session| (self.workspace.ticket, session));
        self.alerts.log.keep(LoggedEvent { at: self.look.now, says: says.into(), session });
        self.follow_events();
    }

    /// Notes something that happened to a session of a connection, shown or not.
    pub(in crate::app::tui::state) fn log_event_at(
        &mut self,
        connection: Ticket,
        says: impl Into<String>,
        session: ChosenSession,
    ) {
        let session = Some((connection, session));
        self.alerts.log.keep(LoggedEvent { at: self.look.now, says: says.into(), session });
        self.follow_events();
    }

    /// What a person knows a session by, as far as it is shown.
    pub(in crate::app::tui::state) fn known_as(&self, key: &SessionKey) -> ChosenSession {
        let open = self.workspace.conversation.session().filter(|open| open.key == *key);
        let row = || self.workspace.list.rows.iter().find(|row| row.key == *key).map(Summary::name);
        let name = open.map(Session::name).or_else(row).unwrap_or_else(|| key.text());
        ChosenSession { key: key.clone(), name: name.to_owned() }
    }

    /// Everything that happened, errors too, the newest first.
    fn happened(&self) -> Vec<LoggedEvent> {
        let error = |(at, says): (Timestamp, &str)| LoggedEvent { at, says: says.to_owned(), session: None };
        let mut all: Vec<LoggedEvent> =
            self.errors.dated().map(error).chain(self.alerts.log.events().cloned()).collect();
        all.sort_by_key(|event| Reverse(event.at));
        all
    }

    /// Whether there is anything to tell of.
    pub(in crate::app::tui::state) fn has_happened(&self) -> bool {
        self.errors.dated().next().is_some() || self.alerts.log.events().next().is_some()
    }

    /// The pane of what happened.
    pub(in crate::app::tui::state) fn show_events(&mut self) -> Vec<Effect> {
        let events = self.happened();
        if events.is_empty() {
            return self.say("nothing happened so far");
        }
        self.modals.push(Modal::Events(Menu::new(events)));
        Vec::new()
    }

    /// What happens while the pane is open comes into it; what is selected stays so.
    pub(super) fn follow_events(&mut self) {
        if !self.modals.iter().any(|modal| matches!(modal, Modal::Events(_))) {
            return;
        }
        let events = self.happened();
        for modal in &mut self.modals {
            if let Modal::Events(menu) = modal {
                let chosen = menu.chosen().and_then(|chosen| events.iter().position(|event| event == chosen));
                let at_top = menu.selected() == 0;
                menu.items.clone_from(&events);
                menu.select(chosen.filter(|_| !at_top).unwrap_or(0));
            }
        }
    }

    /// Opens the session of the event that is selected, where it is: its connection is shown.
    pub(in crate::app::tui::state) fn open_event(&mut self) -> Vec<Effect> {
        let Some(Modal::Events(menu)) = self.modals.last() else { return Vec::new() };
        let Some((ticket, session)) = menu.chosen().and_then(|event| event.session.clone()) else {
            return self.say("this is of no session");
        };
        if ticket != self.workspace.ticket {
            let opened = self.open_beside(ticket, session);
            return opened.unwrap_or_else(|| self.say("the connection where this happened is closed"));
        }
        // It may lie over a form with something not saved.
        self.put_forms_aside();
        self.modals.clear();
        self.open_named(session)
    }

    /// Opens a session that may not be in the list.
    pub(in crate::app::tui::state) fn open_named(&mut self, session: ChosenSession) -> Vec<Effect> {
        let listed = self.workspace.list.rows.iter().find(|row| row.key == session.key).cloned();
        let row = listed.unwrap_or_else(|| {
            let mut row = Summary::new(&session.key);
            row.session_id = (session.name != session.key.text()).then_some(session.name);
            row
        });
        self.open(&row)
    }
}

#[cfg(test)]
mod tests;
