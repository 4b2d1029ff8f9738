//! What the fleet on screen asks for, and what it is told.

use jiff::Timestamp;

use super::{FleetPane, SORTED_MS, is_over, reading::FleetListed};
use crate::{
    app::{
        fleet::read::FleetExtent,
        task::{Command, Event, FleetScope, command::Lane},
        tui::state::{Effect, Tickets},
    },
    session::SessionKey,
};

/// What was read so many milliseconds ago, and is not told since, is not what a session is at.
const STALE_MS: i64 = 60_000;

/// So many sessions are read at once of those that were heard of.
const READ_AT_ONCE: usize = 20;

impl FleetPane {
    /// An answer of the task.
    pub fn on_event(&mut self, event: &Event, now: Timestamp) {
        match event {
            Event::FleetRows(_, rows) => {
                self.fleet.list(rows);
                let keys: Vec<SessionKey> = rows.iter().map(|row| row.key.clone()).collect();
                self.fleet.ask_for(&keys, now);
                self.reading.oldest = rows.iter().filter_map(|row| row.updated_at).min();
                self.sorted_at = None;
            }
            Event::FleetSeed(_, read) => {
                let (session, past) = &**read;
                self.fleet.seed(session, past, now);
                self.is_due = true;
            }
            Event::FleetEnd(ticket, extent) => {
                if let Some(FleetScope::Window(window, filter)) = self.reading.answered(*ticket) {
                    let oldest = self.reading.oldest.take();
                    self.reading.listed = Some(FleetListed { window, filter, extent: *extent, oldest });
                    self.reading.listed_at = Some(now);
                    self.start_at_the_top();
                }
                self.sorted_at = None;
            }
            // What fails after the end hides none of the others.
            Event::Failed { ticket, lane: Lane::Fleet, .. } if self.reading.answered(*ticket).is_some() => {
                self.reading.is_failed = true;
                self.fleet.ask_again();
            }
            _ => {}
        }
    }

    /// Whether states and rates are too old to be shown: no change is told, and what was read is of another minute.
    #[must_use]
    pub fn is_stale(&self, is_live: bool, now: Timestamp) -> bool {
        !is_live && is_over(self.reading.listed_at, STALE_MS, now)
    }

    /// Whether the sessions of the window are being read.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        matches!(self.reading.asked, Some((_, FleetScope::Window(..))))
    }

    /// How much of what is asked for the rows are.
    #[must_use]
    pub fn extent(&self, now: Timestamp) -> FleetExtent {
        let listed = self.reading.listed.as_ref().filter(|listed| listed.holds(self.window, &self.filter));
        let start = self.window.start(now).into();
        match listed.map_or(FleetExtent::All, |listed| listed.extent_of(self.window, start)) {
            FleetExtent::All if self.fleet.has_let_go(self.window, now) => FleetExtent::Newest(None),
            extent => extent,
        }
    }

    /// Changes may have been missed, or what failed may go well now: all is read again.
    pub(in crate::app::tui::state) fn reload(&mut self) {
        (self.reading.asked, self.reading.listed, self.reading.is_failed) = (None, None, false);
        self.fleet.ask_again();
    }

    /// What failed may go well now.
    pub(super) fn try_again(&mut self) {
        self.reading.is_failed = false;
    }

    /// Asks for what is shown and was not read: the window, then sessions that were heard of since, once a second at most.
    pub(super) fn ask(&mut self, tickets: &mut Tickets, now: Timestamp) -> Option<Effect> {
        if self.reading.is_failed {
            return None;
        }
        let is_listed = self.reading.listed.as_ref().is_some_and(|listed| listed.holds(self.window, &self.filter));
        if !is_listed {
            let window = FleetScope::Window(self.window, self.filter.clone());
            let is_asked = self.reading.asked.as_ref().is_some_and(|(_, scope)| *scope == window);
            return (!is_asked).then(|| self.ask_of(window, tickets, now));
        }
        if self.reading.asked.is_some() || !is_over(self.reading.looked_at, SORTED_MS, now) {
            return None;
        }
        let (is_new, keys) = self.fleet.unread(self.window, READ_AT_ONCE, now);
        if keys.is_empty() {
            return None;
        }
        let scope = if is_new { FleetScope::Sessions(keys) } else { FleetScope::Again(keys) };
        Some(self.ask_of(scope, tickets, now))
    }

    fn ask_of(&mut self, scope: FleetScope, tickets: &mut Tickets, now: Timestamp) -> Effect {
        if matches!(scope, FleetScope::Window(..)) {
            // Whatever was asked for is given up by that.
            self.fleet.ask_again();
        }
        let ticket = tickets.take();
        self.reading.looked_at = Some(now);
        self.reading.asked = Some((ticket, scope.clone()));
        Effect::Ask(Command::Fleet(ticket, scope))
    }
}
