//! What the background task says.

use super::{
    AppState, Effect,
    areas::Pane,
    connection::Stage,
    live::{LIST_LANES, OPEN_LANES, WatchState},
    menu::Menu,
    metrics::Data,
    modal::Modal,
};
use crate::{
    app::{
        place::Place,
        task::{Command, Event, Link, Ticket, command::Lane},
        text, told,
    },
    repository::{Candidate, Error, ErrorKind},
    session::{Change, ChangeKind, Session, SessionKey, Summary},
};

const CONNECTED_AGAIN: &str = "connected again";

impl AppState {
    pub(super) fn on_event(&mut self, event: Event) -> Vec<Effect> {
        let before = self.before_answer(&event);
        let effects = self.take_event(event);
        self.light(before);
        effects
    }

    fn take_event(&mut self, event: Event) -> Vec<Effect> {
        if event.answers().is_some_and(|(lane, ticket)| !self.newest.is(lane, ticket)) {
            return match event {
                // It was opened just as it was given up: nothing of it is shown any more.
                Event::Connected { ticket, .. } => vec![Effect::Ask(Command::Close(ticket))],
                _ => Vec::new(),
            };
        }
        match event {
            Event::Connected { location, identity, .. } => self.on_connected(location, identity),
            Event::Choose { candidates, .. } => self.on_choose(candidates),
            Event::PasswordWanted { user, hosts, .. } => self.on_password_wanted(user, hosts),
            Event::Link(ticket, link) if ticket != self.workspace.ticket => {
                self.on_link_beside(ticket, link);
                Vec::new()
            }
            Event::Link(_, Link::Up) => self.on_up(),
            Event::Link(_, Link::Lost { reason, retry_in_s }) => self.on_lost(reason, retry_in_s),
            Event::News(ticket, news) => self.on_news(ticket, &news),
            Event::Matched(ticket, matches) => self.on_matched(ticket, matches),
            Event::Sized(ticket, details) => self.on_sized(ticket, &details),
            Event::Resolved(_, id, rows) => self.on_resolved(&id, rows),
            Event::Peeked(ticket, session) => self.on_peeked(ticket, &session),
            Event::Weighed { ticket, found, undated, done } => {
                self.on_weighed(ticket, &found, undated, done);
                Vec::new()
            }
            Event::OwnFeedback(ticket, own) => self.on_own_feedback(ticket, &own),
            Event::Failed { ticket, lane, error } => self.on_failed(ticket, lane, error),
            Event::Fetching(ticket, what) => {
                if ticket == self.workspace.ticket {
                    self.workspace.connection.fetches = Some(text::line(&what).into_owned());
                }
                Vec::new()
            }
            Event::Waiting(said) => {
                self.said = Some(said);
                Vec::new()
            }
            Event::Undelivered(told) => {
                self.tell_error(told);
                Vec::new()
            }
            Event::Hook(report) => {
                self.on_hook(&report);
                Vec::new()
            }
            Event::Turning(ticket, at) => self.on_turning(ticket, at),
            Event::Written(ticket, outcome) => self.on_written(ticket, *outcome),
            Event::NotWritten { ticket, error, stored } => self.on_not_written(ticket, &error, stored.as_deref()),
            Event::BulkSeen { ticket, tally, done } => self.on_bulk_seen(ticket, *tally, done),
            Event::BulkAt(ticket, progress) => self.on_bulk_at(ticket, *progress),
            Event::BulkEnded(ticket, ended) => self.on_bulk_ended(ticket, ended.map(|end| *end)),
            event @ (Event::MetadataKeys(..) | Event::MetadataValues(..) | Event::FilterValues(..)) => {
                self.workspace.known.on_event(event);
                self.offer_anew();
                Vec::new()
            }
            Event::Foreseen(_, plan) => self.on_foreseen(&plan),
            Event::ForeseenCount(_, count) => self.on_foreseen_count(count),
            Event::Outline(ticket, outline) => {
                let effects = self.workspace.conversation.on_outline(ticket, *outline, &mut self.tickets);
                self.tell_tokens();
                self.settle_side_panes();
                effects
            }
            event => self.pass_on(&event),
        }
    }

    fn pass_on(&mut self, event: &Event) -> Vec<Effect> {
        let whole = match event {
            Event::ListEnd(..) => self.workspace.list.reads_from_the_start(),
            // Of what is only looked at the list is as old as before.
            Event::Opened(..) => !self.workspace.conversation.reads_preview(),
            _ => false,
        };
        if whole {
            self.workspace.read_at = Some(self.look.now);
        }
        self.workspace.list.on_event(event);
        self.workspace.fleet.on_event(event, self.look.now);
        for modal in &mut self.modals {
            if let Modal::Inspector(inspector) = modal {
                inspector.on_event(event);
            }
        }
        let key = |session: &Session| session.key.clone();
        let before = self.workspace.conversation.session().map(key);
        let mut effects = self.workspace.conversation.on_event(event, &mut self.tickets);
        effects.extend(self.alert_on_details(event));
        if let Event::Opened(_, session) = event {
            if before != self.workspace.conversation.session().map(key) {
                self.workspace.reset_side_panes();
            }
            self.workspace.list.mark_there(&session.key);
            self.settle_side_panes();
            self.judge_open_saves(true);
            effects.extend(self.on_draft_session(&session.key));
        }
        effects
    }

