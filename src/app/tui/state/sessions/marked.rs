//! Sessions that a person marked, to change them together.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use super::SessionList;
use crate::{
    app::writes::bulk::BulkScope,
    repository::Filter,
    session::{SessionKey, Summary},
};

/// Which sessions are marked.
#[derive(Debug, Default)]
pub(super) enum MarkedRows {
    /// None.
    #[default]
    None,
    /// These, whatever is listed.
    These(BTreeSet<SessionKey>),
    /// All that match the filter of the list, less these: also those that were not read yet.
    All(HashSet<SessionKey>),
}

impl MarkedRows {
    /// Another list is asked for: of what is not listed any more it cannot be seen that all of it is marked.
    pub fn filter_changes(&mut self, from: &Filter, to: &Filter) {
        if matches!(self, Self::All(_)) && from.terms != to.terms {
            *self = Self::None;
        }
    }

    /// A session is gone.
    pub fn forget(&mut self, key: &SessionKey) {
        match self {
            Self::None => {}
            Self::These(keys) => {
                keys.remove(key);
                if keys.is_empty() {
                    *self = Self::None;
                }
            }
            Self::All(except) => {
                except.remove(key);
            }
        }
    }

    fn has(&self, key: &SessionKey) -> bool {
        match self {
            Self::None => false,
            Self::These(keys) => keys.contains(key),
            Self::All(except) => !except.contains(key),
        }
    }

    fn turn(&mut self, key: SessionKey) {
        match self {
            Self::None => *self = Self::These(BTreeSet::from([key])),
            Self::These(keys) => {
                if !keys.remove(&key) {
                    keys.insert(key);
                } else if keys.is_empty() {
                    *self = Self::None;
                }
            }
            Self::All(except) => {
                if !except.remove(&key) {
                    except.insert(key);
                }
            }
        }
    }
}

impl SessionList {
    /// Whether a row is marked.
    #[must_use]
    pub fn is_marked(&self, row: &Summary) -> bool {
        self.marked.has(&row.key)
    }

    /// Whether any session is.
    #[must_use]
    pub fn has_marks(&self) -> bool {
        self.marked_count() != Some(0)
    }

    /// How many sessions are marked; `None` where it is not known how many match.
    #[must_use]
    pub fn marked_count(&self) -> Option<u64> {
        match &self.marked {
            MarkedRows::None => Some(0),
            MarkedRows::These(keys) => Some(keys.len() as u64),
            MarkedRows::All(except) => self.count.map(|count| count.saturating_sub(except.len() as u64)),
        }
    }

    /// The marked sessions; `None` where there is none.
    #[must_use]
    pub fn marked_scope(&self) -> Option<BulkScope> {
        match &self.marked {
            MarkedRows::None => None,
            MarkedRows::These(keys) => Some(BulkScope::Sessions(keys.iter().cloned().collect())),
            MarkedRows::All(except) => {
                let filter = self.listed().0.clone();
                Some(BulkScope::Matching { filter, except: Arc::new(except.clone()) })
            }
        }
    }

    /// Marks the selected session, or not any more, and goes on to the next.
    pub(super) fn mark_selected(&mut self) {
        if let Some(key) = self.selected_row().map(|row| row.key.clone()) {
            self.marked.turn(key);
            self.select(self.selected() + 1);
        }
    }

    /// Marks all that match, or none where they are.
    pub(super) fn mark_all(&mut self) {
        self.marked = match self.marked {
            MarkedRows::All(_) => MarkedRows::None,
            MarkedRows::None | MarkedRows::These(_) => MarkedRows::All(HashSet::new()),
        };
    }

    /// Marks none.
    pub fn unmark_all(&mut self) {
        self.marked = MarkedRows::None;
    }
}
