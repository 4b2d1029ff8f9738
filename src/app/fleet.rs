//! The fleet: the sessions that are at work or changed lately, as `top` shows processes. What is known of them comes from changes
//! as they are told, from rows of a list and from the end of their histories; nothing here reads or waits.

mod filter;
pub mod read;
mod row;
#[cfg(test)]
mod tests;
mod totals;
mod window;

pub use filter::unanswerable;
pub use row::{FleetColumn, FleetOrder, FleetRow, SPARK};
pub use totals::{FleetGroup, FleetTotal, group, total};
pub use window::FleetWindow;

use std::{cmp::Reverse, collections::HashMap};

use jiff::Timestamp;

use crate::{
    metrics::{Activity, Outline},
    repository::Filter,
    session::{AgentId, Change, ChangeKind, Session, SessionKey, StoredDate, Summary},
};

/// So many sessions are held: those that changed last.
pub const MOST: usize = 500;

/// So many more may gather before the oldest go.
const SLACK: usize = 50;

/// A session of which something unclear changed is read again after so many seconds.
const PAUSE_S: i64 = 2;

/// Below this path of an agent stands what it asks persons.
const QUESTIONS: &str = "agent_data._internal_state.interrupt_state.";

/// The sessions that are known of, at most [`MOST`] and some.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    members: HashMap<SessionKey, FleetMember>,
    /// The last change of the last one that there was no room for.
    let_go: Option<StoredDate>,
}

/// One of them.
#[derive(Debug, Clone)]
struct FleetMember {
    row: Summary,
    /// Its agents with their models, once they were read.
    agents: Vec<(AgentId, Option<String>)>,
    activity: Activity,
    /// The end of its histories was read.
    is_read: bool,
    /// When it was last asked for.
    asked_at: Option<Timestamp>,
    /// Something of it changed that was told no finer.
    is_stale: bool,
}

impl FleetMember {
    fn new(row: Summary) -> Self {
        Self { row, agents: Vec::new(), activity: Activity::default(), is_read: false, asked_at: None, is_stale: false }
    }

    /// When it changed last, by this machine's clock where the change was told here.
    fn changed(&self) -> Option<StoredDate> {
        self.activity.last_write().map(StoredDate::from).max(self.row.updated_at).or(self.row.created_at)
    }

    fn wants_reading(&self, now: Timestamp) -> bool {
        match self.asked_at {
            None => !self.is_read,
            Some(at) => self.is_stale && now.as_second().saturating_sub(at.as_second()) >= PAUSE_S,
        }
    }
}

impl Fleet {
    /// A change that was told at `now`.
    pub fn take(&mut self, change: &Change, now: Timestamp) {
        if matches!(change.kind, ChangeKind::Deleted) {
            self.members.remove(&change.session);
            return;
        }
        let member = self.member(&change.session);
        match &change.kind {
            ChangeKind::Created(row) => *member = FleetMember::new((**row).clone()),
            ChangeKind::Unclear(_) | ChangeKind::MessageFields(..) => member.is_stale = true,
            // Whether it still waits, only all of its questions tell.
            ChangeKind::AgentFields(_, fields) => {
                member.is_stale |= fields.iter().any(|(path, _)| path.starts_with(QUESTIONS));
            }
            _ => {}
        }
        member.activity.take(change, now);
        change.apply_to_row(&mut member.row);
        self.trim();
    }

    /// Rows of a list.
    pub fn list(&mut self, rows: &[Summary]) {
        for row in rows {
            let member = self.member(&row.key);
            let told = member.row.updated_at;
            member.row.clone_from(row);
            member.row.updated_at = told.max(row.updated_at);
        }
        self.trim();
    }

