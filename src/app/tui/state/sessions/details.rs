//! Counts, sizes and tokens of rows: asked for the rows in view, kept by `_id` and `updated_at`.

use std::collections::{HashMap, HashSet};

use super::counted;
use crate::{
    app::{
        task::{Command, Ticket},
        tui::state::{Effect, Tickets},
    },
    session::{Change, ChangeKind, Details, SessionKey, StoredDate, Summary, Usage},
};

/// What is known of rows beyond the rows themselves.
#[derive(Debug, Default)]
pub(super) struct DetailsCache {
    known: HashMap<SessionKey, KnownRow>,
    asked: Option<Asked>,
    /// Entries of an earlier generation are shown but asked again.
    generation: u64,
}

/// No generation: of what has to be asked again.
const EXPIRED: u64 = u64::MAX;

#[derive(Debug)]
struct KnownRow {
    updated_at: Option<StoredDate>,
    generation: u64,
    details: Details,
}

#[derive(Debug)]
struct Asked {
    ticket: Ticket,
    keys: HashSet<SessionKey>,
    /// The counts came; tokens follow one by one.
    counted: bool,
}

impl DetailsCache {
    /// What is known is shown, and asked again.
    pub fn expire(&mut self) {
        self.generation += 1;
        self.asked = None;
    }

    /// What is known of one row is shown, and asked again; an answer that is on its way was read before.
    pub fn expire_row(&mut self, row: &Summary) {
        if let Some(known) = self.known.get_mut(&row.key) {
            known.generation = EXPIRED;
            known.updated_at = row.updated_at;
        }
        if let Some(asked) = &mut self.asked {
            asked.keys.remove(&row.key);
        }
    }

    /// A row's session changed, which was of that age `before`. What that counts is counted here, for a store asked again at each
    /// of them would do little else; what cannot be counted is asked again. Tokens stay as they were until something of that kind
    /// comes.
    pub fn apply(&mut self, change: &Change, row: &Summary, before: Option<StoredDate>) {
        let is_counted = match self.known.get_mut(&row.key) {
            // Of another age than the row: what it counted is not known to be what stood there.
            Some(known) if known.updated_at != before => false,
            Some(known) => {
                let is_counted = counted::count(change, &mut known.details);
                if is_counted {
                    known.updated_at = row.updated_at;
                }
                is_counted
            }
            // What is on its way and lacks one shows that with the next.
            None => {
                matches!(change.kind, ChangeKind::Messages(..) | ChangeKind::Metrics(..) | ChangeKind::AgentFields(..))
            }
        };
        if !is_counted {
            self.expire_row(row);
        }
    }

    /// What is known of a row's present state.
    pub fn get(&self, row: &Summary) -> Option<&Details> {
        self.known.get(&row.key).filter(|known| known.updated_at == row.updated_at).map(|known| &known.details)
    }

    fn is_wanted(&self, row: &Summary) -> bool {
        self.known.get(&row.key).is_none_or(|known| {
            known.updated_at != row.updated_at || known.generation != self.generation || known.details.usage.is_none()
        })
    }

    /// Asks for what the rows in view lack, unless that is under way, or what is under way is in view too.
    pub fn ask(&mut self, rows: &[Summary], tickets: &mut Tickets) -> Option<Effect> {
        let wanted: Vec<SessionKey> =
            rows.iter().filter(|row| self.is_wanted(row)).map(|row| row.key.clone()).collect();
        if wanted.is_empty() {
            return None;
        }
        if let Some(asked) = &self.asked {
            let under_way = wanted.iter().filter(|key| asked.keys.contains(*key)).count();
            if under_way == wanted.len() || (under_way > 0 && !asked.counted) {
                return None;
            }
        }
        let ticket = tickets.take();
        self.asked = Some(Asked { ticket, keys: wanted.iter().cloned().collect(), counted: false });
        Some(Effect::Ask(Command::Details(ticket, wanted)))
    }

    pub fn on_details(&mut self, ticket: Ticket, found: &[(SessionKey, Details)], rows: &[Summary]) {
        let Some(asked) = self.asked.as_mut().filter(|asked| asked.ticket == ticket) else { return };
        asked.counted = true;
        let found: HashMap<&SessionKey, &Details> = found.iter().map(|(key, details)| (key, details)).collect();
        for row in rows.iter().filter(|row| asked.keys.contains(&row.key)) {
            let Some(details) = found.get(&row.key) else { continue };
            let mut details = (*details).clone();
            let before = self.known.get(&row.key).filter(|known| known.updated_at == row.updated_at);
            let same = before.is_some_and(|known| known.details.messages == details.messages);
            let mut generation = self.generation;
            if same && details.usage.is_none() {
                details.usage = before.and_then(|known| known.details.usage);
                details.findings = before.and_then(|known| known.details.findings);
                // They are those of before until they come, which they may not where something newer is asked.
                generation = EXPIRED;
            }
            let known = KnownRow { updated_at: row.updated_at, generation, details };
            self.known.insert(row.key.clone(), known);
        }
    }

    pub fn on_usage(&mut self, ticket: Ticket, key: &SessionKey, usage: Usage, findings: u64) {
        if self.asked.as_ref().is_some_and(|asked| asked.ticket == ticket && asked.keys.contains(key))
            && let Some(known) = self.known.get_mut(key)
        {
            known.details.usage = Some(usage);
            known.details.findings = Some(findings);
            known.generation = self.generation;
        }
    }

    /// A question that failed is not asked again for the same rows.
    pub fn on_failed(&mut self, ticket: Ticket) {
        if let Some(asked) = self.asked.as_mut().filter(|asked| asked.ticket == ticket) {
            asked.counted = true;
        }
    }
}
