//! The fleet on screen: fed whether or not it is shown, put in order at most once a second and never under the hand.

mod asking;
mod input;
mod reading;
pub mod table;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;
use ratatui::layout::{Constraint, Layout, Rect};

use self::reading::FleetReading;
use super::{
    AppState, Effect, areas,
    list::{self, Selection},
    modal::Modal,
    prompt::Asks,
};
use crate::{
    app::fleet::{Fleet, FleetColumn, FleetGroup, FleetOrder, FleetRow, FleetTotal, FleetWindow, group},
    repository::Filter,
    session::{Change, SessionKey},
};

/// The rows are put in order so many milliseconds apart.
const SORTED_MS: i64 = 1000;

/// So many milliseconds after a movement nothing moves under the hand.
const HAND_MS: i64 = 2000;

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
    /// The window that the program was started with, where it is none of the usual ones.
    own: Option<FleetWindow>,
    reading: FleetReading,
    sorted_at: Option<Timestamp>,
    moved_at: Option<Timestamp>,
    /// A hand moved at some time: the selection means a session and not the first row.
    is_chosen: bool,
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
        Self { face: self.face, window: self.window, own: self.own, order: self.order, ..Self::default() }
    }

    /// As the program was asked to start.
    pub(super) fn start(&mut self, start: FleetStart) {
        (self.filter, self.window, self.order) = (start.filter, start.window, start.order);
        self.own = Some(start.window);
    }

    /// A change in the store.
    pub fn take(&mut self, change: &Change, now: Timestamp) {
        self.fleet.take(change, now);
        self.is_due = true;
    }

    /// The session is not there any more.
    pub(super) fn forget(&mut self, key: &SessionKey) {
        self.fleet.forget(key);
        self.is_due = true;
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
        if self.is_reading() {
            self.start_at_the_top();
        }
        self.selection.settle_in_place(&ShownFleet(&self.rows), page);
    }

    /// While rows are still coming and nobody chose one, the first is selected, whichever that is.
    fn start_at_the_top(&mut self) {
        if !self.is_chosen {
            self.selection = Selection::default();
        }
    }

    /// The hand moved.
    fn hand(&mut self, now: Timestamp) {
        (self.moved_at, self.is_chosen) = (Some(now), true);
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

    /// Opens it as the program was asked to start. A filter that cannot be meant here stands in the line, to be typed anew.
    pub(super) fn start_with_fleet(&mut self, mut start: FleetStart) {
        let typed = start.filter.source.clone();
        let mistake = match self.with_lists(std::mem::take(&mut start.filter)) {
            Ok(filter) => {
                start.filter = filter;
                None
            }
            Err(mistake) => Some(mistake),
        };
        self.workspace.fleet.start(start);
        self.open_fleet();
        if let Some(mistake) = mistake {
            self.prompt_anew(Asks::Fleet, &typed, mistake);
        }
    }

    /// Shows it, with what is known by now.
    pub(super) fn open_fleet(&mut self) -> Vec<Effect> {
        if !self.workspace.connection.is_open() {
            return self.say("choose a connection first");
        }
        if !self.shows_fleet() {
            self.modals.push(Modal::Fleet);
            let page = self.fleet_page();
            self.workspace.fleet.try_again();
            if !self.is_live() {
                self.workspace.fleet.reload();
            }
            self.workspace.fleet.rearrange(page, self.look.now);
        }
        Vec::new()
    }
}
