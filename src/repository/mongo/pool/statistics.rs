//! Figures of a pool, from the driver's connection events (CMAP).

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use mongodb::event::cmap::CmapEvent;

/// What a pool did and does, over all servers of the deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PoolStatistics {
    /// Connections that an operation uses now.
    pub in_use: u64,
    /// Connections that are ready and unused now.
    pub idle: u64,
    /// Operations that wait for a connection now.
    pub waiting: u64,
    /// Connections made so far.
    pub created: u64,
    /// Connections closed so far.
    pub closed: u64,
    /// Connections taken out so far.
    pub checkouts: u64,
    /// Attempts to take one out that failed so far.
    pub checkouts_failed: u64,
    /// Time all of those that succeeded took together.
    pub checkout_total: Duration,
    /// The longest of them.
    pub checkout_max: Duration,
}

impl PoolStatistics {
    /// How long it takes to get a connection, on average. `None` before the first.
    #[must_use]
    pub fn checkout_mean(&self) -> Option<Duration> {
        u32::try_from(self.checkouts).ok().and_then(|count| self.checkout_total.checked_div(count))
    }
}

/// Running counts.
#[derive(Clone, Default)]
pub(super) struct PoolCounts(Arc<Mutex<Running>>);

#[derive(Default)]
struct Running {
    started: u64,
    ready: u64,
    returned: u64,
    seen: PoolStatistics,
}

impl PoolCounts {
    pub(super) fn note(&self, event: &CmapEvent) {
        let mut tally = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match event {
            CmapEvent::ConnectionCreated(_) => tally.seen.created += 1,
            CmapEvent::ConnectionReady(_) => tally.ready += 1,
            CmapEvent::ConnectionClosed(_) => tally.seen.closed += 1,
            CmapEvent::ConnectionCheckoutStarted(_) => tally.started += 1,
            CmapEvent::ConnectionCheckoutFailed(_) => tally.seen.checkouts_failed += 1,
            CmapEvent::ConnectionCheckedOut(event) => {
                tally.seen.checkouts += 1;
                tally.seen.checkout_total += event.duration;
                tally.seen.checkout_max = tally.seen.checkout_max.max(event.duration);
            }
            CmapEvent::ConnectionCheckedIn(_) => tally.returned += 1,
            _ => {}
        }
    }

    /// The figures now; `at_gate` operations wait before they ask the driver.
    pub(super) fn read(&self, at_gate: u64) -> PoolStatistics {
        let tally = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut seen = tally.seen;
        seen.in_use = seen.checkouts.saturating_sub(tally.returned);
        seen.idle = seen.created.saturating_sub(seen.closed).saturating_sub(seen.in_use);
        let asked = tally.started.saturating_sub(seen.checkouts + seen.checkouts_failed);
        seen.waiting = at_gate + asked;
        seen
    }
}
