//! What changed of sessions since their rows were read.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{
    SessionList,
    batch::{ChangeBatch, RowPlace, rank_of},
    marks::RowBefore,
};
use crate::session::{Change, ChangeKind, SessionKey, Summary};

/// Sessions without a row that are counted at most: beyond that it is told that there are more.
pub(super) const MOST_UNSEEN: usize = 10_000;

/// What was told since the list was read from its start.
#[derive(Debug, Default)]
pub(super) struct SinceRead {
    /// Rows that were put in or have another place: a page that was read before may hold them too.
    pub moved: HashSet<SessionKey>,
    /// Sessions that went: a page that was read before may hold them still.
    pub removed: HashSet<SessionKey>,
    /// Sessions that changed or are new and have no row.
    pub unseen: HashSet<SessionKey>,
    /// The same in a sentence.
    pub says: Option<String>,
    /// The key that reads the list again.
    pub reload_key: Option<String>,
}

impl SinceRead {
    /// The list is read from its start.
    pub fn forget(&mut self) {
        *self = Self { reload_key: self.reload_key.take(), ..Self::default() };
    }
}

impl SessionList {
    /// Takes over a change of a session: what its row shows of it, where that now belongs, and what has to be read again of it.
    pub fn apply(&mut self, change: &Change) {
        self.apply_all(std::slice::from_ref(change), false);
    }

    /// Takes over changes that were made here.
    pub fn apply_several(&mut self, changes: &[Change]) {
        self.apply_all(changes, false);
    }

    /// Takes over what was told at a time, by whoever changed it: also what has no row is noted, and what changed stands out where
    /// somebody looks.
    pub fn take_news(&mut self, changes: &[Change], now: Timestamp, looked_at: bool) {
        self.marks.begin(changes, now, looked_at);
        self.apply_all(changes, true);
        self.marks.end();
    }

    /// Gives how many rows were looked at.
    pub(super) fn apply_all(&mut self, changes: &[Change], told: bool) -> usize {
        let aside = self.page.as_ref().and_then(|page| page.aside.as_deref()).unwrap_or_default();
        let mut batch = ChangeBatch::of(changes, &self.rows, aside);
        for change in changes {
            if told {
                self.note_further(change, &batch);
            }
            self.take(change, &mut batch);
        }
        self.rearrange(&mut batch);
        batch.looked
    }

    /// Puts the rows where they now belong, the view and the selection staying where they are.
    pub(super) fn rearrange(&mut self, batch: &mut ChangeBatch) {
        let arrived = self.arrange(batch);
        if batch.changes_order() {
            self.settle_in_place();
            let top = self.top();
            for at in arrived.into_iter().filter(|at| *at < top) {
                self.marks.came_above(&self.rows[at].key);
            }
        }
    }

    fn take(&mut self, change: &Change, batch: &mut ChangeBatch) {
        match &change.kind {
            ChangeKind::Deleted => self.take_out(&change.session, batch),
            ChangeKind::Created(row) => self.take_in(row, batch),
            kind if kind.is_of_metadata() => {
                self.change_row(change, batch);
            }
            // Of one that was only touched, what is counted is asked again.
            _ => {
                let place = batch.place(&change.session);
                let before = place.and_then(|place| batch.row(place, &mut self.rows)).map(|row| row.updated_at);
                self.change_row(change, batch);
                let row = place.and_then(|place| batch.row(place, &mut self.rows));
                if let Some((row, before)) = row.zip(before) {
                    self.details.apply(change, row, before);
                }
            }
        }
    }

    /// Notes that a session changed and that its row does not show it.
    pub(super) fn note_unseen(&mut self, key: &SessionKey) {
        if self.since.unseen.len() < MOST_UNSEEN && !self.since.unseen.contains(key) {
            self.since.unseen.insert(key.clone());
            self.tell_unseen();
        }
    }

    /// Rows came: what changed of them is seen.
    pub(super) fn note_seen(&mut self, found: &[Summary]) {
        if !self.since.unseen.is_empty() {
            for row in found {
                self.since.unseen.remove(&row.key);
            }
            self.tell_unseen();
        }
    }

