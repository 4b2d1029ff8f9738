//! Sessions that change and have no row: they stand further down than was read, or did not match the filter. Their rows are asked for,
//! a few times a second at most, so that whoever is at work comes up by himself; and of rows that a change may take out of the filter
//! it is asked whether they still belong to the list.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

use super::{
    SessionList,
    batch::{ChangeBatch, rank_of},
    changes::MOST_UNSEEN,
};
use crate::{
    app::{
        task::{Command, Ticket},
        tui::state::{Effect, Tickets},
    },
    repository::{
        Filter, SortBy,
        filter::{FilterTerm, FilterTest},
    },
    session::{Change, ChangeKind, SessionKey, StoredDate, Summary},
};

/// Rows asked for at once, at most.
const AT_ONCE: usize = 100;

/// The shortest time between two such questions.
const PAUSE: SignedDuration = SignedDuration::from_millis(500);

/// Sessions, with the `updated_at` that was told of each.
type ToldDates = HashMap<SessionKey, Option<StoredDate>>;

/// Rows to be asked for.
#[derive(Debug, Default)]
pub(super) struct FurtherRows {
    wanted: ToldDates,
    asked: Option<(Ticket, ToldDates)>,
    asked_at: Option<Timestamp>,
    /// Sessions that the filter leaves out, as far as was asked.
    outside: HashSet<SessionKey>,
}

impl FurtherRows {
    /// The list is read from its start.
    pub fn forget(&mut self) {
        *self = Self { asked_at: self.asked_at, ..Self::default() };
    }

    /// A session is gone.
    pub fn let_go(&mut self, key: &SessionKey) {
        self.wanted.remove(key);
        self.outside.remove(key);
        if let Some((_, asked)) = &mut self.asked {
            asked.remove(key);
        }
    }

    /// `false`: there are too many already.
    fn want(&mut self, key: &SessionKey, told: Option<StoredDate>) -> bool {
        if let Some(before) = self.wanted.get_mut(key) {
            *before = told.max(*before);
            return true;
        }
        let has_room = self.wanted.len() < MOST_UNSEEN;
        if has_room {
            self.wanted.insert(key.clone(), told);
        }
        has_room
    }

    /// What is under way may have been read before it changed again.
    fn is_asked(&self, key: &SessionKey) -> bool {
        self.asked.as_ref().is_some_and(|(_, asked)| asked.contains_key(key))
    }

    /// How long until the next question; `None`: there is none.
    fn wait(&self, now: Timestamp) -> Option<Duration> {
        if self.wanted.is_empty() || self.asked.is_some() {
            return None;
        }
        let next = self.asked_at.and_then(|at| at.checked_add(PAUSE).ok());
        // A clock that was put back makes nobody wait.
        let left = next.map(|next| next.duration_since(now)).filter(|left| left.is_positive() && *left <= PAUSE);
        Some(left.map_or(Duration::ZERO, SignedDuration::unsigned_abs))
    }

    fn begin(&mut self, ticket: Ticket, now: Timestamp) -> Vec<SessionKey> {
        let keys: Vec<SessionKey> = self.wanted.keys().take(AT_ONCE).cloned().collect();
        let asked = keys.iter().filter_map(|key| self.wanted.remove_entry(key)).collect();
        (self.asked, self.asked_at) = (Some((ticket, asked)), Some(now));
        keys
    }

    fn answered(&mut self, ticket: Ticket) -> Option<ToldDates> {
        self.asked.take_if(|(asked, _)| *asked == ticket).map(|(_, told)| told)
    }
}

/// Whether a change may make a session match the filter that did not, or the other way round, whatever its age.
fn decides(filter: &Filter, kind: &ChangeKind) -> bool {
    let asks = |of: fn(&FilterTest) -> bool| filter.terms.iter().any(|term| of(&term.test));
    match kind {
        kind if kind.is_of_metadata() => {
            asks(|test| matches!(test, FilterTest::Metadata { .. } | FilterTest::HasMetadata(_)))
        }
        ChangeKind::Feedback(_)
        | ChangeKind::FeedbackFields(..)
        | ChangeKind::FeedbackRewritten(_)
        | ChangeKind::FeedbacksCut(_) => {
            asks(|test| matches!(test, FilterTest::HasFeedback | FilterTest::HasComment | FilterTest::Rating(_)))
        }
        ChangeKind::Guardrail(..) => asks(|test| matches!(test, FilterTest::HasGuardrail)),
        ChangeKind::Agent(_) | ChangeKind::AgentFields(..) | ChangeKind::AgentRemoved(_) => filter.asks_for_agents(),
        ChangeKind::Unclear(_) => true,
        _ => false,
    }
}

/// Whether the age of the last change decides.
fn asks_for_age(filter: &Filter) -> bool {
    let is_age = |term: &FilterTerm| matches!(term.test, FilterTest::Updated(..) | FilterTest::Since(_));
    filter.terms.iter().any(is_age)
}

