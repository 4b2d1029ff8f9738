//! Deleting many sessions that were counted and agreed to by their number.

use super::super::{AppState, Effect};
use crate::{
    app::writes::bulk::{BulkChange, BulkOrder, BulkScope},
    session::SessionKey,
};

impl AppState {
    /// Deletes these, as a change of many sessions, once the words of the place are typed where it has some.
    pub(in super::super) fn delete_many(&mut self, keys: Vec<SessionKey>, change: BulkChange) -> Vec<Effect> {
        let says = format!("{} sessions are deleted", keys.len());
        let scope = BulkScope::Sessions(keys.into());
        let order = BulkOrder { scope, change, dates: self.look.dates() };
        self.order_bulk(&says, order, None)
    }
}
