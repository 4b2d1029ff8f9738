//! Places that are open side by side: a workspace each, kept whole while another is shown. What belongs to one of them is read again
//! as it is shown; until then only how its connection and its changes stand is taken in.

mod open;

use super::{
    AppState, Effect,
    connection::{HomePlace, Lost, Stage},
    live::WatchState,
    modal::Modal,
    named::ChosenSession,
    workspace::Workspace,
};
use crate::{
    app::{
        keymap::Action,
        place::Place,
        task::{Event, Link, Ticket, command::Lane},
    },
    repository::{Error, News},
    session::{Session, SessionKey, Summary},
};

/// The other workspaces in their order, and where the one that is shown stands among them.
#[derive(Debug, Default)]
pub(super) struct OtherWorkspaces {
    others: Vec<Workspace>,
    at: usize,
}

impl OtherWorkspaces {
    pub fn is_empty(&self) -> bool {
        self.others.is_empty()
    }

    /// Puts the one that was shown before the one that takes its place.
    fn put(&mut self, former: Workspace) {
        self.others.insert(self.at, former);
        self.at += 1;
    }

    /// Takes one out, to be shown where it stands.
    fn take(&mut self, position: usize) -> Workspace {
        self.at = position;
        self.others.remove(position)
    }

    /// The one that was before, else the one after.
    fn former(&mut self) -> Option<Workspace> {
        let position = self.at.saturating_sub(1);
        (position < self.others.len()).then(|| self.take(position))
    }

    fn remove(&mut self, position: usize) -> Workspace {
        if position < self.at {
            self.at -= 1;
        }
        self.others.remove(position)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Workspace> {
        self.others.iter()
    }

    /// The one that was opened with that ticket.
    pub fn find(&mut self, ticket: Ticket) -> Option<&mut Workspace> {
        self.others.iter_mut().find(|other| other.ticket == ticket)
    }

    fn position(&self, is_it: impl Fn(&Workspace) -> bool) -> Option<usize> {
        self.others.iter().position(is_it)
    }
}

impl Workspace {
    /// Whether it was opened as that place, whichever collection is shown of it.
    fn is_of(&self, place: &Place) -> bool {
        self.connection.is_open() && self.connection.place.as_ref().is_some_and(|here| here.is_called_and_at(place))
    }

    fn is_at(&self, location: &str) -> bool {
        matches!(&self.connection.stage, Stage::Open(here) if here == location)
    }

    /// Whether its collection was one of several.
    pub(super) fn was_chosen(&self, place: &Place) -> bool {
        let here = self.connection.place.as_ref().and_then(Place::whereabouts);
        here != place.whereabouts()
    }
}

impl AppState {
    /// Whether more than one connection is open.
    #[must_use]
    pub fn has_others(&self) -> bool {
        !self.others.is_empty()
    }

    /// Whether the connection that is shown is open, and no other.
    pub(super) fn is_open_alone(&self) -> bool {
        self.workspace.connection.is_open() && !self.has_others()
    }

    /// What the key that closes the connection says then: nothing would be left to look at.
    pub(super) fn say_open_alone(&mut self) -> Vec<Effect> {
        let says = self.with_key("the only open connection is closed in the list of connections", Action::Connections);
        self.say(says)
    }

    /// Which of the open connections is shown, from 1, and how many there are; `None` where there is one alone.
    #[must_use]
    pub fn connection_number(&self) -> Option<(usize, usize)> {
        self.has_others().then(|| (self.others.at + 1, self.others.others.len() + 1))
    }

    /// Whether a place is open, shown or not.
    #[must_use]
    pub fn is_place_open(&self, place: &Place) -> bool {
        self.is_place_shown(place) || self.others.others.iter().any(|other| other.is_of(place))
    }

    /// Whether a place is the one that is shown.
    #[must_use]
    pub fn is_place_shown(&self, place: &Place) -> bool {
        self.workspace.is_of(place)
    }

    /// Where each connection to a place is open, and how it stands: `agents.sessions current`.
    #[must_use]
    pub fn open_at(&self, place: &Place) -> Vec<String> {
        let shown = Some(&self.workspace).filter(|shown| shown.is_of(place)).map(|shown| (shown, "current"));
        let others = self.others.others.iter().filter(|other| other.is_of(place)).map(|other| (other, "open"));
        let stands = |(workspace, how): (&Workspace, &str)| {
            let lost = if workspace.connection.lost.is_some() { ", lost" } else { "" };
            match &workspace.connection.stage {
                Stage::Open(location) if place.origin.is_mongo() => format!("{location} {how}{lost}"),
                _ => format!("{how}{lost}"),
            }
        };
        shown.into_iter().chain(others).map(stands).collect()
    }

