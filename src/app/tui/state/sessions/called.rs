//! What rows are called, and which of them is selected by its session.

use super::SessionList;
use crate::session::{SessionKey, Summary, distinct_name};

impl SessionList {
    /// What a row is called: where another one in view goes by the same name, its exact id. Whatever speaks of a row calls it so.
    #[must_use]
    pub fn called<'a>(&'a self, row: &'a Summary) -> &'a str {
        distinct_name(row, self.in_view().map(|(_, row)| row))
    }

    /// Selects a session, at once or as soon as its row is there, unless another row is chosen before.
    pub fn prefer(&mut self, key: &SessionKey) {
        self.preferred = Some(key.clone());
        self.settle();
    }
}