impl SessionList {
    /// Notes a change of a session whose row may come, or go.
    pub(super) fn note_further(&mut self, change: &Change, batch: &ChangeBatch) {
        let key = &change.session;
        let told_by_its_row = matches!(change.kind, ChangeKind::Created(_) | ChangeKind::Deleted);
        if told_by_its_row || self.since.removed.contains(key) {
            return;
        }
        let is_news = self.further.is_asked(key)
            || if batch.place(key).is_some() { self.may_leave(change) } else { self.may_come(change) };
        if is_news {
            self.want_row(key, change.updated_at());
        }
    }

    /// Of a session without a row.
    fn may_come(&self, change: &Change) -> bool {
        let (filter, sort) = self.listed();
        if filter.is_empty() {
            // What stays further down is no news here; a page that is being read may have been read before it.
            return self.page.is_some()
                || (sort.by == SortBy::Updated && !sort.ascending && change.updated_at().is_some());
        }
        let is_outside = self.further.outside.contains(&change.session);
        !is_outside || decides(filter, &change.kind) || (asks_for_age(filter) && change.updated_at().is_some())
    }

    /// Of a row.
    fn may_leave(&self, change: &Change) -> bool {
        let filter = self.listed().0;
        let ages = filter.terms.iter().any(|term| matches!(term.test, FilterTest::Updated(..)));
        !filter.is_empty()
            && !filter.asks_for_messages()
            && (decides(filter, &change.kind) || (ages && change.updated_at().is_some()))
    }

    /// Its row is asked for; where that would take reading messages, it is only told that there is something.
    pub(super) fn want_row(&mut self, key: &SessionKey, told: Option<StoredDate>) {
        if self.listed().0.asks_for_messages() || !self.further.want(key, told) {
            self.note_unseen(key);
        }
    }

    /// What is read now may hold them.
    fn further_waits(&self) -> bool {
        self.page.is_some() || self.is_outdated() || !self.known
    }

    /// Asks for rows.
    pub(super) fn ask_further(&mut self, tickets: &mut Tickets) -> Option<Effect> {
        if self.next_further(self.now) != Some(Duration::ZERO) {
            return None;
        }
        let ticket = tickets.take();
        let keys = self.further.begin(ticket, self.now);
        Some(Effect::Ask(Command::RowsOf(ticket, keys, self.filter.clone(), self.wanted.clone())))
    }

    /// How long until rows are asked for.
    pub(super) fn next_further(&self, now: Timestamp) -> Option<Duration> {
        self.further.wait(now).filter(|_| !self.further_waits())
    }

    /// Rows came: those of the sessions asked for that belong to the list.
    pub(super) fn on_further(&mut self, ticket: Ticket, found: &[Summary]) {
        let Some(mut asked) = self.further.answered(ticket) else { return };
        let mut batch = ChangeBatch::default();
        for (at, row) in self.rows.iter().enumerate() {
            if asked.contains_key(&row.key) {
                batch.know(&row.key, at);
            }
        }
        self.note_seen(found);
        for row in found {
            if let Some(told) = asked.remove(&row.key) {
                self.further.outside.remove(&row.key);
                self.mark_there(&row.key);
                let mut row = row.clone();
                row.updated_at = row.updated_at.max(told);
                self.take_row(row, &mut batch);
            }
        }
        if !self.listed().0.is_empty() {
            for key in asked.keys() {
                self.leave_out(key, &mut batch);
            }
        }
        self.rearrange(&mut batch);
    }

    fn take_row(&mut self, mut row: Summary, batch: &mut ChangeBatch) {
        let sort = self.listed().1.clone();
        let Some(place) = batch.place(&row.key) else {
            if !self.listed().0.is_empty() && !self.has_more() {
                self.count = self.count.map(|count| count.saturating_add(1));
            }
            // Where it belongs in another order than by date only the store can tell.
            return if sort.is_by_date() { batch.add(row) } else { self.note_unseen(&row.key) };
        };
        let Some(known) = batch.row(place, &mut self.rows) else { return };
        row.updated_at = row.updated_at.max(known.updated_at);
        let rank = rank_of(known, &sort);
        *known = row;
        let (key, now) = (known.key.clone(), rank_of(known, &sort));
        if batch.rank(place, rank, now) {
            self.since.moved.insert(key);
        }
    }

    /// A session does not match, or not any more. The selected row stays under the hand until the list is read again.
    fn leave_out(&mut self, key: &SessionKey, batch: &mut ChangeBatch) {
        if self.further.outside.len() < MOST_UNSEEN {
            self.further.outside.insert(key.clone());
        }
        if batch.place(key).is_none() {
            return;
        }
        if self.selected_row().is_some_and(|row| row.key == *key) {
            return self.note_unseen(key);
        }
        batch.remove(key);
        self.since.moved.remove(key);
        self.marks.forget(key);
        self.count = self.count.map(|count| count.saturating_sub(1));
    }

    /// They could not be had: it is told how many there are.
    pub(super) fn further_failed(&mut self, ticket: Ticket) {
        for key in self.further.answered(ticket).into_iter().flat_map(ToldDates::into_keys) {
            self.note_unseen(&key);
        }
    }
}
