//! Changes that are told together: the rows are gone through once, however many changes there are.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use super::SessionList;
use crate::{
    repository::{Sort, SortBy},
    session::{Change, SessionKey, Summary},
};

/// Where the date that a list is sorted by puts a row: the greater stands above, those without one stand last. In another order than
/// by date no row says where it belongs: all are alike, and stay where they stand.
pub(super) fn rank_of(row: &Summary, sort: &Sort) -> Option<i64> {
    let date = match sort.by {
        SortBy::Updated => row.updated_at,
        SortBy::Created => row.created_at,
        _ => None,
    };
    // The complement turns the order round for every number there is.
    date.map(|date| if sort.ascending { !date.millis() } else { date.millis() })
}

/// Where a row is while changes are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum RowPlace {
    /// In the list, where it stood before.
    Listed(usize),
    /// Among those to be put in.
    Fresh(usize),
}

/// What becomes of the rows.
#[derive(Debug, Default)]
pub(super) struct ChangeBatch {
    places: HashMap<SessionKey, RowPlace>,
    fresh: Vec<Option<Summary>>,
    gone: HashSet<usize>,
    /// Rows that are put where their rank says, in the order they came there; a row may do so more than once.
    moved: Vec<RowPlace>,
    /// Those of them that stood higher before: of a list by age, as clocks disagree.
    fallen: HashSet<RowPlace>,
    /// The same of rows that wait for the end of a reload: where they are, and which of them go.
    aside: HashMap<SessionKey, usize>,
    aside_gone: HashSet<usize>,
    /// How many rows were looked at: what this costs.
    pub looked: usize,
}

/// A row that is to be put among others.
#[derive(Debug)]
struct MovingRow {
    /// Where it stood.
    from: Option<usize>,
    /// It stood higher before.
    fell: bool,
    row: Summary,
}

impl ChangeBatch {
    /// Finds the rows of the sessions that change.
    pub fn of(changes: &[Change], rows: &[Summary], aside: &[Summary]) -> Self {
        let wanted: HashSet<&SessionKey> = changes.iter().map(|change| &change.session).collect();
        let found = |rows: &[Summary]| -> HashMap<SessionKey, usize> {
            let rows = rows.iter().enumerate().filter(|(_, row)| wanted.contains(&row.key));
            rows.map(|(at, row)| (row.key.clone(), at)).collect()
        };
        let places = found(rows).into_iter().map(|(key, at)| (key, RowPlace::Listed(at))).collect();
        Self { places, aside: found(aside), looked: rows.len() + aside.len(), ..Self::default() }
    }

    /// Notes where a row is.
    pub fn know(&mut self, key: &SessionKey, at: usize) {
        self.places.insert(key.clone(), RowPlace::Listed(at));
    }

    /// Where a session's row is.
    pub fn place(&self, key: &SessionKey) -> Option<RowPlace> {
        self.places.get(key).copied()
    }

    /// Where its row waits for the end of a reload.
    pub fn place_aside(&self, key: &SessionKey) -> Option<usize> {
        self.aside.get(key).copied()
    }

    /// The row there.
    pub fn row<'a>(&'a mut self, place: RowPlace, rows: &'a mut [Summary]) -> Option<&'a mut Summary> {
        match place {
            RowPlace::Listed(at) => rows.get_mut(at),
            RowPlace::Fresh(at) => self.fresh.get_mut(at)?.as_mut(),
        }
    }

    /// A row is put where its rank says.
    pub fn relocate(&mut self, place: RowPlace) {
        self.moved.push(place);
    }

    /// A row's rank may be another one than it was. Whether it is.
    pub fn rank(&mut self, place: RowPlace, before: Option<i64>, now: Option<i64>) -> bool {
        if now < before {
            self.fallen.insert(place);
        }
        if now != before {
            self.relocate(place);
        }
        now != before
    }

    /// A row is put in.
    pub fn add(&mut self, row: Summary) {
        let place = RowPlace::Fresh(self.fresh.len());
        self.places.insert(row.key.clone(), place);
        self.fresh.push(Some(row));
        self.moved.push(place);
    }

