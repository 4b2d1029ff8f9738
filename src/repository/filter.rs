//! Filters: what they ask, how they are read, what they match.

pub mod matching;
pub mod parse;
mod settle;
mod sight;
mod words;

pub use parse::typed::{TypedFilterWord, word_at};
pub(crate) use sight::MessagesRead;
pub use words::{FilterValues, FilterWord, filter_words};

use std::ops::{Range, RangeInclusive};

use bson::Bson;
use jiff::{Timestamp, Zoned, tz::TimeZone};

use super::Scope;
use crate::{
    metrics::SessionFigure,
    session::{StoredDate, setters},
};

/// Which sessions a list shows: all terms must match.
///
/// # The language
///
/// Terms separated by spaces must all match, `-term` excludes, `a OR b` is either (terms side by side bind tighter), `( … )`
/// are brackets (`-( … )` excludes what matches them), `"…"` holds spaces and signs as text (`\"` and `\\` stand for `"` and
/// `\`).
///
/// | term | sessions |
/// | --- | --- |
/// | `word`, `^word`, `=word` | whose id contains it (any case; a UUID starts with it), starts with it, is it |
/// | `app:`, `type:`, `agent:`, `model:` | the same of the application, the type, any agent's id, any agent's model |
/// | `meta.KEY:value` | with that value; a number, `true`, `false`, `null` or date also matches as such, in quotes only text |
/// | `meta.KEY:>5` (`>=`, `<`, `<=`) | with such a value of the same type |
/// | `has:feedback`, `comment`, `guardrail`, `meta.KEY` | that have one |
/// | `has:finding` | with a history that a model or a person may stumble over, an agent that waits for a person, odd dates, or nearly full |
/// | `has:interrupt` | with an agent that waits for a person |
/// | `has:tool`, `has:error` | that called a tool, in which a tool failed |
/// | `tool:NAME`, `tool:^NAME`, `tool:=NAME` | that called a tool whose name contains that, starts with it, is it |
/// | `messages:>100`, `tokens:`, `calls:`, `errors:` | with so many: a number such as `50k` or `1.5M` |
/// | `latency:>5s` | whose 95th percentile of the latency of its calls is so long (`800ms`, `5s`, `2m`) |
/// | `size:>8MB` | that take so much (`500kB`, `8MB`, `8MiB`) |
/// | `feedback:up`, `down`, `neutral`, `rating:up` … | with such a feedback |
/// | `feedback:>2`, `feedback:WORD` | with so many feedbacks, with a comment that contains it (in quotes always that) |
/// | `in:ID,ID,…` | that one of these may mean, typed whole as [`SessionReader::resolve`](super::SessionReader::resolve) takes it |
/// | `since:TIME`, `until:TIME` | whose life reaches beyond it, begins before it |
/// | `created:>DAY`, `>=`, `<`, `<=`, `created:DAY` | created after that day, from its start on, before it, up to its end, on it |
/// | `updated:>INSTANT` (`>=`, `<`, `<=`) | that changed after it |
/// | `updated:<12h`, `updated:>12h` | younger than that by their last change, older |
///
/// A TIME is an age (`90s`, `30m`, `12h`, `7d`, `2w`: seconds, minutes, hours, days, weeks), a day (`2026-11-01`) or an RFC 3339 instant.
/// A figure is compared by `>`, `>=`, `<`, `<=`, `=` or none, or lies in `10..20` (either end may be left out); what is not
/// known matches no comparison. Ages are compared as ages. Days are whole ones, from midnight to midnight in the zone of
/// [`Filter::parse_at`], in metadata too; `since:` and `until:` include them. Only dates stored as dates are compared. Fields
/// that cannot be read are none of the findings of `has:finding`: only who opens a session learns of those.
///
/// ```
/// use strandscope::{Filter, Timestamp, bson::doc};
///
/// let filter = Filter::parse("app:support -has:feedback", Timestamp::now())?;
/// assert!(filter.matches(&doc! { "_id": "s-1", "application_name": "Customer Support" }));
/// # Ok::<(), strandscope::FilterError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// As it was typed.
    pub source: String,
    /// Its terms.
    pub terms: Vec<FilterTerm>,
}

/// One term of a filter.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FilterTerm {
    /// `-term`: sessions that match are left out.
    pub negated: bool,
    /// What must hold.
    pub test: FilterTest,
}

impl FilterTerm {
    /// A term that must hold.
    #[must_use]
    pub fn new(test: FilterTest) -> Self {
        Self { negated: false, test }
    }

    setters! { exact { negated: bool } }
}

