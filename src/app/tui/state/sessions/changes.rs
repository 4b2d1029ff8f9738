//! What changed of sessions since their rows were read.

use super::SessionList;
use crate::session::{Change, ChangeKind, SessionKey, Summary};

impl SessionList {
    /// Takes over a change of a session: what its row shows of it, and what has to be read again of it.
    pub fn apply(&mut self, change: &Change) {
        match &change.kind {
            ChangeKind::Deleted => {
                let before = self.rows.len();
                self.rows.retain(|row| row.key != change.session);
                if self.rows.len() < before {
                    self.count = self.count.map(|count| count.saturating_sub(1));
                    self.settle();
                }
            }
            ChangeKind::Feedback(_) | ChangeKind::Messages(..) | ChangeKind::Metadata(_) => {
                let aside = self.page.as_mut().and_then(|page| page.aside.as_mut());
                let counted = !matches!(change.kind, ChangeKind::Metadata(_));
                for row in self.rows.iter_mut().chain(aside.into_iter().flatten()) {
                    change.apply_to_row(row);
                    if counted && row.key == change.session {
                        self.details.expire_row(row);
                    }
                }
            }
        }
    }

    /// The session of a row is not there any more.
    pub fn mark_gone(&mut self, key: SessionKey) {
        self.gone.insert(key);
    }

    /// It is there after all.
    pub fn mark_there(&mut self, key: &SessionKey) {
        if !self.gone.is_empty() {
            self.gone.remove(key);
        }
    }

    /// Whether the session of a row is known to be gone.
    #[must_use]
    pub fn is_gone(&self, row: &Summary) -> bool {
        self.gone.contains(&row.key)
    }
}