    /// A session is gone. Whether it had a row.
    pub fn remove(&mut self, key: &SessionKey) -> bool {
        self.aside_gone.extend(self.aside.remove(key));
        let place = self.places.remove(key);
        match place {
            Some(RowPlace::Listed(at)) => {
                self.gone.insert(at);
            }
            Some(RowPlace::Fresh(at)) => drop(self.fresh.get_mut(at).and_then(Option::take)),
            None => {}
        }
        place.is_some()
    }

    pub fn changes_order(&self) -> bool {
        !self.moved.is_empty() || !self.gone.is_empty()
    }

    /// Takes the rows apart: those that stay in order, and those to be put among them by their rank.
    fn part(&mut self, rows: Vec<Summary>, sort: &Sort) -> (Vec<(usize, Summary)>, Vec<MovingRow>) {
        let mut order: HashMap<RowPlace, usize> = HashMap::with_capacity(self.moved.len());
        for (at, place) in self.moved.iter().enumerate() {
            order.insert(*place, at);
        }
        let mut moving: Vec<(usize, MovingRow)> = Vec::with_capacity(order.len());
        let mut rest = Vec::with_capacity(rows.len());
        for (at, row) in rows.into_iter().enumerate() {
            if self.gone.contains(&at) {
                continue;
            }
            let place = RowPlace::Listed(at);
            match order.get(&place) {
                Some(order) => {
                    moving.push((*order, MovingRow { from: Some(at), fell: self.fallen.contains(&place), row }));
                }
                None => rest.push((at, row)),
            }
        }
        for (at, row) in self.fresh.drain(..).enumerate() {
            if let Some((order, row)) = order.get(&RowPlace::Fresh(at)).zip(row) {
                moving.push((*order, MovingRow { from: None, fell: false, row }));
            }
        }
        // Of the same rank the one that came there last is the last.
        moving.sort_by_key(|(order, moving)| (Reverse(rank_of(&moving.row, sort)), *order));
        self.looked += rest.len() + moving.len() * moving.len().max(1).ilog2().max(1) as usize;
        (rest, moving.into_iter().map(|(_, moving)| moving).collect())
    }
}

impl SessionList {
    /// Puts the rows where they now belong. Gives where those that moved or came are.
    pub(super) fn arrange(&mut self, batch: &mut ChangeBatch) -> Vec<usize> {
        if let Some(rows) = self.page.as_mut().and_then(|page| page.aside.as_mut())
            && !batch.aside_gone.is_empty()
        {
            let mut at = 0..;
            rows.retain(|_| !at.next().is_some_and(|at| batch.aside_gone.contains(&at)));
        }
        if !batch.changes_order() {
            return Vec::new();
        }
        let (sort, more) = (self.listed().1.clone(), self.has_more());
        let was_empty = self.rows.is_empty();
        let (rest, moving) = batch.part(std::mem::take(&mut self.rows), &sort);
        let mut moving = moving.into_iter().peekable();
        let mut rows: Vec<Summary> = Vec::with_capacity(rest.len() + moving.len());
        let mut arrived = Vec::with_capacity(moving.len());
        let before = self.page.as_ref().map_or(usize::MAX, |page| page.before);
        let mut known_before = None;
        for (at, row) in rest {
            let rank = rank_of(&row, &sort);
            // Above the first that ranks lower; of a list that is not in order no further down than it stood, unless it fell.
            let is_above = |next: &MovingRow| {
                rank_of(&next.row, &sort) > rank || (!next.fell && next.from.is_some_and(|from| from < at))
            };
            while let Some(next) = moving.next_if(is_above) {
                arrived.push(rows.len());
                rows.push(next.row);
            }
            if at >= before {
                known_before.get_or_insert(rows.len());
            }
            rows.push(row);
        }
        for next in moving {
            // Further down than was read it comes with its page.
            if next.from.is_some() || !more {
                arrived.push(rows.len());
                rows.push(next.row);
            }
        }
        self.since.moved.extend(arrived.iter().map(|at| rows[*at].key.clone()));
        if let Some(page) = &mut self.page {
            page.before = known_before.unwrap_or(rows.len());
        }
        if was_empty && !rows.is_empty() {
            // It told why there are none.
            self.notice = None;
        }
        self.rows = rows;
        arrived
    }
}