    /// Takes over a change of a session, wherever it is held: an edit that was stored, what a conflict told, feedback, a deletion.
    pub fn apply(&mut self, change: &Change) -> Vec<Effect> {
        let shown = self.workspace.conversation.session().is_some_and(|open| open.key == change.session);
        self.workspace.list.apply(change);
        let effects = self.workspace.conversation.apply(change, &mut self.tickets);
        if matches!(change.kind, ChangeKind::Deleted) {
            self.workspace.fleet.forget(&change.session);
            self.close_modals_of(&change.session);
            self.workspace.peek.take_if(|peek| peek.session.key == change.session);
            if shown {
                self.workspace.reset_side_panes();
                self.focus = Pane::Sessions;
            }
        } else if shown {
            self.settle_side_panes();
        }
        effects
    }

    /// The session is gone: nothing of it is inspected or offered any more. An editor stays, it holds what was typed.
    fn close_modals_of(&mut self, key: &SessionKey) {
        self.mark_forms_gone(key);
        self.modals.retain_mut(|modal| match modal {
            Modal::Inspector(inspector) => inspector.session() != Some(key),
            Modal::Sessions(menu) => {
                menu.items.retain(|row| row.key != *key);
                !menu.items.is_empty()
            }
            Modal::Form(form) if form.session.key == *key => form.is_unsaved() || form.has_large(),
            _ => true,
        });
    }

    /// The side panes have their places.
    pub(super) fn resize_side_panes(&mut self) {
        if let Some(area) = self.areas.inner(Pane::Metrics) {
            self.workspace.metrics.resize(area.as_size(), self.look.marks);
        }
        if let Some(area) = self.areas.inner(Pane::Feedback) {
            self.workspace.feedback.resize(area.as_size());
        }
    }

    /// What the side panes show came or went: what is selected in them stays selected.
    pub(super) fn settle_side_panes(&mut self) {
        let (metadata, feedback) = (self.page(Pane::Metadata), self.page(Pane::Feedback));
        let session = self.workspace.conversation.session();
        self.workspace.metadata.open(session, &self.reveal);
        self.workspace.metrics.on_change(Data::of(&self.workspace.conversation));
        self.workspace.metadata.on_change(session, metadata);
        self.workspace.feedback.on_change(session, feedback);
        self.tell_forms();
        self.judge_open_saves(false);
    }

    fn on_connected(&mut self, location: String, identity: String) -> Vec<Effect> {
        let place = self.workspace.connection.place.as_ref();
        self.workspace.home = place.map(|place| self.homes.of(place, &location, identity));
        let closed = self.close_same();
        self.workspace.connection.stage = Stage::Open(location);
        let notes = self.workspace.connection.place.as_ref().map(Place::notes).unwrap_or_default();
        if !notes.is_empty() {
            self.said = Some(notes.join("; "));
        }
        self.close_start_screen();
        if let Some(start) = self.fleet_start.take() {
            self.start_with_fleet(start);
        }
        // Both are questions of the list: the session that was asked for comes first.
        let mut effects = match self.workspace.open_id.take() {
            Some(id) => self.resolve(id),
            None => self.workspace.list.start(&mut self.tickets),
        };
        effects.extend(self.on_draft_place());
        effects.extend(closed);
        self.offer_profile();
        effects
    }

    pub(super) fn resolve(&mut self, id: String) -> Vec<Effect> {
        let ticket = self.tickets.take();
        self.workspace.resolving = Some((ticket, id.clone()));
        vec![Effect::Ask(Command::Resolve(ticket, id))]
    }

    fn on_choose(&mut self, candidates: Vec<Candidate>) -> Vec<Effect> {
        self.workspace.connection.stage = Stage::Choosing;
        self.modals.push(Modal::Collections(Menu::new(candidates)));
        Vec::new()
    }

    fn not_connected(&mut self, error: Error) -> Vec<Effect> {
        self.errors.keep(&told::sentence_on_screen(&error), self.look.now);
        if let Some((user, hosts)) = self.forget_typed_password()
            && matches!(error, Error::Authentication { .. })
        {
            return self.ask_password_again(user, hosts, &error);
        }
        self.workspace.connection.stage = Stage::Failed(error);
        self.open_places();
        Vec::new()
    }

