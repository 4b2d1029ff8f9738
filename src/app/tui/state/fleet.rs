//! The fleet on screen: fed whether or not it is shown, put in order at most once a second and never under the hand.

mod input;
pub mod table;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;
use ratatui::layout::{Constraint, Layout, Rect};

use super::{
    AppState, Effect, Tickets, areas,
    list::{self, Selection},
    modal::Modal,
};
use crate::{
    app::{
        fleet::{Fleet, FleetColumn, FleetGroup, FleetOrder, FleetRow, FleetTotal, FleetWindow, group},
        task::{Command, Event, FleetScope, Ticket, command::Lane},
    },
    repository::Filter,
    session::{Change, SessionKey},
};

/// The rows are put in order so many milliseconds apart.
const SORTED_MS: i64 = 1000;

/// So many milliseconds after a movement nothing moves under the hand.
const HAND_MS: i64 = 2000;

/// What was read so many milliseconds ago, and is not told since, is not what a session is at.
const STALE_MS: i64 = 60_000;

/// So many sessions are read at once of those that were heard of.
const READ_AT_ONCE: usize = 20;

/// What the screen starts with, where it starts with the fleet.
#[derive(Debug, Clone, Default)]
pub struct FleetStart {
    /// Which sessions; one that the fleet can answer.
    pub filter: Filter,
    /// Changed within that time.
    pub window: FleetWindow,
    /// In which order.
    pub order: FleetOrder,
}

/// What the fleet is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FleetFace {
    /// A row a session.
    #[default]
    Sessions,
    /// Sums.
    Totals(FleetGroup),
}

impl FleetFace {
    fn next(self) -> Self {
        match self {
            Self::Sessions => Self::Totals(FleetGroup::Application),
            Self::Totals(FleetGroup::Application) => Self::Totals(FleetGroup::Model),
            Self::Totals(FleetGroup::Model) => Self::Sessions,
        }
    }
}

/// The fleet's state.
#[derive(Debug, Clone, Default)]
pub struct FleetPane {
    /// What is known.
    pub fleet: Fleet,
    /// As it was last put in order; only while it is shown.
    pub rows: Vec<FleetRow>,
    /// The selected one, by its key.
    pub selection: Selection<SessionKey>,
    /// The first sum in view.
    pub top: usize,
    /// Rows or sums.
    pub face: FleetFace,
    /// Which sessions, by their last change.
    pub window: FleetWindow,
    /// In which order.
    pub order: FleetOrder,
    /// Which of them.
    pub filter: Filter,
    /// What is being read, and when it was asked.
    asked: Option<(Ticket, FleetScope)>,
    /// The longest window that was read.
    read: Option<FleetWindow>,
    /// When that was.
    read_at: Option<Timestamp>,
    /// It could not be read; nothing is asked until something is told anew.
    is_failed: bool,
    sorted_at: Option<Timestamp>,
    moved_at: Option<Timestamp>,
    looked_at: Option<Timestamp>,
    /// Something was told since the rows were put in order.
    is_due: bool,
}

/// The rows, for the selection.
struct ShownFleet<'a>(&'a [FleetRow]);

impl list::Rows for ShownFleet<'_> {
    type Key = SessionKey;

    fn count(&self) -> usize {
        self.0.len()
    }

    fn key(&self, at: usize) -> Option<SessionKey> {
        self.0.get(at).map(|row| row.key.clone())
    }

    fn is(&self, at: usize, key: &SessionKey) -> bool {
        self.0.get(at).is_some_and(|row| row.key == *key)
    }
}

impl FleetPane {
    /// Of another connection, shown in the same way.
    #[must_use]
    pub(super) fn anew(&self) -> Self {
        Self { face: self.face, window: self.window, order: self.order, ..Self::default() }
    }

    /// As the program was asked to start.
    pub(super) fn start(&mut self, start: FleetStart) {
        (self.filter, self.window, self.order) = (start.filter, start.window, start.order);
    }

