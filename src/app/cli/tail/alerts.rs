//! The alerts of the configuration, while sessions are followed.

use std::io::{self, IsTerminal, Write};

use jiff::{Timestamp, tz::TimeZone};

use super::differ::SessionNews;
use crate::{
    app::{
        alert::{Alert, AlertEngine, AlertRule, Happened, RingPace, row_among},
        cli::typed_filter::with_lists,
        config::ConfigError,
        place::Reveal,
        text,
    },
    hook::Hooks,
    repository::{Filter, SessionReader},
    session::{Change, ChangeKind, SessionKey},
};

/// The rules, and what is done where one holds.
pub struct TailAlerts {
    engine: AlertEngine,
    zone: TimeZone,
    exit_on: Vec<String>,
    hooks: Hooks,
    ring: RingPace,
    /// What lets the filters of rules find what is encrypted.
    reveal: Reveal,
}

impl TailAlerts {
    /// With these rules; one of `exit_on` ends the command.
    pub fn new(rules: Vec<AlertRule>, zone: TimeZone, exit_on: Vec<String>, hooks: Hooks) -> Self {
        let (engine, ring) = (AlertEngine::new(rules), RingPace::default());
        Self { engine, zone, exit_on, hooks, ring, reveal: Reveal::default() }
    }

    /// The same whose filters find what is encrypted.
    pub fn searching(self, reveal: Reveal) -> Self {
        Self { reveal, ..self }
    }

    /// Whether an alert is one to end with.
    pub fn ends(&self, alert: &Alert) -> bool {
        self.exit_on.contains(&alert.rule)
    }

    /// A change; its messages and feedback are [`Self::hear`]d where they are news.
    pub fn take(&mut self, change: &Change, now: Timestamp) -> Vec<Alert> {
        match change.kind {
            ChangeKind::Messages(..) | ChangeKind::Feedback(_) => {
                self.engine.ask_sizes_of(std::slice::from_ref(&change.session));
                Vec::new()
            }
            _ => self.engine.take(change, now),
        }
    }

    /// News of a session.
    pub fn hear(&mut self, key: &SessionKey, news: &SessionNews, now: Timestamp) -> Vec<Alert> {
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

    /// What time brought, and what the sizes of the sessions that changed tell.
    pub async fn due(&mut self, reader: &dyn SessionReader, now: Timestamp) -> Vec<Alert> {
        let mut alerts = self.engine.tick(now);
        let keys = self.engine.take_unsized(now);
        if keys.is_empty() {
            return alerts;
        }
        match reader.details(&keys).await {
            Ok(found) => {
                for (key, details) in found {
                    alerts.extend(self.engine.hear(&key, &Happened::of(&details), now));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the sizes of sessions are not known");
                self.engine.ask_sizes_of(&keys);
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
                // Of what nobody knows nothing is told, and what goes on is not over.
                let Some(matches) = self.matches(reader, &filter, &alert.session).await else { continue };
                if !self.engine.settle(&alert, matches, alert.at) {
                    continue;
                }
            }
            self.signal(&alert);
            told.push(alert);
        }
        told
    }

    async fn matches(&self, reader: &dyn SessionReader, filter: &str, key: &SessionKey) -> Option<bool> {
        let filter = match with_lists(filter, reader) {
            Ok(filter) => filter,
            // Nothing is in a list that is empty.
            Err(error) if error.is::<ConfigError>() => return Some(false),
            Err(error) => {
                tracing::warn!(%error, "whether a session matches the filter of an alert is not known");
                return None;
            }
        };
        // It could be read with the configuration.
        let mut filter = Filter::parse_at(&filter, &Timestamp::now().to_zoned(self.zone.clone())).ok()?;
        self.reveal.search(&mut filter);
        match row_among(reader, &filter, key).await {
            Ok(row) => Some(row.is_some()),
            Err(error) => {
                tracing::warn!(%error, "whether a session matches the filter of an alert is not known");
                None
            }
        }
    }

    fn signal(&mut self, alert: &Alert) {
        let Some(rule) = self.engine.rule(&alert.rule) else { return };
        let mut terminal = io::stderr();
        if terminal.is_terminal() {
            let (rings, notifies) = self.ring.take(rule, alert.at);
            // Talk that nobody hears is no failure.
            if rings {
                let _ = terminal.write_all(b"\x07");
            }
            if notifies {
                let says = format!("{}: {} {}", alert.rule, alert.session.text(), alert.says);
                let _ = terminal.write_all(text::notification(&says).as_bytes());
            }
        }
        if let Some(webhook) = &rule.webhook {
            self.hooks.offer(webhook, alert.delivery());
        }
    }
}
