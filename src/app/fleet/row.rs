//! One session of the fleet as it is shown, and in which order.

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp};

use super::FleetMember;
use crate::{
    metrics::AgentState,
    session::{SessionKey, StoredDate},
};

/// Stretches of a sparkline, and how long each is: together the five minutes of the rate beside it.
pub const SPARK: (usize, SignedDuration) = (10, SignedDuration::from_secs(30));

/// Minutes that rates are of: calls come in bursts, one of a minute would jump.
const RATE: u32 = 5;

/// What is shown of a session. Texts are stored ones: make them safe before they reach a terminal. Unknown is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct FleetRow {
    /// `_id`.
    pub key: SessionKey,
    /// The name a person knows it by.
    pub name: String,
    /// `application_name`.
    pub application: Option<String>,
    /// The model of the agent that changed last.
    pub model: Option<String>,
    /// What it is at; `None`: nothing of its histories was read or told.
    pub state: Option<AgentState>,
    /// Tokens a minute over the last five.
    pub tokens_per_minute: Option<f64>,
    /// Tokens of each stretch of [`SPARK`], oldest first.
    pub spark: Vec<u64>,
    /// Size of the last call's context, tokens.
    pub context_tokens: Option<u64>,
    /// Latency of the slowest call that was seen, ms.
    pub slowest_call_ms: Option<u64>,
    /// Tools that were seen to fail.
    pub errors: Option<u64>,
    /// The first line of the last text.
    pub last_words: Option<String>,
    /// When it changed last.
    pub changed: Option<StoredDate>,
}

/// A column of the table, to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum FleetColumn {
    /// The busiest first.
    State,
    /// By name.
    Session,
    /// By name.
    Application,
    /// By name.
    Model,
    /// The most first.
    #[default]
    Tokens,
    /// The largest first.
    Context,
    /// The slowest first.
    Slowest,
    /// The most first.
    Errors,
    /// The last change first.
    Changed,
    /// By the alphabet.
    Words,
}

impl FleetColumn {
    /// Every column, as they stand from left to right.
    pub const ALL: [Self; 10] = [
        Self::State,
        Self::Session,
        Self::Application,
        Self::Model,
        Self::Tokens,
        Self::Context,
        Self::Slowest,
        Self::Errors,
        Self::Changed,
        Self::Words,
    ];

    /// As it is typed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Session => "session",
            Self::Application => "application",
            Self::Model => "model",
            Self::Tokens => "tokens",
            Self::Context => "context",
            Self::Slowest => "slowest",
            Self::Errors => "errors",
            Self::Changed => "changed",
            Self::Words => "words",
        }
    }

    /// What it holds, in a few words.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::State => "working, in a tool, waiting, stalled, idle",
            Self::Session => "its name",
            Self::Application => "its application",
            Self::Model => "of the agent that changed last",
            Self::Tokens => "tokens a minute, over 5 minutes",
            Self::Context => "tokens of the last call's context",
            Self::Slowest => "latency of the slowest call seen",
            Self::Errors => "tools that were seen to fail",
            Self::Changed => "age of the last change",
            Self::Words => "the last words",
        }
    }
}

/// The order of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FleetOrder {
    /// By which column.
    pub by: FleetColumn,
    /// The other way round than that column is mostly sorted.
    pub is_reversed: bool,
}

impl FleetOrder {
    /// By a column in its usual order; where it is sorted by that already, the other way round.
    pub fn choose(&mut self, by: FleetColumn) {
        *self = Self { by, is_reversed: self.by == by && !self.is_reversed };
    }

    /// Sorts rows. What is unknown comes last, both ways; what is equal by its last change.
    pub fn sort(self, rows: &mut [FleetRow]) {
        rows.sort_by(|a, b| {
            let by = self.compare(a, b);
            by.then_with(|| b.changed.cmp(&a.changed)).then_with(|| a.name.cmp(&b.name)).then_with(|| a.key.cmp(&b.key))
        });
    }

    fn compare(self, a: &FleetRow, b: &FleetRow) -> Ordering {
        match self.by {
            FleetColumn::State => self.known(a.state, b.state, Ord::cmp),
            FleetColumn::Session => self.known(Some(&a.name), Some(&b.name), Ord::cmp),
            FleetColumn::Application => self.known(a.application.as_ref(), b.application.as_ref(), Ord::cmp),
            FleetColumn::Model => self.known(a.model.as_ref(), b.model.as_ref(), Ord::cmp),
            FleetColumn::Tokens => self.known(a.tokens_per_minute, b.tokens_per_minute, |a, b| b.total_cmp(a)),
            FleetColumn::Context => self.known(a.context_tokens, b.context_tokens, |a, b| b.cmp(a)),
            FleetColumn::Slowest => self.known(a.slowest_call_ms, b.slowest_call_ms, |a, b| b.cmp(a)),
            FleetColumn::Errors => self.known(a.errors, b.errors, |a, b| b.cmp(a)),
            FleetColumn::Changed => self.known(a.changed, b.changed, |a, b| b.cmp(a)),
            FleetColumn::Words => self.known(a.last_words.as_ref(), b.last_words.as_ref(), Ord::cmp),
        }
    }

    fn known<T>(self, a: Option<T>, b: Option<T>, usual: impl FnOnce(&T, &T) -> Ordering) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if self.is_reversed => usual(&a, &b).reverse(),
            (Some(a), Some(b)) => usual(&a, &b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    }
}

/// What is shown of a session at `now`.
pub(super) fn of(member: &FleetMember, now: Timestamp) -> FleetRow {
    let activity = &member.activity;
    let errors = activity.errors();
    let application = member.row.application_name.clone().filter(|name| !name.is_empty());
    FleetRow {
        key: member.row.key.clone(),
        name: member.row.name().to_owned(),
        application,
        model: activity.model().map(str::to_owned),
        state: (member.is_read || errors.is_some()).then(|| activity.state(now)),
        tokens_per_minute: activity.tokens_per_minute(RATE, now),
        spark: activity.spark(now, SPARK.0, SPARK.1),
        context_tokens: activity.context_tokens(),
        slowest_call_ms: activity.slowest_call_ms(),
        errors,
        last_words: activity.last_words().map(str::to_owned),
        changed: member.changed(),
    }
}

impl FleetRow {
    /// Whether what is shown of it changes from second to second.
    #[must_use]
    pub fn is_active(&self) -> bool {
        matches!(self.state, Some(AgentState::Working | AgentState::InTool))
            || self.spark.iter().any(|tokens| *tokens > 0)
    }
}