    /// A change in the store.
    pub fn take(&mut self, change: &Change, now: Timestamp) {
        self.fleet.take(change, now);
        self.is_due = true;
    }

    /// An answer of the task.
    pub fn on_event(&mut self, event: &Event, now: Timestamp) {
        match event {
            Event::FleetRows(_, rows) => {
                self.fleet.list(rows);
                let keys: Vec<SessionKey> = rows.iter().map(|row| row.key.clone()).collect();
                self.fleet.ask_for(&keys, now);
                self.sorted_at = None;
            }
            Event::FleetSeed(_, session) => {
                self.fleet.seed(session, now);
                self.is_due = true;
            }
            Event::FleetEnd(_) => {
                if let Some((_, FleetScope::Window(window))) = self.asked.take() {
                    self.read = self.read.max(Some(window));
                    self.read_at = Some(now);
                }
                self.sorted_at = None;
            }
            Event::Failed { lane: Lane::Fleet, .. } => {
                self.asked = None;
                self.is_failed = true;
                self.fleet.ask_again();
            }
            _ => {}
        }
    }

    /// The session is not there any more.
    pub(super) fn forget(&mut self, key: &SessionKey) {
        self.fleet.forget(key);
        self.is_due = true;
    }

    /// Whether states and rates are too old to be shown: no change is told, and what was read is of another minute.
    #[must_use]
    pub fn is_stale(&self, is_live: bool, now: Timestamp) -> bool {
        !is_live && is_over(self.read_at, STALE_MS, now)
    }

    /// Whether the sessions of the window are being read.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        matches!(self.asked, Some((_, FleetScope::Window(_))))
    }

    /// Changes may have been missed, or what failed may go well now: all is read again.
    pub(super) fn reload(&mut self) {
        (self.asked, self.read, self.is_failed) = (None, None, false);
        self.fleet.ask_again();
    }

    /// Asks for what is shown and was not read: the window, then sessions that were heard of since, once a second at most.
    pub(super) fn ask(&mut self, tickets: &mut Tickets, now: Timestamp) -> Option<Effect> {
        if self.is_failed {
            return None;
        }
        let window = FleetScope::Window(self.window);
        if self.read.is_none_or(|read| read < self.window) {
            let is_asked = self.asked.as_ref().is_some_and(|(_, scope)| *scope == window);
            return (!is_asked).then(|| self.ask_of(window, tickets, now));
        }
        if self.asked.is_some() || !is_over(self.looked_at, SORTED_MS, now) {
            return None;
        }
        let keys = self.fleet.unread(self.window, READ_AT_ONCE, now);
        (!keys.is_empty()).then(|| self.ask_of(FleetScope::Sessions(keys), tickets, now))
    }

    fn ask_of(&mut self, scope: FleetScope, tickets: &mut Tickets, now: Timestamp) -> Effect {
        if matches!(scope, FleetScope::Window(_)) {
            // Whatever was asked for is given up by that.
            self.fleet.ask_again();
        }
        let ticket = tickets.take();
        self.looked_at = Some(now);
        self.asked = Some((ticket, scope.clone()));
        Effect::Ask(Command::Fleet(ticket, scope))
    }

    /// Brings the rows up to date, at most once a second, and into order unless the hand just moved. The selection stays on its
    /// session.
    pub fn arrange(&mut self, page: usize, now: Timestamp) {
        if !is_over(self.sorted_at, SORTED_MS, now) {
            return;
        }
        let is_in_hand = !is_over(self.moved_at, HAND_MS, now);
        self.sorted_at = Some(now);
        self.is_due = is_in_hand;
        let mut rows = self.fleet.rows(self.window, &self.filter, now);
        self.order.sort(&mut rows);
        if is_in_hand {
            let places: HashMap<&SessionKey, usize> = self.rows.iter().map(|row| &row.key).zip(0..).collect();
            rows.sort_by_key(|row| places.get(&row.key).copied().unwrap_or(usize::MAX));
        }
        self.rows = rows;
        self.selection.settle_in_place(&ShownFleet(&self.rows), page);
    }

    /// Something else is shown from now on.
    fn rearrange(&mut self, page: usize, now: Timestamp) {
        (self.sorted_at, self.moved_at) = (None, None);
        self.arrange(page, now);
    }

    /// The selected row.
    #[must_use]
    pub fn selected(&self) -> Option<&FleetRow> {
        self.rows.get(self.selection.at(self.rows.len()))
    }

    /// The sums that are shown.
    #[must_use]
    pub fn totals(&self) -> Vec<FleetTotal> {
        match self.face {
            FleetFace::Sessions => Vec::new(),
            FleetFace::Totals(by) => group(&self.rows, by),
        }
    }

    /// Another order, at once: by that column, or where it is sorted by that already the other way round.
    pub(super) fn sort_by(&mut self, column: FleetColumn, page: usize, now: Timestamp) {
        self.order.choose(column);
        self.rearrange(page, now);
    }

    /// Other sessions, at once.
    pub(super) fn set_filter(&mut self, filter: Filter, page: usize, now: Timestamp) {
        self.filter = filter;
        self.face = FleetFace::Sessions;
        self.rearrange(page, now);
    }

    /// How long until what is shown changes by itself, but for ages; `None`: it does not.
    #[must_use]
    pub fn next_change(&self) -> Option<Duration> {
        let changes = self.is_due || self.is_reading() || self.rows.iter().any(FleetRow::is_active);
        changes.then_some(Duration::from_millis(SORTED_MS as u64))
    }

    /// The rows in view where there is room for so many, with their positions.
    pub fn in_view(&self, page: usize) -> impl Iterator<Item = (usize, &FleetRow)> {
        let top = self.selection.top(self.rows.len(), page);
        self.rows.iter().enumerate().skip(top).take(page)
    }
}

