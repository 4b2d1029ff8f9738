//! Places that are open side by side: a workspace each, kept whole while another is shown. What belongs to one of them is read again
//! as it is shown; until then only how its connection and its changes stand is taken in.

use std::time::Duration;

use jiff::SignedDuration;

use super::{
    AppState, Effect,
    areas::Pane,
    connection::{Connection, HomePlace, Lost, Stage},
    live::WatchState,
    modal::Modal,
    workspace::Workspace,
};
use crate::{
    app::{
        keymap::Action,
        place::Place,
        task::{Command, Event, Link, Ticket, command::Lane},
        text,
    },
    repository::{Error, News},
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

    fn find(&mut self, ticket: Ticket) -> Option<&mut Workspace> {
        self.others.iter_mut().find(|other| other.ticket == ticket)
    }

    fn position(&self, is_it: impl Fn(&Workspace) -> bool) -> Option<usize> {
        self.others.iter().position(is_it)
    }
}

impl Workspace {
    /// Whether it was opened as that place, whichever collection is shown of it.
    fn is_of(&self, place: &Place) -> bool {
        self.connection.is_open()
            && self
                .connection
                .place
                .as_ref()
                .is_some_and(|here| here.name == place.name && here.origin.is_same(&place.origin))
    }

    fn is_at(&self, location: &str) -> bool {
        matches!(&self.connection.stage, Stage::Open(here) if here == location)
    }

    /// Whether its collection was one of several.
    fn was_chosen(&self, place: &Place) -> bool {
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

    /// Opens a place in a new workspace, beside those that are open. A session that was to be opened once a place is open still is.
    pub(super) fn connect(&mut self, mut place: Place) -> Vec<Effect> {
        place.rules.reveal = self.reveal.clone();
        let ticket = self.tickets.take();
        let is_open = self.workspace.connection.is_open();
        let open_id = self.workspace.open_id.take_if(|_| !is_open);
        let connection = Connection { place: Some(place.clone()), stage: Stage::Connecting, lost: None };
        let workspace = Workspace::new(&self.ui, connection, open_id);
        let fleet = self.workspace.fleet.anew();
        self.set_aside();
        self.workspace = Workspace { ticket, fleet, ..workspace };
        self.workspace.list.reloads_by(self.keymap.label(Action::Reload));
        self.leave_place();
        (self.focus, self.zoomed) = (Pane::Sessions, false);
        vec![Effect::Ask(Command::Connect(ticket, Box::new(place)))]
    }

    /// The same for what goes on with the connection that is being opened: what is known of it stays known.
    pub(super) fn connect_as_before(&mut self, place: Place) -> Vec<Effect> {
        let typed = (self.workspace.typed_password, self.workspace.typed_place);
        let effects = self.connect(place);
        (self.workspace.typed_password, self.workspace.typed_place) = typed;
        effects
    }

    /// Shows a place that was chosen: where it is open that connection, with what was open and typed there; else it is opened.
    pub(super) fn go_to_place(&mut self, place: Place) -> Vec<Effect> {
        if self.is_place_shown(&place) && !self.workspace.was_chosen(&place) {
            return self.close_modal();
        }
        match self.show_open_at(&place, None) {
            Some(effects) => effects,
            None => self.connect(place),
        }
    }

    /// Shows a place that is open beside, at that location or, where none is said, as it was opened.
    pub(super) fn show_open_at(&mut self, place: &Place, location: Option<&str>) -> Option<Vec<Effect>> {
        let is_it = |other: &Workspace| {
            other.is_of(place) && location.map_or_else(|| !other.was_chosen(place), |location| other.is_at(location))
        };
        let position = self.others.position(is_it)?;
        Some(self.show(position))
    }

    /// The next connection, or the previous one.
    pub(super) fn step_connection(&mut self, forward: bool) -> Vec<Effect> {
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
        self.take_up(next)
    }

    /// Shows a workspace in place of the one that is shown, which is dropped.
    fn take_up(&mut self, next: Workspace) -> Vec<Effect> {
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
    pub(super) fn show_former(&mut self) -> Vec<Effect> {
        match self.others.former() {
            Some(former) => self.take_up(former),
            None => Vec::new(),
        }
    }

    /// A place that is being opened is not any more.
    pub(super) fn give_up_connecting(&mut self) -> Vec<Effect> {
        self.workspace.connection.stage = Stage::None;
        let mut effects = vec![Effect::Ask(Command::Cancel(Lane::Connection))];
        effects.extend(self.show_former());
        self.open_places();
        effects
    }

    /// Closes the connection that is shown. What was typed there and is not saved stays, and what is on its way is stored.
    pub(super) fn close_connection(&mut self) -> Vec<Effect> {
        if !self.workspace.connection.is_open() {
            return self.say("no connection is open");
        }
        let name = self.workspace.connection.place.as_ref().map(|place| text::line(&place.name).into_owned());
        let (ticket, home) = (self.workspace.ticket, self.workspace.home);
        self.put_forms_aside();
        let unsaved = self.forms.iter().any(|form| form.home == home && form.is_unsaved());
        let mut effects = vec![Effect::Ask(Command::Close(ticket))];
        if let Some(former) = self.others.former() {
            effects.extend(self.take_up(former));
        } else {
            self.workspace = Workspace::new(&self.ui, Connection::default(), None);
            self.leave_place();
            (self.focus, self.zoomed) = (Pane::Sessions, false);
            self.open_places();
        }
        let kept = if unsaved { "; what is not saved there is kept, and offered once it is open again" } else { "" };
        self.said = Some(format!("{} is closed{kept}", name.unwrap_or_default()));
        effects
    }

    /// Closes the place that the cursor is on, in the list of places.
    pub(super) fn close_chosen_place(&mut self) -> Vec<Effect> {
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
                let effects = vec![Effect::Ask(Command::Close(closed.ticket))];
                self.said = Some(format!("{} is closed", text::line(&place.name)));
                effects
            }
            None => self.say(format!("{} is not open", text::line(&place.name))),
        }
    }