    pub(super) fn open_places(&mut self) {
        self.close_start_screen();
        let mut menu = Menu::new(self.places.clone());
        let here = self.workspace.connection.place.as_ref();
        let at = menu.items.iter().position(|place| here.is_some_and(|here| here.name == place.name));
        menu.select(at.unwrap_or(0));
        self.modals.push(Modal::Places(menu));
    }

    fn on_resolved(&mut self, id: &str, mut rows: Vec<Summary>) -> Vec<Effect> {
        self.workspace.resolving = None;
        let mut effects = self.workspace.list.start(&mut self.tickets);
        match rows.len() {
            0 => self.tell_error(format!("no session {} here", text::line(id))),
            1 => effects.extend(self.open(&rows.remove(0))),
            _ => self.modals.push(Modal::Sessions(Menu::new(rows))),
        }
        effects
    }

    fn on_failed(&mut self, ticket: Ticket, lane: Lane, error: Error) -> Vec<Effect> {
        match lane {
            Lane::Connection => return self.not_connected(error),
            Lane::Alert => return self.on_alert_unknown(ticket),
            Lane::Bulk => return self.on_bulk_unseen(ticket, &error),
            Lane::Typed => return Vec::new(),
            Lane::Offers => {
                self.workspace.known.on_event(Event::Failed { ticket, lane, error });
                return Vec::new();
            }
            _ => {}
        }
        if error.is_passing() {
            self.workspace.unanswered.insert(lane);
        }
        let looked_up = self.workspace.resolving.as_ref().is_some_and(|(asked, _)| *asked == ticket);
        let is_missed_by_nobody = error.kind() == ErrorKind::NotFound && !looked_up && self.is_let_go(lane);
        if !matches!(lane, Lane::Details | Lane::Rows) && !is_missed_by_nobody {
            let says = self.says_of_missing(lane, &error);
            self.tell_error(says.unwrap_or_else(|| told::sentence_on_screen(&error)));
        }
        if matches!(error, Error::NotFound { .. })
            && !looked_up
            && let Some(key) = self.asked_about(lane)
        {
            self.on_draft_session_gone(&key);
            self.mark_gone(key);
        }
        self.back_to_list(lane, &error);
        self.not_weighed(ticket, &error);
        self.workspace.peek.take_if(|peek| peek.ticket == ticket);
        if let Some((_, id)) = self.workspace.resolving.take_if(|(asked, _)| *asked == ticket) {
            // The session that was asked for is looked for again once the connection is back.
            self.workspace.open_id = error.is_passing().then_some(id);
            return self.workspace.list.start(&mut self.tickets);
        }
        self.pass_on(&Event::Failed { ticket, lane, error })
    }

    /// Says so, beside what became of a change meanwhile and not in its place.
    fn say_connected_again(&mut self) {
        match &mut self.said {
            Some(said) if said.ends_with(CONNECTED_AGAIN) => {}
            Some(said) => *said = format!("{said}; {CONNECTED_AGAIN}"),
            None if self.workspace.not_written && self.workspace.last_error.is_some() => {}
            None => self.said = Some(CONNECTED_AGAIN.to_owned()),
        }
    }

    pub(super) fn on_up(&mut self) -> Vec<Effect> {
        let was_lost = self.workspace.connection.lost.take().is_some();
        self.workspace.known.on_up();
        let mut unanswered = std::mem::take(&mut self.workspace.unanswered);
        let asks_again = !unanswered.is_empty() && self.workspace.connection.is_open();
        if asks_again && !self.workspace.not_written {
            self.workspace.last_error = None;
        }
        if was_lost {
            self.say_connected_again();
            self.log_event(CONNECTED_AGAIN, None);
        }
        if !asks_again {
            return Vec::new();
        }
        // Once changes are told again all that is shown is read again: not twice.
        if self.workspace.watch == Some(WatchState::Lost) {
            let owed = |lane: &Lane| LIST_LANES.contains(lane) || OPEN_LANES.contains(lane);
            self.workspace.unanswered = unanswered.extract_if(owed).collect();
        }
        let mut effects = self.workspace.open_id.take().map(|id| self.resolve(id)).unwrap_or_default();
        if LIST_LANES.iter().any(|lane| unanswered.contains(lane)) {
            effects.extend(self.workspace.list.reload(&mut self.tickets));
        }
        if OPEN_LANES.iter().any(|lane| unanswered.contains(lane)) {
            effects.extend(self.workspace.conversation.reload(&mut self.tickets));
        }
        if unanswered.contains(&Lane::Fleet) {
            self.workspace.fleet.reload();
        }
        if unanswered.contains(&Lane::Find) {
            effects.extend(self.workspace.conversation.find_again(&mut self.tickets));
        }
        if unanswered.contains(&Lane::Inspect) {
            effects.extend(self.modals.iter_mut().flat_map(|modal| match modal {
                Modal::Inspector(inspector) => inspector.ask_again(&mut self.tickets),
                _ => Vec::new(),
            }));
        }
        effects
    }
}
