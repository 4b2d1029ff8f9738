//! Counts, sizes and tokens of rows: asked for the rows in view, kept by `_id` and `updated_at`.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use jiff::Timestamp;

use super::{
    counted,
    ranked::RankedFigures,
    tokens::{self, TokensAge},
};
use crate::{
    app::{
        row_figures::RowFigures,
        task::{Command, Ticket},
        tui::state::{Effect, Tickets},
    },
    repository::SortBy,
    session::{Change, ChangeKind, Details, SessionKey, StoredDate, Summary},
};

/// What is known of rows beyond the rows themselves.
#[derive(Debug, Default)]
pub(super) struct DetailsCache {
    known: HashMap<SessionKey, KnownRow>,
    asked: Option<Asked>,
    /// Shown of a row while it is not known.
    ranked: RankedFigures,
    /// Entries of an earlier generation are shown but asked again.
    generation: u64,
}

/// How long tokens that are being read are waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// No generation: of what has to be asked again.
const EXPIRED: u64 = u64::MAX;

#[derive(Debug)]
struct KnownRow {
    updated_at: Option<StoredDate>,
    generation: u64,
    details: Details,
    tokens: TokensAge,
}

#[derive(Debug)]
struct Asked {
    ticket: Ticket,
    at: Timestamp,
    keys: HashSet<SessionKey>,
    /// The counts came; tokens follow one by one.
    counted: bool,
    /// Nothing more comes.
    failed: bool,
}

impl DetailsCache {
    /// What is known is shown, and asked again.
    pub fn expire(&mut self) {
        self.generation += 1;
        self.asked = None;
    }

    /// What is known of one row is shown, and asked again; an answer that is on its way was read before.
    pub fn expire_row(&mut self, row: &Summary) {
        self.ranked.forget(&row.key);
        if let Some(known) = self.known.get_mut(&row.key) {
            known.generation = EXPIRED;
            known.updated_at = row.updated_at;
        }
        if let Some(asked) = &mut self.asked {
            asked.keys.remove(&row.key);
        }
    }

    /// A row's session changed, which was of that age `before`. What that counts is counted here, for a store asked again at each
    /// of them would do little else; what cannot be counted is asked again. Tokens are read again after a while.
    pub fn apply(&mut self, change: &Change, row: &Summary, before: Option<StoredDate>) {
        self.ranked.forget(&row.key);
        let is_counted = match self.known.get_mut(&row.key) {
            // Of another age than the row: what it counted is not known to be what stood there.
            Some(known) if known.updated_at != before => false,
            Some(known) => {
                if tokens::may_change(change) {
                    known.tokens.touch();
                }
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

    /// Rows are sorted by these figures.
    pub fn tell_ranked(&mut self, by: &SortBy, figures: &[(SessionKey, u64)]) {
        self.ranked.tell(by, figures);
    }

    /// By what rows were sorted.
    pub fn ranked(&self) -> &RankedFigures {
        &self.ranked
    }

    fn is_wanted(&self, row: &Summary) -> bool {
        self.known.get(&row.key).is_none_or(|known| {
            known.updated_at != row.updated_at || known.generation != self.generation || known.details.usage.is_none()
        })
    }

    /// Whether tokens are being read, as far as can be told: what is not answered by then is not waited for.
    fn is_reading(&self, now: Timestamp) -> bool {
        let asked = self.asked.as_ref().filter(|asked| !asked.failed && !asked.keys.is_empty());
        asked.is_some_and(|asked| now.duration_since(asked.at).unsigned_abs() < PATIENCE)
    }

    /// How long until the tokens of a row are to be read again.
    pub fn tokens_wait(&self, row: &Summary, now: Timestamp) -> Option<Duration> {
        let is_asked = self.asked.as_ref().is_some_and(|asked| asked.keys.contains(&row.key));
        let known = self.known.get(&row.key).filter(|_| !is_asked)?;
        known.tokens.wait(known.details.messages, now)
    }

    /// The tokens of a session, and what else its messages tell, are exactly these.
    pub fn tell_tokens(&mut self, key: &SessionKey, figures: &RowFigures) {
        // What was never read is read once: with it come the findings.
        if let Some(known) = self.known.get_mut(key).filter(|known| known.details.usage.is_some()) {
            figures.put_into(&mut known.details);
            known.tokens.tell();
        }
    }

    /// Asks for what the rows in view lack, unless that is under way, or what is under way is in view too.
    pub fn ask(&mut self, rows: &[Summary], now: Timestamp, tickets: &mut Tickets) -> Option<Effect> {
        // A question replaces the one before: for tokens that are to be read again no other one is given up.
        let is_reading = self.is_reading(now);
        let is_due = |row: &&Summary| !is_reading && self.tokens_wait(row, now) == Some(Duration::ZERO);
        let wanted: Vec<SessionKey> =
            rows.iter().filter(|row| self.is_wanted(row) || is_due(row)).map(|row| row.key.clone()).collect();
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
        for key in &wanted {
            if let Some(known) = self.known.get_mut(key) {
                known.tokens.ask(now);
            }
        }
        self.asked =
            Some(Asked { ticket, at: now, keys: wanted.iter().cloned().collect(), counted: false, failed: false });
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
            let mut tokens = before.map(|known| known.tokens).unwrap_or_default();
            if before.is_none() {
                tokens.ask(asked.at);
            }
            // Those of before are shown until the others come.
            if details.usage.is_none()
                && let Some(figures) = before.and_then(|before| RowFigures::among(&before.details))
            {
                figures.put_into(&mut details);
                tokens.keep();
            }
            let known = KnownRow { updated_at: row.updated_at, generation: self.generation, details, tokens };
            self.known.insert(row.key.clone(), known);
        }
    }

    pub fn on_usage(&mut self, ticket: Ticket, key: &SessionKey, figures: &RowFigures) {
        if let Some(asked) = self.asked.as_mut().filter(|asked| asked.ticket == ticket)
            && asked.keys.remove(key)
            && let Some(known) = self.known.get_mut(key)
        {
            if known.tokens.read() {
                figures.put_into(&mut known.details);
            } else {
                known.details.findings = figures.findings.or(known.details.findings);
            }
        }
    }

    /// A question that failed is not asked again for the same rows.
    pub fn on_failed(&mut self, ticket: Ticket) {
        if let Some(asked) = self.asked.as_mut().filter(|asked| asked.ticket == ticket) {
            (asked.counted, asked.failed) = (true, true);
        }
    }
}
