//! Changes in, alerts out.

mod watched;

use std::{collections::HashMap, fmt, time::Duration};

use jiff::{SignedDuration, Timestamp};

use self::watched::WatchedSession;
use super::{Alert, AlertRule, AlertWhen, incident::Incident, sizes::UnsizedSessions};
use crate::session::{AgentId, Change, ChangeKind, Counters, Details, Message, Rating, Role, SessionKey};

/// So many sessions are watched at once; of more, those that changed last.
const MOST_SESSIONS: usize = 2000;

/// What is known of a session beside the changes that were told: read from it, or from the details of its row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Happened {
    /// The latency of a call that became known, ms.
    pub call_ms: Option<u64>,
    /// A guardrail stepped in: its action (stored text), empty where that is not known.
    pub guardrail: Option<String>,
    /// Whether an agent waits for a person.
    pub waits: Option<bool>,
    /// The size of the document in bytes.
    pub bytes: Option<u64>,
    /// A feedback was given.
    pub rating: Option<Rating>,
}

impl Happened {
    /// What the details of a session's row tell.
    #[must_use]
    pub fn of(details: &Details) -> Self {
        let waits = details.agents.iter().any(|agent| agent.waiting.is_some());
        Self { waits: Some(waits), bytes: details.bytes, ..Self::default() }
    }

    fn of_change(change: &Change) -> Self {
        match &change.kind {
            ChangeKind::Messages(_, messages) => Self {
                guardrail: messages.iter().rev().find_map(stepped_in),
                // A person has answered.
                waits: messages.iter().any(|message| *message.shown_role() == Role::User).then_some(false),
                ..Self::default()
            },
            ChangeKind::Feedback(feedback) => Self { rating: Some(feedback.rating.clone()), ..Self::default() },
            ChangeKind::Guardrail(_, event) => {
                Self { guardrail: Some(event.action.clone().unwrap_or_default()), ..Self::default() }
            }
            ChangeKind::Agent(agent) => Self { waits: Some(agent.waiting().is_some()), ..Self::default() },
            _ => Self::default(),
        }
    }
}

/// The action of a guardrail, where one stepped in at that message.
fn stepped_in(message: &Message) -> Option<String> {
    message.guardrail_event.as_ref().map(|event| event.action.clone().unwrap_or_default())
}

/// The rules, and what each session did lately. Tells once an incident, and of one rule and session once a minute at most.
#[derive(Default)]
pub struct AlertEngine {
    rules: Vec<AlertRule>,
    sessions: HashMap<SessionKey, WatchedSession>,
    sizes: UnsizedSessions,
}

impl fmt::Debug for AlertEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlertEngine").field("rules", &self.rules).finish_non_exhaustive()
    }
}