/// Whether so much time went by; a clock that was set back counts as that.
fn is_over(since: Option<Timestamp>, ms: i64, now: Timestamp) -> bool {
    since.is_none_or(|since| !(0..ms).contains(&now.as_millisecond().saturating_sub(since.as_millisecond())))
}

/// Sums of all, headings and rows of the fleet, within its border.
#[must_use]
pub fn parts(body: Rect) -> [Rect; 3] {
    Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Fill(1)]).areas(areas::inside(body))
}

impl AppState {
    /// Whether the fleet is shown, maybe below something else.
    #[must_use]
    pub fn shows_fleet(&self) -> bool {
        self.modals.iter().any(|modal| matches!(modal, Modal::Fleet))
    }

    /// Rows of the fleet that there is room for.
    pub(super) fn fleet_page(&self) -> usize {
        let [_, _, rows] = parts(self.areas.body);
        rows.height.into()
    }

    /// Keeps what is shown of the fleet up to date.
    pub(super) fn arrange_fleet(&mut self) {
        if self.shows_fleet() {
            let page = self.fleet_page();
            self.workspace.fleet.arrange(page, self.look.now);
        }
    }

    /// Asks for what it lacks, while it is shown.
    pub(super) fn ask_for_fleet(&mut self) -> Option<Effect> {
        if !self.shows_fleet() {
            return None;
        }
        self.workspace.fleet.ask(&mut self.tickets, self.look.now)
    }

    /// Shows it, with what is known by now.
    pub(super) fn open_fleet(&mut self) -> Vec<Effect> {
        if !self.workspace.connection.is_open() {
            return self.say("choose a connection first");
        }
        if !self.shows_fleet() {
            self.modals.push(Modal::Fleet);
            let page = self.fleet_page();
            self.workspace.fleet.is_failed = false;
            self.workspace.fleet.rearrange(page, self.look.now);
        }
        Vec::new()
    }
}