    fn change_row(&mut self, change: &Change, batch: &mut ChangeBatch) {
        let aside = self.page.as_mut().and_then(|page| page.aside.as_mut());
        if let Some(row) = aside.zip(batch.place_aside(&change.session)).and_then(|(rows, at)| rows.get_mut(at))
            && change.apply_to_row(row)
        {
            self.since.moved.insert(row.key.clone());
        }
        let sort = self.listed().1.clone();
        let in_view = self.top()..self.top() + self.height;
        let Some(place) = batch.place(&change.session) else { return };
        let Some(row) = batch.row(place, &mut self.rows) else { return };
        let rank = rank_of(row, &sort);
        let seen = self.marks.lights() && matches!(place, RowPlace::Listed(at) if in_view.contains(&at));
        let before = seen.then(|| RowBefore::new(row));
        change.apply_to_row(row);
        if let Some(before) = before {
            self.marks.light(&before, row, change);
        }
        let (key, now) = (row.key.clone(), rank_of(row, &sort));
        if batch.rank(place, rank, now) {
            self.since.moved.insert(key);
        }
    }

    /// A session is new. Whether it matches a filter only the store can tell.
    fn take_in(&mut self, row: &Summary, batch: &mut ChangeBatch) {
        self.since.removed.remove(&row.key);
        self.mark_there(&row.key);
        let sort = self.listed().1.clone();
        if let Some(place) = batch.place(&row.key) {
            let Some(known) = batch.row(place, &mut self.rows) else { return };
            if row.updated_at > known.updated_at {
                let rank = rank_of(known, &sort);
                known.updated_at = row.updated_at;
                self.details.expire_row(known);
                self.since.moved.insert(row.key.clone());
                let now = rank_of(known, &sort);
                batch.rank(place, rank, now);
            }
            return;
        }
        if !self.is_all() {
            return self.want_row(&row.key, row.updated_at);
        }
        self.count = self.count.map(|count| count.saturating_add(1));
        if !sort.is_by_date() {
            return self.note_unseen(&row.key);
        }
        batch.add(row.clone());
    }

    /// Whether every session belongs to the list, and its rows are those of the list that was asked for.
    fn is_all(&self) -> bool {
        let awaited = self.page.as_ref().is_some_and(|page| page.first && page.aside.is_none() && !page.begun);
        self.known && !awaited && !self.is_outdated() && self.filter.is_empty()
    }

    /// The list was read again while changes came: what they told of the rows before is true of the fresh ones too.
    pub(super) fn put_again(&mut self, before: Vec<Summary>) {
        let moved = std::mem::take(&mut self.since.moved);
        if moved.is_empty() {
            return;
        }
        let sort = self.listed().1.clone();
        let mut batch = ChangeBatch::default();
        let mut lowest = None;
        for (at, row) in self.rows.iter().enumerate() {
            let rank = rank_of(row, &sort);
            if moved.contains(&row.key) {
                batch.know(&row.key, at);
                self.since.moved.insert(row.key.clone());
                if lowest.is_some_and(|lowest| rank > lowest) {
                    batch.relocate(RowPlace::Listed(at));
                    continue;
                }
            }
            lowest = Some(lowest.map_or(rank, |lowest| rank.min(lowest)));
        }
        for known in before.into_iter().filter(|row| moved.contains(&row.key)) {
            let Some(place) = batch.place(&known.key) else {
                if self.filter.is_empty() && sort.is_by_date() {
                    batch.add(known);
                }
                continue;
            };
            if let Some(row) = batch.row(place, &mut self.rows)
                && known.updated_at > row.updated_at
            {
                let rank = rank_of(row, &sort);
                row.updated_at = known.updated_at;
                let now = rank_of(row, &sort);
                batch.rank(place, rank, now);
            }
        }
        self.arrange(&mut batch);
    }

    /// A session is gone, wherever it is listed.
    fn take_out(&mut self, key: &SessionKey, batch: &mut ChangeBatch) {
        let is_news = self.since.removed.insert(key.clone());
        if is_news && !self.filter.is_empty() {
            self.all = self.all.map(|all| all.saturating_sub(1));
        }
        self.since.moved.remove(key);
        self.marks.forget(key);
        self.marked.forget(key);
        self.further.let_go(key);
        if self.since.unseen.remove(key) {
            self.tell_unseen();
        }
        // Of a list that is read to its end one without a row was no session.
        if batch.remove(key) || (is_news && self.is_all() && self.has_more()) {
            self.count = self.count.map(|count| count.saturating_sub(1));
        }
    }

    /// Rows moved by themselves: the selected session stays selected, and on its line.
    fn settle_in_place(&mut self) {
        self.selection.settle_in_place(&self.rows, self.height);
        self.settle();
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

    /// Whether the page that is read begins the list: with its end the list was read anew.
    #[must_use]
    pub fn reads_from_the_start(&self) -> bool {
        self.page.as_ref().is_some_and(|page| page.first)
    }
}
