//! One session as the rules see it.

use jiff::Timestamp;

use super::Happened;
use crate::{
    app::alert::{AlertRule, AlertWhen, incident::Incident, latency::CallLatency, tools::ToolRuns},
    metrics::{Activity, AgentState},
    repository::filter::RatingWord,
    session::{Change, ChangeKind, LARGEST_DOCUMENT, Rating},
};

/// What a session did lately, and what was told of it.
#[derive(Default)]
pub(super) struct WatchedSession {
    pub(super) activity: Activity,
    pub(super) tools: ToolRuns,
    pub(super) latency: CallLatency,
    /// One a rule.
    pub(super) incidents: Vec<Incident>,
    /// An agent is in an interrupt.
    pub(super) waits: bool,
    pub(super) waits_since: Option<Timestamp>,
    pub(super) bytes: Option<u64>,
    pub(super) changed: Option<Timestamp>,
}

impl WatchedSession {
    /// Takes in tools and figures of a change; gives the slowest call in it.
    pub(super) fn measure(&mut self, change: &Change, now: Timestamp) -> Option<u64> {
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

    /// What lasted while things happened often is over once they did not, though no change told so: the next one would go on with it.
    /// A session that spends 60,000 tokens in one call an hour is over a limit of 50,000 each time anew.
    pub(super) fn end_what_time_ended(&mut self, rules: &[AlertRule], now: Timestamp) {
        for (rule, incident) in rules.iter().zip(&mut self.incidents) {
            let holds = match rule.when {
                AlertWhen::TokensPerMinuteOver(limit) => over(&self.activity, limit, now).is_some(),
                AlertWhen::ToolFails { times, within: Some(within) } => {
                    self.tools.failing(times, Some(within), now).is_some()
                }
                _ => continue,
            };
            if !holds {
                incident.lasts(false, now);
            }
        }
    }

    pub(super) fn note_waiting(&mut self, now: Timestamp) {
        let waits = self.waits || self.activity.state(now) == AgentState::WaitingForPerson;
        // A clock that was set back starts anew.
        self.waits_since = waits.then(|| self.waits_since.filter(|since| *since <= now).unwrap_or(now));
    }

    /// What is to be told by a rule now.
    pub(super) fn judge(&mut self, at: usize, rule: &AlertRule, happened: &Happened, now: Timestamp) -> Option<String> {
        let incident = self.incidents.get_mut(at)?;
        match rule.when {
            AlertWhen::CallSlowerThan(limit) => {
                let ms = happened.call_ms.filter(|ms| u128::from(*ms) > limit.as_millis().unsigned_abs())?;
                incident.happens(now).then(|| format!("a call took {}", seconds(ms)))
            }
            AlertWhen::TokensPerMinuteOver(limit) => {
                let over = over(&self.activity, limit, now);
                let begins = incident.lasts(over.is_some(), now);
                over.filter(|_| begins).map(|rate| format!("{rate:.0} tokens in a minute"))
            }
            AlertWhen::ToolFails { times, within } => {
                let failing = self.tools.failing(times, within, now);
                let begins = incident.lasts(failing.is_some(), now);
                let how = if within.is_some() { "lately" } else { "in a row" };
                failing.filter(|_| begins).map(|(name, count)| match count {
                    1 => format!("{name} failed"),
                    _ => format!("{name} failed {count} times {how}"),
                })
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

/// The tokens of the last minute, where they are more than that.
fn over(activity: &Activity, limit: u32, now: Timestamp) -> Option<f64> {
    activity.tokens_per_minute(1, now).filter(|rate| *rate > f64::from(limit))
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