    /// Another connection to the same place takes the place of the one before, which is closed.
    pub(super) fn close_same(&mut self) -> Vec<Effect> {
        let home: Option<HomePlace> = self.workspace.home;
        let same = self.others.position(|other| home.is_some() && other.home == home);
        let closed = same.map(|position| self.others.remove(position));
        closed.map(|closed| Effect::Ask(Command::Close(closed.ticket))).into_iter().collect()
    }

    /// The start screen, and what belongs to it, is closed.
    pub(super) fn close_start_screen(&mut self) {
        let of_start = |modal: &Modal| {
            matches!(modal, Modal::Places(_) | Modal::Collections(_) | Modal::NewPlace(_) | Modal::Password(_))
        };
        self.modals.retain(|modal| !of_start(modal));
    }

    /// Keeps the connection that is shown, where it is open; `false`: it is not. What it has asked is asked again as it is shown.
    fn set_aside(&mut self) -> bool {
        if !self.workspace.connection.is_open() {
            return false;
        }
        self.let_go_of_questions();
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
            if lane == Lane::Offers {
                workspace.known.on_event(event);
            }
        }
        workspace.peek = None;
        workspace.own_asked = None;
        workspace.looked = None;
        if let Some((_, id)) = workspace.resolving.take() {
            workspace.open_id = Some(id);
        }
    }

    /// The sessions on the screen are another place's from now on: what was typed and is not stored stays.
    fn leave_place(&mut self) {
        self.alerts.forget();
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
            Link::Lost { reason, retry_in_s } => {
                let wait = SignedDuration::try_from(Duration::from_secs(retry_in_s)).unwrap_or_default();
                Some(Lost { reason, retry_at: now.saturating_add(wait).unwrap_or(now) })
            }
        };
    }

    /// How the changes of a connection arrive that is not shown: they themselves are read once it is.
    pub(super) fn on_news_beside(&mut self, ticket: Ticket, news: &News) {
        let Some(other) = self.others.find(ticket) else { return };
        match news {
            News::Begun(mode) | News::Paced(mode) => other.watch = Some(WatchState::Begun(*mode)),
            News::Lost(_) => other.watch = Some(WatchState::Lost),
            News::Ended(_) => other.watch = Some(WatchState::Ended),
            News::Changes(_) => {}
        }
    }

    /// The file of settings was changed, or could not be.
    pub(super) fn on_configured(&mut self, said: Result<String, String>) -> Vec<Effect> {
        match said {
            Ok(said) => self.say(said),
            Err(why) => {
                self.tell_error(why);
                Vec::new()
            }
        }
    }
}

#[cfg(test)]
mod tests;
