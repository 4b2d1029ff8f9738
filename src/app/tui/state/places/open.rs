//! Opening, showing and closing places.

use super::super::{
    AppState, Effect,
    areas::Pane,
    connection::{Connection, HomePlace, Stage},
    modal::Modal,
    named::ChosenSession,
    workspace::Workspace,
};
use crate::{
    app::{
        keymap::Action,
        place::Place,
        task::{Command, Ticket, command::Lane},
        text,
    },
    repository::Candidate,
};

impl AppState {
    /// Opens a collection that was chosen.
    pub(in super::super) fn choose(&mut self, candidate: Candidate) -> Vec<Effect> {
        let Some(mut place) = self.workspace.connection.place.clone() else { return Vec::new() };
        let location = format!("{}.{}", candidate.database, candidate.collection);
        place.origin.choose(candidate);
        if let Some(effects) = self.show_open_at(&place, Some(&location)) {
            return effects;
        }
        self.connect_as_before(place)
    }

    /// Opens a place in a new workspace, beside those that are open. A session that was to be opened once a place is open still is.
    pub(in super::super) fn connect(&mut self, mut place: Place) -> Vec<Effect> {
        place.rules.reveal = self.reveal.clone();
        let ticket = self.tickets.take();
        let is_open = self.workspace.connection.is_open();
        let open_id = self.workspace.open_id.take_if(|_| !is_open);
        let unopened = self.says_unopened(Some(&place));
        let connection = Connection { place: Some(place.clone()), stage: Stage::Connecting, ..Connection::default() };
        let workspace = Workspace::new(&self.ui, connection, open_id);
        let fleet = self.workspace.fleet.anew();
        self.set_aside();
        self.workspace = Workspace { ticket, fleet, ..workspace };
        self.workspace.list.reloads_by(self.keymap.label(Action::Reload));
        self.leave_place();
        self.said = unopened;
        (self.focus, self.zoomed) = (Pane::Sessions, false);
        vec![Effect::Ask(Command::Connect(ticket, Box::new(place)))]
    }

    /// The same for what goes on with the connection that is being opened: what is known of it stays known.
    pub(in super::super) fn connect_as_before(&mut self, place: Place) -> Vec<Effect> {
        let typed_password = self.workspace.typed_password.take();
        let typed_place = self.workspace.typed_place;
        let effects = self.connect(place);
        (self.workspace.typed_password, self.workspace.typed_place) = (typed_password, typed_place);
        effects
    }

    /// Shows a place that was chosen: where it is open that connection, with what was open and typed there; else it is opened.
    pub(in super::super) fn go_to_place(&mut self, place: Place) -> Vec<Effect> {
        if self.is_place_shown(&place) && !self.workspace.was_chosen(&place) {
            return self.close_modal();
        }
        let is_again = self.workspace.connection.place.as_ref().is_some_and(|tried| tried.is_called_and_at(&place));
        match self.show_open_at(&place, None) {
            Some(effects) => effects,
            // What was typed and failed is still to be kept.
            None if is_again && !self.workspace.connection.is_open() => self.connect_as_before(place),
            None => self.connect(place),
        }
    }

    /// Shows a place that is open beside, at that location or, where none is said, as it was opened.
    pub(in super::super) fn show_open_at(&mut self, place: &Place, location: Option<&str>) -> Option<Vec<Effect>> {
        let is_it = |other: &Workspace| {
            other.is_of(place) && location.map_or_else(|| !other.was_chosen(place), |location| other.is_at(location))
        };
        let position = self.others.position(is_it)?;
        Some(self.show(position))
    }

    /// Shows the connection beside that is open to a store, told by its identity; `None`: none is.
    pub(in super::super) fn show_store(&mut self, identity: &str) -> Option<Vec<Effect>> {
        let is_it = |other: &Workspace| self.store_of(other.home) == Some(identity);
        let position = self.others.position(is_it)?;
        Some(self.show_for_session(position))
    }

    /// Shows the connection to a place that was open; nothing where it is shown, or closed.
    pub(in super::super) fn show_home(&mut self, home: HomePlace) -> Vec<Effect> {
        let position = self.others.position(|other| other.home == Some(home));
        position.map(|position| self.show_for_session(position)).unwrap_or_default()
    }

    /// Shows the connection beside that was opened with that ticket, and opens a session there; `None`: it is closed.
    pub(in super::super) fn open_beside(&mut self, ticket: Ticket, session: ChosenSession) -> Option<Vec<Effect>> {
        let position = self.others.position(|other| other.ticket == ticket)?;
        let mut effects = self.show_for_session(position);
        // What was open there is only passed by.
        effects.extend(self.unnoted(|state| state.open_named(session)));
        Some(effects)
    }

    /// Shows the connection at a place among the others for a session of it: what was to be opened there first is not wanted now.
    fn show_for_session(&mut self, position: usize) -> Vec<Effect> {
        self.others.others[position].open_id = None;
        self.show(position)
    }

    /// The next connection, or the previous one.
    pub(in super::super) fn step_connection(&mut self, forward: bool) -> Vec<Effect> {
        let others = self.others.others.len();
        if others == 0 {
            let key = self.keymap.label(Action::Connections).unwrap_or_else(|| ":connections".to_owned());
            return self.say(format!("no other connection is open; {key} opens one beside this"));
        }
        // Its own place counts where it stays: with one before and one after it, three.
        let (at, stays) = (self.others.at, usize::from(self.workspace.connection.is_open()));
        let steps = if forward { stays } else { others + stays - 1 };
        let position = (at + steps) % (others + stays);
        // Without its own place those after it stand one further up.
        let position = if stays == 1 && position > at { position - 1 } else { position };
        self.show(position.min(others - 1))
    }

