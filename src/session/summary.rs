//! The thin row of a list, and what comes after it.

#[cfg(any(feature = "app", test))]
use std::borrow::Cow;
use std::collections::HashMap;

use bson::{Bson, Document};

#[cfg(any(feature = "app", test))]
use super::id;
use super::{AgentId, FeedbackTally, Rating, SessionKey, StoredDate, UnclearDate, Usage};

/// A session as a row of a list: what can be read without touching its messages.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// `_id`.
    pub key: SessionKey,
    /// `session_id`.
    pub session_id: Option<String>,
    /// `application_name`.
    pub application_name: Option<String>,
    /// `session_type`.
    pub session_type: Option<String>,
    /// `created_at`.
    pub created_at: Option<StoredDate>,
    /// `updated_at`.
    pub updated_at: Option<StoredDate>,
    /// Which of the two is no clear date, whether or not it could be read: no age is taken from it.
    pub unclear_dates: Vec<UnclearDate>,
    /// Those fields of `metadata` that were asked for.
    pub metadata: Option<Bson>,
}

impl Summary {
    /// Of a session of which nothing else is known.
    #[must_use]
    pub fn new(key: impl Into<SessionKey>) -> Self {
        Self {
            key: key.into(),
            session_id: None,
            application_name: None,
            session_type: None,
            created_at: None,
            updated_at: None,
            unclear_dates: Vec::new(),
            metadata: None,
        }
    }
}

impl Summary {
    /// The name a person knows the session by: `session_id`, else the text of `_id`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.session_id.as_deref().unwrap_or_else(|| self.key.text())
    }

    /// The texts that it goes by.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let name = self.name();
        std::iter::once(name).chain(self.key.bson().as_str().filter(move |text| *text != name))
    }

    /// Its name, or where another session goes by that too its exact id.
    fn named(&self, is_shared: impl FnOnce() -> bool) -> &str {
        let own = self.name();
        if self.key != *own && is_shared() { self.key.exact() } else { own }
    }

    /// One of its names as it is shown where it may be typed back: a text that hides something is a JSON string.
    #[cfg(any(feature = "app", test))]
    pub(crate) fn spelled<'a>(&self, name: &'a str) -> Cow<'a, str> {
        if self.session_id.as_deref() == Some(name) || self.key == *name {
            id::spelled(name)
        } else {
            Cow::Owned(id::unhidden(name))
        }
    }

    /// One field of the metadata that was asked for.
    #[must_use]
    pub fn meta(&self, key: &str) -> Option<&Bson> {
        self.metadata.as_ref().and_then(Bson::as_document).and_then(|fields: &Document| fields.get(key))
    }
}

/// What each row is called where rows must not look alike: its name, or where a row here or among `others` goes by the same
/// text, its [`SessionKey::exact`]. The one whose `_id` is that very string keeps its name: an ID that is typed means that
/// one first.
#[must_use]
pub fn distinct_names<'a>(
    rows: impl Iterator<Item = &'a Summary> + Clone,
    others: impl Iterator<Item = &'a Summary>,
) -> Vec<&'a str> {
    // Whose each text is; `None`: several sessions go by it.
    let mut claims: HashMap<&str, Option<&SessionKey>> = HashMap::with_capacity(rows.size_hint().0);
    for row in rows.clone().chain(others) {
        for text in row.texts() {
            let whose = claims.entry(text).or_insert(Some(&row.key));
            *whose = whose.filter(|key| **key == row.key);
        }
    }
    let is_shared = |row: &Summary| claims.get(row.name()).is_some_and(Option::is_none);
    rows.map(|row| row.named(|| is_shared(row))).collect()
}

/// What [`distinct_names`] calls a row alone.
#[cfg(any(feature = "app", test))]
pub(crate) fn distinct_name<'a>(row: &'a Summary, mut others: impl Iterator<Item = &'a Summary>) -> &'a str {
    row.named(|| others.any(|other| other.key != row.key && other.texts().any(|text| text == row.name())))
}

