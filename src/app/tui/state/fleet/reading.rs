//! What of the fleet is being read, and what was.

use jiff::Timestamp;

use crate::{
    app::{
        fleet::{FleetWindow, read::FleetExtent},
        task::{FleetScope, Ticket},
    },
    repository::Filter,
    session::StoredDate,
};

/// What is being read, and what was.
#[derive(Debug, Clone, Default)]
pub(super) struct FleetReading {
    pub(super) asked: Option<(Ticket, FleetScope)>,
    pub(super) listed: Option<FleetListed>,
    /// The last change of the oldest row that came last.
    pub(super) oldest: Option<StoredDate>,
    /// When a window was read last.
    pub(super) listed_at: Option<Timestamp>,
    /// When something was looked for last that was only heard of.
    pub(super) looked_at: Option<Timestamp>,
    /// It could not be read; nothing is asked until something is told anew.
    pub(super) is_failed: bool,
}

/// A list that was read.
#[derive(Debug, Clone)]
pub(super) struct FleetListed {
    pub(super) window: FleetWindow,
    pub(super) filter: Filter,
    pub(super) extent: FleetExtent,
    /// The last change of its oldest row.
    pub(super) oldest: Option<StoredDate>,
}

impl FleetReading {
    /// What was asked with that ticket, where that is waited for.
    pub(super) fn answered(&mut self, ticket: Ticket) -> Option<FleetScope> {
        self.asked.take_if(|(asked, _)| *asked == ticket).map(|(_, scope)| scope)
    }
}

impl FleetListed {
    /// Whether the sessions of that window which match are among those that were listed.
    pub(super) fn holds(&self, window: FleetWindow, filter: &Filter) -> bool {
        let is_whole = self.filter.is_empty() && self.extent == FleetExtent::All;
        self.window >= window && (is_whole || self.filter == *filter)
    }

    /// How much of that window was listed, which it holds and which begins then.
    pub(super) fn extent_of(&self, window: FleetWindow, start: StoredDate) -> FleetExtent {
        match self.extent {
            FleetExtent::Newest(_) if self.oldest.is_some_and(|oldest| oldest < start) => FleetExtent::All,
            // What was counted is of another window.
            FleetExtent::Newest(_) if self.window != window => FleetExtent::Newest(None),
            extent => extent,
        }
    }
}
