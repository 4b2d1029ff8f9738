//! One message and the figures that stand on it.

use std::ops::AddAssign;

use bson::Document;

use super::{Block, Finding, GuardrailEvent, StoredDate, StoredValue, number, setters};

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Role {
    /// `user`: a person's prompt, or results of tools.
    User,
    /// `assistant`: what a model gave.
    Assistant,
    /// Any other text, as stored (untrusted).
    Other(String),
    /// No readable role.
    Unknown,
}

impl Role {
    /// The word as it is stored; empty where there is no readable one.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Other(word) => word,
            Self::Unknown => "",
        }
    }
}

/// Reads the word as it is stored.
impl From<&str> for Role {
    fn from(word: &str) -> Self {
        match word {
            "user" => Self::User,
            "assistant" => Self::Assistant,
            _ => Self::Other(word.to_owned()),
        }
    }
}

/// One message of an agent's history.
///
/// Source: `agents.<id>.messages.<index>`, in Strands' nested shape or in the flat one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Message {
    /// Position in the stored array, from 0.
    pub index: u64,
    /// `message_id`: counts from 0 within the agent, but two writers may have chosen the same.
    pub message_id: Option<i64>,
    /// `message.role`.
    pub role: Role,
    /// `message.content`.
    pub content: Vec<Block>,
    /// `message.tracking_id`, a UUID v4.
    pub tracking_id: Option<String>,
    /// `redact_message`: what to show instead of the content.
    pub redaction: Option<Redaction>,
    /// `created_at`.
    pub created_at: Option<StoredDate>,
    /// `updated_at`.
    pub updated_at: Option<StoredDate>,
    /// Tokens of this message alone: `message.metadata.usage`, or the old `input_tokens`, `output_tokens`. Where no figure or
    /// 0 tokens in and out are stored, the provider told nothing: none is known, and it [is partial](Usage::partial).
    pub usage: Option<Usage>,
    /// Latency of this call in ms: `message.metadata.metrics.latencyMs`, or the old `latency_ms`. 0 is unknown: `None`.
    pub latency_ms: Option<u64>,
    /// `message.metadata.metrics.timeToFirstByteMs`. 0 is unknown: `None`.
    pub first_byte_ms: Option<u64>,
    /// `event_loop_metrics`: counters accumulated over a run, a copy of which stands here.
    pub counters: Option<Box<Counters>>,
    /// `guardrail_event`.
    pub guardrail_event: Option<GuardrailEvent>,
    /// The message as stored.
    pub raw: StoredValue,
    /// What could not be read of this message.
    pub findings: Vec<Finding>,
}

impl Message {
    /// The role to show: the redaction's where there is one.
    #[must_use]
    pub fn shown_role(&self) -> &Role {
        self.redaction.as_ref().map_or(&self.role, |redaction| &redaction.role)
    }

    /// The content to show: the redaction's where there is one.
    #[must_use]
    pub fn shown_content(&self) -> &[Block] {
        self.redaction.as_ref().map_or(&self.content, |redaction| &redaction.content)
    }
}

/// The Message that stands in for a redacted one. Source: `redact_message`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Redaction {
    /// Its role.
    pub role: Role,
    /// Its content.
    pub content: Vec<Block>,
}

/// Token figures as Strands' `Usage` has them. An absent figure is `None`: unknown is never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Usage {
    /// `inputTokens`.
    pub input: Option<u64>,
    /// `outputTokens`.
    pub output: Option<u64>,
    /// `totalTokens`.
    pub total: Option<u64>,
    /// `cacheReadInputTokens`.
    pub cache_read: Option<u64>,
    /// `cacheWriteInputTokens`.
    pub cache_write: Option<u64>,
    /// Of a part of what these figures sum up nothing is known: they are lower bounds.
    pub partial: bool,
}

