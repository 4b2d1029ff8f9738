//! What changed of sessions since their rows were read.

use std::collections::HashSet;

use super::SessionList;
use crate::{
    repository::Sort,
    session::{Change, ChangeKind, SessionKey, StoredDate, Summary},
};

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
        match &change.kind {
            ChangeKind::Deleted => self.take_out(&change.session),
            ChangeKind::Created(row) => self.take_in(row),
            // Of one that was only touched, what is counted is asked again.
            ChangeKind::Metadata(_)
            | ChangeKind::MetadataPaths(_)
            | ChangeKind::MetadataWhole(_)
            | ChangeKind::Touched(_) => self.change_row(change),
            _ => {
                let before = self.place_of(&change.session).map(|at| self.rows[at].updated_at);
                self.change_row(change);
                if let Some((at, before)) = self.place_of(&change.session).zip(before) {
                    self.details.apply(change, &self.rows[at], before);
                }
            }
        }
    }

    /// Notes a change of a session that has no row, as it is further down than was read, or was never listed.
    pub fn note_unlisted(&mut self, change: &Change) {
        let told_by_its_row = matches!(change.kind, ChangeKind::Created(_) | ChangeKind::Deleted);
        if !told_by_its_row && self.place_of(&change.session).is_none() {
            self.note_unseen(&change.session);
        }
    }

    fn note_unseen(&mut self, key: &SessionKey) {
        if !self.since.unseen.contains(key) {
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

    fn place_of(&self, key: &SessionKey) -> Option<usize> {
        self.rows.iter().position(|row| row.key == *key)
    }

    fn date_of(&self, row: &Summary) -> Option<StoredDate> {
        match self.listed().1 {
            Sort::Updated => row.updated_at,
            Sort::Created => row.created_at,
        }
    }

    fn change_row(&mut self, change: &Change) {
        let aside = self.page.as_mut().and_then(|page| page.aside.as_mut());
        if let Some(row) = aside.into_iter().flatten().find(|row| row.key == change.session) {
            if change.apply_to_row(row) {
                self.since.moved.insert(row.key.clone());
            }
        }
        let Some(at) = self.place_of(&change.session) else { return };
        let date = self.date_of(&self.rows[at]);
        change.apply_to_row(&mut self.rows[at]);
        if self.date_of(&self.rows[at]) != date {
            self.move_up(at);
            self.settle_in_place();
        }
    }

    /// A row whose date rose goes where that belongs.
    fn move_up(&mut self, at: usize) {
        let date = self.date_of(&self.rows[at]);
        let to = self.rows[..at].iter().position(|row| self.date_of(row) < date).unwrap_or(at);
        self.since.moved.insert(self.rows[at].key.clone());
        self.rows[to..=at].rotate_right(1);
        if let Some(page) = self.page.as_mut().filter(|page| to < page.before && at >= page.before) {
            page.before += 1;
        }
    }

    /// A session is new. Whether it matches a filter only the store can tell.
    fn take_in(&mut self, row: &Summary) {
        self.since.removed.remove(&row.key);
        self.mark_there(&row.key);
        if let Some(at) = self.place_of(&row.key) {
            if row.updated_at > self.rows[at].updated_at {
                self.rows[at].updated_at = row.updated_at;
                self.move_up(at);
                self.settle_in_place();
            }
            return;
        }
        if !self.is_all() {
            return self.note_unseen(&row.key);
        }
        self.count = self.count.map(|count| count.saturating_add(1));
        self.put(row.clone());
        self.settle_in_place();
    }

    /// Whether every session belongs to the list, and its rows are those of the list that was asked for.
    fn is_all(&self) -> bool {
        let awaited = self.page.as_ref().is_some_and(|page| page.first && page.aside.is_none() && !page.begun);
        self.known && !awaited && !self.is_outdated() && self.filter.is_empty()
    }

    /// Puts a row where its date says. Further down than was read it comes with its page.
    fn put(&mut self, row: Summary) {
        let date = self.date_of(&row);
        let older = self.rows.iter().position(|other| self.date_of(other) < date);
        if older.is_none() && self.has_more() {
            return;
        }
        if self.rows.is_empty() {
            // It told why there are none.
            self.notice = None;
        }
        let at = older.unwrap_or(self.rows.len());
        self.since.moved.insert(row.key.clone());
        self.rows.insert(at, row);
        if let Some(page) = self.page.as_mut().filter(|page| at < page.before) {
            page.before += 1;
        }
    }

    /// The list was read again while changes came: what they told of the rows before is true of the fresh ones too.
    pub(super) fn put_again(&mut self, before: Vec<Summary>) {
        let moved = std::mem::take(&mut self.since.moved);
        if moved.is_empty() {
            return;
        }
        for at in 0..self.rows.len() {
            if moved.contains(&self.rows[at].key) {
                self.move_up(at);
            }
        }
        for known in before.into_iter().filter(|row| moved.contains(&row.key)) {
            match self.place_of(&known.key) {
                Some(at) if known.updated_at > self.rows[at].updated_at => {
                    self.rows[at].updated_at = known.updated_at;
                    self.move_up(at);
                }
                None if self.filter.is_empty() => self.put(known),
                Some(_) | None => {}
            }
        }
    }

    /// A session is gone, wherever it is listed.
    fn take_out(&mut self, key: &SessionKey) {
        let is_news = self.since.removed.insert(key.clone());
        self.since.moved.remove(key);
        if self.since.unseen.remove(key) {
            self.tell_unseen();
        }
        if let Some(rows) = self.page.as_mut().and_then(|page| page.aside.as_mut()) {
            rows.retain(|row| row.key != *key);
        }
        let at = self.place_of(key);
        if at.is_some() || (is_news && self.is_all()) {
            self.count = self.count.map(|count| count.saturating_sub(1));
        }
        let Some(at) = at else { return };
        self.rows.remove(at);
        if let Some(page) = self.page.as_mut().filter(|page| at < page.before) {
            page.before -= 1;
        }
        self.settle_in_place();
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