    /// Shows the connection at a place among the others.
    fn show(&mut self, position: usize) -> Vec<Effect> {
        let at = self.others.at;
        let kept = self.set_aside();
        let position = if kept && position >= at { position + 1 } else { position };
        let next = self.others.take(position);
        let unopened = self.says_unopened(next.connection.place.as_ref());
        let effects = self.take_up_place(next);
        self.said = unopened;
        effects
    }

    /// What is said of a place that is being opened, as another is shown instead: one at a time is opened, and what is left is given
    /// up.
    fn says_unopened(&self, instead: Option<&Place>) -> Option<String> {
        let connection = &self.workspace.connection;
        let left = connection.place.as_ref().filter(|_| connection.is_being_opened())?;
        if instead.is_some_and(|place| place.is_called_and_at(left)) {
            return None;
        }
        let key = self.keymap.label(Action::Connections).unwrap_or_else(|| ":connections".to_owned());
        Some(format!("{} is not opened any more; {key} opens it again", text::line(&left.name)))
    }

    /// Shows a workspace in place of the one that is shown, which is dropped.
    fn take_up_place(&mut self, next: Workspace) -> Vec<Effect> {
        self.workspace = next;
        self.leave_place();
        self.close_start_screen();
        let (focus, zoomed) = self.workspace.left_at.take().unwrap_or((Pane::Sessions, false));
        (self.focus, self.zoomed) = (focus, zoomed);
        // It is laid out anew: the terminal and its colours may have changed.
        self.workspace.conversation_inner = None;
        let mut effects = vec![Effect::Ask(Command::Use(self.workspace.ticket))];
        let workspace = &mut self.workspace;
        workspace.unanswered.extend([Lane::List, Lane::Fleet]);
        // Both would be the newest question of one lane.
        if workspace.open_id.is_none() {
            workspace.unanswered.insert(Lane::Open);
        }
        if workspace.connection.lost.is_none() {
            effects.extend(self.on_up());
        }
        effects
    }

    /// Shows the connection that was shown before this one, if any is open.
    pub(in super::super) fn show_former(&mut self) -> Vec<Effect> {
        match self.others.former() {
            Some(former) => self.take_up_place(former),
            None => Vec::new(),
        }
    }

    /// A place that is being opened is not any more.
    pub(in super::super) fn give_up_connecting(&mut self) -> Vec<Effect> {
        self.workspace.connection.stage = Stage::None;
        let mut effects = vec![Effect::Ask(Command::Cancel(Lane::Connection))];
        effects.extend(self.show_former());
        self.open_places();
        effects
    }

    /// Closes the connection that is shown. What was typed there and is not saved stays, and what is on its way is stored.
    pub(in super::super) fn close_connection(&mut self) -> Vec<Effect> {
        if !self.workspace.connection.is_open() {
            return self.say("no connection is open");
        }
        let ticket = self.workspace.ticket;
        self.put_forms_aside();
        let says = self.says_closed(&self.workspace);
        let mut effects = vec![Effect::Ask(Command::Close(ticket))];
        if let Some(former) = self.others.former() {
            effects.extend(self.take_up_place(former));
        } else {
            self.workspace = Workspace::new(&self.ui, Connection::default(), None);
            self.leave_place();
            (self.focus, self.zoomed) = (Pane::Sessions, false);
            self.open_places();
        }
        self.said = Some(says);
        effects
    }

    /// That it is closed, and what becomes of what was typed there.
    fn says_closed(&self, closed: &Workspace) -> String {
        let name = closed.connection.place.as_ref().map_or("", |place| place.name.as_str());
        let unsaved = self.forms.iter().any(|form| form.home == closed.home && form.is_unsaved());
        let kept = if unsaved { "; what is not saved there is kept, and offered once it is open again" } else { "" };
        format!("{} is closed{kept}", text::line(name))
    }

    /// Closes the place that the cursor is on, in the list of places.
    pub(in super::super) fn close_chosen_place(&mut self) -> Vec<Effect> {
        let Some(Modal::Places(menu)) = self.modals.last() else { return Vec::new() };
        let Some(place) = menu.chosen().cloned() else { return Vec::new() };
        if self.is_place_shown(&place) {
            let effects = self.close_connection();
            self.open_places();
            return effects;
        }
        match self.others.position(|other| other.is_of(&place)) {
            Some(position) => {
                let closed = self.others.remove(position);
                self.said = Some(self.says_closed(&closed));
                vec![Effect::Ask(Command::Close(closed.ticket))]
            }
            None => self.say(format!("{} is not open", text::line(&place.name))),
        }
    }

    /// Another connection to the same place takes the place of the one before, which is closed.
    pub(in super::super) fn close_same(&mut self) -> Vec<Effect> {
        let home: Option<HomePlace> = self.workspace.home;
        let same = self.others.position(|other| home.is_some() && other.home == home);
        let closed = same.map(|position| self.others.remove(position));
        closed.map(|closed| Effect::Ask(Command::Close(closed.ticket))).into_iter().collect()
    }

    /// The start screen, and what belongs to it, is closed.
    pub(in super::super) fn close_start_screen(&mut self) {
        let of_start = |modal: &Modal| {
            matches!(modal, Modal::Places(_) | Modal::Collections(_) | Modal::NewPlace(_) | Modal::Password(_))
        };
        self.modals.retain(|modal| !of_start(modal));
    }
}
