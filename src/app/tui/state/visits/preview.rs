//! The session under the cursor of the list shows itself once the cursor rests there, and is given up as soon as it goes on.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    app::{
        keymap::Action,
        tui::state::{AppState, Effect, areas::Pane},
    },
    session::SessionKey,
};

/// How long the cursor rests before anything is read: who goes on through the list reads nothing on the way.
const REST: SignedDuration = SignedDuration::from_millis(100);

/// Where the cursor of the list rests.
#[derive(Debug, Default)]
pub(super) struct CursorRest {
    /// The session, as it was last looked.
    on: Option<SessionKey>,
    /// It could be shown then: the list was followed, and the session was there.
    pub follows: bool,
    /// Since when, as long as it is to be shown and is not.
    pub since: Option<Timestamp>,
}

impl CursorRest {
    /// How long it is still waited; a clock that was put back makes nobody wait for longer.
    fn left(&self, now: Timestamp) -> Option<Duration> {
        let rested = now.duration_since(self.since?);
        Some(if rested.is_negative() { Duration::ZERO } else { (REST - rested).try_into().unwrap_or_default() })
    }
}

impl AppState {
    /// Follows the cursor of the list: what it came to is shown once it rests. Who goes into what is shown has opened it.
    pub(in crate::app::tui::state) fn follow_cursor(&mut self) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.note_cursor().into_iter().collect();
        effects.extend(self.show_preview());
        effects.extend(self.enter_preview());
        let open = self.workspace.conversation.session().map(|session| &session.key);
        let bookmarked = open.is_some_and(|key| self.is_bookmarked(key));
        self.workspace.conversation.mark_bookmarked(bookmarked);
        effects
    }

    /// Beside a list that has no session none is shown as if it were of it. What was opened stays.
    pub(in crate::app::tui::state) fn close_preview(&mut self) -> Vec<Effect> {
        if !self.workspace.list.is_known_empty() {
            return Vec::new();
        }
        let Some(effects) = self.workspace.conversation.close_preview() else { return Vec::new() };
        self.workspace.reset_side_panes();
        effects
    }

    /// How long until the session under the cursor is read, or is said to be, or its figures are read.
    pub(in crate::app::tui::state) fn next_preview(&self) -> Option<Duration> {
        let connection = &self.workspace.connection;
        let asks = connection.is_open() && connection.lost.is_none();
        let rests = self.workspace.visits.rest.left(self.look.now).filter(|_| !self.holds_preview());
        let figures = self.workspace.conversation.owed_left().filter(|_| asks);
        rests.into_iter().chain(figures).chain(self.workspace.conversation.next_slow_preview()).min()
    }

    /// Notes where the cursor is. What is read of where it was is given up.
    fn note_cursor(&mut self) -> Option<Effect> {
        let list = &self.workspace.list;
        // The rows are still those of the list before. Who waits for long goes on in them.
        if list.is_leaving() {
            self.workspace.visits.look_anew();
            return None;
        }
        let row = list.selected_row();
        let follows = row.is_some_and(|row| !list.is_gone(row)) && self.follows_cursor();
        let on = row.map(|row| &row.key);
        if on == self.workspace.visits.rest.on.as_ref() {
            let shows_nothing = self.workspace.conversation.shows_nothing();
            let rest = &mut self.workspace.visits.rest;
            // It may have come under the cursor while one was elsewhere: beside it nothing would ever show itself.
            if follows && !rest.follows && shows_nothing {
                rest.since = Some(self.look.now);
            }
            rest.follows = follows;
            return None;
        }
        let on = on.cloned();
        let given_up = self.workspace.conversation.give_up_preview(on.as_ref());
        self.workspace.visits.rest = CursorRest { on, follows, since: follows.then_some(self.look.now) };
        given_up
    }

    /// Whether what the cursor comes to is to be shown: not while one works in another session, or through the list.
    fn follows_cursor(&self) -> bool {
        let find = self.workspace.conversation.find_status();
        let finds = find.is_some_and(|find| find.searching.is_some());
        self.ui.preview && self.focus == Pane::Sessions && self.workspace.review.is_none() && !finds
    }

    /// Whether it waits: nobody would see it, something else is asked first, or other rows come.
    fn holds_preview(&self) -> bool {
        let seen = Pane::ALL.into_iter().any(|pane| pane != Pane::Sessions && self.areas.pane(pane).is_some());
        let connection = &self.workspace.connection;
        let asks = !connection.is_open() || connection.lost.is_some() || self.workspace.resolving.is_some();
        !seen || asks || !self.modals.is_empty() || self.workspace.list.is_leaving()
    }

    /// Reads the session that the cursor rests on.
    fn show_preview(&mut self) -> Vec<Effect> {
        let left = self.workspace.visits.rest.left(self.look.now);
        if left != Some(Duration::ZERO) || self.holds_preview() {
            return Vec::new();
        }
        self.workspace.visits.rest.since = None;
        let list = &self.workspace.list;
        let Some(row) = list.selected_row().filter(|row| !list.is_gone(row)).cloned() else { return Vec::new() };
        if self.workspace.conversation.key() == Some(&row.key) {
            return Vec::new();
        }
        let called = list.called(&row).to_owned();
        // What was open is left for it.
        self.note_jump();
        self.workspace.conversation.preview(&row, &called, &mut self.tickets)
    }

    /// The next session of the list, or the one before, from any pane: the focus stays where it is.
    pub(in crate::app::tui::state) fn step_session(&mut self, action: Action) -> Vec<Effect> {
        if !self.workspace.connection.is_open() {
            return self.say("choose a connection first");
        }
        let (step, end) = match action {
            Action::NextSession => (Action::Down, "this is the last session"),
            _ => (Action::Up, "this is the first session"),
        };
        let before = self.workspace.list.selected();
        let effects = self.workspace.list.on_action(step).unwrap_or_default();
        if self.workspace.list.selected() == before {
            let end = if self.workspace.list.has_more() && step == Action::Down { "more is being read" } else { end };
            return self.say(end);
        }
        if self.focus != Pane::Sessions {
            // Who reads one goes on to read the next, whether sessions show themselves or not.
            let on = self.workspace.list.selected_row().map(|row| row.key.clone());
            let given_up = self.workspace.conversation.give_up_preview(on.as_ref());
            self.workspace.visits.rest = CursorRest { on, follows: false, since: Some(self.look.now) };
            return effects.into_iter().chain(given_up).collect();
        }
        effects
    }

    /// Whether the session under the cursor shows itself.
    pub(in crate::app::tui::state) fn turn_preview(&mut self) -> Vec<Effect> {
        self.ui.preview = !self.ui.preview;
        let rest = &mut self.workspace.visits.rest;
        rest.since = (self.ui.preview && self.focus == Pane::Sessions).then_some(self.look.now);
        if self.ui.preview {
            return self.say("the session under the cursor is shown");
        }
        self.said = Some("only sessions that are opened are shown".to_owned());
        self.workspace.conversation.give_up_preview(None).into_iter().collect()
    }
}
