//! Changes in, alerts out.

use std::{collections::HashMap, fmt, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::{Alert, AlertRule, AlertWhen, incident::Incident, latency::CallLatency, tools::ToolRuns};
use crate::{
    metrics::{Activity, AgentState},
    repository::filter::RatingWord,
    session::{AgentId, Change, ChangeKind, Details, LARGEST_DOCUMENT, Message, Rating, Role, SessionKey},
};

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
}

#[derive(Default)]
struct WatchedSession {
    activity: Activity,
    tools: ToolRuns,
    latency: CallLatency,
    /// One a rule.
    incidents: Vec<Incident>,
    /// An agent is in an interrupt.
    waits: bool,
    waits_since: Option<Timestamp>,
    bytes: Option<u64>,
    changed: Option<Timestamp>,
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
        Self { rules, sessions: HashMap::new() }
    }

    /// The rule of an alert.
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&AlertRule> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// Whether a rule asks how large documents are.
    #[must_use]
    pub fn asks_for_sizes(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule.when, AlertWhen::DocumentOver(_)))
    }

    /// Whether a session changed since it is watched.
    #[must_use]
    pub fn is_watched(&self, key: &SessionKey) -> bool {
        self.sessions.contains_key(key)
    }

    /// How long until time alone may raise an alert; `None`: it will not.
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
        let left = self.sessions.values().filter_map(|session| left(session.waits_since?)).min()?;
        // Time is looked at once a second.
        Some(left.unsigned_abs() + Duration::from_secs(1))
    }

    /// Forgets the sessions: they are another store's from now on.
    pub fn forget(&mut self) {
        self.sessions.clear();
    }

    /// A change was told at `now`. An alert of a rule with a filter is one only where the session matches it: whoever gets it asks
    /// the store, and then [`Self::settle`].
    pub fn take(&mut self, change: &Change, now: Timestamp) -> Vec<Alert> {
        if self.rules.is_empty() {
            return Vec::new();
        }
        if matches!(change.kind, ChangeKind::Deleted) {
            self.sessions.remove(&change.session);
            return Vec::new();
        }
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

    /// Figures of a message became known at `now`.
    pub fn measured(&mut self, key: &SessionKey, agent: &AgentId, message: &Message, now: Timestamp) -> Vec<Alert> {
        if self.rules.is_empty() {
            return Vec::new();
        }
        let session = self.session(key, now);
        if let Some(counters) = &message.counters {
            session.activity.reading(agent, message.index, counters, now);
        }
        let call_ms = session.latency.of(agent, message);
        self.hear(key, &Happened { call_ms, ..Happened::default() }, now)
    }

    /// Time went by: what only lasts long enough now.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Alert> {
        let waiting = self.sessions.iter().filter(|(_, session)| session.waits_since.is_some());
        let keys: Vec<SessionKey> = waiting.map(|(key, _)| key.clone()).collect();
        keys.iter().flat_map(|key| self.judged(key, &Happened::default(), now)).collect()
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

    fn judged(&mut self, key: &SessionKey, happened: &Happened, now: Timestamp) -> Vec<Alert> {
        let Self { rules, sessions } = self;
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
        let Self { rules, sessions } = self;
        let Some(session) = sessions.get_mut(key) else { return Vec::new() };
        let asked = rules.iter().zip(&mut session.incidents).filter_map(|(rule, incident)| {
            let asks = rule.when == AlertWhen::Matches && incident.may_ask(now);
            let says = format!("matches {}", rule.filter.as_deref().unwrap_or_default());
            asks.then(|| Alert { rule: rule.name.clone(), session: key.clone(), at: now, says })
        });
        asked.collect()
    }
}

impl WatchedSession {
    /// Takes in tools and figures of a change; gives the slowest call in it.
    fn measure(&mut self, change: &Change, now: Timestamp) -> Option<u64> {
        match &change.kind {
            ChangeKind::Messages(agent, messages) => {
                let Self { tools, latency, .. } = self;
                let slowest = messages.iter().filter_map(|message| {
                    tools.take(message, now);
                    latency.of(agent, message)
                });
                slowest.max()
            }
            ChangeKind::Metrics(agent, ..) => self.latency.counted(agent, &change.counters(None)?),
            _ => None,
        }
    }

    fn note_waiting(&mut self, now: Timestamp) {
        let waits = self.waits || self.activity.state(now) == AgentState::WaitingForPerson;
        // A clock that was set back starts anew.
        self.waits_since = waits.then(|| self.waits_since.filter(|since| *since <= now).unwrap_or(now));
    }

    /// What is to be told by a rule now.
    fn judge(&mut self, at: usize, rule: &AlertRule, happened: &Happened, now: Timestamp) -> Option<String> {
        let incident = self.incidents.get_mut(at)?;
        match rule.when {
            AlertWhen::CallSlowerThan(limit) => {
                let ms = happened.call_ms.filter(|ms| u128::from(*ms) > limit.as_millis().unsigned_abs())?;
                incident.happens(now).then(|| format!("a call took {}", seconds(ms)))
            }
            AlertWhen::TokensPerMinuteOver(limit) => {
                let rate = self.activity.tokens_per_minute(1, now);
                let over = rate.filter(|rate| *rate > f64::from(limit));
                let begins = incident.lasts(over.is_some(), now);
                over.filter(|_| begins).map(|rate| format!("{rate:.0} tokens in a minute"))
            }
            AlertWhen::ToolFails { times, within } => {
                let failing = self.tools.failing(times, within, now);
                let begins = incident.lasts(failing.is_some(), now);
                let how = if within.is_some() { "lately" } else { "in a row" };
                failing.filter(|_| begins).map(|(name, count)| format!("{name} failed {count} times {how}"))
            }
            AlertWhen::Guardrail => {
                let action = happened.guardrail.as_ref()?;
                let colon = if action.is_empty() { "" } else { ": " };
                incident.happens(now).then(|| format!("a guardrail stepped in{colon}{action}"))
            }
            AlertWhen::Rating(word) => {
                let given = happened.rating.as_ref().filter(|rating| is_rated(rating, word))?;
                incident.happens(now).then(|| format!("was rated {}", given.as_str()))
            }
            AlertWhen::WaitingForPerson(least) => {
                let long = self.waits_since.filter(|since| now.duration_since(*since) >= least);
                incident.lasts(long.is_some(), now).then(|| "waits for a person".to_owned())
            }
            AlertWhen::DocumentOver(percent) => {
                let bytes = self.bytes?;
                let over = bytes.saturating_mul(100) > LARGEST_DOCUMENT.saturating_mul(percent.into());
                let share = bytes.saturating_mul(100) / LARGEST_DOCUMENT;
                incident.lasts(over, now).then(|| format!("the document holds {share} % of 16 MiB"))
            }
            AlertWhen::Matches => None,
        }
    }
}

fn is_rated(rating: &Rating, word: RatingWord) -> bool {
    matches!(
        (rating, word),
        (Rating::Up, RatingWord::Up) | (Rating::Down, RatingWord::Down) | (Rating::Neutral, RatingWord::Neutral)
    )
}

/// `42.5 s`.
fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

#[cfg(test)]
mod tests;
