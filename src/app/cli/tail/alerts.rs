//! The alerts of the configuration, while sessions are followed.

use std::{
    collections::HashSet,
    io::{self, IsTerminal, Write},
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};
use tokio::time::Instant;

use super::differ::SessionNews;
use crate::{
    app::{
        alert::{Alert, AlertEngine, AlertRule, Happened, row_among},
        text,
    },
    hook::Hooks,
    repository::{Filter, SessionReader},
    session::{Change, ChangeKind, SessionKey},
};

/// How large documents are is asked once in that time.
const SIZES_EVERY: Duration = Duration::from_secs(10);
/// So many at once.
const MOST_SIZES: usize = 500;

/// The rules, and what is done where one holds.
pub struct TailAlerts {
    engine: AlertEngine,
    zone: TimeZone,
    exit_on: Vec<String>,
    hooks: Hooks,
    /// Sessions that changed since their size was asked.
    changed: HashSet<SessionKey>,
    sized: Option<Instant>,
}

impl TailAlerts {
    /// With these rules; one of `exit_on` ends the command.
    pub fn new(rules: Vec<AlertRule>, zone: TimeZone, exit_on: Vec<String>, hooks: Hooks) -> Self {
        Self { engine: AlertEngine::new(rules), zone, exit_on, hooks, changed: HashSet::new(), sized: None }
    }

    /// Whether an alert is one to end with.
    pub fn ends(&self, alert: &Alert) -> bool {
        self.exit_on.contains(&alert.rule)
    }

    /// A change; its messages and feedback are [`Self::hear`]d where they are news.
    pub fn take(&mut self, change: &Change, now: Timestamp) -> Vec<Alert> {
        self.note_change(&change.session);
        match change.kind {
            ChangeKind::Messages(..) | ChangeKind::Feedback(_) => Vec::new(),
            _ => self.engine.take(change, now),
        }
    }

    /// News of a session.
    pub fn hear(&mut self, key: &SessionKey, news: &SessionNews, now: Timestamp) -> Vec<Alert> {
        self.note_change(key);
        let happened = match news {
            SessionNews::Messages(agent, messages) => {
                let change = Change::messages(key.clone(), agent.clone(), messages.clone());
                return self.engine.take(&change, now);
            }
            SessionNews::Feedback(feedback) => {
                return self.engine.take(&Change::feedback(key.clone(), (**feedback).clone()), now);
            }
            SessionNews::Guardrail(event) => {
                Happened { guardrail: Some(event.action.clone().unwrap_or_default()), ..Happened::default() }
            }
            SessionNews::Metrics(agent, figures) => {
                let told = (figures.latency_ms, figures.counters.as_deref());
                return self.engine.measured(key, (agent, figures.index), told, now);
            }
            // Of another session nothing was told.
            SessionNews::Replaced(_) => return self.engine.take(&Change::deleted(key.clone()), now),
            SessionNews::Waiting(_, why) => Happened { waits: Some(why.is_some()), ..Happened::default() },
            SessionNews::Created(_)
            | SessionNews::Redacted(..)
            | SessionNews::Rewritten(..)
            | SessionNews::Removed(..)
            | SessionNews::Metadata(_) => return Vec::new(),
        };
        self.engine.hear(key, &happened, now)
    }

    fn note_change(&mut self, key: &SessionKey) {
        if self.engine.asks_for_sizes() && self.changed.len() < MOST_SIZES && !self.changed.contains(key) {
            self.changed.insert(key.clone());
        }
    }

    /// What time brought, and what the sizes of the sessions that changed tell.
    pub async fn due(&mut self, reader: &dyn SessionReader, now: Timestamp) -> Vec<Alert> {
        let mut alerts = self.engine.tick(now);
        let is_early = self.sized.is_some_and(|at| at.elapsed() < SIZES_EVERY);
        if self.changed.is_empty() || is_early {
            return alerts;
        }
        self.sized = Some(Instant::now());
        let keys: Vec<SessionKey> = self.changed.drain().collect();
        match reader.details(&keys).await {
            Ok(found) => {
                for (key, details) in found {
                    alerts.extend(self.engine.hear(&key, &Happened::of(&details), now));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the sizes of sessions are not known");
                self.changed.extend(keys);
            }
        }
        alerts
    }

    /// Those that are to be told; of rules with a filter only where the session matches it. Rings, notifies and tells webhooks.
    pub async fn settled(&mut self, reader: &dyn SessionReader, alerts: Vec<Alert>) -> Vec<Alert> {
        let mut told = Vec::new();
        for alert in alerts {
            let filter = self.engine.rule(&alert.rule).and_then(|rule| rule.filter.clone());
            if let Some(filter) = filter {
                let matches = self.matches(reader, &filter, &alert.session).await;
                if !self.engine.settle(&alert, matches, alert.at) {
                    continue;
                }
            }
            self.signal(&alert);
            told.push(alert);
        }
        told
    }

    async fn matches(&self, reader: &dyn SessionReader, filter: &str, key: &SessionKey) -> bool {
        // It could be read with the configuration.
        let Ok(filter) = Filter::parse_at(filter, &Timestamp::now().to_zoned(self.zone.clone())) else { return false };
        match row_among(reader, &filter, key).await {
            Ok(row) => row.is_some(),
            Err(error) => {
                tracing::warn!(%error, "whether a session matches the filter of an alert is not known");
                false
            }
        }
    }

    fn signal(&self, alert: &Alert) {
        let Some(rule) = self.engine.rule(&alert.rule) else { return };
        let mut terminal = io::stderr();
        if terminal.is_terminal() {
            // Talk that nobody hears is no failure.
            if rule.bell {
                let _ = terminal.write_all(b"\x07");
            }
            if rule.notify {
                let says = format!("{}: {} {}", alert.rule, alert.session.text(), alert.says);
                let _ = terminal.write_all(text::notification(&says).as_bytes());
            }
        }
        if let Some(webhook) = &rule.webhook {
            self.hooks.offer(webhook, alert.delivery());
        }
    }
}