/// Counts and sizes of a session: read in the background, after the row.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Details {
    /// Each agent with its model and how many messages it has, in stored order.
    pub agents: Vec<AgentCount>,
    /// Messages of all agents.
    pub messages: u64,
    /// Feedbacks by rating.
    pub feedbacks: FeedbackTally,
    /// The latest `created_at` of a feedback.
    pub last_feedback: Option<StoredDate>,
    /// Number of `guardrail_events`.
    pub guardrail_events: u64,
    /// Size of the stored document (or of the folder's files) in bytes.
    pub bytes: Option<u64>,
    /// Tokens used in all, as [`crate::session_metrics`] reads them. `None`: not read yet.
    pub usage: Option<Usage>,
    /// How many findings its histories have, as [`crate::history_findings`] reads them; without what the decoder could not read.
    /// `None`: not read yet.
    pub findings: Option<u64>,
    /// Calls of models, of all agents ([`SessionFigure::Calls`](crate::SessionFigure::Calls)). `None`: not read yet.
    pub calls: Option<u64>,
    /// Calls of tools that failed ([`SessionFigure::Errors`](crate::SessionFigure::Errors)). `None`: not read yet, or nothing tells.
    pub errors: Option<u64>,
    /// The 95th percentile of the latency of all calls, ms ([`SessionFigure::LatencyP95`](crate::SessionFigure::LatencyP95)).
    /// `None`: not read yet, or nothing tells.
    pub latency_p95_ms: Option<u64>,
}

impl Details {
    /// What is counted of a session; its tokens are left to the metrics.
    #[must_use]
    pub fn of(
        agents: Vec<AgentCount>,
        ratings: impl IntoIterator<Item = Rating>,
        guardrail_events: u64,
        bytes: Option<u64>,
    ) -> Self {
        let mut feedbacks = FeedbackTally::default();
        ratings.into_iter().for_each(|rating| feedbacks.add(&rating));
        let messages = agents.iter().map(|agent| agent.messages).sum();
        Self { agents, messages, feedbacks, guardrail_events, bytes, ..Self::default() }
    }
}

/// An agent in [`Details`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentCount {
    /// The agent.
    pub id: AgentId,
    /// Its model.
    pub model: Option<String>,
    /// How many messages it has stored.
    pub messages: u64,
    /// [`StoredAgent::created_at`](crate::StoredAgent::created_at).
    pub created_at: Option<StoredDate>,
    /// [`StoredAgent::updated_at`](crate::StoredAgent::updated_at).
    pub updated_at: Option<StoredDate>,
    /// [`StoredAgent::waiting`](crate::StoredAgent::waiting): what it waits for a person with.
    pub waiting: Option<String>,
}

#[cfg(test)]
mod tests {
    use bson::{doc, oid::ObjectId};

    use super::*;

    fn row(id: impl Into<Bson>, session_id: Option<&str>) -> Summary {
        Summary { session_id: session_id.map(str::to_owned), ..Summary::new(SessionKey::new(id.into())) }
    }

    #[test]
    fn a_name_that_hides_something_is_spelled_out() {
        let shown = |row: Summary| row.spelled(row.name()).into_owned();
        assert_eq!(shown(row("a\u{200b}b", None)), r#""a\u200bb""#);
        assert_eq!(shown(row("x", Some(""))), r#""""#);
        assert_eq!(shown(row(doc! { "t": "\u{200b}" }, None)), r#"{"t":"\u200b"}"#);
        assert_eq!(shown(row(5, None)), "5");
    }

    #[test]
    fn rows_that_would_look_alike_are_called_by_their_exact_id() {
        let oid = ObjectId::from_bytes([7; 12]);
        let hex = oid.to_hex();
        let rows = [
            row("5", None),
            row(5, None),
            row(oid, None),
            row(hex.clone(), None),
            row("other", Some("5")),
            row("twin-1", Some("twin")),
            row("twin-2", Some("twin")),
            row(doc! { "a": 1 }, Some("alone")),
            row("null", None),
            row(Bson::Null, None),
        ];
        let exact = format!("{{\"$oid\":\"{oid}\"}}");
        let names = [
            "5",
            "{\"$numberInt\":\"5\"}",
            &exact,
            &hex,
            "other",
            "twin-1",
            "twin-2",
            "alone",
            "null",
            "{\"$literal\":null}",
        ];
        assert_eq!(distinct_names(rows.iter(), [].iter()), names);
        assert_eq!(rows.each_ref().map(|row| distinct_name(row, rows.iter())), names);
        assert_eq!(distinct_names(rows[7..8].iter(), [].iter()), ["alone"]);
        let elsewhere = [row("alone", None)];
        assert_eq!(distinct_names(rows[7..8].iter(), elsewhere.iter()), ["{\"a\":{\"$numberInt\":\"1\"}}"]);
        assert_eq!(distinct_name(&rows[7], elsewhere.iter()), "{\"a\":{\"$numberInt\":\"1\"}}");
    }
}
