//! Which sessions are new or changed anywhere in the collection, by the dates of `updated_at`.
//!
//! Each look asks for those from the newest known date on, and a little before it: the clocks of writers disagree. Every few looks
//! it goes back as far as clocks differ. Dates further ahead than that say nothing of when something was written: they do not
//! become the newest date, and where there are many of them they are left out, so that they cannot hide the others. What is
//! written by a clock that is further behind, or ahead among many such, is seen where it is in view alone.

use std::collections::{HashMap, HashSet};

use bson::{Bson, DateTime, Document, doc};

use crate::{
    repository::mongo::filter,
    session::{SessionKey, StoredDate, Summary},
};

/// The field whose index is followed.
pub(super) const UPDATED: &str = "updated_at";

/// How many sessions one answer holds at most; those that are left are asked for by the next look.
pub(super) const AT_ONCE: usize = 500;

/// How far before the newest date each look goes back, and every few looks.
const OVERLAP_MS: i64 = 10_000;
const SKEW_MS: i64 = 120_000;
const WIDE_EACH: u32 = 8;

/// So many sessions may be dated ahead before they are left out.
const MOST_AHEAD: usize = 50;

/// Sessions that are remembered before old ones are forgotten, and those that are new since the watch began.
const MOST_KNOWN: usize = 4 * AT_ONCE;
const MOST_YOUNG: usize = 100_000;

/// So many sessions of one instant are told apart by their `_id`s.
const MOST_OF_ONE_DATE: usize = 5_000;

/// How the newest sessions are found without a look at all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateIndex {
    /// There is an index on `updated_at`.
    Known,
    /// There is one, but it must be named: indexes may not be listed.
    Named,
    /// There is none.
    Missing,
    /// There can be none: it is made from another collection.
    Never,
}

/// Sessions by their date, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct DateStretch {
    /// None older than that.
    pub from: Option<i64>,
    /// None newer than that.
    pub to: Option<i64>,
    /// But these, which are known.
    pub less: Vec<Bson>,
}

impl DateStretch {
    /// What holds for a session of it.
    pub(super) fn query(&self) -> Document {
        let mut date = if self.from.is_none() && self.to.is_none() {
            filter::is_date()
        } else {
            doc! { "$not": { "$type": "array" } }
        };
        if let Some(from) = self.from {
            date.insert("$gte", DateTime::from_millis(from));
        }
        if let Some(to) = self.to {
            date.insert("$lte", DateTime::from_millis(to));
        }
        let mut query = doc! { UPDATED: date };
        if !self.less.is_empty() {
            query.insert("_id", doc! { "$nin": self.less.clone() });
        }
        query
    }
}

/// What a look found.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RecentChange {
    /// A session that was made since the watch began.
    New(SessionKey),
    /// One that was changed.
    Updated(SessionKey, StoredDate),
}

#[derive(Debug, Clone, Copy)]
struct KnownDate {
    at: i64,
    /// Made since the watch began: it is told as new once.
    young: bool,
}

/// What is known of the newest sessions.
#[derive(Debug)]
pub(super) struct RecentSessions {
    /// When the watch began.
    began: i64,
    /// The newest date that is no later than now; none before the first look.
    newest: Option<i64>,
    /// What is older was never looked at.
    floor: i64,
    /// Dates ahead are left out.
    bounded: bool,
    looks: u32,
    known: HashMap<SessionKey, KnownDate>,
    /// What one answer had no room for.
    unread: Option<DateStretch>,
}

impl RecentSessions {
    /// `now` by the server's clock.
    pub(super) fn new(now: StoredDate) -> Self {
        Self {
            began: now.millis(),
            newest: None,
            floor: i64::MIN,
            bounded: false,
            looks: 0,
            known: HashMap::new(),
            unread: None,
        }
    }

    /// What is to be asked for: the newest, and what was left by an earlier look.
    pub(super) fn stretches(&self, now: StoredDate) -> Vec<DateStretch> {
        let now = now.millis();
        let overlap = if self.looks.is_multiple_of(WIDE_EACH) { SKEW_MS } else { OVERLAP_MS };
        let from = self.newest.map(|newest| newest.min(now).saturating_sub(overlap).max(self.floor));
        let to = self.bounded.then(|| now.saturating_add(SKEW_MS));
        std::iter::once(DateStretch { from, to, less: Vec::new() }).chain(self.unread.clone()).collect()
    }

