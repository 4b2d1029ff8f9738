//! What is known of the store by the looks so far, and what the next one tells.

use std::collections::{HashMap, HashSet};

use super::{
    ids::KnownIds,
    questions::{PollAnswer, PollQuestion},
    recent::{DateIndex, RecentChange, RecentSessions},
    seen::{OpenChange, OpenNews, OpenSeen, RowSeen},
};
use crate::{
    repository::InView,
    session::{Change, ChangeDate, SessionKey, StoredDate, Summary},
};

/// More rows than that are on no screen.
const MOST_IN_VIEW: usize = 500;

/// Rows that are remembered after they went out of view.
const MOST_ROWS: usize = 2_000;

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct PollMemory {
    shown: InView,
    rows: HashMap<SessionKey, RowSeen>,
    open: Option<(SessionKey, OpenSeen)>,
    /// In view, and told to be gone.
    gone: HashSet<SessionKey>,
    recent: Option<RecentSessions>,
    /// Where no index tells which changed last.
    ids: KnownIds,
}

/// What a look found.
#[derive(Debug, Default)]
pub(super) struct PollFound {
    /// Changes that are told as they are.
    pub changes: Vec<Change>,
    /// New sessions, whose rows are to be read.
    pub new: Vec<SessionKey>,
    /// What changed in the open session.
    pub open: Option<(SessionKey, OpenChange)>,
}

impl PollMemory {
    /// That is in view now. What is known of the session that is open already is not taken back: it may be told, and not yet heard.
    pub(super) fn show(&mut self, shown: InView) {
        let open = shown.open.as_ref();
        if self.open.as_ref().map(|(key, _)| key) != open.map(|open| &open.key) {
            self.open = open.map(|open| (open.key.clone(), OpenSeen::from(open)));
        }
        self.shown = shown;
        let in_view: HashSet<SessionKey> = self.keys().into_iter().collect();
        self.gone.retain(|key| in_view.contains(key));
        if self.rows.len() > MOST_ROWS {
            self.rows.retain(|key, _| in_view.contains(key));
        }
    }

    fn keys(&self) -> Vec<SessionKey> {
        let open = self.shown.open.iter().map(|open| &open.key);
        let mut known = HashSet::new();
        let keys = open.chain(self.shown.rows.iter().map(|(key, _)| key)).filter(|key| known.insert(*key));
        keys.take(MOST_IN_VIEW).cloned().collect()
    }

    /// What the next look asks; `now` by the server's clock.
    pub(super) fn question(&mut self, now: StoredDate, by: DateIndex) -> PollQuestion {
        let recent = match by {
            DateIndex::Missing | DateIndex::Never => {
                self.recent = None;
                Vec::new()
            }
            DateIndex::Known | DateIndex::Named => {
                self.ids = KnownIds::default();
                self.recent.get_or_insert_with(|| RecentSessions::new(now)).stretches(now)
            }
        };
        let ids = (by == DateIndex::Missing).then(|| self.ids.question());
        PollQuestion { recent, ids, keys: self.keys(), open: self.shown.open.as_ref().map(|open| open.key.clone()) }
    }

    /// What an answer tells.
    pub(super) fn found(&self, question: &PollQuestion, answer: &PollAnswer) -> PollFound {
        let mut found = PollFound::default();
        let in_view: HashSet<&SessionKey> = question.keys.iter().collect();
        if let Some(seen) = &answer.ids {
            let (came, went) = self.ids.changes(seen);
            found.new.extend(came.into_iter().filter(|key| !in_view.contains(key)));
            found.changes.extend(went.into_iter().filter(|key| !in_view.contains(key)).map(Change::deleted));
        }
        if let Some(recent) = &self.recent {
            for change in recent.changes(&answer.recent) {
                match change {
                    RecentChange::New(key) if !in_view.contains(&key) => found.new.push(key),
                    RecentChange::Updated(key, at) if !in_view.contains(&key) => {
                        found.changes.push(Change::touched(key, at).dated(ChangeDate::Stored(Some(at))));
                    }
                    // Looked at closer.
                    _ => {}
                }
            }
        }
        for key in &question.keys {
            match answer.rows.get(key) {
                None if self.gone.contains(key) => {}
                None => found.changes.push(Change::deleted(key.clone())),
                // It came back, as another.
                Some(now) if self.gone.contains(key) => {
                    found.changes.push(unclear(key, now));
                }
                Some(now) => found.changes.extend(self.row_changes(key, now)),
            }
        }
        if let (Some((key, before)), Some(now)) = (&self.open, &answer.open)
            && !self.gone.contains(key)
        {
            found.open = Some((key.clone(), now.change_since(before)));
        }
        found
    }

    fn row_changes(&self, key: &SessionKey, now: &RowSeen) -> Vec<Change> {
        if self.open.as_ref().is_some_and(|(open, _)| open == key) {
            return Vec::new();
        }
        if let Some(before) = self.rows.get(key) {
            return now.changes_since(before, key);
        }
        // What its row was read with is all that is known.
        let shown = self.shown.rows.iter().find(|(shown, _)| shown == key);
        let changed = shown.is_some_and(|(_, updated_at)| *updated_at != now.updated_at);
        changed.then(|| unclear(key, now)).into_iter().collect()
    }

    /// An answer was told.
    pub(super) fn note(&mut self, question: &PollQuestion, mut answer: PollAnswer, now: StoredDate) {
        if let Some(recent) = &mut self.recent {
            recent.note(&question.recent, &answer.recent, now);
        }
        if let Some(seen) = answer.ids.take() {
            self.ids.note(seen);
        }
        for key in &question.keys {
            if let Some(seen) = answer.rows.remove(key) {
                self.gone.remove(key);
                self.rows.insert(key.clone(), seen);
                continue;
            }
            self.rows.remove(key);
            self.gone.insert(key.clone());
            if let Some(recent) = &mut self.recent {
                recent.forget(key);
            }
        }
        if let (Some((_, before)), Some(now)) = (&mut self.open, answer.open) {
            *before = now;
        }
    }
}

/// Something of a row in view is another.
fn unclear(key: &SessionKey, now: &RowSeen) -> Change {
    Change::unclear(key.clone(), now.updated_at).dated(ChangeDate::Stored(now.updated_at))
}

impl PollFound {
    /// Whether something is to be read for it.
    pub(super) fn asks(&self) -> bool {
        !self.new.is_empty() || self.open.as_ref().is_some_and(|(_, change)| change.asks())
    }

    /// What is told, with what was read for it.
    pub(super) fn told(self, rows: Vec<Summary>, news: OpenNews) -> Vec<Change> {
        let mut changes = self.changes;
        changes.extend(rows.into_iter().map(Change::created));
        if let Some((key, change)) = self.open {
            changes.extend(change.told(&key, news));
        }
        changes
    }
}

#[cfg(test)]
mod tests;