/// What a term asks.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FilterTest {
    /// `word`, `^word`: of `_id` or `session_id`.
    Id(TextMatch),
    /// `app:`: of `application_name`.
    Application(TextMatch),
    /// `type:`: of `session_type`.
    SessionType(TextMatch),
    /// `agent:`: of any agent's id.
    Agent(TextMatch),
    /// `model:`: of any agent's `agent_data.model`.
    Model(TextMatch),
    /// `meta.KEY:value`, `meta.KEY:>5`: any of the readings of the value matches.
    Metadata {
        /// Key of `metadata` (may reach into it with dots).
        key: String,
        /// How to compare.
        comparison: Comparison,
        /// The value in each type it may be read as: a string, also a number, bool, null or date where it fits (in
        /// quotes only a string; a number after `>` and the like only a number).
        readings: Vec<Bson>,
        /// A day that equals it: a date matches that is not before the start and lies before the end.
        day: Option<Range<StoredDate>>,
    },
    /// `a OR b`, `( … )`: all terms of one of these match.
    Any(Vec<Vec<FilterTerm>>),
    /// `in:`: one of these IDs may mean it, as [`SessionReader::resolve`](super::SessionReader::resolve) tells: by its `_id` or
    /// `session_id` as a text, or by an `_id` of another type.
    In(Vec<String>),
    /// `tool:`: of the name of any tool that was called, as blocks and counters (`event_loop_metrics.tool_usage`) tell. Read from
    /// every message.
    Tool(TextMatch),
    /// `has:tool`: a tool was called. Read from every message.
    HasTool,
    /// `has:error`: a tool failed, as [`SessionFigure::Errors`] counts it; where that is unknown of a tool, as a result says. Read
    /// from every message.
    HasError,
    /// `has:interrupt`: an agent waits for a person ([`StoredAgent::waiting`](crate::StoredAgent::waiting)).
    HasInterrupt,
    /// `tokens:>50k` and the like: the figure is known and lies in that range. An empty range is what nothing lies in.
    Figure(SessionFigure, RangeInclusive<u64>),
    /// `feedback:WORD`: of the comment of any feedback.
    Comment(TextMatch),
    /// `has:feedback`.
    HasFeedback,
    /// `has:comment`: a feedback with a comment that is not empty.
    HasComment,
    /// `has:guardrail`.
    HasGuardrail,
    /// `has:finding`: something is wrong with a history ([`crate::history_findings`]), an agent waits for a person, a date
    /// lies after that instant or before what it cannot precede, or the document is nearly full. What the decoder could not
    /// read ([`Session::all_findings`](crate::Session::all_findings)) does not count: it is known of a whole session only. Read
    /// from every message: no index knows it.
    HasFinding(Timestamp),
    /// `has:meta.KEY`.
    HasMetadata(String),
    /// `rating:up|down|neutral`, `feedback:up|down|neutral`.
    Rating(RatingWord),
    /// `since:`: the session's life (from `created_at` to `updated_at`) reaches that instant or beyond.
    Since(StoredDate),
    /// `until:`: the session's life begins before that instant.
    Until(StoredDate),
    /// `created:<2026-11-01`, `created:<12h` and the like: how `created_at` stands to an instant. Days and ages are such
    /// comparisons by now: `created:<12h` is `Greater` than the instant 12 hours ago.
    Created(Comparison, StoredDate),
    /// The same of `updated_at`.
    Updated(Comparison, StoredDate),
    /// Of that scope. No word of the language says so: whoever guards a store adds it, and a term that is added takes only away.
    Within(Scope),
}

/// How a text is matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextMatch {
    /// Contains it, in any case.
    Contains(String),
    /// `^`: starts with it, case kept (an index can serve that).
    StartsWith(String),
    /// `=`: is it exactly (an index can serve that).
    Exactly(String),
}

/// How values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Equal,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
}

/// A rating as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatingWord {
    /// `up`.
    Up,
    /// `down`.
    Down,
    /// `neutral`: a null or absent rating.
    Neutral,
}

/// A mistake in a filter, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{problem} (at {:?})", &source_text[span.clone()])]
pub struct FilterError {
    /// The whole filter as typed.
    pub source_text: String,
    /// Byte range of the word that is wrong.
    pub span: Range<usize>,
    /// What is wrong, without advice.
    pub problem: String,
    /// What would be right, where that can be told.
    pub hint: Option<String>,
}

impl FilterError {
    /// What is wrong and what would be right, in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}; {hint}", self.problem),
            None => self.problem.clone(),
        }
    }
}

impl Filter {
    /// Reads a filter whose days are in UTC; ages (`7d`) count back from `now`.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, FilterError> {
        Self::parse_at(text, &now.to_zoned(TimeZone::UTC))
    }

    /// Reads a filter; ages (`7d`) count back from `now`, days are in its zone: `Zoned::now()` for local ones.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn parse_at(text: &str, now: &Zoned) -> Result<Self, FilterError> {
        parse::parse(text, now)
    }

    /// What is to be said where nothing matches: of a word that is looked for in ids and may have been meant otherwise.
    #[cfg(any(feature = "app", test))]
    pub(crate) fn doubt(&self) -> Option<String> {
        parse::doubt(&self.source)
    }

    /// Whether it leaves nothing out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}
