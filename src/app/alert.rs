//! Alerts: what of the sessions that are followed somebody wants to be told of. Rules and changes in, alerts out; nothing here
//! reads a clock, and only [`row_among`] a store.

mod among;
mod delivery;
mod engine;
mod incident;
mod latency;
mod ring;
mod sizes;
mod tools;

pub use among::row_among;
pub use engine::{AlertEngine, Happened};
pub use ring::RingPace;
pub(in crate::app) use tools::MOST_FAILURES;

use jiff::{SignedDuration, Timestamp};

use crate::{repository::filter::RatingWord, session::SessionKey};

/// One `[alerts.NAME]`.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRule {
    /// Its name.
    pub name: String,
    /// What raises it.
    pub when: AlertWhen,
    /// `filter`: only sessions that match, as it is typed with saved filters put in. It is read when it is asked, for its ages count
    /// from then.
    pub filter: Option<String>,
    /// `bell`: the terminal rings.
    pub bell: bool,
    /// `notify`: the terminal notifies (OSC 9).
    pub notify: bool,
    /// `webhook`: a webhook of the configuration is told.
    pub webhook: Option<String>,
}

/// What raises an alert.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AlertWhen {
    /// `call_slower_than`: a call of the model took longer.
    CallSlowerThan(SignedDuration),
    /// `tokens_per_minute_over`: over the last minute.
    TokensPerMinuteOver(u32),
    /// `tool_fails`: one tool failed so many times, in a row or `within` a time.
    ToolFails {
        /// So many times.
        times: u32,
        /// In that time; `None`: in a row.
        within: Option<SignedDuration>,
    },
    /// `guardrail`: one stepped in.
    Guardrail,
    /// `rating`: such a feedback was given.
    Rating(RatingWord),
    /// `waiting_for_person`: an agent waits for one, for so long at least.
    WaitingForPerson(SignedDuration),
    /// `document_over`: the document holds so many of a hundred parts of what it can.
    DocumentOver(u32),
    /// Nothing but a `filter`: a session that changes matches it.
    Matches,
}

/// Something that somebody wanted to be told of.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// The name of the rule.
    pub rule: String,
    /// The session.
    pub session: SessionKey,
    /// When it was noticed.
    pub at: Timestamp,
    /// What happened, in a few words. Holds stored text: make it safe before it reaches a terminal.
    pub says: String,
}