impl Usage {
    /// What every count of tokens means where none is named: `totalTokens` as stored, else the sum of input and output where both
    /// are known. Cached tokens are in it where the provider counts them in, so it may be more than input and output together.
    #[must_use]
    pub fn total_tokens(self) -> Option<u64> {
        self.total.or_else(|| Some(self.input?.saturating_add(self.output?)))
    }

    /// Strands' `Usage` as it is stored: what is not known is left out; `totalTokens` as [`Usage::total_tokens`] tells.
    #[must_use]
    pub fn to_document(self) -> Document {
        let figures = [
            ("inputTokens", self.input),
            ("outputTokens", self.output),
            ("totalTokens", self.total_tokens()),
            ("cacheReadInputTokens", self.cache_read),
            ("cacheWriteInputTokens", self.cache_write),
        ];
        figures.into_iter().filter_map(|(name, figure)| Some((name.to_owned(), number::count(figure?)))).collect()
    }

    /// Whether any figure is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.figures().iter().any(Option::is_some)
    }

    fn figures(&self) -> [Option<u64>; 5] {
        [self.input, self.output, self.total, self.cache_read, self.cache_write]
    }

    /// Stored figures that are all 0 mean that the provider told nothing.
    pub(crate) fn unless_untold(self) -> Self {
        let untold = self.is_known() && self.figures().iter().flatten().all(|figure| *figure == 0);
        if untold { Self { partial: true, ..Self::default() } } else { self }
    }

    /// So many tokens in and out. The total is left open: stored, it is their sum (see
    /// [`Usage::total_tokens`]).
    #[must_use]
    pub fn new(input: u64, output: u64) -> Self {
        Self { input: Some(input), output: Some(output), ..Self::default() }
    }

    setters! { exact_options { input: u64, output: u64, total: u64, cache_read: u64, cache_write: u64 } exact { partial: bool } }
}

/// Adds each figure by itself, up to `u64::MAX`. One that only one of the two knows is taken as it is.
impl AddAssign for Usage {
    fn add_assign(&mut self, more: Self) {
        self.input = known_sum(self.input, more.input);
        self.output = known_sum(self.output, more.output);
        self.total = known_sum(self.total, more.total);
        self.cache_read = known_sum(self.cache_read, more.cache_read);
        self.cache_write = known_sum(self.cache_write, more.cache_write);
        self.partial = self.partial || more.partial;
    }
}

/// The sum of what is known, at most `u64::MAX`; `None` where neither is known.
pub(crate) fn known_sum(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    }
}

/// A reading of a run's counters. Source: `event_loop_metrics`.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Counters {
    /// `accumulated_usage`.
    pub usage: Usage,
    /// `accumulated_metrics.latencyMs`.
    pub latency_ms: Option<u64>,
    /// `cycle_metrics.cycle_count`.
    pub cycle_count: Option<u64>,
    /// `cycle_metrics.total_duration`, seconds.
    pub total_duration_s: Option<f64>,
    /// `tool_usage`, by tool name, in stored order.
    pub tools: Vec<ToolCounter>,
}

/// One tool's counters. Source: `event_loop_metrics.tool_usage.<name>`.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct ToolCounter {
    /// The tool's name (stored text).
    pub name: String,
    /// `call_count`.
    pub calls: Option<u64>,
    /// `success_count`.
    pub successes: Option<u64>,
    /// `error_count`.
    pub errors: Option<u64>,
    /// `total_time`, seconds.
    pub total_time_s: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_the_word_that_is_stored() {
        for role in [Role::User, Role::Assistant, Role::Other("tool".to_owned())] {
            assert_eq!(Role::from(role.as_str()), role);
            assert_eq!(role.to_string().parse::<Role>(), Ok(role));
        }
        assert_eq!(Role::Unknown.to_string(), "");
    }

    #[test]
    fn usages_add_up_and_what_nobody_told_stays_unknown() {
        let mut sum = Usage::default();
        sum += Usage::new(3, 4);
        sum += Usage::new(u64::MAX, 1).cache_read(5);
        assert_eq!(sum, Usage::new(u64::MAX, 5).cache_read(5));
    }
}
