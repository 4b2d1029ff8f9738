//! The lists of bookmarked and of recent sessions, to choose from.

use super::RememberedKind;
use crate::{
    app::{
        keymap::Action,
        memory::RememberedSession,
        text,
        tui::state::{AppState, Effect, connection::Stage, menu::Menu, modal::Modal, named::ChosenSession},
    },
    session::SessionKey,
};

impl AppState {
    /// Shows the sessions that are remembered so.
    pub(in crate::app::tui::state) fn show_remembered(&mut self, kind: RememberedKind) -> Vec<Effect> {
        let sessions = kind.of(&self.memory).to_vec();
        if sessions.is_empty() {
            let says = match kind {
                RememberedKind::Bookmarks => {
                    self.with_key("nothing is bookmarked; to bookmark a session", Action::Bookmark)
                }
                RememberedKind::Recent => "no session was open yet".to_owned(),
            };
            self.said = Some(says);
        } else {
            self.modals.push(Modal::Remembered(kind, Menu::new(sessions)));
        }
        // What other windows put in comes.
        vec![self.remember()]
    }

    /// Other windows put in more: it stands before the rest of what is shown, and what is selected stays so.
    pub(super) fn show_new_remembered(&mut self) {
        for modal in &mut self.modals {
            let Modal::Remembered(kind, menu) = modal else { continue };
            let all = kind.of(&self.memory).iter();
            let new: Vec<_> = all.filter(|one| !menu.items.iter().any(|shown| shown.is(one))).cloned().collect();
            let at = menu.selected() + new.len();
            drop(menu.items.splice(0..0, new));
            menu.select(at);
        }
    }

    /// Whether one of them is bookmarked.
    #[must_use]
    pub fn keeps(&self, session: &RememberedSession) -> bool {
        self.memory.bookmarks.iter().any(|kept| kept.is(session))
    }

    /// Takes the selected one off the bookmarks, or puts it back.
    pub(in crate::app::tui::state) fn turn_remembered(&mut self) -> Vec<Effect> {
        let Some(Modal::Remembered(_, menu)) = self.modals.last() else { return Vec::new() };
        let chosen = menu.chosen().cloned();
        chosen.map(|chosen| self.turn_kept(chosen)).unwrap_or_default()
    }

    /// Opens the selected one; one of another place is opened there, where that is known.
    pub(in crate::app::tui::state) fn open_remembered(&mut self) -> Vec<Effect> {
        let Some(Modal::Remembered(_, menu)) = self.modals.last() else { return Vec::new() };
        let Some(chosen) = menu.chosen().cloned() else { return Vec::new() };
        let Some(key) = chosen.key() else {
            return self.say("its id cannot be read: it can only be taken off");
        };
        let is_here = self.workspace.connection.is_open() && self.store_here() == Some(chosen.store.as_str());
        if is_here {
            self.modals.pop();
            return self.open_named(ChosenSession { key, name: chosen.name });
        }
        self.open_elsewhere(&chosen, &key)
    }

    fn open_elsewhere(&mut self, chosen: &RememberedSession, key: &SessionKey) -> Vec<Effect> {
        if let Some(mut effects) = self.show_store(&chosen.store) {
            let session = ChosenSession { key: key.clone(), name: chosen.name.clone() };
            // What was open there is only passed by.
            effects.extend(self.unnoted(|state| state.open_named(session)));
            return effects;
        }
        let named = || self.places.iter().find(|place| place.name == chosen.place);
        let (name, location) = (text::line(&chosen.place).into_owned(), text::line(&chosen.location).into_owned());
        let Some(place) = self.homes.place_of(&chosen.store).or_else(named).cloned() else {
            return self.say(format!("it is in {name}, {location}: connect there first"));
        };
        if matches!(self.workspace.connection.stage, Stage::Connecting) {
            return self.say("another connection is being opened");
        }
        self.modals.pop();
        let effects = self.connect(place);
        self.workspace.open_id = Some(key.exact().to_owned());
        self.said = Some(format!("it is in {name}, {location}: that is opened"));
        effects
    }
}