impl AlertEngine {
    /// With these rules.
    #[must_use]
    pub fn new(rules: Vec<AlertRule>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// The rule of an alert.
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&AlertRule> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// Sessions of which the size is to be asked now: whoever gets them asks the store, and then [`Self::hear`] tells.
    #[must_use]
    pub fn take_unsized(&mut self, now: Timestamp) -> Vec<SessionKey> {
        self.sizes.take_due(now)
    }

    /// Their size is to be asked again.
    pub fn ask_sizes_of(&mut self, keys: &[SessionKey]) {
        if self.rules.iter().any(|rule| matches!(rule.when, AlertWhen::DocumentOver(_))) {
            for key in keys {
                self.sizes.note(key);
            }
        }
    }

    /// Whether a session changed since it is watched.
    #[must_use]
    pub fn is_watched(&self, key: &SessionKey) -> bool {
        self.sessions.contains_key(key)
    }

    /// How long until time alone may raise an alert, or the store is to be asked for one; `None`: neither.
    #[must_use]
    pub fn next_due(&self, now: Timestamp) -> Option<Duration> {
        let left = |since: Timestamp| {
            let waited = now.duration_since(since);
            let rules = self.rules.iter().filter_map(move |rule| match rule.when {
                AlertWhen::WaitingForPerson(least) => Some(least - waited),
                _ => None,
            });
            rules.filter(SignedDuration::is_positive).min()
        };
        let waiting = self.sessions.values().filter_map(|session| left(session.waits_since?));
        let unasked = self.sessions.values().flat_map(|session| &session.incidents);
        let unasked = unasked.filter_map(|incident| incident.asks_in(now));
        let left = waiting.chain(unasked).chain(self.sizes.due_in(now)).min()?;
        // Time is looked at once a second.
        Some(left.max(SignedDuration::ZERO).unsigned_abs() + Duration::from_secs(1))
    }

    /// A change was told at `now`. An alert of a rule with a filter is one only where the session matches it: whoever gets it asks
    /// the store, and then [`Self::settle`].
    pub fn take(&mut self, change: &Change, now: Timestamp) -> Vec<Alert> {
        if self.rules.is_empty() {
            return Vec::new();
        }
        if matches!(change.kind, ChangeKind::Deleted) {
            self.sessions.remove(&change.session);
            self.sizes.forget(&change.session);
            return Vec::new();
        }
        self.ask_sizes_of(std::slice::from_ref(&change.session));
        self.end_what_time_ended(&change.session, now);
        let session = self.session(&change.session, now);
        session.activity.take(change, now);
        let call_ms = session.measure(change, now);
        let happened = Happened { call_ms, ..Happened::of_change(change) };
        let mut alerts = self.hear(&change.session, &happened, now);
        alerts.extend(self.asked(&change.session, now));
        alerts
    }

    /// Something became known of a session at `now`.
    pub fn hear(&mut self, key: &SessionKey, happened: &Happened, now: Timestamp) -> Vec<Alert> {
        if self.rules.is_empty() {
            return Vec::new();
        }
        let session = self.session(key, now);
        session.waits = happened.waits.unwrap_or(session.waits);
        session.bytes = happened.bytes.or(session.bytes);
        self.judged(key, happened, now)
    }

    /// Figures of the message with that index became known at `now`: the latency of its call in ms, and its counters.
    pub fn measured(
        &mut self,
        key: &SessionKey,
        (agent, index): (&AgentId, u64),
        (latency_ms, counters): (Option<u64>, Option<&Counters>),
        now: Timestamp,
    ) -> Vec<Alert> {
        if self.rules.is_empty() {
            return Vec::new();
        }
        self.end_what_time_ended(key, now);
        let session = self.session(key, now);
        if let Some(counters) = counters {
            session.activity.reading(agent, index, counters, now);
        }
        let counted = counters.and_then(|counters| session.latency.counted(agent, counters));
        let call_ms = latency_ms.or(counted);
        self.hear(key, &Happened { call_ms, ..Happened::default() }, now)
    }

    /// Time went by: what only lasts long enough now, and filters that were not asked when their session changed last.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Alert> {
        let waiting = self.sessions.iter().filter(|(_, session)| session.waits_since.is_some());
        let keys: Vec<SessionKey> = waiting.map(|(key, _)| key.clone()).collect();
        let mut alerts: Vec<Alert> = keys.iter().flat_map(|key| self.judged(key, &Happened::default(), now)).collect();
        let is_due = |incident: &Incident| incident.asks_in(now).is_some_and(|left| !left.is_positive());
        let unasked = self.sessions.iter().filter(|(_, session)| session.incidents.iter().any(is_due));
        let keys: Vec<SessionKey> = unasked.map(|(key, _)| key.clone()).collect();
        alerts.extend(keys.iter().flat_map(|key| self.asked(key, now)));
        alerts
    }

    /// How an alert of a rule with a filter came out: whether it is to be told.
    pub fn settle(&mut self, alert: &Alert, matches: bool, now: Timestamp) -> bool {
        let Some(at) = self.rules.iter().position(|rule| rule.name == alert.rule) else { return false };
        if self.rules[at].when != AlertWhen::Matches {
            return matches;
        }
        let session = self.sessions.get_mut(&alert.session);
        session.is_some_and(|session| session.incidents[at].lasts(matches, now))
    }

    fn session(&mut self, key: &SessionKey, now: Timestamp) -> &mut WatchedSession {
        if self.sessions.len() >= MOST_SESSIONS && !self.sessions.contains_key(key) {
            // Half of them at once, so that this is seldom.
            let mut changed: Vec<_> = self.sessions.values().map(|session| session.changed).collect();
            let (_, middle, _) = changed.select_nth_unstable(MOST_SESSIONS / 2);
            let middle = *middle;
            self.sessions.retain(|_, session| session.changed > middle);
        }
        let rules = self.rules.len();
        let session = self.sessions.entry(key.clone()).or_default();
        session.incidents.resize(rules, Incident::default());
        session.changed = Some(now);
        session
    }

    fn end_what_time_ended(&mut self, key: &SessionKey, now: Timestamp) {
        if let Some(session) = self.sessions.get_mut(key) {
            session.end_what_time_ended(&self.rules, now);
        }
    }

    fn judged(&mut self, key: &SessionKey, happened: &Happened, now: Timestamp) -> Vec<Alert> {
        let Self { rules, sessions, .. } = self;
        let Some(session) = sessions.get_mut(key) else { return Vec::new() };
        session.note_waiting(now);
        let told = rules.iter().enumerate().filter_map(|(at, rule)| {
            let says = session.judge(at, rule, happened, now)?;
            Some(Alert { rule: rule.name.clone(), session: key.clone(), at: now, says })
        });
        told.collect()
    }

    /// What only a filter tells: the store is asked at most once in some seconds.
    fn asked(&mut self, key: &SessionKey, now: Timestamp) -> Vec<Alert> {
        let Self { rules, sessions, .. } = self;
        let Some(session) = sessions.get_mut(key) else { return Vec::new() };
        let asked = rules.iter().zip(&mut session.incidents).filter_map(|(rule, incident)| {
            let asks = rule.when == AlertWhen::Matches && incident.may_ask(now);
            let says = format!("matches {}", rule.filter.as_deref().unwrap_or_default());
            asks.then(|| Alert { rule: rule.name.clone(), session: key.clone(), at: now, says })
        });
        asked.collect()
    }
}

#[cfg(test)]
mod tests;
