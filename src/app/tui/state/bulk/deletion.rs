//! Deleting many sessions that were counted and agreed to by their number.

use super::{
    super::{AppState, Effect, modal::Modal},
    BulkAgreement, BulkAsk, BulkLine, BulkPane, BulkStage,
};
use crate::{
    app::writes::bulk::{BulkChange, BulkKind, BulkOrder, BulkScope},
    session::SessionKey,
};

impl AppState {
    /// Deletes these, as a change of many sessions, once the words of the place are typed where it has some.
    pub(in super::super) fn delete_many(&mut self, keys: Vec<SessionKey>) -> Vec<Effect> {
        let count = keys.len() as u64;
        let scope = BulkScope::Sessions(keys.into());
        let order = BulkOrder { scope: scope.clone(), change: BulkChange::Delete, dates: self.look.dates() };
        let words = self.workspace.connection.place.as_ref().and_then(|place| place.rules.confirm.clone());
        let asks: Vec<BulkAsk> = words.map(BulkAsk::Words).into_iter().collect();
        let is_agreed = asks.is_empty();
        let mut pane = BulkPane::new(self.place_name(), scope, Some(count));
        pane.chosen = BulkKind::ALL.iter().position(|kind| *kind == BulkKind::Delete).unwrap_or(0);
        pane.stage = BulkStage::Agree(Box::new(BulkAgreement { order, count, asks, line: BulkLine::default() }));
        self.modals.push(Modal::Bulk(Box::new(pane)));
        if is_agreed { self.run_bulk() } else { Vec::new() }
    }
}