    /// A session that was read with the end of its histories, and what lies before that.
    pub fn seed(&mut self, session: &Session, past: &Outline, now: Timestamp) {
        let member = self.member(&session.key);
        let row = &mut member.row;
        row.session_id.clone_from(&session.session_id);
        row.application_name.clone_from(&session.application_name);
        row.session_type.clone_from(&session.session_type);
        row.created_at = session.created_at;
        row.updated_at = row.updated_at.max(session.updated_at);
        member.activity.seed_session(session, past, now);
        member.agents = session.agents.iter().map(|agent| (agent.id.clone(), agent.model.clone())).collect();
        (member.is_read, member.is_stale) = (true, false);
        member.asked_at = Some(now);
        self.trim();
    }

    /// The session is not there any more.
    pub fn forget(&mut self, key: &SessionKey) {
        self.members.remove(key);
    }

    /// Whether there was no room for some that changed within the window.
    #[must_use]
    pub fn has_let_go(&self, window: FleetWindow, now: Timestamp) -> bool {
        self.let_go.is_some_and(|changed| changed >= StoredDate::from(window.start(now)))
    }

    /// How many sessions are known of.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The thin row of a session, to open it by.
    #[must_use]
    pub fn summary(&self, key: &SessionKey) -> Option<&Summary> {
        self.members.get(key).map(|member| &member.row)
    }

    /// Sessions of that window that are to be read, at most so many, those that changed last first: those that were not read yet
    /// (`true`), else those of which something unclear changed. They count as asked for from now on: one that cannot be read is
    /// not asked for again and again.
    pub fn unread(&mut self, window: FleetWindow, most: usize, now: Timestamp) -> (bool, Vec<SessionKey>) {
        let start = StoredDate::from(window.start(now));
        let wanting = self.members.iter().filter(|(_, member)| member.wants_reading(now));
        let dated = wanting.map(|(key, member)| (member.is_read, member.changed(), key));
        let mut found: Vec<_> =
            dated.filter(|(_, changed, _)| changed.is_some_and(|changed| changed >= start)).collect();
        found.sort_by_key(|(is_read, changed, key)| (*is_read, Reverse(*changed), *key));
        let is_new = found.first().is_some_and(|(is_read, ..)| !is_read);
        let alike = found.into_iter().take_while(|(is_read, ..)| *is_read != is_new);
        let keys: Vec<SessionKey> = alike.take(most).map(|(.., key)| key.clone()).collect();
        self.ask_for(&keys, now);
        (is_new, keys)
    }

    /// These are being read.
    pub fn ask_for(&mut self, keys: &[SessionKey], now: Timestamp) {
        for key in keys {
            if let Some(member) = self.members.get_mut(key) {
                (member.asked_at, member.is_stale) = (Some(now), false);
            }
        }
    }

    /// Nothing that was asked for is waited for any more: what is missing may be asked for again.
    pub fn ask_again(&mut self) {
        for member in self.members.values_mut().filter(|member| !member.is_read) {
            member.asked_at = None;
        }
    }

    /// Those that changed within the window and match the filter, in no order.
    #[must_use]
    pub fn rows(&self, window: FleetWindow, filter: &Filter, now: Timestamp) -> Vec<FleetRow> {
        let start = StoredDate::from(window.start(now));
        let is_within = |member: &&FleetMember| member.changed().is_some_and(|changed| changed >= start);
        let matches = |member: &&FleetMember| filter.is_empty() || filter.matches(&filter::document(member));
        self.members.values().filter(is_within).filter(matches).map(|member| row::of(member, now)).collect()
    }

    fn member(&mut self, key: &SessionKey) -> &mut FleetMember {
        self.members.entry(key.clone()).or_insert_with(|| FleetMember::new(Summary::new(key)))
    }

    /// Lets those go that changed least lately, several at a time.
    fn trim(&mut self) {
        if self.members.len() <= MOST + SLACK {
            return;
        }
        let mut dates: Vec<_> = self.members.iter().map(|(key, member)| (member.changed(), key.clone())).collect();
        dates.sort();
        dates.reverse();
        for (changed, key) in dates.drain(MOST..) {
            self.members.remove(&key);
            self.let_go = self.let_go.max(changed);
        }
    }
}