    /// Whether a place that was open is so still, shown or not.
    pub(super) fn is_home_open(&self, home: HomePlace) -> bool {
        self.workspace.home == Some(home) || self.others.iter().any(|other| other.home == Some(home))
    }

    /// Keeps the connection that is shown, where it is open; `false`: it is not. What it has asked is asked again as it is shown.
    fn set_aside(&mut self) -> bool {
        if !self.workspace.connection.is_open() {
            return false;
        }
        self.note_jump();
        self.let_go_of_questions();
        self.let_go_of_alert();
        self.workspace.alerts = Some(self.alerts.set_aside());
        self.workspace.left_at = Some((self.focus, self.zoomed));
        let former = std::mem::take(&mut self.workspace);
        self.others.put(former);
        true
    }

    /// What is asked is not answered any more: each part of the workspace hears so, as if the connection was lost.
    fn let_go_of_questions(&mut self) {
        let (now, workspace) = (self.look.now, &mut self.workspace);
        if workspace.conversation.find_status().is_some_and(|find| find.searching.is_some()) {
            workspace.unanswered.insert(Lane::Find);
        }
        for (lane, ticket) in self.newest.all() {
            let error = Error::unreachable("the place", "another connection was chosen meanwhile");
            let event = Event::Failed { ticket, lane, error };
            workspace.list.on_event(&event);
            workspace.fleet.on_event(&event, now);
            // What it would ask now is asked once it is shown.
            drop(workspace.conversation.on_event(&event, &mut self.tickets));
        }
        workspace.known.let_go();
        workspace.peek = None;
        workspace.own_asked = None;
        workspace.looked = None;
        if let Some((_, id)) = workspace.resolving.take() {
            workspace.open_id = Some(id);
        }
    }

    /// The sessions on the screen are another place's from now on: what was typed and is not stored stays.
    fn leave_place(&mut self) {
        let watch = self.workspace.alerts.take();
        self.alerts.take_up(watch);
        // Only now: what was asked of this place while another was shown is asked again for this one.
        self.let_go_of_alert();
        self.put_forms_aside();
        self.modals.retain(|modal| matches!(modal, Modal::Editor(editor) if editor.is_unsaved()));
        self.said = None;
    }

    /// How a connection stands that is not shown.
    pub(super) fn on_link_beside(&mut self, ticket: Ticket, link: Link) {
        let now = self.look.now;
        let Some(other) = self.others.find(ticket) else { return };
        other.connection.lost = match link {
            Link::Up => None,
            Link::Lost { reason, retry_in_s } => Some(Lost::at(now, reason, retry_in_s)),
        };
    }

    /// How the changes of a connection arrive that is not shown: they themselves are read once it is; what they raise is told.
    pub(super) fn on_news_beside(&mut self, ticket: Ticket, news: &News) -> Vec<Effect> {
        let Some(other) = self.others.find(ticket) else { return Vec::new() };
        match news {
            News::Begun(mode) | News::Paced(mode) => other.watch = Some(WatchState::Begun(*mode)),
            News::Lost(_) => other.watch = Some(WatchState::Lost),
            News::Ended(_) => other.watch = Some(WatchState::Ended),
            News::Changes(changes) => {
                return changes.iter().flat_map(|change| self.alert_on(ticket, change)).collect();
            }
        }
        Vec::new()
    }

    /// What a person knows a session by whose connection is not shown, and where that is.
    pub(super) fn known_beside(&mut self, ticket: Ticket, key: &SessionKey) -> (ChosenSession, String) {
        let Some(other) = self.others.find(ticket) else {
            return (ChosenSession { key: key.clone(), name: key.text().to_owned() }, String::new());
        };
        let open = other.conversation.session().filter(|open| open.key == *key).map(Session::name);
        let row = || other.list.rows.iter().find(|row| row.key == *key).map(Summary::name);
        let name = open.or_else(row).unwrap_or_else(|| key.text()).to_owned();
        let home = other.home;
        (ChosenSession { key: key.clone(), name }, format!(" at {}", self.home_name(home)))
    }
}

#[cfg(test)]
mod tests;