    /// What the answers tell, oldest first. The first look tells nothing: it is what the others are compared with.
    pub(super) fn changes(&self, answers: &[Vec<Summary>]) -> Vec<RecentChange> {
        if self.newest.is_none() {
            return Vec::new();
        }
        let mut told = HashSet::new();
        let rows = answers.iter().flatten().filter(|row| told.insert(&row.key));
        let mut changes: Vec<RecentChange> = rows.filter_map(|row| self.change(row)).collect();
        changes.reverse();
        changes
    }

    fn change(&self, row: &Summary) -> Option<RecentChange> {
        let at = row.updated_at?;
        match self.known.get(&row.key) {
            Some(known) if known.at == at.millis() => None,
            None if self.is_young(row) => Some(RecentChange::New(row.key.clone())),
            _ => Some(RecentChange::Updated(row.key.clone(), at)),
        }
    }

    fn is_young(&self, row: &Summary) -> bool {
        row.created_at.is_some_and(|at| at.millis() >= self.began.saturating_sub(SKEW_MS))
    }

    /// The answers are known now.
    pub(super) fn note(&mut self, asked: &[DateStretch], answers: &[Vec<Summary>], now: StoredDate) {
        let ([first, ..], [newest, left @ ..]) = (asked, answers) else { return };
        self.looks = self.looks.wrapping_add(1);
        // What came since the look before stands first: where it does not fill the answer, none of it was left.
        let is_cut = newest.last().is_some_and(|row| self.change(row).is_some());
        for row in answers.iter().flatten() {
            self.remember(row);
        }
        let ahead = now.millis().saturating_add(SKEW_MS);
        if !self.bounded && newest.iter().filter_map(date).filter(|at| *at > ahead).count() > MOST_AHEAD {
            self.bounded = true;
            if self.newest.is_none() {
                // The next look is the first of those that are not ahead.
                return;
            }
        }
        if let (Some(unread), Some(left)) = (&mut self.unread, left.first())
            && !unread.shorten(left)
        {
            self.unread = None;
        }
        if let Some(rest) = rest_of(first, newest).filter(|_| is_cut) {
            if self.newest.is_none() {
                self.floor = rest.to.map_or(i64::MIN, |to| to.saturating_add(1));
            } else {
                self.leave(rest);
            }
        }
        let latest = newest.iter().filter_map(date).filter(|at| *at <= ahead).max();
        self.newest = self.newest.max(latest).or(Some(self.began));
        self.forget_old();
    }

    /// A session that is gone: one of that `_id` would be another.
    pub(super) fn forget(&mut self, key: &SessionKey) {
        self.known.remove(key);
    }

    fn remember(&mut self, row: &Summary) {
        if let Some(at) = date(row) {
            let young = self.is_young(row);
            self.known.insert(row.key.clone(), KnownDate { at, young });
        }
    }

    /// There is more than was answered.
    fn leave(&mut self, rest: DateStretch) {
        self.unread = Some(match self.unread.take() {
            None => rest,
            Some(before) => {
                let from = before.from.min(rest.from);
                let later = if before.to > rest.to { before } else { rest };
                DateStretch { from, ..later }
            }
        });
    }

    fn forget_old(&mut self) {
        if self.known.len() <= MOST_KNOWN {
            return;
        }
        let newest = self.newest.unwrap_or(self.began).saturating_sub(SKEW_MS);
        let oldest = self.unread.as_ref().and_then(|unread| unread.from).map_or(newest, |from| from.min(newest));
        let spares_young = self.known.len() <= MOST_YOUNG;
        self.known.retain(|_, known| known.at >= oldest || known.young && spares_young);
    }
}

impl DateStretch {
    /// The answer is known; `false`: nothing is left.
    fn shorten(&mut self, answer: &[Summary]) -> bool {
        let Some(mut rest) = rest_of(self, answer) else { return false };
        if rest.to == self.to {
            rest.less.append(&mut self.less);
        }
        if rest.less.len() > MOST_OF_ONE_DATE {
            rest = Self { to: rest.to.map(|to| to.saturating_sub(1)), less: Vec::new(), ..rest };
        }
        *self = rest;
        true
    }
}

/// What an answer had no room for; `None` where it was the whole.
fn rest_of(asked: &DateStretch, answer: &[Summary]) -> Option<DateStretch> {
    if answer.len() < AT_ONCE {
        return None;
    }
    let to = answer.last().and_then(date)?;
    let same = answer.iter().rev().take_while(|row| date(row) == Some(to));
    Some(DateStretch { from: asked.from, to: Some(to), less: same.map(|row| row.key.bson().clone()).collect() })
}

fn date(row: &Summary) -> Option<i64> {
    row.updated_at.map(StoredDate::millis)
}

#[cfg(test)]
mod tests;
